import { phase } from "../../../impl/engine/machine.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Evidence } from "../evidence.ts"
import { noProperty, only, union, type PropertySet } from "../property-set.ts"
import type { Bounds } from "./bounds.ts"
import type { Silence } from "./silence.ts"

/** S3b, L5a and L5f over packed states: what must hold of one pair in every state in which time passes. */
export const clockMonitorOf = (
  view: View,
  { leads, withStorage }: Evidence,
  { roleIn, listens, isChannelSilent }: Silence,
  { detectors, answer }: Bounds,
): ((pair: number) => PropertySet) => {
  const { hosts, controlOf, phaseIn, hostOf, fieldOf } = view
  const heartbeatSilence = fieldOf("copy", "heartbeatSilence")
  const logSilence = fieldOf("copy", "logSilence")
  const obligation = fieldOf("copy", "obligation")

  /** Whether a copy that listens, and can do something about it, has been in silence for longer than it may. */
  const isOverdue = (slot: number, control: number): boolean => {
    const { heartbeats, log } = detectors[roleIn(control)]
    if (heartbeatSilence.of(slot) <= heartbeats.late && logSilence.of(slot) <= log.late) return false
    const phaseNow = phaseIn(control)
    const isInLockstep = phaseNow === phase.lockstepPrimary || phaseNow === phase.lockstepSecondary
    return isInLockstep || isChannelSilent(slot)
  }

  /** Whether a contender with storage should have tried the lock. */
  const isUnanswered = (slot: number, control: number): boolean => {
    const phaseNow = phaseIn(control)
    const contends = phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary
    return contends && obligation.of(slot) > answer[roleIn(control)] && withStorage(hostOf(slot))
  }

  return (pair) => {
    let found = noProperty
    let executing = 0
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const control = controlOf(slot)
      if (control === 0) continue
      if (leads(phaseIn(control))) executing += 1
      if (listens(control) && isOverdue(slot, control)) found = union(found, only.L5a)
      if (isUnanswered(slot, control)) found = union(found, only.L5f)
    }
    return executing > 1 ? union(found, only.S3b) : found
  }
}
