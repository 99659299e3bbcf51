import type { Action } from "./action.ts"
import type { Bounds } from "./config.ts"
import type { CopyId } from "./ids.ts"
import { copyIn, currentPrimary, type Pair } from "./pair.ts"
import { pairsOf, type State } from "./state.ts"

/** Whether one fault more would be too many. */
export const isFaultBeyond = (bounds: Bounds, { faults }: State): boolean => faults >= bounds.faults

/**
 * Whether a step leads beyond the bounds within which a cluster is explored. They are no part of the protocol: laid over
 * it, they refuse a step which all its guards allow. What costs a generation is refused where none is left, also in a mutant
 * that does not pay.
 */
export const isBeyond = (bounds: Bounds, before: State, action: Action, after: State): boolean =>
  before.pairs !== after.pairs &&
  pairsOf(after).some((pair) => {
    const earlier = before.pairs[pair.id]
    if (earlier === undefined || earlier === pair) return false
    const from = earlier.lock.generation
    const isLast = from >= bounds.generations
    if (isLast && pair.lock.generation > from) return true
    switch (action.kind) {
      case "PowerOff":
        return from > bounds.powerOffUpTo || isLast
      case "HaRestart":
        return isLast
      case "TryLock":
        return isLast && wins(earlier, pair, action.copy)
      case "TestFailover":
        // The failover that it brings about is to come.
        return from > bounds.fencesUpTo || isLast
      case "TestRestartSecondary":
        return (from > bounds.fencesUpTo || isLast) && wins(earlier, pair, action.copy)
      case "SuspendFT":
      case "TurnOffFT":
        return (from > bounds.fencesUpTo || isLast) && mayFence(earlier, action.copy)
      case "Record":
        return pair.copies.some(({ id, log }) => id === action.copy && log.length > bounds.log)
      default:
        return false
    }
  })

/** Whether it is a Primary in lockstep at the lock's generation that an operation on FT asks, which will advance the lock. */
const mayFence = (pair: Pair, named: CopyId | undefined): boolean => {
  const asked = named === undefined ? currentPrimary(pair) : copyIn(pair, named)
  return asked?.phase === "lockstep" && asked.generation === pair.lock.generation
}

/** Whether a copy goes live by a lock that was at its generation. In the protocol it then advances the lock. */
const wins = (before: Pair, after: Pair, id: CopyId): boolean =>
  copyIn(before, id)?.generation === before.lock.generation && copyIn(after, id)?.phase === "live"
