import { peer, phase } from "../../../impl/engine/machine.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Evidence } from "../evidence.ts"
import type { Role } from "./bounds.ts"

/** Who listens to whom in a packed state, and what of it is to be heard. */
export type Silence = ReturnType<typeof silenceOf>

export const silenceOf = (view: View, { isUp, linked, follows, farEnd, nearEnd, isReadable }: Evidence) => {
  const { hosts, controlOf, phaseIn, peerIn, hostOf, pairOf } = view

  /** The role of a copy by its control. */
  const roleIn = (control: number): Role => (follows(phaseIn(control)) ? "secondary" : "primary")

  /** Whether a copy, by its control, listens to another. */
  const listens = (control: number): boolean => {
    const phaseNow = phaseIn(control)
    if (phaseNow === phase.live) return peerIn(control) !== peer.none
    return (
      phaseNow === phase.syncing || phaseNow === phase.lockstepPrimary || phaseNow === phase.lockstepSecondary
    )
  }

  /** The slot of the copy that one listens to; -1 if that one is gone. */
  const heardBy = (slot: number): number => {
    const first = pairOf(slot) * hosts
    return follows(phaseIn(controlOf(slot))) ? nearEnd(first, slot) : farEnd(first, controlOf(slot))
  }

  /** Whether no heartbeats of one host arrive at another. */
  const isHostSilent = (from: number, at: number): boolean => !isUp(from) || !linked(from, at)

  /** Whether the copy that another listens to sends nothing. */
  const isMute = (listener: number, other: number): boolean => {
    switch (phaseIn(listener)) {
      case phase.syncing:
        return false
      case phase.live:
        return phaseIn(other) !== phase.syncing
      case phase.lockstepSecondary:
        return phaseIn(other) !== phase.lockstepPrimary && phaseIn(other) !== phase.lockstepSecondary
      default:
        return phaseIn(other) !== phase.lockstepSecondary && phaseIn(other) !== phase.syncing
    }
  }

  /** Whether nothing comes to a copy that listens: there is nobody, or out of reach, or one that does not send. */
  const isChannelSilent = (slot: number): boolean => {
    const other = heardBy(slot)
    if (other < 0 || !linked(hostOf(slot), hostOf(other))) return true
    return isReadable(pairOf(slot), hostOf(slot), hostOf(other)) || isMute(controlOf(slot), controlOf(other))
  }

  return { roleIn, listens, heardBy, isHostSilent, isChannelSilent }
}
