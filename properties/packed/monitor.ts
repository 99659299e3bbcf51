import { effectMonitorOf } from "./effects.ts"
import { evidenceOf, type Evidence } from "./evidence.ts"
import { ftSetting } from "../../impl/engine/fields.ts"
import { kindNumber } from "../../impl/engine/layout.ts"
import { peer, phase } from "../../impl/engine/machine.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { intersection, noProperty, only, union, type PropertySet } from "./property-set.ts"
import { refusalMonitorOf } from "./refusals.ts"
import { reportedOf } from "./reported.ts"
import { sinceProtected, singleFaultHistoryOf } from "../../impl/engine/single-fault.ts"
import { timeMonitorOf } from "./time/monitor.ts"
import type { View } from "../../impl/engine/view.ts"

/**
 * The properties of the catalogue, read again over packed states. Each answer is the set of those that are violated.
 *
 * Shape  `begin` is called at a state before steps are taken from it; `ofStep` after a step, at the state that it leads
 *        to; `ofState` and `ofPair` at any state; `ofRefusals`, which tries what must be possible and takes it back, at
 *        one that is loaded or committed; `whenQuiescent` at a quiescent one, where no enabled, weakly fair action
 *        changes anything.
 */
export type Monitor = {
  readonly begin: () => void
  readonly ofStep: (kind: number, a: number, b: number) => PropertySet
  readonly ofState: () => PropertySet
  readonly ofRefusals: () => PropertySet
  readonly ofPair: (pair: number) => PropertySet
  readonly isJudged: () => boolean
  readonly whenQuiescent: () => PropertySet
}

export const monitorOf = (engine: Engine): Monitor => {
  const { view } = engine
  const evidence = evidenceOf(view)
  const effects = effectMonitorOf(view)
  const ofKind = stepMonitorOf(view, evidence, effects.lockBefore)
  const ofPair = stateMonitorOf(view, evidence)
  const ofPairsRefusals = refusalMonitorOf(engine, evidence)

  const ofStep = (kind: number, a: number, b: number): PropertySet =>
    union(ofKind(kind, a, b), effects.ofStep(kind, a, b))

  const ofState = (): PropertySet => {
    let found = noProperty
    for (let pair = 0; pair < view.pairs; pair += 1) found = union(found, ofPair(pair))
    return found
  }

  const ofRefusals = (): PropertySet => {
    let found = noProperty
    for (let pair = 0; pair < view.pairs; pair += 1) found = union(found, ofPairsRefusals(pair))
    return found
  }

  const { begin } = effects
  const monitor = { begin, ofStep, ofState, ofRefusals, ofPair, ...quiescenceMonitorOf(view, evidence) }
  const ofTime = timeMonitorOf(engine, evidence)
  return ofTime === null ? monitor : timedBy(monitor, ofTime, view.pairs)
}

/** A monitor, and beside it that of time: of what is promised. */
const timedBy = (
  monitor: Monitor,
  { promised, ...ofTime }: NonNullable<ReturnType<typeof timeMonitorOf>>,
  pairs: number,
): Monitor => {
  const ofPair = (pair: number): PropertySet =>
    intersection(union(monitor.ofPair(pair), ofTime.ofPair(pair)), promised)
  return {
    begin: () => {
      monitor.begin()
      ofTime.begin()
    },
    ofStep: (kind, a, b) => intersection(union(monitor.ofStep(kind, a, b), ofTime.ofStep(kind, a)), promised),
    ofState: () => {
      let found = noProperty
      for (let pair = 0; pair < pairs; pair += 1) found = union(found, ofPair(pair))
      return found
    },
    ofRefusals: () => union(monitor.ofRefusals(), ofTime.ofRefusals()),
    ofPair,
    isJudged: monitor.isJudged,
    whenQuiescent: () => intersection(monitor.whenQuiescent(), promised),
  }
}

/** What must hold of a step, by its kind, at the state that it leads to. */
const stepMonitorOf = (
  view: View,
  { withStorage, inMaintenance, isBarred, isOverfull, lacksEncryption, leaderOf }: Evidence,
  lockBefore: Int32Array,
) => {
  const { hosts, controlOf, phaseIn, generationIn, ftOf, isOn, lockOf, pairOf, hostOf } = view
  const k = kindNumber
  const { historyIn } = singleFaultHistoryOf(view)

  /** Whether a Secondary of the generation, in lockstep or contending, has storage. */
  const hasAbleSecondary = (pair: number, generation: number): boolean => {
    for (let host = 0; host < hosts; host += 1) {
      const copy = controlOf(pair * hosts + host)
      const phaseNow = phaseIn(copy)
      if (phaseNow !== phase.lockstepSecondary && phaseNow !== phase.contendingSecondary) continue
      if (generationIn(copy) === generation && withStorage(host)) return true
    }
    return false
  }

  /** What the release that a copy has just made violates. Its entry is the last that it counts as released. */
  const ofRelease = (slot: number): PropertySet => {
    const copy = controlOf(slot)
    const output = view.releasedIn(copy) - 1
    const seen = view.entryOf(view.observedOf(pairOf(slot)), output)
    const isDivergent = seen !== 0 && seen !== view.entryOf(view.logOf(slot), output)
    const isEarly = phaseIn(copy) === phase.lockstepPrimary && output >= view.deliveredIn(copy)
    return union(isDivergent ? only.S2 : noProperty, isEarly ? only.S4 : noProperty)
  }

  const ofPlacement = (pair: number, host: number): PropertySet => {
    const fits = withStorage(host) && !inMaintenance(host) && !isOverfull(host, pair, 0)
    const found = union(isBarred(pair, host) ? only.S8 : noProperty, fits ? noProperty : only.S9)
    return union(found, ofEncryption(pair, host))
  }

  const ofEncryption = (pair: number, host: number): PropertySet =>
    lacksEncryption(pair, host) && ftOf(pair) !== ftSetting.notConfigured ? only.E2 : noProperty

  /** A VM that runs becomes an FT VM where it is. */
  const ofTurnedOn = (pair: number): PropertySet => {
    const leader = isOn(pair) ? leaderOf(pair) : -1
    if (leader < 0) return noProperty
    const isFull = isOverfull(hostOf(leader), pair, 0)
    return union(isFull ? only.S9 : noProperty, ofEncryption(pair, hostOf(leader)))
  }

  const ofLock = (pair: number): PropertySet => {
    const grown = lockOf(pair) - (lockBefore[pair] as number)
    return grown === 0 || grown === 1 ? noProperty : only.S10
  }

  /** A restart leaves the other copies as they were, and it is the lock of before that they could have won. */
  const ofRestart = (pair: number): PropertySet =>
    union(
      hasAbleSecondary(pair, lockBefore[pair] as number) ? only.S13 : noProperty,
      historyIn(pair) === sinceProtected.unprotected ? noProperty : only.S19,
    )

  return (kind: number, a: number, b: number): PropertySet => {
    switch (kind) {
      case k.Release:
        return ofRelease(a)
      case k.SpawnSecondary:
      case k.Migrate:
        return ofPlacement(pairOf(a), b)
      case k.PowerOn:
        return union(ofPlacement(a, b), ofLock(a))
      case k.HaRestart:
        return union(union(ofPlacement(a, b), ofLock(a)), ofRestart(a))
      case k.TryLock:
      case k.TestRestartSecondary:
        return ofLock(pairOf(a))
      case k.PowerOff:
      case k.TestFailover:
      case k.SuspendFT:
      case k.TurnOffFT:
        return ofLock(a)
      case k.TurnOnFT:
        return ofTurnedOn(a)
      default:
        return noProperty
    }
  }
}

/** What must hold of one pair in every state. */
const stateMonitorOf = (view: View, evidence: Evidence) => {
  const { isUp, isConnected, inMaintenance, leads, follows, farEnd, isOnOneSide } = evidence
  const { ofRecords } = reportedOf(view, evidence)
  const { layout, hosts, controlOf, phaseIn, generationIn, releasedIn, deliveredIn, ackedIn } = view
  const { ftOf, isOn, peerIn, lockOf, holderOf, logOf, observedOf, lengthOf, entryOf, agree } = view

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

  /** Whether a Secondary could go live at the lock's generation, or its Primary still has a peer. */
  const isAccompanied = (pair: number, lock: number): boolean => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (copy === 0 || generationIn(copy) !== lock) continue
      const phaseNow = phaseIn(copy)
      if (phaseNow === phase.lockstepSecondary || phaseNow === phase.contendingSecondary) return true
      if (phaseNow === phase.lockstepPrimary || (phaseNow === phase.live && peerIn(copy) !== peer.none))
        return true
    }
    return false
  }

  /** Whether a Primary's peer is a Secondary on its side of the pair's metro group. */
  const isOnSideOfPeer = (pair: number, slot: number): boolean => {
    const other = farEnd(pair * hosts, controlOf(slot))
    if (other < 0 || layout.config.pairs[pair]?.metro === null) return false
    return follows(phaseIn(controlOf(other))) && isOnOneSide(pair, slot - pair * hosts, other - pair * hosts)
  }

  /** What one copy violates by itself. */
  const ofCopy = (pair: number, host: number, copy: number, lock: number, seen: number): PropertySet => {
    const slot = pair * hosts + host
    const phaseNow = phaseIn(copy)
    const generation = generationIn(copy)
    const released = releasedIn(copy)
    const isLive = phaseNow === phase.live
    let found = noProperty
    if (isLive) {
      if (holderOf(pair) !== host || generation !== lock) found = union(found, only.S1)
      if (!knows(pair, slot, seen)) found = union(found, only.S5)
    } else if (phaseNow === phase.lockstepPrimary) {
      const acked = ackedIn(copy)
      const delivered = deliveredIn(copy)
      if (released > acked || acked > delivered || delivered > lengthOf(logOf(slot)))
        found = union(found, only.S16)
      const other = farEnd(pair * hosts, copy)
      if (
        other >= 0 &&
        phaseIn(controlOf(other)) === phase.lockstepSecondary &&
        !isPrefix(slot, other, delivered)
      )
        found = union(found, only.S6)
    } else if (phaseNow === phase.lockstepSecondary || phaseNow === phase.contendingSecondary) {
      if (generation === lock && !knows(pair, slot, seen)) found = union(found, only.S17)
    }
    if (generation >= lock || isLive) {
      if (!isOn(pair)) found = union(found, only.S11)
      if (generation > lock) found = union(found, only.S15)
    }
    if (released > seen || (released > 0 && released > lengthOf(logOf(slot)))) found = union(found, only.S14)
    const contends = phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary
    if (!isUp(host) || (!contends && !isConnected(host))) found = union(found, only.S22)
    if (inMaintenance(host)) found = union(found, only.P3)
    if (isOnSideOfPeer(pair, slot)) found = union(found, only.P4)
    return found
  }

  return (pair: number): PropertySet => {
    const lock = lockOf(pair)
    const seen = lengthOf(observedOf(pair))
    let found = noProperty
    let primaries = 0
    for (let host = 0; host < hosts; host += 1) {
      const copy = controlOf(pair * hosts + host)
      if (copy === 0) continue
      found = union(found, ofCopy(pair, host, copy, lock, seen))
      const isPrimary = leads(phaseIn(copy)) && generationIn(copy) === lock
      if (phaseIn(copy) === phase.live || isPrimary) primaries += 1
    }
    if (primaries > 1) found = union(found, only.S1)
    if (ftOf(pair) !== ftSetting.enabled && isAccompanied(pair, lock)) found = union(found, only.O2)
    if (!isGapless(pair)) found = union(found, only.S5)
    if (lock - 1 > view.faultsSoFar() + view.interventionsOf(pair)) found = union(found, only.S18)
    return union(found, ofRecords(pair))
  }
}

/** What must hold in a quiescent state. */
const quiescenceMonitorOf = (view: View, evidence: Evidence) => {
  const { layout, hosts, pairs, controlOf, phaseIn, generationIn, releasedIn, lockOf } = view
  const { ftOf, isOn, hostOf, logOf, lengthOf } = view
  const { withStorage, leaderOf, nearEnd, isProtected, couldTake } = evidence
  const { historyIn } = singleFaultHistoryOf(view)

  const couldBeProtected = (pair: number): boolean => {
    const primary = leaderOf(pair)
    for (let host = 0; host < hosts; host += 1)
      if (couldTake(pair, host, primary < 0 ? -1 : hostOf(primary))) return true
    return false
  }

  const ofCopy = (pair: number, slot: number, copy: number): PropertySet => {
    if (!withStorage(hostOf(slot))) return noProperty
    if (generationIn(copy) < lockOf(pair)) return only.L3
    const phaseNow = phaseIn(copy)
    const isLeft =
      phaseNow === phase.contendingSecondary ||
      (phaseNow === phase.lockstepSecondary && nearEnd(pair * hosts, slot) < 0)
    return isLeft && generationIn(copy) === lockOf(pair) ? only.L2 : noProperty
  }

  const ofPair = (pair: number): PropertySet => {
    let found = noProperty
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (controlOf(slot) !== 0) found = union(found, ofCopy(pair, slot, controlOf(slot)))
    const primary = leaderOf(pair)
    if (primary >= 0 && releasedIn(controlOf(primary)) !== lengthOf(logOf(primary)))
      found = union(found, only.L4)
    if (isOn(pair) && primary < 0 && couldBeProtected(pair)) found = union(found, only.L6)
    if (isProtected(pair)) return found
    const isWithheld = primary >= 0 && phaseIn(controlOf(primary)) !== phase.live
    const isOwed = isOn(pair) && ftOf(pair) === ftSetting.enabled
    if (isOwed && (isWithheld || couldBeProtected(pair))) found = union(found, only.L1)
    if (historyIn(pair) !== sinceProtected.unprotected && couldBeProtected(pair))
      found = union(found, only.S19)
    return found
  }

  /** Whether liveness is checked: not where a pair is at the bound of its generations. */
  const isJudged = (): boolean => {
    for (let pair = 0; pair < pairs; pair += 1)
      if (lockOf(pair) >= layout.config.bounds.generations) return false
    return true
  }

  const whenQuiescent = (): PropertySet => {
    let found = noProperty
    for (let pair = 0; pair < pairs; pair += 1) found = union(found, ofPair(pair))
    return found
  }

  return { isJudged, whenQuiescent }
}
