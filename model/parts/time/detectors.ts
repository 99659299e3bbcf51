import type { Action } from "../../action.ts"
import type { Copy } from "../../copy.ts"
import type { Pair } from "../../pair.ts"
import type { Protocol } from "../../protocol.ts"
import { isSuspicionJustified } from "../../rules/arbitration.ts"
import { hostOf, reachable, type State } from "../../state.ts"
import { clocksOf, listens } from "./clocks.ts"
import { isPossible } from "./obligations.ts"
import { early, late, type Time } from "./parameters.ts"

/**
 * The two detectors of a copy that listens. Heartbeats say that the other's **host** lives, whatever runs there; what comes
 * over the channel says that the other **copy** does. One of them suffices.
 */

/** What a copy in its phase does about silence: it suspects, it is lost, or it gives its Secondary up. */
export const actionOnSilence = ({ id, phase }: Copy): Action | null => {
  switch (phase) {
    case "lockstep":
      return { kind: "Suspect", copy: id }
    case "syncing":
      return { kind: "SyncLost", copy: id }
    case "live":
      return { kind: "AbandonSync", copy: id }
    case "contending":
      return null
  }
}

/** Whether one detector has been silent for so long that the copy may act. */
export const mayAct = (time: Time, copy: Copy): boolean => {
  const { heartbeatSilence, logSilence } = clocksOf(copy)
  return (
    heartbeatSilence >= early(time, time.heartbeatTimeout[copy.role], time.heartbeatPeriod) ||
    logSilence >= early(time, time.silenceTimeout[copy.role], time.logPeriod)
  )
}

/** The silence of heartbeats, and that of the channel, with which the copy must act. */
export const deadlinesOf = (time: Time, { role }: Copy) => ({
  heartbeats: late(time, time.heartbeatTimeout[role]),
  log: late(time, time.silenceTimeout[role]),
})

/** Whether one detector has been silent for so long that the copy must act. */
export const mustAct = (time: Time, copy: Copy): boolean => {
  const { heartbeatSilence, logSilence } = clocksOf(copy)
  const deadlines = deadlinesOf(time, copy)
  return heartbeatSilence >= deadlines.heartbeats || logSilence >= deadlines.log
}

/** Whether no heartbeats come from the host that the copy watches: it has failed, or the link to it is cut. */
export const isHostSilent = (state: State, { host, watch = null }: Copy): boolean =>
  watch !== null && (!hostOf(state, watch).up || !reachable(state, host, watch))

/**
 * Whether nothing comes over the channel: whom the copy listens to is gone, cannot be reached, or does not send. In lockstep
 * that is exactly where a suspicion is justified; before it, where the channel is no longer needed.
 */
export const isChannelSilent = (protocol: Protocol, state: State, pair: Pair, copy: Copy): boolean => {
  if (!listens(copy)) return false
  if (copy.phase === "lockstep") return isSuspicionJustified({ pair, copy }, state, protocol)
  const action = actionOnSilence(copy)
  return action !== null && isPossible(protocol, state, [action])
}
