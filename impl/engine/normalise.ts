import { kinds } from "../../model/action.ts"
import { kindNumber } from "./layout.ts"
import type { Engine } from "./engine.ts"
import type { View } from "./view.ts"
import { peer, phase } from "./machine.ts"

// The reduction. Some steps only add possibilities: after a host has recovered, everything that could happen before
// it can still happen, and more. For safety it therefore suffices to explore from the state after such steps.
// Normalising takes them until none is left, and the sweep stores only the result, the normal form. The judging of
// the steps on the way is in properties/explore/normalisation.ts.

/** More rounds than the protocol's own rules ever need. A mutant's may go round in a circle. */
const roundsMax = 100

/** Called around each step that is taken: `before` at the state that it leaves, `after` at the one that it leads to. */
type NormalisingWatch = {
  readonly before: () => void
  readonly after: (kind: number, a: number) => void
}

/** Takes the steps that only add possibilities; returns whether it took any. */
type Normalise = (watch?: NormalisingWatch) => boolean

/**
 * Takes the steps that only add possibilities, as far as the layout offers them, until none is left. Everything that
 * could happen before can still happen afterwards, but for faults that are already repaired: a check of safety alone
 * need not follow the state before (docs/adr/0008). The steps are the engine's own.
 *
 *   a failed host recovers, a host in maintenance leaves it
 *   a host gets its storage back, if its copies (there may be none) are stale and only wait to lose the lock
 *   a link heals that no channel spans, if no copy may migrate and take its channel there
 *   an acknowledgement arrives
 *   a live Primary drops a peer that is gone; a syncing copy that no Primary waits for halts
 *   a stale copy that can release nothing more suspects, tries the lock, and halts
 *
 * Where time passes an acknowledgement arrives, and no more: what else changes is measured by clocks, and what is possible may be
 * due, so that the step takes the next tick away.
 */
export const normaliserOf = (engine: Engine): Normalise => {
  const { view } = engine
  const { layout, hosts, slots, has, isUp, hasStorage, linkOf, controlOf, phaseIn, ackedIn } = view
  const { deliveredIn, peerIn, hostOf, primaryOf } = view
  const k = kindNumber
  const { isSpent, holdsOnlySpent, isSpanned } = remainsOf(view)
  const { take, watch: watchWith } = takerOf(engine)
  const heals = !layout.among.includes("Migrate")
  const isTimed = layout.config.time !== undefined

  const ofCopy = (slot: number, copy: number): boolean => {
    const phaseNow = phaseIn(copy)
    if (phaseNow === phase.lockstepPrimary && ackedIn(copy) < deliveredIn(copy)) return take(k.Ack, slot)
    if (isTimed) return false
    if (phaseNow === phase.live) return peerIn(copy) === peer.gone && take(k.AbandonSync, slot)
    if (phaseNow === phase.syncing) return primaryOf(slot) < 0 && take(k.SyncLost, slot)
    if (!isSpent(slot, copy) || !hasStorage(hostOf(slot))) return false
    const contends = phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary
    return take(contends ? k.TryLock : k.Suspect, slot)
  }

  const ofHosts = (): boolean => {
    let took = false
    for (let host = 0; host < hosts; host += 1) {
      if (!isUp(host)) took = take(k.RecoverHost, host) || took
      if (has(layout.maintenance, host)) took = take(k.ExitMaintenance, host) || took
      if (!has(layout.storage, host) && holdsOnlySpent(host)) took = take(k.RestoreStorage, host) || took
      for (let other = host + 1; other < hosts; other += 1)
        if (heals && has(layout.cut, linkOf(host, other)) && !isSpanned(host, other))
          took = take(k.HealLink, linkOf(host, other)) || took
    }
    return took
  }

  const ofCopies = (): boolean => {
    let took = false
    for (let slot = 0; slot < slots; slot += 1) {
      const copy = controlOf(slot)
      if (copy !== 0 && ofCopy(slot, copy)) took = true
    }
    return took
  }

  return (watch = unwatched) => {
    watchWith(watch)
    let took = false
    for (let round = 0; round < roundsMax && ((!isTimed && ofHosts()) || ofCopies()); round += 1) took = true
    return took
  }
}

/** Takes steps that the layout offers, if the rules allow them and they lead anywhere, and notifies whoever watches. */
const takerOf = ({ view, step }: Engine) => {
  const { layout, machine } = view
  const { key } = machine
  const offered = kinds.map((kind) => layout.among.includes(kind))
  const keyBefore = new Int32Array(layout.words)
  let watching = unwatched

  const take = (kind: number, a: number): boolean => {
    if (offered[kind] !== true) return false
    watching.before()
    for (let word = 0; word < layout.words; word += 1) keyBefore[word] = key[word] as number
    if (step(kind, a, 0) !== 0 || isUnchanged()) return false
    watching.after(kind, a)
    return true
  }

  const isUnchanged = (): boolean => {
    for (let word = 0; word < layout.words; word += 1) if (key[word] !== keyBefore[word]) return false
    return true
  }

  const watch = (by: NormalisingWatch): void => {
    watching = by
  }

  return { take, watch }
}

/** Which stale copies are spent, and which links channels span. */
const remainsOf = (view: View) => {
  const { hosts, pairs, controlOf, phaseIn, generationIn, lockOf, pairOf, primaryOf, peerSlot } = view
  const { releasedIn, deliveredIn, ackedIn, peerIn } = view

  /** Whether a copy, which is stale, can only lose the lock: it has no further effect on the world or on other copies. */
  const isSpent = (slot: number, copy: number): boolean => {
    if (generationIn(copy) >= lockOf(pairOf(slot))) return false
    switch (phaseIn(copy)) {
      case phase.contendingPrimary:
      case phase.contendingSecondary:
        return true
      case phase.lockstepSecondary: {
        const primary = primaryOf(slot)
        return primary < 0 || phaseIn(controlOf(primary)) !== phase.lockstepPrimary
      }
      case phase.lockstepPrimary: {
        if (releasedIn(copy) !== deliveredIn(copy) || ackedIn(copy) !== deliveredIn(copy)) return false
        const other = peerSlot(slot, copy)
        return other < 0 || isPast(phaseIn(controlOf(other)))
      }
      default:
        return false
    }
  }

  const holdsOnlySpent = (host: number): boolean => {
    for (let pair = 0; pair < pairs; pair += 1) {
      const slot = pair * hosts + host
      const copy = controlOf(slot)
      if (copy !== 0 && !isSpent(slot, copy)) return false
    }
    return true
  }

  const isSpanned = (a: number, b: number): boolean => {
    for (let pair = 0; pair < pairs; pair += 1) {
      const first = pair * hosts
      if (peerIn(controlOf(first + a)) === peer.first + b || peerIn(controlOf(first + b)) === peer.first + a)
        return true
    }
    return false
  }

  return { isSpent, holdsOnlySpent, isSpanned }
}

/** Whether a copy in this phase will never again be anybody's Secondary. */
const isPast = (phaseNow: number): boolean =>
  phaseNow !== phase.syncing && phaseNow !== phase.lockstepSecondary

const unwatched: NormalisingWatch = { before: () => {}, after: () => {} }
