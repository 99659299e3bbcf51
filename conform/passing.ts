import { closed, distinct, later, type Beyond, type Candidate, type Watch } from "./candidates.ts"
import { urgentKinds } from "../properties/time/urgent.ts"
import type { AskedAction } from "./profile.ts"

/** From how many ticks to how many may have passed since the beginning. */
export type Ticks = { readonly least: number; readonly most: number }

/** A state in which time stands still after so many ticks: something is due, and is one of the actions that are possible. */
export type Overdue<S> = {
  readonly state: S
  readonly after: number
  readonly possible: readonly AskedAction[]
}

/** What is left of a set when time has passed; or that time cannot have, and what was due in each candidate; or too many. */
type Passed<S> =
  | { readonly tag: "fits"; readonly candidates: readonly Candidate<S>[] }
  | { readonly tag: "overdue"; readonly frontier: readonly Overdue<S>[] }
  | Beyond

/** How many ticks of single candidates are followed from line to line. Where the same states stay possible, time leaps. */
const ticksMax = 500_000

/** Of how many states, at the most, it is said what was due in them. */
const frontierMax = 100

/** The candidates at the first line: what may have happened silently until then, in any time. From there ticks are counted. */
export const begunBefore = <S>(
  { timed: _, ...watch }: Watch<S>,
  candidates: readonly Candidate<S>[],
): readonly Candidate<S>[] | Beyond => {
  if (watch.silent.size === 0) return candidates
  const all = closed({ ...watch, silent: new Set([...watch.silent, "Tick"]) }, candidates)
  return "tag" in all ? all : all.map((candidate) => ({ ...candidate, ticks: 0 }))
}

/**
 * The candidates after time has passed, and the silent actions that may have happened meanwhile: each with so many ticks in all.
 * One in which something is due before is ruled out. The ways of those that are left have no ticks of times in which the same states
 * stayed possible.
 */
export const passed = <S>(
  watch: Watch<S>,
  candidates: readonly Candidate<S>[],
  { least, most }: Ticks,
): Passed<S> => {
  const overdue: Candidate<S>[] = []
  const done: Candidate<S>[] = []
  let open = candidates
  let before: ReadonlySet<string> | null = null
  for (let walked = 0; open.length > 0;) {
    const ticks = Math.min(...open.map((candidate) => candidate.ticks))
    const ahead = open.filter((candidate) => candidate.ticks > ticks)
    const now = closed(
      watch,
      open.filter((candidate) => candidate.ticks === ticks),
    )
    if ("tag" in now) return now
    walked += now.length
    if (walked > ticksMax) return { tag: "beyond", size: ticksMax, by: "ticks" }
    if (ticks >= least) done.push(...now)
    const keys: ReadonlySet<string> = new Set(now.map(({ state }) => watch.profile.key(state)))
    if (ahead.length === 0 && ticks < least && before !== null && isSame(keys, before)) {
      open = now.map((candidate) => ({ ...candidate, ticks: least }))
      before = null
      continue
    }
    before = ahead.length === 0 ? keys : null
    const ticked = ticks < most ? now.map((candidate) => tickedFrom(watch, candidate)) : []
    overdue.push(...now.filter((_, n) => ticks < least && ticked[n] === null))
    open = distinct(watch, [...ticked.filter((candidate) => candidate !== null), ...ahead])
  }
  const all = distinct(watch, done)
  if (all.length > watch.candidatesMax) return { tag: "beyond", size: watch.candidatesMax, by: "number" }
  return all.length === 0
    ? { tag: "overdue", frontier: overdue.slice(0, frontierMax).map((each) => dueIn(watch, each)) }
    : { tag: "fits", candidates: all }
}

const isSame = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  some.size === others.size && [...some].every((key) => others.has(key))

const tick: AskedAction = { kind: "Tick" }

/** A candidate a tick later; null where time stands still. */
const tickedFrom = <S>({ profile, config }: Watch<S>, candidate: Candidate<S>): Candidate<S> | null => {
  const outcome = profile.step(config, candidate.state, tick)
  return outcome.tag === "next" ? later(candidate, tick, outcome.state, true) : null
}

const dueIn = <S>({ profile, config }: Watch<S>, { state, ticks }: Candidate<S>): Overdue<S> => ({
  state,
  after: ticks,
  possible: profile.enabled(config, state, urgent),
})

/** What has a deadline where time passes. */
const urgent: ReadonlySet<string> = new Set(urgentKinds)
