import { isFtKind } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { isAlike, probed, type Attempt, type Failing, type Probe } from "./attempt.ts"
import { opened, type Connection } from "./connection.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { Case, CaseSource } from "./case-source.ts"
import { searchOf } from "./search.ts"

// Searches on the implementation for a shorter run to a failure, guided by what the model says of the failing action.

/** How many states may be visited, and actions tried, in search of a shorter run: of one sort, and of all. */
const guidedStatesMax = 4_000
const searchAsksMax = { guided: 20_000, branched: 2_000, all: 40_000 }

/** Before how many of its last actions another run may branch off. */
const branchedMax = 6

/** What bounds such a search. */
type Guided = {
  readonly kinds?: readonly string[]
  readonly kept?: number
  readonly longest?: number
  readonly asksMax?: number
}

/**
 * The shortest run that fails at an action of the same kind with the same verdict of the model, in the simplest cluster
 * that has one; null if none was found that is at most `longest`. With fewer `kinds` there are fewer runs, so that the
 * search gets further; the first actions may be `kept`.
 */
export const guidedRun = async <S>(
  { run, profile, hello }: Connection<S>,
  caseSource: CaseSource<S>,
  { config: found, probes, outcome: first }: Attempt<S>,
  {
    kinds = likelyKinds(profile, hello, probes),
    kept = 0,
    longest = probes.length,
    asksMax = searchAsksMax.guided,
  }: Guided = {},
): Promise<Attempt<S> | null> => {
  const last = probes.at(-1)
  if (last === undefined) return null
  const after = probes.slice(0, kept).map(({ action }) => action)
  const verdict = verdictsOf(profile, found, probes).at(-1)
  const isMeant = (_state: S, { kind }: AskedAction, guard: string | null): boolean =>
    kind === last.action.kind && guard === verdict
  const mayFail = (config: Config): boolean =>
    verdict === undefined || verdict === null || profile.mayRefuse(config, last.action.kind, verdict)
  const clusters = kept === 0 ? different(caseSource.clusters(found)).filter(mayFail) : [found]
  for (const config of clusters) {
    const search = searchOf({ profile, caseSource, kinds }, config, longest, isMeant, guidedStatesMax, after)
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

/** A shorter run of the kinds that are left, from the start. */
export const narrowedRun = <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  attempt: Attempt<S>,
): Promise<Attempt<S> | null> =>
  guidedRun(connection, caseSource, attempt, { kinds: kindsIn(attempt), longest: attempt.probes.length - 1 })

/** A shorter run, of any kinds, that branches off from this one before its end: late branches are tried first. */
export const branchedRun = async <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  attempt: Attempt<S>,
): Promise<Attempt<S> | null> => {
  const { length } = attempt.probes
  for (let kept = length - 2; kept >= Math.max(1, length - branchedMax); kept -= 1) {
    const options = { kept, longest: length - 1, asksMax: searchAsksMax.branched }
    const run = await guidedRun(connection, caseSource, attempt, options)
    if (run !== null) return run
  }
  return null
}

const kindsIn = <S>({ probes }: Attempt<S>): readonly string[] => [
  ...new Set(probes.map(({ action }) => action.kind)),
]

const kindsOf = <S>(profile: Profile<S>, { actions }: Connection<S>["hello"]): readonly string[] =>
  profile.kinds.filter((kind) => (actions as readonly string[]).includes(kind))

/** The same without an administrator's work on FT, where the run has none: it makes many runs of one, and hardly ever a shorter one. */
const likelyKinds = <S>(
  profile: Profile<S>,
  hello: Connection<S>["hello"],
  probes: readonly Probe[],
): readonly string[] => {
  const all = kindsOf(profile, hello)
  return probes.some(({ action }) => isFtKind(action.kind)) ? all : all.filter((kind) => !isFtKind(kind))
}

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
 * A shorter failing run in the same cluster: every action is tried in every state that fewer actions reach, the likely kinds first.
 * "unknown" where that is too much to try.
 */
export const shorterRun = async <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  first: Failing<S>,
  attempt: Attempt<S>,
): Promise<Attempt<S> | "none" | "unknown"> => {
  const { profile, hello } = connection
  const [likely, all] = [likelyKinds(profile, hello, attempt.probes), kindsOf(profile, hello)]
  const found = await shorterRunOf(likely, connection, caseSource, first, attempt)
  return found !== "none" || likely.length === all.length
    ? found
    : shorterRunOf(all, connection, caseSource, first, attempt)
}

const shorterRunOf = async <S>(
  kinds: readonly string[],
  { run, profile, hello }: Connection<S>,
  caseSource: CaseSource<S>,
  first: Failing<S>,
  { config, probes }: Attempt<S>,
): Promise<Attempt<S> | "none" | "unknown"> => {
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
