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

/** How far a sweep may go, what it calls at each level, and what says whether to stop. */
export type Limits = {
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly onLevel: (tally: Tally, waiting: number) => void
  readonly isStopped: () => boolean
}
