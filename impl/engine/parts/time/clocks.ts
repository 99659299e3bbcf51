import { firstCellsOf, kindNumber } from "../../layout.ts"
import { peer, phase } from "../../machine.ts"
import { isSecondary } from "../../phase.ts"
import type { Follower } from "../../rule.ts"
import type { View } from "../../view.ts"

/** The clocks of each copy, by its slot, and of each pair, and whom copies watch: the number of a host, from 1; 0 is none. */
export type Clocks = ReturnType<typeof clocksIn>

export const clocksIn = (view: View) => {
  const { fieldOf, phaseIn, peerIn, primaryOf, peerSlot, hostOf, isUp, isLinked } = view
  const watch = fieldOf("copy", "watch")

  /** Whether a copy, by its control, listens to another: in lockstep, while it synchronises, and live with a peer, be it gone. */
  const listens = (copy: number): boolean => {
    switch (phaseIn(copy)) {
      case phase.syncing:
      case phase.lockstepPrimary:
      case phase.lockstepSecondary:
        return true
      case phase.live:
        return peerIn(copy) !== peer.none
      default:
        return false
    }
  }
  /** The slot of whom a copy listens to; -1 if it is gone, or there is none. */
  const otherOf = (slot: number, copy: number): number =>
    isSecondary(phaseIn(copy)) ? primaryOf(slot) : peerSlot(slot, copy)

  /** Whether no heartbeat comes from the host that the copy watches. */
  const isHostSilent = (slot: number): boolean => {
    const host = watch.of(slot) - 1
    return host >= 0 && (!isUp(host) || !isLinked(hostOf(slot), host))
  }

  return {
    watch,
    heartbeatSilence: fieldOf("copy", "heartbeatSilence"),
    logSilence: fieldOf("copy", "logSilence"),
    obligation: fieldOf("copy", "obligation"),
    haWait: fieldOf("pair", "haWait"),
    listens,
    otherOf,
    isHostSilent,
  }
}

/**
 * Sets clocks back after steps: those of a copy that has started, or whose phase, role or peer has changed, which then
 * watches the host of whom it listens to; and that of HA after a restart and a power-off. A migration sets none
 * back: whoever listens to the copy that moves watches its new host.
 */
export const clockFollowerOf = (view: View, clocks: Clocks): Follower => {
  const { machine, layout, hosts, slots, controlOf, controlAt, phaseIn, peerIn, pairOf, hostOf } = view
  const { watch, heartbeatSilence, logSilence, obligation, haWait, listens, otherOf } = clocks
  const { cells } = machine
  const { HaRestart, Migrate, PowerOff } = kindNumber
  const cellOfSlot = firstCellsOf(layout, "copy")
  const before = new Int32Array(cells.length)

  const begin = (): void => {
    before.set(cells)
  }

  const was = (slot: number): number => controlAt(before, cellOfSlot[slot] as number)

  const startFromZero = (slot: number, copy: number): void => {
    heartbeatSilence.put(slot, 0)
    logSilence.put(slot, 0)
    obligation.put(slot, 0)
    if (!listens(copy)) watch.put(slot, 0)
    else if (otherOf(slot, copy) >= 0) watch.put(slot, hostOf(otherOf(slot, copy)) + 1)
  }

  /** Whether a copy's phase, role and peer are what they were. A peer that is gone since is no other, nor is one that has moved. */
  const stands = (earlier: number, copy: number, movedFrom: number, movedTo: number): boolean => {
    if (phaseIn(earlier) !== phaseIn(copy)) return false
    const [before, now] = [peerIn(earlier), peerIn(copy)]
    return (
      before === now ||
      (before !== peer.none && now === peer.gone) ||
      (before === movedFrom && now === movedTo)
    )
  }

  const followMigration = (from: number, to: number): void => {
    for (let slot = pairOf(from) * hosts; slot < (pairOf(from) + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (copy === 0) continue
      const earlier = was(slot === to ? from : slot)
      if (!stands(earlier, copy, peer.first + hostOf(from), peer.first + hostOf(to)))
        startFromZero(slot, copy)
      else if (listens(copy) && otherOf(slot, copy) === to) watch.put(slot, hostOf(to) + 1)
    }
  }

  const follow = (kind: number, a: number, b: number): void => {
    if (kind === Migrate) {
      followMigration(a, pairOf(a) * hosts + b)
      return
    }
    if (kind === HaRestart || kind === PowerOff) haWait.put(a, 0)
    for (let slot = 0; slot < slots; slot += 1) {
      const copy = controlOf(slot)
      if (copy !== 0 && copy !== was(slot) && !stands(was(slot), copy, -1, -1)) startFromZero(slot, copy)
    }
  }

  return { begin, follow }
}
