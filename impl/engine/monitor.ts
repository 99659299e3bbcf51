import { kindNumber } from "./layout.ts"
import { phase } from "./machine.ts"
import type { Engine } from "./engine.ts"
import { shelter, shelterOf } from "./shelter.ts"
import { isExecutingPrimary, type View } from "./view.ts"

/** The properties that a monitor watches, each with its bit. */
export const watched = [
  "S1",
  "S2",
  "S4",
  "S5",
  "S6",
  "S7",
  "S8",
  "S9",
  "S10",
  "S11",
  "S13",
  "S14",
  "S15",
  "S16",
  "S17",
  "S18",
  "S19",
  "P3",
  "L1",
  "L2",
  "L3",
  "L4",
] as const

export type Watched = (typeof watched)[number]

/** The bit of each property. */
export const bitOf = Object.freeze(
  Object.fromEntries(watched.map((id, n) => [id, 1 << n])) as Record<Watched, number>,
)

/** The ids that a set of bits stands for, in the order of the catalogue. */
export const idsIn = (bits: number): readonly Watched[] => watched.filter((id) => (bits & bitOf[id]) !== 0)

/**
 * The properties of the catalogue, read again over packed states. Each answer is a set of bits, 0 where all holds.
 *
 * Shape  `begin` is called at a state before steps are taken from it; `ofStep` after a step, at the state that it
 *        leads to; `ofState` and `ofPair` at any state; `atRest` at one where nothing that the protocol owes
 *        changes anything.
 */
export type Monitor = {
  readonly begin: () => void
  readonly ofStep: (kind: number, a: number, b: number) => number
  readonly ofState: () => number
  readonly ofPair: (pair: number) => number
  readonly isJudged: () => boolean
  readonly atRest: () => number
}

export const monitorOf = ({ view, placement, layout }: Engine): Monitor => {
  const { hosts, pairs, controlOf, phaseIn, generationIn, lockOf, pairOf, hasStorage } = view
  const k = kindNumber
  const lockBefore = new Int32Array(pairs)
  const { shelterIn } = shelterOf(view)
  const stateOf = stateMonitorOf(view)
  const rest = restMonitorOf(view, placement.isAllowed, placement.isWithin)

  /** Whether a Secondary of the generation, in lockstep or contending, has storage. */
  const hasAbleSecondary = (pair: number, generation: number): boolean => {
    for (let host = 0; host < hosts; host += 1) {
      const copy = controlOf(pair * hosts + host)
      const phaseNow = phaseIn(copy)
      if (phaseNow !== phase.lockstepSecondary && phaseNow !== phase.contendingSecondary) continue
      if (generationIn(copy) === generation && hasStorage(host)) return true
    }
    return false
  }

  const begin = (): void => {
    for (let pair = 0; pair < pairs; pair += 1) lockBefore[pair] = lockOf(pair)
  }

  /** What the release that a copy has just made breaches. Its entry is the last that it counts as released. */
  const ofRelease = (slot: number): number => {
    const copy = controlOf(slot)
    const output = view.releasedIn(copy) - 1
    const seen = view.entryOf(view.observedOf(pairOf(slot)), output)
    const isDivergent = seen !== 0 && seen !== view.entryOf(view.logOf(slot), output)
    const isEarly = phaseIn(copy) === phase.lockstepPrimary && output >= view.deliveredIn(copy)
    return (isDivergent ? bitOf.S2 : 0) | (isEarly ? bitOf.S4 : 0)
  }

  const ofPlacement = (pair: number, host: number): number => {
    const fits = hasStorage(host) && !view.has(layout.maintenance, host) && placement.isWithin(pair, host, 0)
    return (placement.isAllowed(pair, host) ? 0 : bitOf.S8) | (fits ? 0 : bitOf.S9)
  }

  const ofLock = (pair: number): number => {
    const grown = lockOf(pair) - (lockBefore[pair] as number)
    return grown === 0 || grown === 1 ? 0 : bitOf.S10
  }

  /** A restart leaves the other copies as they were, and it is the lock of before that they could have won. */
  const ofRestart = (pair: number): number =>
    (hasAbleSecondary(pair, lockBefore[pair] as number) ? bitOf.S13 : 0) |
    (shelterIn(pair) === shelter.none ? 0 : bitOf.S19)

  const ofStep = (kind: number, a: number, b: number): number => {
    switch (kind) {
      case k.Release:
        return ofRelease(a)
      case k.SpawnSecondary:
      case k.Migrate:
        return ofPlacement(pairOf(a), b)
      case k.PowerOn:
        return ofPlacement(a, b) | ofLock(a)
      case k.HaRestart:
        return ofPlacement(a, b) | ofLock(a) | ofRestart(a)
      case k.TryLock:
      case k.TestRestartSecondary:
        return ofLock(pairOf(a))
      case k.PowerOff:
      case k.TestFailover:
        return ofLock(a)
      default:
        return 0
    }
  }

  const ofState = (): number => {
    let bits = 0
    for (let pair = 0; pair < pairs; pair += 1) bits |= stateOf(pair)
    return bits
  }

  return { begin, ofStep, ofState, ofPair: stateOf, ...rest }
}

/** What must hold of one pair in every state. */
const stateMonitorOf = (view: View) => {
  const { layout, hosts, controlOf, phaseIn, generationIn, releasedIn, deliveredIn, ackedIn } = view
  const { isOn, lockOf, holderOf, logOf, observedOf, lengthOf, entryOf, agree, peerSlot, has } = view

  const isGapless = (pair: number): boolean => {
    const { indexBits } = layout
    const observed = observedOf(pair)
    if (indexBits === 0) return true
    for (let n = 0; n < lengthOf(observed); n += 1)
      if ((entryOf(observed, n) & (2 ** indexBits - 1)) !== n + 1) return false
    return true
  }

  const isPrefix = (primary: number, secondary: number, delivered: number): boolean => {
    const length = Math.min(delivered, lengthOf(logOf(primary)))
    return lengthOf(logOf(secondary)) === length && agree(logOf(primary), logOf(secondary), length)
  }

  /** Whether the copy has in its log all that the world has seen. */
  const knows = (pair: number, slot: number, seen: number): boolean =>
    seen === 0 || agree(logOf(slot), observedOf(pair), seen)

  /** What one copy breaches by itself. */
  const ofCopy = (pair: number, host: number, copy: number, lock: number, seen: number): number => {
    const slot = pair * hosts + host
    const phaseNow = phaseIn(copy)
    const generation = generationIn(copy)
    const released = releasedIn(copy)
    const isLive = phaseNow === phase.live
    let bits = 0
    if (isLive) {
      if (holderOf(pair) !== host || generation !== lock) bits |= bitOf.S1
      if (!knows(pair, slot, seen)) bits |= bitOf.S5
    } else if (phaseNow === phase.lockstepPrimary) {
      const acked = ackedIn(copy)
      const delivered = deliveredIn(copy)
      if (released > acked || acked > delivered || delivered > lengthOf(logOf(slot))) bits |= bitOf.S16
      const other = peerSlot(slot, copy)
      if (
        other >= 0 &&
        phaseIn(controlOf(other)) === phase.lockstepSecondary &&
        !isPrefix(slot, other, delivered)
      )
        bits |= bitOf.S6
    } else if (phaseNow === phase.lockstepSecondary || phaseNow === phase.contendingSecondary) {
      if (generation === lock && !knows(pair, slot, seen)) bits |= bitOf.S17
    }
    if (generation >= lock || isLive) {
      if (!isOn(pair)) bits |= bitOf.S11
      if (generation > lock) bits |= bitOf.S15
    }
    if (released > seen || (released > 0 && released > lengthOf(logOf(slot)))) bits |= bitOf.S14
    if (has(layout.maintenance, host)) bits |= bitOf.P3
    return bits
  }

  return (pair: number): number => {
    const lock = lockOf(pair)
    const seen = lengthOf(observedOf(pair))
    let bits = 0
    let primaries = 0
    for (let host = 0; host < hosts; host += 1) {
      const copy = controlOf(pair * hosts + host)
      if (copy === 0) continue
      bits |= ofCopy(pair, host, copy, lock, seen)
      const isPrimary = isExecutingPrimary(phaseIn(copy)) && generationIn(copy) === lock
      if (phaseIn(copy) === phase.live || isPrimary) primaries += 1
    }
    if (primaries > 1) bits |= bitOf.S1
    if (!isGapless(pair)) bits |= bitOf.S5
    if (lock - 1 > view.faultsSoFar() + view.interventionsOf(pair)) bits |= bitOf.S18
    return bits
  }
}

/** What must hold where the protocol rests. */
const restMonitorOf = (
  view: View,
  isAllowed: (pair: number, host: number) => boolean,
  isWithin: (pair: number, host: number, more: number) => boolean,
) => {
  const { layout, hosts, pairs, controlOf, phaseIn, generationIn, releasedIn, lockOf, hasStorage, has } = view
  const { isOn, isRunning, currentPrimary, hostOf, primaryOf, reaches, logOf, lengthOf } = view
  const { shelterIn } = shelterOf(view)

  const couldTake = (pair: number, host: number, otherEnd: number): boolean =>
    host !== otherEnd &&
    hasStorage(host) &&
    !has(layout.maintenance, host) &&
    (otherEnd < 0 || reaches(host, otherEnd)) &&
    isAllowed(pair, host) &&
    isWithin(pair, host, 1)

  const couldBeProtected = (pair: number): boolean => {
    const primary = currentPrimary(pair)
    for (let host = 0; host < hosts; host += 1)
      if (couldTake(pair, host, primary < 0 ? -1 : hostOf(primary))) return true
    return false
  }

  const ofCopy = (pair: number, slot: number, copy: number): number => {
    if (!hasStorage(hostOf(slot))) return 0
    if (generationIn(copy) < lockOf(pair)) return bitOf.L3
    const phaseNow = phaseIn(copy)
    const isLeft =
      phaseNow === phase.contendingSecondary || (phaseNow === phase.lockstepSecondary && primaryOf(slot) < 0)
    return isLeft && generationIn(copy) === lockOf(pair) ? bitOf.L2 : 0
  }

  const ofPair = (pair: number): number => {
    let bits = 0
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (controlOf(slot) !== 0) bits |= ofCopy(pair, slot, controlOf(slot))
    const primary = currentPrimary(pair)
    if (primary >= 0 && releasedIn(controlOf(primary)) !== lengthOf(logOf(primary))) bits |= bitOf.L4
    if (isRunning(pair)) return bits
    const isOwed = isOn(pair) && couldBeProtected(pair)
    if (isOwed) bits |= bitOf.L1
    if (shelterIn(pair) !== shelter.none && couldBeProtected(pair)) bits |= bitOf.S19
    return bits
  }

  /** Whether liveness may be asked: not where a pair is at the bound of its generations. */
  const isJudged = (): boolean => {
    for (let pair = 0; pair < pairs; pair += 1)
      if (lockOf(pair) >= layout.config.bounds.generations) return false
    return true
  }

  const atRest = (): number => {
    let bits = 0
    for (let pair = 0; pair < pairs; pair += 1) bits |= ofPair(pair)
    return bits
  }

  return { isJudged, atRest }
}
