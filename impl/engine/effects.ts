import { alphabet, kinds, subjectOf } from "../../model/action.ts"
import { evidenceOf } from "./evidence.ts"
import { kindNumber } from "./layout.ts"
import { peer, phase } from "./machine.ts"
import { noProperty, only, union, type PropertySet } from "./property-set.ts"
import type { View } from "./view.ts"

const k = kindNumber
const isFault = kinds.map((kind) => alphabet[kind].actor === "fault")
/** Whether it is a step of the copy that it names: a crash befalls one. */
const isByCopy = kinds.map((kind) => subjectOf(kind) === "copy" && kind !== "CrashCopy")
const isOfCopy = kinds.map((kind) => subjectOf(kind) === "copy")
/** What the environment does to hosts, links and copies: a migration is done to a copy, too. */
const isEnvironments = kinds.map(
  (kind) => ["host", "hosts"].includes(subjectOf(kind)) || kind === "CrashCopy" || kind === "Migrate",
)

/**
 * S20 to S31 over packed states, but for what they say of a state alone: whom a step may touch, what it must tell,
 * and that it does what it is called.
 *
 * Shape  `begin` keeps the state before a step; `ofStep` is asked at the state that it leads to. A copy is known by
 *        its place, and by its new one if it is the one that migrates.
 */
export const effectMonitorOf = (view: View) => {
  const { machine, layout, hosts, pairs, slots, pairOf, hostOf, controlOf, phaseIn, generationIn } = view
  const { releasedIn, peerIn, lockOf, holderOf, logOf, observedOf, headOf, faultsSoFar, booksOf } = view
  const { primaryAtIn, secondaryAtIn } = view
  const { withStorage, linked, follows, leaderOf, farEnd, nearEnd } = evidenceOf(view)
  const { cells } = machine
  const { logCells } = layout
  const before = new Int32Array(cells.length)
  const lockBefore = new Int32Array(pairs)
  const holderBefore = new Int32Array(pairs)
  const leaderBefore = new Int32Array(pairs)
  const cellOfSlot = Int32Array.from({ length: slots }, (_, slot) => logOf(slot) - 1)
  const peerMask = layout.copy.peer.mask << layout.copy.peer.shift
  const power = layout.head.power
  const keepsBooks = layout.books.primary.mask !== 0

  const was = (slot: number): number => before[cellOfSlot[slot] as number] as number

  const begin = (): void => {
    before.set(cells)
    for (let pair = 0; pair < pairs; pair += 1) {
      lockBefore[pair] = lockOf(pair)
      holderBefore[pair] = holderOf(pair)
      leaderBefore[pair] = leaderOf(pair)
    }
  }

  /** Whether cells that hold a log are now as they were, there or at another place. */
  const isSameLog = (from: number, to: number): boolean => {
    for (let n = 0; n < logCells; n += 1) if (before[from + n] !== cells[to + n]) return false
    return true
  }

  /** Where the copy of a slot is after a step. */
  const placeOf = (slot: number, kind: number, a: number, b: number): number =>
    kind === k.Migrate && slot === a ? pairOf(a) * hosts + b : slot

  const mayGoOn = (pair: number, control: (slot: number) => number, lock: number): boolean => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = control(slot)
      if (copy === 0 || phaseIn(copy) === phase.syncing) continue
      if (generationIn(copy) === lock && withStorage(hostOf(slot))) return true
    }
    return false
  }

  const ofTestRestart = (asked: number): PropertySet => {
    const pair = pairOf(asked)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (was(slot) !== 0 && controlOf(slot) === 0 && generationIn(was(slot)) > generationIn(was(asked)))
        return only.S20
    const isLost = mayGoOn(pair, was, lockBefore[pair] as number) && !mayGoOn(pair, controlOf, lockOf(pair))
    return isLost ? only.S20 : noProperty
  }

  const ofTestFailover = (pair: number): PropertySet => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (phaseIn(copy) !== phase.lockstepSecondary || generationIn(copy) !== lockOf(pair)) continue
      if (withStorage(hostOf(slot))) return noProperty
    }
    return only.S21
  }

  const isAnyCut = (): boolean => {
    for (let cell = layout.cut; cell < layout.firstPair; cell += 1)
      if (cells[cell] !== 0 || before[cell] !== 0) return true
    return false
  }

  const hadBit = (first: number, n: number): boolean =>
    (((before[first + (n >> 5)] as number) >>> (n & 31)) & 1) === 1
  const wasLinked = (a: number, b: number): boolean => a === b || !hadBit(layout.cut, view.linkOf(a, b))
  const hadStorage = (host: number): boolean => hadBit(layout.up, host) && hadBit(layout.storage, host)

  const ofLinks = (kind: number, a: number, b: number): PropertySet => {
    if (!isAnyCut()) return noProperty
    for (let slot = 0; slot < slots; slot += 1) {
      const other = farEnd(pairOf(slot) * hosts, controlOf(slot))
      if (other < 0 || controlOf(other) === 0 || !isCutBetween(slot, other, kind, a, b)) continue
      if (isTold(slot, other, kind, a, b)) return only.S23
    }
    return isByCopy[kind] === true ? ofHaltedAcross(a, kind, b) : noProperty
  }

  /** Whether the link between two copies is cut where they are, or was where they were. */
  const isCutBetween = (one: number, other: number, kind: number, a: number, b: number): boolean => {
    if (!linked(hostOf(one), hostOf(other))) return true
    const moved = kind === k.Migrate ? pairOf(a) * hosts + b : -1
    return !wasLinked(hostOf(one === moved ? a : one), hostOf(other === moved ? a : other))
  }

  /** Whether a copy's step has halted another over a cut link. */
  const ofHaltedAcross = (actor: number, kind: number, b: number): PropertySet => {
    const first = pairOf(actor) * hosts
    for (let slot = first; slot < first + hosts; slot += 1) {
      if (slot === actor || was(slot) === 0 || controlOf(placeOf(slot, kind, actor, b)) !== 0) continue
      if (!wasLinked(hostOf(actor), hostOf(slot))) return only.S23
    }
    return noProperty
  }

  /** Who had no storage has no answer from the lock: it is there still, and the lock is where it was. */
  const ofUnanswered = (actor: number, kind: number, b: number): PropertySet => {
    if (hadStorage(hostOf(actor)) || was(actor) === 0) return noProperty
    const isAnswered =
      controlOf(placeOf(actor, kind, actor, b)) === 0 || lockOf(pairOf(actor)) !== lockBefore[pairOf(actor)]
    return isAnswered ? only.S22 : noProperty
  }

  const isTold = (primary: number, secondary: number, kind: number, a: number, b: number): boolean => {
    const moved = kind === k.Migrate ? pairOf(a) * hosts + b : -1
    const earlierPrimary = was(primary === moved ? a : primary)
    const earlierSlot = secondary === moved ? a : secondary
    const earlier = was(earlierSlot)
    if (!follows(phaseIn(controlOf(secondary))) || earlierPrimary === 0) return false
    return (
      earlier === 0 ||
      primary === moved ||
      secondary === moved ||
      !isSameLog((cellOfSlot[earlierSlot] as number) + 1, logOf(secondary)) ||
      (phaseIn(earlier) === phase.syncing && phaseIn(controlOf(secondary)) === phase.lockstepSecondary) ||
      (phaseIn(earlierPrimary) === phase.live && phaseIn(controlOf(primary)) === phase.lockstepPrimary)
    )
  }

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
      releasedIn(controlOf(slot)) === view.lengthOf(logOf(slot))
    return isComplete ? noProperty : only.S28
  }

  const ofBooks = (pair: number, kind: number, a: number, b: number): PropertySet => {
    const books = before[headOf(pair) + 2] as number
    let primary = primaryAtIn(pair, books)
    let secondary = secondaryAtIn(pair, books)
    const leader = leaderBefore[pair] as number
    const isBoot = kind === k.PowerOn || kind === k.HaRestart
    if (isBoot) primary = a === pair ? b : primary
    else if (isOfCopy[kind] === true && pairOf(a) === pair) {
      if (kind === k.SpawnSecondary) secondary = b
      else if (kind === k.TryLock && follows(phaseIn(was(a))) && holderOf(pair) === hostOf(a)) {
        secondary = primary
        primary = hostOf(a)
      } else if (kind === k.Migrate && leader === a) primary = b
      else if (kind === k.Migrate && leader >= 0 && farEnd(pair * hosts, was(leader)) === a) secondary = b
    }
    const now = booksOf(pair)
    return primaryAtIn(pair, now) === primary && secondaryAtIn(pair, now) === secondary
      ? noProperty
      : only.S29
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

  /** Hosts, links, and the count of faults: one cell each, or sets of bits of which an action may change one. */
  const isClusterAstray = (kind: number, a: number): boolean => {
    const spent = faultsSoFar() - (before[layout.faults] as number)
    if (kind === k.Suspect ? spent !== 0 && spent !== 1 : spent !== (isFault[kind] === true ? 1 : 0))
      return true
    const [first, value] = changedBy(kind)
    for (let cell = layout.up; cell < layout.firstPair; cell += 1) {
      const bit = first >= 0 && cell === first + (a >> 5) ? 1 << (a & 31) : 0
      const due = value ? (before[cell] as number) | bit : (before[cell] as number) & ~bit
      if (cells[cell] !== due) return true
    }
    return false
  }

  /** The set in which an action changes the bit of what it names, and to what; -1 if it changes none. */
  const changedBy = (kind: number): readonly [number, boolean] => changes[kind] ?? unchanged
  const unchanged = [-1, false] as const
  const changes: Readonly<Record<number, readonly [number, boolean]>> = {
    [k.FailHost]: [layout.up, false],
    [k.RecoverHost]: [layout.up, true],
    [k.LoseStorage]: [layout.storage, false],
    [k.RestoreStorage]: [layout.storage, true],
    [k.EnterMaintenance]: [layout.maintenance, true],
    [k.ExitMaintenance]: [layout.maintenance, false],
    [k.CutLink]: [layout.cut, true],
    [k.HealLink]: [layout.cut, false],
  }

  const isPairAstray = (pair: number, kind: number, a: number, b: number): boolean => {
    const head = (before[headOf(pair)] as number) ^ (cells[headOf(pair)] as number)
    if (((head >>> power.shift) & power.mask) !== 0 || lockOf(pair) !== lockBefore[pair]) return true
    if (!isSameLog(observedOf(pair), observedOf(pair))) return true
    const held = holderBefore[pair] as number
    const heldAt = held < 0 ? -1 : placeOf(pair * hosts + held, kind, a, b)
    if (holderOf(pair) !== (heldAt < 0 || controlOf(heldAt) === 0 ? -1 : hostOf(heldAt))) return true
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (isCopyAstray(slot, kind, a, b)) return true
    return false
  }

  const isCopyAstray = (slot: number, kind: number, a: number, b: number): boolean => {
    const earlier = was(slot)
    const place = placeOf(slot, kind, a, b)
    const later = controlOf(place)
    if (earlier === 0) {
      const isArrival = kind === k.Migrate && slot === placeOf(a, kind, a, b)
      return controlOf(slot) !== 0 && !isArrival
    }
    if (place !== slot && controlOf(slot) !== 0) return true
    if (kind === k.LoseStorage && hostOf(slot) === a) return false
    if ((kind === k.FailHost && hostOf(slot) === a) || (kind === k.CrashCopy && slot === a))
      return later !== 0
    const named = farEnd(pairOf(slot) * hosts, earlier)
    const end = named < 0 ? -1 : placeOf(named, kind, a, b)
    const due = end < 0 ? peerIn(earlier) : controlOf(end) === 0 ? peer.gone : peer.first + hostOf(end)
    return (
      (earlier & ~peerMask) !== (later & ~peerMask) ||
      peerIn(later) !== due ||
      !isSameLog(logOf(slot), logOf(place))
    )
  }

  const ofEnvironment = (kind: number, a: number, b: number): PropertySet => {
    if (isClusterAstray(kind, a)) return only.S31
    if (isEnvironments[kind] !== true) return noProperty
    for (let pair = 0; pair < pairs; pair += 1) if (isPairAstray(pair, kind, a, b)) return only.S31
    return noProperty
  }

  const ofKind = (kind: number, a: number, b: number): PropertySet => {
    switch (kind) {
      case k.TestRestartSecondary:
        return ofTestRestart(a)
      case k.TestFailover:
        return ofTestFailover(a)
      case k.LoseStorage:
        return ofStorageLoss(a)
      case k.SpawnSecondary:
        return ofSpawn(a)
      case k.Deliver:
      case k.JoinLockstep:
        return ofHearing(a)
      case k.PowerOn:
      case k.HaRestart:
        return ofBoot(a, b)
      default:
        return noProperty
    }
  }

  const ofStep = (kind: number, a: number, b: number): PropertySet => {
    let found = union(ofKind(kind, a, b), ofCopies(kind, a, b))
    if (isByCopy[kind] === true) found = union(found, ofUnanswered(a, kind, b))
    found = union(found, union(ofLinks(kind, a, b), ofEnvironment(kind, a, b)))
    if (keepsBooks)
      for (let pair = 0; pair < pairs; pair += 1) found = union(found, ofBooks(pair, kind, a, b))
    return found
  }

  return { begin, ofStep, lockBefore }
}
