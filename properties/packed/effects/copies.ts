import { evidenceOf } from "../evidence.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { peer, phase } from "../../../impl/engine/machine.ts"
import { noProperty, only, union, type PropertySet } from "../property-set.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Before } from "./before.ts"

/** S24, S26, S27, S28 and S30: what becomes of copies, and of what they remember. */
export const copyEffectsOf = (view: View, of: Before) => {
  const {
    controlOf,
    generationIn,
    holderOf,
    hostOf,
    hosts,
    lengthOf,
    lockOf,
    logOf,
    observedOf,
    pairOf,
    peerIn,
    phaseIn,
    releasedIn,
    slots,
  } = view
  const { isSameLog, lockBefore, placeOf, was } = of
  const { follows, nearEnd } = evidenceOf(view)

  const hasItsMemory = (slot: number): boolean => {
    const [earlier, later] = [was(slot), controlOf(slot)]
    return (
      follows(phaseIn(earlier)) === follows(phaseIn(later)) &&
      generationIn(earlier) === generationIn(later) &&
      releasedIn(earlier) === releasedIn(later) &&
      isSameLog(logOf(slot), logOf(slot))
    )
  }

  const ofStorageLoss = (host: number): PropertySet => {
    for (let slot = 0; slot < slots; slot += 1) {
      if (was(slot) === 0) continue
      const mayHalt = phaseIn(was(slot)) === phase.syncing && hostOf(slot) === host
      if (controlOf(slot) === 0 ? !mayHalt : !hasItsMemory(slot)) return only.S24
    }
    return noProperty
  }

  const ofSpawn = (slot: number): PropertySet => (peerIn(was(slot)) === peer.none ? noProperty : only.S26)

  const ofHearing = (slot: number): PropertySet => {
    const primary = nearEnd(pairOf(slot) * hosts, slot)
    if (primary < 0 || was(primary) === 0 || controlOf(slot) === 0) return noProperty
    return releasedIn(controlOf(slot)) === releasedIn(was(primary)) ? noProperty : only.S27
  }

  const ofBoot = (pair: number, host: number): PropertySet => {
    const slot = pair * hosts + host
    const isComplete =
      controlOf(slot) !== 0 &&
      isSameLog(observedOf(pair), logOf(slot)) &&
      releasedIn(controlOf(slot)) === lengthOf(logOf(slot))
    return isComplete ? noProperty : only.S28
  }

  /** What a copy forgets of what is released, and a role that it has not won. */
  const ofCopies = (kind: number, a: number, b: number): PropertySet => {
    let found = noProperty
    for (let slot = 0; slot < slots; slot += 1) {
      const earlier = was(slot)
      const later = placeOf(slot, kind, a, b)
      const copy = controlOf(later)
      if (earlier === copy || earlier === 0 || copy === 0) continue
      if (releasedIn(copy) < releasedIn(earlier)) found = union(found, only.S27)
      if (follows(phaseIn(earlier)) === follows(phaseIn(copy))) continue
      const pair = pairOf(slot)
      const isWinner =
        kind === k.TryLock &&
        slot === a &&
        !follows(phaseIn(copy)) &&
        holderOf(pair) === hostOf(slot) &&
        lockOf(pair) > (lockBefore[pair] as number)
      if (!isWinner) found = union(found, only.S30)
    }
    return found
  }

  return { ofStorageLoss, ofSpawn, ofHearing, ofBoot, ofCopies }
}
