import type { State } from "../model/state.ts"
import { coreMutants, mutants } from "../properties/mutants/catalogue.ts"
import { mutated, type Mutant } from "../properties/mutants/mutant.ts"
import { conform, type ConformSpec } from "./campaign.ts"
import { connectionOf } from "./connection.ts"
import { inProcess } from "./in-process.ts"
import { observed, pathsOf, type ObservationSchema } from "./observation.ts"
import { pairProfile } from "./pair-profile.ts"
import { pairCases } from "./pair-cases.ts"
import type { Case } from "./case-source.ts"
import { isFailing } from "./attempt.ts"
import { storyOf } from "../traces/write.ts"
import type { Hello } from "./wire.ts"

/**
 * Which defects would stay hidden in an implementation that shows these fields and takes these actions.
 *
 * Shape  `visible` and `invisible` are the mutants of the protocol; `tellers` are, for an invisible one, the fields any
 *        of which alone would show it (none: nothing that could be shown would). `fields` are few that together make
 *        all visible that any field could.
 */
export type Advice = {
  readonly visible: readonly string[]
  readonly invisible: readonly {
    readonly mutant: string
    readonly story: string
    readonly tellers: readonly string[]
  }[]
  readonly fields: readonly string[]
}

/** The small clusters in which everything is tried on each mutant, and how many random cases. */
const adviceScopes: readonly string[] = ["operations", "link"]
const adviceRuns = 300

/** Puts every mutant of what it takes in the implementation's place, and finds which go unnoticed: those of time if time passes there. */
export const adviceFor = async (hello: Hello, named: readonly Case[], seed: string): Promise<Advice> => {
  const visible: string[] = []
  const invisible: { mutant: string; story: string; tellers: readonly string[] }[] = []
  for (const mutant of hello.actions.includes("Tick") ? mutants : coreMutants) {
    const own = named.filter(({ path }) => path.includes(storyOf(mutant.name)))
    const cases = [...own, ...named.filter((each) => !own.includes(each))]
    if ((await telling(mutant, hello, hello.observes, cases, seed)) !== null) visible.push(mutant.name)
    else
      invisible.push({
        mutant: mutant.name,
        story: mutant.story,
        tellers: await tellersOf(mutant, hello, cases, seed),
      })
  }
  return { visible, invisible, fields: fewestOf(invisible.map(({ tellers }) => tellers)) }
}

/** A case that distinguishes the mutant from the protocol, if so much is shown; null if none was found. */
const telling = async (
  mutant: Mutant,
  hello: Hello,
  observes: readonly string[],
  named: readonly Case[],
  seed: string,
): Promise<Case | null> => {
  const connection = connectionTo(mutant, hello, observes)
  const spec: ConformSpec = {
    named,
    runs: adviceRuns,
    seed,
    config: null,
    inScope: (name) => adviceScopes.includes(name),
    isPicked: () => true,
    isKnown: () => false,
    until: Infinity,
  }
  const { failed } = await conform(connection, pairCases, spec, { stopsAtOnce: true })
  return failed[0]?.case ?? null
}

/** The fields any of which alone would show the mutant, in the case that distinguishes it when everything is shown. */
const tellersOf = async (
  mutant: Mutant,
  hello: Hello,
  named: readonly Case[],
  seed: string,
): Promise<readonly string[]> => {
  const all = pathsOf(pairProfile().schema)
  const found = await telling(mutant, hello, all, named, seed)
  if (found === null) return []
  const tellers: string[] = []
  for (const path of all) {
    if (hello.observes.some((shown) => path === shown || path.startsWith(`${shown}.`))) continue
    const connection = connectionTo(mutant, hello, [...hello.observes, path])
    if (isFailing(await connection.trial(found.config, found.actions))) tellers.push(path)
  }
  return tellers
}

const connectionTo = (mutant: Mutant, hello: Hello, observes: readonly string[]) => {
  const profile = pairProfile(mutated(mutant))
  const schema = observed(profile.schema, observes) as ObservationSchema
  const greeting: Hello = { ...hello, observes }
  const peer = inProcess<State>(profile, schema, greeting)
  return connectionOf(() => Promise.resolve(peer), { peer, hello: greeting }, pairProfile(), 1)
}

/** A small set of fields that makes all visible, chosen greedily: the field that shows most comes first. */
const fewestOf = (needs: readonly (readonly string[])[]): readonly string[] => {
  const chosen: string[] = []
  let open = needs.filter((tellers) => tellers.length > 0)
  while (open.length > 0) {
    const counts = new Map<string, number>()
    for (const field of open.flat()) counts.set(field, (counts.get(field) ?? 0) + 1)
    const [best = ""] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? []
    chosen.push(best)
    open = open.filter((tellers) => !tellers.includes(best))
  }
  return chosen
}
