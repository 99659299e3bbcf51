import { phase } from "../machine.ts"
import type { View } from "../view.ts"

/** Whether a copy in lockstep has lost the other half of its pair, so that to suspect it is no fault. */
export const justificationIn = (view: View): ((slot: number, copy: number) => boolean) => {
  const { controlOf, phaseIn, primaryOf, peerSlot, reaches } = view

  const isJustified = (slot: number, copy: number): boolean =>
    phaseIn(copy) === phase.lockstepPrimary ? hasLostPeer(slot, copy) : hasLostPrimary(slot)

  const hasLostPrimary = (slot: number): boolean => {
    const primary = primaryOf(slot)
    return primary < 0 || phaseIn(controlOf(primary)) !== phase.lockstepPrimary || !reaches(primary, slot)
  }

  const hasLostPeer = (slot: number, copy: number): boolean => {
    const other = peerSlot(slot, copy)
    if (other < 0 || !reaches(slot, other)) return true
    const phaseNow = phaseIn(controlOf(other))
    return phaseNow !== phase.lockstepSecondary && phaseNow !== phase.syncing
  }

  return isJustified
}
