import { describe, kindsOf, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { isSame } from "../../model/identity.ts"
import type { State } from "../../model/state.ts"
import { fairlyEnabled, successors, type Successor } from "../../model/step.ts"
import type { Protocol } from "../../model/protocol.ts"
import { becomesQuiescent } from "../liveness.ts"
import { isPromised } from "../property.ts"
import { boundsOf } from "../time/bounds.ts"

/**
 * Whether a state is quiescent: no enabled, weakly fair action changes it. An action that stays enabled and leaves the
 * state as it is, such as a retry that never succeeds, is no progress.
 */
export const isQuiescent = (protocol: Protocol, state: State): boolean =>
  fairlyEnabled(protocol, state).every((successor) => isSame(successor.state, state))

/**
 * Whether liveness is checked in a state: not where a pair is at the bound of its generations, for there it may not be
 * able to go on.
 */
export const isJudged = ({ bounds }: Config, state: State): boolean =>
  Object.values(state.pairs).every((pair) => pair.lock.generation < bounds.generations)

/** A generous bound on how many steps a cluster takes to become quiescent once it is left to itself. */
export const quiescenceStepsMax = ({ hosts, pairs, bounds, time }: Config): number => {
  const entries = Number.isFinite(bounds.log) ? bounds.log : 0
  const ticks = time === undefined ? 0 : 4 * boundsOf(time).restored
  return 50 + pairs.length * (20 + 4 * hosts.length * (4 + entries) + ticks)
}

/**
 * How many steps a cluster is left to itself for: until it should long be quiescent; where that is not promised, since false
 * alarms may go on for ever, for a while.
 */
export const tailMax = (config: Config): number =>
  isPromised(becomesQuiescent, config) ? quiescenceStepsMax(config) : 50

/**
 * The enabled, weakly fair action that has waited longest, kind after kind in turn; null if the state is quiescent. An
 * action that stays enabled is taken eventually: weak fairness, made into a schedule.
 */
export const nextFair = (
  protocol: Protocol,
  state: State,
  lastTaken: Map<string, number>,
  now: number,
): Successor | null => {
  const fairKinds = protocol.rules.Tick === undefined ? ofProtocol : ofProtocolInTime
  for (let i = 0; i < fairKinds.length; i += 1) {
    const kind = fairKinds[(now + i) % fairKinds.length] as Kind
    const due = successors(protocol, state, [kind]).filter(
      (successor) => successor.state.faults === state.faults && !isSame(successor.state, state),
    )
    const oldest = due.reduce<Successor | null>(
      (best, each) =>
        best === null || waitedSince(lastTaken, each) < waitedSince(lastTaken, best) ? each : best,
      null,
    )
    if (oldest === null) continue
    lastTaken.set(describe(oldest.action), now)
    return oldest
  }
  return null
}

const ofProtocol = kindsOf("protocol")
const ofProtocolInTime: readonly Kind[] = [...ofProtocol, ...kindsOf("time")]

const waitedSince = (lastTaken: Map<string, number>, { action }: Successor): number =>
  lastTaken.get(describe(action)) ?? -1
