import { outgrown } from "../capacity.ts"
import type { Layout } from "../layout.ts"
import { peer, phase } from "../machine.ts"
import type { copiesIn } from "./copies.ts"
import type { pairsIn } from "./pairs.ts"

/** What happens to a copy, whichever rule brings it about. */
export const lifecycleIn = (
  { hosts, copy, capacity }: Layout,
  { lockOf, holderOf, lockAt }: ReturnType<typeof pairsIn>,
  copies: ReturnType<typeof copiesIn>,
) => {
  const { pairOf, controlOf, phaseIn, generationIn, peerIn, deliveredIn, ackedIn } = copies
  const { withPhase, withGeneration, withChannel, withoutChannel, write, erase } = copies

  /** The copy is gone: its memory, its place as a peer, its hold on the lock. */
  const halt = (slot: number): void => {
    const pair = pairOf(slot)
    const host = slot - pair * hosts
    for (let other = pair * hosts; other < (pair + 1) * hosts; other += 1) {
      const now = controlOf(other)
      if (peerIn(now) === peer.first + host)
        write(other, withChannel(now, peer.gone, deliveredIn(now), ackedIn(now)))
    }
    if (holderOf(pair) === host) lockAt(pair, lockOf(pair), -1)
    erase(slot)
  }
  const contend = (slot: number): void => {
    const now = controlOf(slot)
    const isSecondary = phaseIn(now) === phase.lockstepSecondary || phaseIn(now) === phase.syncing
    const next = isSecondary ? phase.contendingSecondary : phase.contendingPrimary
    write(slot, withPhase(withoutChannel(now), next))
  }
  /** The copy is live at a generation, without a peer. */
  const goLive = (slot: number, generationNow: number): void => {
    if (generationNow > copy.generation.mask) throw outgrown("generations", capacity.generations)
    write(slot, withGeneration(withPhase(withoutChannel(controlOf(slot)), phase.live), generationNow))
  }
  /** The lock is advanced for a copy, whatever it says, and the copy is live at the new generation. */
  const takeLock = (slot: number): void => {
    const pair = pairOf(slot)
    const next = lockOf(pair) + 1
    lockAt(pair, next, slot - pair * hosts)
    goLive(slot, next)
  }
  const testAndSet = (slot: number): void => {
    if (lockOf(pairOf(slot)) === generationIn(controlOf(slot))) takeLock(slot)
    else halt(slot)
  }

  return { halt, contend, goLive, takeLock, testAndSet }
}
