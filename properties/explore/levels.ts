import { noLength, type Endpoint, type Summary } from "./channels.ts"
import type { Limits, SweepEnd, Swept } from "./sweep-end.ts"
import { shortest, type Tally } from "./tally.ts"

/** Why a level was not expanded to its end, in the order in which one reason gives way to another. */
export const cuts = { none: 0, interrupted: 1, outgrown: 2, asymmetric: 3, astray: 4 } as const

/**
 * What is swept level by level.
 *
 * Shape  `waiting` counts the states of the next level so far. `expand` makes that the level at hand, expands it, and
 *        returns how many of its states are left; `finish` then takes in what others have sent, and returns how many
 *        bytes the states and the two levels take. `cut` is why no more is expanded, the gravest reason there was;
 *        `expand` looks at `isCut` now and then.
 */
type Levels = {
  readonly tally: Tally
  cut: number
  readonly waiting: () => number
  readonly expand: (depth: number, isCut: () => boolean) => Generator<void, number, void>
  readonly finish: () => number
}

/**
 * Sweeps level by level, all workers at once: before each level they exchange their counts, so that all end together.
 * Null where one went astray.
 */
export function* sweepingLevels(
  levels: Levels,
  { statesMax, onLevel, isStopped }: Limits,
  endpoint: Endpoint | null,
): Generator<void, Swept | null, void> {
  const { tally } = levels
  const isCut = (): boolean => {
    if (isStopped()) levels.cut = Math.max(levels.cut, cuts.interrupted)
    return levels.cut !== cuts.none
  }
  let left = 0
  let bytes = 0
  for (let depth = 0; ; depth += 1) {
    const own: Summary = [
      tally.states,
      levels.waiting() + left,
      Math.min(noLength, shortest(tally)),
      levels.cut,
    ]
    const [expanded, allWaiting, minimum, why] = endpoint?.barrier(() => own) ?? own
    if (why === cuts.astray) return null
    const end = endOf({ expanded, waiting: allWaiting, minimum, why, depth, statesMax })
    if (end !== null) return { end, tally, waiting: allWaiting, bytes }
    onLevel(tally, allWaiting)
    left = yield* levels.expand(depth, isCut)
    if (left === 0) tally.depth = depth
    endpoint?.barrier(() => [0, 0, 0, 0])
    bytes = Math.max(bytes, levels.finish())
  }
}

/** Whether a sweep ends before a level, and why: the same for all workers, as all know the same. */
const endOf = ({
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
