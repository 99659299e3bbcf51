import type { Config } from "../model/config.ts"
import { isAlike, probed, type Attempt, type Failing, type Probe } from "./attempt.ts"
import type { Connection } from "./connection.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { Case, CaseSource } from "./case-source.ts"
import { guidedRun, narrowedRun, shorterRun, branchedRun } from "./shorter-run.ts"

/**
 * How surely an implementation fails in a case: always alike; depending on how fast it is asked; now and then, in
 * `failures` of `runs`; or that it was not tried again.
 */
export type Steadiness = {
  readonly tag: "deterministic" | "time-dependent" | "flaky" | "seen once"
  readonly failures: number
  readonly runs: number
}

/**
 * A failing case after shrinking: how it fails, and how short it is known to be. `spent` is set where all runs that it
 * may take were taken before nothing more could go; `cut` says what ended it before.
 */
export type Shrunk<S> = {
  readonly config: Config
  readonly actions: readonly AskedAction[]
  readonly outcome: Failing<S>
  readonly steadiness: Steadiness
  readonly minimality: "found" | "1-minimal" | "shortest"
  readonly trials: number
  readonly spent?: true
  readonly cut: "time" | "signal" | null
}

/** How often a case is run before it is shrunk: at full speed, and slowly. */
const fastRuns = 5
const slowRuns = 2

/** Milliseconds before each action in a slow run. */
const slowPace = 20

/** How often a candidate is tried on an implementation that fails now and then. */
const flakyTries = 8

/** How many runs on the implementation one shrinking may take; those that wait for a timeout are dear. */
const trialsMax = { broken: 400, waiting: 6 }

/**
 * Makes a failing case short, on the implementation itself: every candidate is reset and run anew, and is first made
 * legal by the model, so that nothing is asked that the model refuses, but for what was refused before. Most failures
 * are one wrong step: the failing action is first asked again wherever the model gives the same verdict, nearest first.
 * Then drops episodes and single actions, simplifies the cluster, asks again what failed after actions of the kinds
 * that are left, and tries all shorter runs at last. Once it is late, nothing more is begun, and the shortest case so
 * far is reported.
 */
export const shrink = async <S>(
  patient: Connection<S>,
  caseSource: CaseSource<S>,
  failing: Case,
  first: Failing<S>,
  isLate: () => boolean = () => false,
): Promise<Shrunk<S>> => {
  const budget = budgetOf(isWaiting(first) ? trialsMax.waiting : trialsMax.broken, isLate)
  const connection: Connection<S> = {
    ...patient,
    run: (cases) => patient.run(inTime(cases, budget), budget.isLate),
    trial: (config, actions, pace) => patient.trial(config, actions, pace, budget.isLate),
  }
  const cut = (): Shrunk<S>["cut"] => (budget.isLate() ? "time" : null)
  const steadiness = await steadinessOf(connection, failing, first, budget)
  const attempt = attemptOf(connection, caseSource, first, steadiness, budget)
  const whole = await attempt(failing.config, probed(connection.profile, failing.config, failing.actions))
  if (whole === null) {
    const { config, actions } = failing
    const upTo = first.tag === "diverged" ? actions.slice(0, first.step) : actions
    const { trials } = budget
    return { config, actions: upTo, outcome: first, steadiness, minimality: "found", trials, cut: cut() }
  }
  const isSteady = steadiness.tag === "deterministic" && !isWaiting(first)
  const led = isSteady && first.tag === "diverged" ? await guidedRun(connection, caseSource, whole) : null
  let best: Attempt<S> = led ?? (await withFewer(attempt, await withoutEpisodes(attempt, caseSource, whole)))
  if (isSteady && first.tag === "broken") best = (await guidedRun(connection, caseSource, best)) ?? best
  let isNarrowed = !isSteady || led !== null
  for (;;) {
    const fewer = await withFewer(attempt, best)
    const simpler = await inSimpler(attempt, connection.profile, caseSource, fewer)
    if (simpler !== fewer) {
      best = simpler
      continue
    }
    if (!isNarrowed) {
      isNarrowed = true
      const narrower =
        (await narrowedRun(connection, caseSource, fewer)) ??
        (await branchedRun(connection, caseSource, fewer))
      if (narrower !== null) {
        best = narrower
        isNarrowed = false
        continue
      }
    }
    const isSearched = isSteady && !budget.isSpent()
    const shorter = isSearched ? await shorterRun(connection, caseSource, first, fewer) : "unknown"
    if (shorter !== "none" && shorter !== "unknown") {
      best = await withFewer(attempt, shorter)
      if (best.probes.length < fewer.probes.length) continue
    }
    const isSpent = budget.trials >= budget.max
    const ended = cut()
    const isCut = ended !== null
    const minimality = isCut ? "found" : shorter === "none" ? "shortest" : isSpent ? "found" : "1-minimal"
    return {
      config: fewer.config,
      actions: fewer.probes.map(({ action }) => action),
      outcome: fewer.outcome,
      steadiness,
      minimality,
      trials: budget.trials,
      ...(minimality === "found" && !isCut ? { spent: true } : {}),
      cut: ended,
    }
  }
}

/** How many runs have been made and may be. Once it is late, it stays so. */
type Budget = {
  trials: number
  readonly max: number
  readonly isLate: () => boolean
  readonly isSpent: () => boolean
}

const budgetOf = (max: number, isLate: () => boolean): Budget => {
  let wasLate = false
  const budget: Budget = {
    trials: 0,
    max,
    isLate: () => (wasLate ||= isLate()),
    isSpent: () => budget.trials >= max || budget.isLate(),
  }
  return budget
}

function* inTime(cases: Iterable<Case | null>, { isLate }: Budget): Generator<Case | null> {
  for (const each of cases) {
    if (isLate()) return
    yield each
  }
}

type Attempts<S> = (config: Config, probes: readonly Probe[]) => Promise<Attempt<S> | null>

/** Whether a failure is that something did not come: then each trial takes as long as that. */
const isWaiting = <S>(outcome: Failing<S>): boolean =>
  outcome.tag === "broken" && ["hung", "late", "no-newline"].includes(outcome.fault.code)

const steadinessOf = async <S>(
  connection: Connection<S>,
  { config, actions }: Case,
  first: Failing<S>,
  budget: Budget,
): Promise<Steadiness> => {
  if (isWaiting(first)) return { tag: "deterministic", failures: 1, runs: 1 }
  const fast: boolean[] = []
  const slow: boolean[] = []
  const tried = async (runs: boolean[], times: number, pace: number): Promise<void> => {
    for (let i = 0; i < times && !budget.isLate(); i += 1) {
      const outcome = await connection.trial(config, actions, pace)
      if (outcome.tag !== "cut") runs.push(isAlike(first, outcome))
    }
  }
  await tried(fast, fastRuns, 0)
  await tried(slow, slowRuns, slowPace)
  const runs = [...fast, ...slow]
  budget.trials += runs.length
  if (runs.length === 0) return { tag: "seen once", failures: 1, runs: 1 }
  const failures = runs.filter((failed) => failed).length
  const isUnanimous = (some: readonly boolean[]): boolean => some.every((failed) => failed === some[0])
  if (isUnanimous(runs) && failures > 0) return { tag: "deterministic", failures, runs: runs.length }
  const tag = isUnanimous(fast) && isUnanimous(slow) && failures > 0 ? "time-dependent" : "flaky"
  return { tag, failures: Math.max(failures, 1), runs: runs.length + (failures === 0 ? 1 : 0) }
}

const attemptOf = <S>(
  { trial, profile }: Connection<S>,
  caseSource: CaseSource<S>,
  first: Failing<S>,
  { tag, failures, runs }: Steadiness,
  budget: Budget,
): Attempts<S> => {
  // Different actions may be left out and the same be left: that is run once.
  const fitting = new Set<string>()
  return async (config, probes) => {
    const legal = legalised(profile, caseSource, config, probes)
    if (legal.length === 0 && probes.length > 0) return null
    const actions = legal.map(({ action }) => action)
    const key = JSON.stringify([config, actions])
    if (fitting.has(key)) return null
    const isSlowOnly = tag === "time-dependent" && failures <= slowRuns && runs > failures
    for (let i = 0; i < (tag === "flaky" ? flakyTries : 1); i += 1) {
      if (budget.isSpent()) return null
      budget.trials += 1
      const outcome = await trial(config, actions, isSlowOnly ? slowPace : 0)
      if (!isAlike(first, outcome)) continue
      return { config, probes: outcome.tag === "diverged" ? legal.slice(0, outcome.step) : legal, outcome }
    }
    fitting.add(key)
    return null
  }
}

/** What the model allows of the actions, and the probes; copies by the names that they have this time. */
const legalised = <S>(
  profile: Profile<S>,
  caseSource: CaseSource<S>,
  config: Config,
  probes: readonly Probe[],
): readonly Probe[] => {
  const names = caseSource.renaming()
  let state = profile.initial(config)
  return probes.flatMap(({ action: original, isProbe }) => {
    const action = names.renamed(original)
    const outcome = profile.step(config, state, action)
    // What was refused started no copy.
    if (!isProbe) names.note(original, outcome.tag === "next" ? state : null)
    if (outcome.tag === "next") state = outcome.state
    else if (!isProbe || outcome.guard === "bound") return []
    return [{ action, isProbe: outcome.tag === "refused" }]
  })
}

/** Drops what belongs together: first all that is only asked to be refused, then episodes, the largest first. */
const withoutEpisodes = async <S>(
  attempt: Attempts<S>,
  caseSource: CaseSource<S>,
  start: Attempt<S>,
): Promise<Attempt<S>> => {
  const last = start.probes.length - 1
  const without = async ({ config, probes }: Attempt<S>, isLeftOut: (n: number) => boolean) => {
    const shorter = await attempt(
      config,
      probes.filter((_, n) => !isLeftOut(n)),
    )
    return shorter !== null && shorter.probes.length < probes.length ? shorter : null
  }
  let best = (await without(start, (n) => start.probes[n]?.isProbe === true && n !== last)) ?? start
  for (;;) {
    const { probes } = best
    const isTaken = probes.map(({ isProbe }) => !isProbe)
    let shorter: Attempt<S> | null = null
    for (const episode of caseSource.episodes(
      probes.map(({ action }) => action),
      isTaken,
    )) {
      const places = new Set(episode)
      shorter = await without(best, (n) => places.has(n))
      if (shorter !== null) break
    }
    if (shorter === null) return best
    best = shorter
  }
}

/** Drops actions, in chunks from half of the case down to single ones, until none can go. */
const withFewer = async <S>(attempt: Attempts<S>, start: Attempt<S>): Promise<Attempt<S>> => {
  let best = start
  for (let size = Math.max(1, best.probes.length >> 1); ; size = Math.max(1, size >> 1)) {
    let dropped = false
    for (let at = best.probes.length - size; at >= 0; at -= 1) {
      const { probes } = best
      const shorter = await attempt(best.config, [...probes.slice(0, at), ...probes.slice(at + size)])
      if (shorter === null || shorter.probes.length >= probes.length) continue
      best = shorter
      dropped = true
      at = Math.min(at, best.probes.length - size + 1)
    }
    if (size === 1 && !dropped) return best
  }
}

const inSimpler = async <S>(
  attempt: Attempts<S>,
  profile: Profile<S>,
  caseSource: CaseSource<S>,
  start: Attempt<S>,
): Promise<Attempt<S>> => {
  const actions = start.probes.map(({ action }) => action)
  for (const simpler of caseSource.simpler(start.config, actions)) {
    const again = await attempt(simpler.config, probed(profile, simpler.config, simpler.actions))
    if (again !== null && again.probes.length <= start.probes.length)
      return inSimpler(attempt, profile, caseSource, again)
  }
  return start
}
