import { ftSetting } from "../fields.ts"
import { refusal, taken } from "../guards.ts"
import { peer, phase } from "../machine.ts"
import type { Placement } from "../placement.ts"
import { isSecondary } from "../phase.ts"
import type { View } from "../view.ts"

/** How a Primary gets its Secondary, and how both give each other up. */
export const redundancyRules = (view: View, { ineligible, isPicked, isOtherDown }: Placement) => {
  const {
    hosts,
    controlOf,
    phaseIn,
    generationIn,
    releasedIn,
    peerIn,
    deliveredIn,
    ftOf,
    isOn,
    pairOf,
    hostOf,
  } = view
  const { control, withPhase, withReleased, withChannel, withoutChannel, write } = view
  const { registerSecondary, logOf, lengthOf, copyPrefix, reaches, primaryOf, peerSlot, halt } = view

  const SpawnSecondary = (slot: number, host: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) !== phase.live) return refusal.phase
    if (peerIn(copy) !== peer.none) return refusal.peer
    if (!isOn(pairOf(slot))) return refusal.power
    if (ftOf(pairOf(slot)) !== ftSetting.enabled) return refusal.ft
    const reason = ineligible(pairOf(slot), host, hostOf(slot))
    if (reason !== 0) return reason
    if (!isPicked(pairOf(slot), host, hostOf(slot))) return refusal.policy
    if (isOtherDown(pairOf(slot))) return refusal["restart-first"]

    start(slot, host)
    return taken
  }

  const start = (slot: number, host: number): void => {
    const copy = controlOf(slot)
    write(slot, withChannel(copy, peer.first + host, 0, 0))
    registerSecondary(pairOf(slot), host)
    write(pairOf(slot) * hosts + host, control(phase.syncing, generationIn(copy), 0))
  }

  const BeginLockstep = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) !== phase.live) return refusal.phase
    const other = peerSlot(slot, copy)
    if (other < 0 || phaseIn(controlOf(other)) !== phase.syncing) return refusal.peer
    if (!reaches(slot, other)) return refusal.unreachable

    const length = lengthOf(logOf(slot))
    write(slot, withPhase(withChannel(copy, peerIn(copy), length, length), phase.lockstepPrimary))
    return taken
  }

  const JoinLockstep = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (phaseIn(copy) !== phase.syncing) return refusal.phase
    const primarySlot = primaryOf(slot)
    const primary = primarySlot < 0 ? 0 : controlOf(primarySlot)
    if (phaseIn(primary) !== phase.lockstepPrimary) return refusal.primary
    if (!reaches(primarySlot, slot)) return refusal.unreachable

    copyPrefix(logOf(primarySlot), logOf(slot), deliveredIn(primary))
    write(slot, withPhase(withReleased(copy, releasedIn(primary)), phase.lockstepSecondary))
    return taken
  }

  const AbandonSync = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) !== phase.live) return refusal.phase
    if (peerIn(copy) === peer.none) return refusal.peer
    const other = peerSlot(slot, copy)
    const comesUp = other >= 0 && phaseIn(controlOf(other)) === phase.syncing && reaches(slot, other)
    if (comesUp) return refusal.needed

    write(slot, withoutChannel(copy))
    return taken
  }

  const SyncLost = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (phaseIn(copy) !== phase.syncing) return refusal.phase
    const primary = primaryOf(slot)
    if (primary >= 0 && reaches(primary, slot)) return refusal.needed

    halt(slot)
    return taken
  }

  return { SpawnSecondary, BeginLockstep, JoinLockstep, AbandonSync, SyncLost }
}
