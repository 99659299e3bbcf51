import type { Config } from "../model/config.ts"
import { isAlike, probed, type Attempt, type Failing, type Probe } from "./attempt.ts"
import { opened, type Connection } from "./connection.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { Case, CaseSource } from "./case-source.ts"
import { searchOf } from "./search.ts"

// Searches on the implementation for a shorter way to a failure, led by what the model says to what failed.

/** How many states may be gone through, and actions tried, in looking for a shorter way: of one sort, and of all. */
const ledStatesMax = 10_000
const searchAsksMax = { led: 20_000, turned: 2_000, all: 40_000 }

/** Before how many of its last actions another way may turn off. */
const turnedMax = 6

/** What a search for such a way is held to. */
type Led = {
  readonly kinds?: readonly string[]
  readonly kept?: number
  readonly longest?: number
  readonly asksMax?: number
}

/**
 * The shortest way to fail at an action of the same kind to which the model says the same, in the simplest cluster in
 * which there is one; null if none was found that is no longer than the one that is there, or than `longest`. Of fewer
 * `kinds` there are fewer ways, so that the search comes further; the first actions may be `kept`.
 */
export const ledWay = async <S>(
  { run, profile, hello }: Connection<S>,
  caseSource: CaseSource<S>,
  { config: found, probes, outcome: first }: Attempt<S>,
  {
    kinds = kindsOf(profile, hello),
    kept = 0,
    longest = probes.length,
    asksMax = searchAsksMax.led,
  }: Led = {},
): Promise<Attempt<S> | null> => {
  const last = probes.at(-1)
  if (last === undefined) return null
  const after = probes.slice(0, kept).map(({ action }) => action)
  const verdict = verdictsOf(profile, found, probes).at(-1)
  const isMeant = (_state: S, { kind }: AskedAction, guard: string | null): boolean =>
    kind === last.action.kind && guard === verdict
  for (const config of kept === 0 ? different(caseSource.clusters(found)) : [found]) {
    const search = searchOf({ profile, caseSource, kinds }, config, longest, isMeant, ledStatesMax, after)
    const asked = { asks: 0 }
    for await (const { case: each, outcome } of run(upTo(asksMax, search, asked, hello.chooses))) {
      if (!isAlike(first, outcome)) continue
      const tried = probed(profile, config, each.actions)
      const until = outcome.tag === "diverged" ? tried.slice(0, outcome.step) : tried
      return { config, probes: until, outcome }
    }
  }
  return null
}

const different = (configs: readonly Config[]): readonly Config[] => [
  ...new Map(configs.map((config) => [JSON.stringify(config), config])).values(),
]

/** A shorter way of the kinds that are left, from the start. */
export const narrowedWay = <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  attempt: Attempt<S>,
): Promise<Attempt<S> | null> =>
  ledWay(connection, caseSource, attempt, { kinds: kindsIn(attempt), longest: attempt.probes.length - 1 })

/** A shorter way that turns off from this one before its end, whatever the kinds: the later, the nearer. */
export const turnedWay = async <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  attempt: Attempt<S>,
): Promise<Attempt<S> | null> => {
  const { length } = attempt.probes
  for (let kept = length - 2; kept >= Math.max(1, length - turnedMax); kept -= 1) {
    const options = { kept, longest: length - 1, asksMax: searchAsksMax.turned }
    const way = await ledWay(connection, caseSource, attempt, options)
    if (way !== null) return way
  }
  return null
}

const kindsIn = <S>({ probes }: Attempt<S>): readonly string[] => [
  ...new Set(probes.map(({ action }) => action.kind)),
]

const kindsOf = <S>(profile: Profile<S>, { actions }: Connection<S>["hello"]): readonly string[] =>
  profile.kinds.filter((kind) => (actions as readonly string[]).includes(kind))

/** What the model says to each: the guard that refuses it, or null. */
const verdictsOf = <S>(
  profile: Profile<S>,
  config: Config,
  probes: readonly Probe[],
): readonly (string | null)[] => {
  let state = profile.initial(config)
  return probes.map(({ action }) => {
    const outcome = profile.step(config, state, action)
    if (outcome.tag === "next") state = outcome.state
    return outcome.tag === "next" ? null : outcome.guard
  })
}

/**
 * A shorter way to fail in the same cluster: everything is tried in every state that fewer actions reach. "unknown"
 * where that is too much to try.
 */
export const shorterWay = async <S>(
  { run, profile, hello }: Connection<S>,
  caseSource: CaseSource<S>,
  first: Failing<S>,
  { config, probes }: Attempt<S>,
): Promise<Attempt<S> | "none" | "unknown"> => {
  const kinds = kindsOf(profile, hello)
  const tour = searchOf({ profile, caseSource, kinds }, config, probes.length - 1)
  const search = { asks: 0 }
  for await (const { case: each, outcome } of run(upTo(searchAsksMax.all, tour, search, hello.chooses))) {
    if (!isAlike(first, outcome)) continue
    const tried = probed(profile, config, each.actions)
    const until = outcome.tag === "diverged" ? tried.slice(0, outcome.step) : tried
    const taken = until.filter(({ isProbe }, n) => !isProbe || n === until.length - 1)
    if (taken.length < probes.length) return { config, probes: until, outcome }
  }
  return search.asks > searchAsksMax.all ? "unknown" : "none"
}

/** The cases until they ask too much; what they ask is counted. */
function* upTo(
  asksMax: number,
  cases: Iterable<Case>,
  search: { asks: number },
  chooses: readonly string[] | undefined,
): Generator<Case> {
  for (const each of cases) {
    search.asks += each.actions.length
    if (search.asks > asksMax) return
    yield opened(each, chooses)
  }
}
