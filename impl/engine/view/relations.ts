import { ftSetting } from "../fields.ts"
import { peer, phase } from "../machine.ts"
import { isExecutingPrimary } from "../phase.ts"
import type { copiesIn } from "./copies.ts"
import type { pairsIn } from "./pairs.ts"
import type { Layout } from "../layout.ts"

/** How the copies of a pair stand to each other. */
export const relationsIn = (
  { hosts }: Layout,
  { isOn, ftOf, lockOf }: ReturnType<typeof pairsIn>,
  { pairOf, controlOf, phaseIn, generationIn, peerIn }: ReturnType<typeof copiesIn>,
) => {
  /** The slot of the Primary that has the copy as its peer; -1 if there is none. */
  const primaryOf = (slot: number): number => {
    const first = pairOf(slot) * hosts
    const wanted = peer.first + (slot - first)
    for (let other = first; other < first + hosts; other += 1)
      if (peerIn(controlOf(other)) === wanted) return other
    return -1
  }
  /** The slot of the peer that a control names; -1 if it has none, or it is gone. */
  const peerSlot = (slot: number, controlNow: number): number => {
    const named = peerIn(controlNow)
    return named < peer.first ? -1 : pairOf(slot) * hosts + named - peer.first
  }
  /** The slot of the Primary that executes at the lock's generation; -1 if there is none. */
  const currentPrimary = (pair: number): number => {
    const lock = lockOf(pair)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const now = controlOf(slot)
      if (generationIn(now) === lock && isExecutingPrimary(phaseIn(now))) return slot
    }
    return -1
  }
  const isRunning = (pair: number): boolean => {
    const primary = isOn(pair) && ftOf(pair) === ftSetting.enabled ? currentPrimary(pair) : -1
    if (primary < 0 || phaseIn(controlOf(primary)) !== phase.lockstepPrimary) return false
    const other = peerSlot(primary, controlOf(primary))
    return other >= 0 && phaseIn(controlOf(other)) === phase.lockstepSecondary
  }

  return { primaryOf, peerSlot, currentPrimary, isRunning }
}
