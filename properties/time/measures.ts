import type { Config } from "../../model/config.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import { alphabet } from "../../model/action.ts"
import { couldBeProtected } from "../eligibility.ts"
import { leaderOf, leads, reportedState, withStorage } from "../evidence.ts"
import type { GhostIn } from "../ghost.ts"
import type { Step } from "../step.ts"
import type { TimeBounds } from "./bounds.ts"
import { counted, lasting, lastingOfCopies, timedGhost, type Counts } from "./counters.ts"

/**
 * Something that lasts for a bounded number of ticks.
 *
 * Shape  `reached` is for how long it has lasted in a state, with what its ghost has come to; null where it does not last.
 *        `bound` is for how long it may.
 */
export type Measure<V = unknown> = {
  readonly ghost: GhostIn<V>
  reached(value: V, config: Config, state: State, pair: Pair): number | null
  bound(bounds: TimeBounds): number
}

const longestOf = (counts: Counts): number | null =>
  Object.values(counts).reduce<number | null>(
    (most, ticks) => (most === null || (ticks ?? 0) > most ? (ticks ?? 0) : most),
    null,
  )

/** A Primary of an older generation executes beside one of a newer. */
export const dualExecution: Measure<Counts> = {
  ghost: lastingOfCopies(
    "dual-execution",
    ({ dualExecution: most }) => most,
    (_timed, _state, { copies }, copy) =>
      leads(copy) && copies.some((other) => leads(other) && other.generation > copy.generation),
  ),
  reached: (counts, _config, _state, { copies }) =>
    longestOf(counts) ?? (copies.filter(leads).length > 1 ? 0 : null),
  bound: ({ dualExecution: most }) => most,
}

/** Nobody executes at the lock's generation, though a Secondary of it, with storage, could. */
export const waitingForFailover: Measure<number> = {
  ghost: lasting(
    "waiting-for-failover",
    ({ failover }) => failover,
    ({ config }, state, pair) =>
      pair.power === "on" &&
      mayGoOn(config, pair) &&
      leaderOf(pair) === null &&
      pair.copies.some(
        ({ role, phase, generation, host }) =>
          role === "secondary" &&
          phase !== "syncing" &&
          generation === pair.lock.generation &&
          withStorage(state, host),
      ),
  ),
  reached: (ticks) => ticks,
  bound: ({ failover }) => failover,
}

/** A copy of an older generation stays on a host with storage. */
export const staleStays: Measure<Counts> = {
  ghost: lastingOfCopies(
    "stale-stays",
    ({ staleGone }) => staleGone,
    (_timed, state, { lock }, { generation, host }) =>
      generation < lock.generation && withStorage(state, host),
  ),
  reached: longestOf,
  bound: ({ staleGone }) => staleGone,
}

/** A pair that could be running is not, so long after the last fault, recovery or work of an operator. */
export const unrestored: Measure<number> = {
  ghost: timedGhost(({ bounds }) => ({
    id: "since-disturbance",
    begins: 0,
    after: (ticks, move) => (isDisturbance(move.step) ? 0 : counted(move, ticks, bounds.restored + 1)),
    key: String,
  })),
  reached: (ticks, config, state, pair) => (isUnrestored(config, state, pair) ? ticks : null),
  bound: ({ restored }) => restored,
}

/** Whether a lock can still be advanced: at the bound on generations nothing is promised. */
const mayGoOn = ({ bounds }: Config, { lock }: Pair): boolean => lock.generation < bounds.generations

const isUnrestored = (config: Config, state: State, pair: Pair): boolean =>
  pair.power === "on" &&
  pair.ft === "enabled" &&
  mayGoOn(config, pair) &&
  reportedState(pair) !== "running" &&
  couldBeProtected(config, state, pair)

const isDisturbance = ({ action, before, after }: Step): boolean =>
  after.faults > before.faults || ["fault", "recovery", "operator"].includes(alphabet[action.kind].actor)
