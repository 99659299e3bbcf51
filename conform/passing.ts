import { closed, distinct, later, type Beyond, type Candidate, type Watch } from "./candidates.ts"
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

/** How many ticks of single candidates are followed from line to line. Where a tick changes nothing, the further ones are none of them. */
const ticksMax = 100_000

/**
 * The candidates after time has passed, and the silent actions that may have happened meanwhile: each with so many ticks in all.
 * One in which something is due before is ruled out.
 *
 * The candidates of a set have gone through at least as many ticks as the set before: `candidates` have `most` at the most.
 */
export const passed = <S>(
  watch: Watch<S>,
  candidates: readonly Candidate<S>[],
  { least, most }: Ticks,
): Passed<S> => {
  const frontier: Overdue<S>[] = []
  const done: Candidate<S>[] = []
  let wave = candidates
  for (let walked = 0; wave.length > 0;) {
    const now = closed(watch, wave)
    if ("tag" in now) return now
    walked += now.length
    if (walked > ticksMax) return { tag: "beyond", size: ticksMax, by: "ticks" }
    done.push(...now.filter(({ ticks }) => ticks >= least))
    const ticked = now
      .filter(({ ticks }) => ticks < most)
      .map((candidate) => tickedFrom(watch, candidate, least, frontier))
      .filter((candidate) => candidate !== null)
    wave = distinct(
      watch,
      isAtRest(watch, now, ticked) ? ticked.map((each) => skippedTo(each, least)) : ticked,
    )
  }
  const all = distinct(watch, done)
  if (all.length > watch.candidatesMax) return { tag: "beyond", size: watch.candidatesMax, by: "number" }
  return all.length === 0 ? { tag: "overdue", frontier } : { tag: "fits", candidates: all }
}

const tick: AskedAction = { kind: "Tick" }

/** A candidate a tick later; null where time stands still, which rules out one that has not had its `least`. */
const tickedFrom = <S>(
  { profile, config }: Watch<S>,
  candidate: Candidate<S>,
  least: number,
  frontier: Overdue<S>[],
): Candidate<S> | null => {
  const { state, ticks } = candidate
  const outcome = profile.step(config, state, tick)
  if (outcome.tag === "next") return later(candidate, tick, outcome.state, true)
  if (ticks < least) frontier.push({ state, after: ticks, possible: profile.enabled(config, state, urgent) })
  return null
}

/** What has a deadline where time passes. */
const urgent: ReadonlySet<string> = new Set([
  "Suspect",
  "AbandonSync",
  "SyncLost",
  "TryLock",
  "BeginLockstep",
  "JoinLockstep",
  "SpawnSecondary",
  "HaRestart",
])

/** Whether a tick has changed none of them, so that no further one will. */
const isAtRest = <S>(
  { profile }: Watch<S>,
  before: readonly Candidate<S>[],
  after: readonly Candidate<S>[],
): boolean =>
  before.length === after.length &&
  before.every(({ state }, n) => profile.key(state) === profile.key((after[n] as Candidate<S>).state))

/** A candidate that rests, with the ticks that it rests through; they are not among its actions, since they change nothing. */
const skippedTo = <S>(candidate: Candidate<S>, ticks: number): Candidate<S> => ({
  ...candidate,
  ticks: Math.max(candidate.ticks, ticks),
})
