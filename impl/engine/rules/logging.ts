import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import { isSecondary } from "../phase.ts"
import type { View } from "../view.ts"

/** Recording, and the FT logging channel. Each rule takes the slot of a copy and answers with a guard, or `taken`. */
export const loggingRules = (view: View) => {
  const { layout, controlOf, phaseIn, generationIn, releasedIn, peerIn, deliveredIn, ackedIn } = view
  const { withReleased, withChannel, write, logOf, observedOf, lengthOf, entryOf, entryFor, append } = view
  const { primaryOf, hasStorage, hostOf, pairOf, reaches } = view
  const logMax = layout.config.bounds.log

  const Record = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) === phase.contendingPrimary) return refusal.phase
    if (!hasStorage(hostOf(slot))) return refusal.storage
    const length = lengthOf(logOf(slot))
    if (length >= logMax) return refusal.bound

    append(logOf(slot), entryFor(generationIn(copy), length + 1))
    return taken
  }

  const Deliver = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (phaseIn(copy) === phase.lockstepPrimary) return refusal["secondary-only"]
    if (phaseIn(copy) !== phase.lockstepSecondary) return refusal.phase
    const primarySlot = primaryOf(slot)
    const primary = primarySlot < 0 ? 0 : controlOf(primarySlot)
    if (phaseIn(primary) !== phase.lockstepPrimary) return refusal.primary
    if (generationIn(primary) !== generationIn(copy)) return refusal.primary
    if (!reaches(primarySlot, slot)) return refusal.unreachable
    const delivered = deliveredIn(primary)
    if (delivered >= lengthOf(logOf(primarySlot))) return refusal.nothing

    write(primarySlot, withChannel(primary, peerIn(primary), delivered + 1, ackedIn(primary)))
    append(logOf(slot), entryOf(logOf(primarySlot), delivered))
    write(slot, withReleased(copy, releasedIn(primary)))
    return taken
  }

  const Ack = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) !== phase.lockstepPrimary) return refusal.phase
    if (ackedIn(copy) >= deliveredIn(copy)) return refusal.nothing

    write(slot, withChannel(copy, peerIn(copy), deliveredIn(copy), deliveredIn(copy)))
    return taken
  }

  const Release = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) === phase.contendingPrimary) return refusal.phase
    if (!hasStorage(hostOf(slot))) return refusal.storage
    const length = lengthOf(logOf(slot))
    const releasable = phaseIn(copy) === phase.live ? length : Math.min(length, ackedIn(copy))
    const released = releasedIn(copy)
    if (released >= releasable) return refusal.nothing

    const observed = observedOf(pairOf(slot))
    if (released >= lengthOf(observed)) append(observed, entryOf(logOf(slot), released))
    write(slot, withReleased(copy, released + 1))
    return taken
  }

  return { Record, Deliver, Ack, Release }
}
