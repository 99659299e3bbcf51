import { noLength } from "./channels.ts"
import type { Tally } from "./tally.ts"

/**
 * Why a sweep ended. "outgrown": a faulty rule went beyond the bounds, and a number beyond the room that there is for it;
 * "asymmetric": the rules do not treat alike what the scope has change places.
 */
export type SweepEnd =
  "complete" | "violation" | "too many states" | "interrupted" | "outgrown" | "asymmetric"

/**
 * How a sweep went. `waiting` counts states that were found and not expanded; `bytes` is the most that the table and
 * the levels took.
 */
export type Swept = {
  readonly end: SweepEnd
  readonly tally: Tally
  readonly waiting: number
  readonly bytes: number
}

/** How far a sweep may go, whom it tells of each level, and whom it asks whether to go on. */
export type Limits = {
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly onLevel: (tally: Tally, waiting: number) => void
  readonly isStopped: () => boolean
}

/** Why a level was not expanded to its end, in the order in which one reason gives way to another. */
export const cuts = { none: 0, interrupted: 1, outgrown: 2, asymmetric: 3, astray: 4 } as const

/** Whether a sweep ends before a level, and why: the same for all workers, as all know the same. */
export const endOf = ({
  expanded,
  waiting,
  minimum,
  why,
  depth,
  statesMax,
}: {
  readonly expanded: number
  readonly waiting: number
  readonly minimum: number
  readonly why: number
  readonly depth: number
  readonly statesMax: number
}): SweepEnd | null => {
  const isViolated = minimum < noLength
  const isTooMuch = expanded + waiting > statesMax
  if (why === cuts.asymmetric) return "asymmetric"
  if (isViolated && (minimum <= depth - 1 || waiting === 0 || isTooMuch || why !== cuts.none))
    return "violation"
  if (why === cuts.outgrown) return "outgrown"
  if (waiting === 0) return "complete"
  if (why === cuts.interrupted) return "interrupted"
  return isTooMuch ? "too many states" : null
}
