import type { Action, Schedule } from "./action.ts"

/** How many of `runs` have shown what was looked for. */
export type Tally = { readonly shown: number; readonly runs: number }

/** Runs schedules, each as often as it takes to judge it, and counts. */
export type Count = (schedules: readonly Schedule[]) => Promise<readonly Tally[]>

/**
 * Makes a schedule shorter and simpler, as long as it still shows what was found in it: actions are dropped, a race
 * loses one of its racers or becomes tries one after the other, waits are halved. What was shown in every run must
 * stay so; what was shown in some only, must show at least half as often. What is left gets no simpler by one such
 * step, as far as these runs could tell.
 */
export const shrink = async (count: Count, schedule: Schedule): Promise<Schedule> => {
  let best = schedule
  let start: Tally | undefined
  for (;;) {
    const steps = stepsFrom(best)
    const [itself, ...tallies] = await count([best, ...steps.map((step) => applied(best, [step]))])
    start ??= itself as Tally
    const { shown, runs } = start
    if (shown === 0) return best
    const isKept = (tally: Tally | undefined): boolean =>
      tally !== undefined && (shown === runs ? tally.shown === tally.runs : 2 * tally.shown >= shown)
    const kept = steps.filter((_, n) => isKept(tallies[n]))
    if (kept.length === 0) return best
    best = await together(count, isKept, best, kept)
  }
}

/** All steps at once, if what was found stays; else the first alone, which is known to keep it. */
const together = async (
  count: Count,
  isKept: (tally: Tally | undefined) => boolean,
  schedule: Schedule,
  steps: readonly Step[],
): Promise<Schedule> => {
  const first = applied(schedule, steps.slice(0, 1))
  const one = new Map(steps.toReversed().map((step) => [step.at, step]))
  if (one.size === 1) return first
  const all = applied(schedule, [...one.values()])
  const [tally] = await count([all])
  return isKept(tally) ? all : first
}

/** What is to stand in place of the action at `at`. */
type Step = { readonly at: number; readonly instead: readonly Action[] }

const stepsFrom = (schedule: Schedule): readonly Step[] =>
  schedule.flatMap((action, at) => [
    { at, instead: [] },
    ...simpler(action).map((instead) => ({ at, instead })),
  ])

const simpler = (action: Action): readonly (readonly Action[])[] => {
  if (action.kind === "Race") {
    const { copies } = action
    const without = copies.map((left): Action => ({
      ...action,
      copies: copies.filter((copy) => copy !== left),
    }))
    const inTurn = copies.map((copy): Action => ({ kind: "TryLock", copy }))
    return [...(copies.length > 2 ? without.map((fewer) => [fewer]) : []), inTurn]
  }
  if (action.kind === "Advance" && action.ms >= 2 * shortestMs)
    return [[{ kind: "Advance", ms: Math.floor(action.ms / 2) }]]
  return []
}

/** The shortest wait that is worth having. */
const shortestMs = 100

const applied = (schedule: Schedule, steps: readonly Step[]): Schedule =>
  schedule.flatMap((action, at) => steps.find((step) => step.at === at)?.instead ?? [action])
