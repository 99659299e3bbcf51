import { evidenceOf, type Evidence } from "./evidence.ts"
import { kindNumber } from "../../impl/engine/layout.ts"
import { phase } from "../../impl/engine/machine.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import type { View } from "../../impl/engine/view.ts"

/** The witnesses that a packed state, or a step to it, is enough to decide; the others depend on the past. */
export const watchedWitnesses = [
  "three-copies",
  "stale-primary-beside-running",
  "output-in-lockstep",
  "duplicate-output",
  "waiting-contender-beside-live",
  "ha-restart",
  "ha-restart-beside-contender",
  "stale-primary-releases",
  "late-acknowledgement",
  "both-contending",
  "fork",
  "respawn-blocked-by-stale",
  "stale-copy-while-off",
  "no-eligible-host",
  "encrypted-over-exposed-link",
  "running-across-sites",
  "host-in-maintenance",
] as const

type WatchedWitness = (typeof watchedWitnesses)[number]

/**
 * Looks for witnesses.
 *
 * Shape  `begin` is called at a state before steps are taken from it. `ofState` and `ofStep` give a set of bits, by the
 *        places of `watchedWitnesses`; a step is looked at in the state that it leads to. What is not in `unseen` need not be
 *        looked for.
 */
export type WitnessMonitor = {
  readonly begin: () => void
  readonly ofState: (unseen: number) => number
  readonly ofStep: (kind: number, a: number) => number
}

const bits = Object.fromEntries(watchedWitnesses.map((id, n) => [id, 1 << n])) as Record<
  WatchedWitness,
  number
>

export const witnessMonitorOf = ({ view }: Engine): WitnessMonitor => {
  const evidence = evidenceOf(view)
  const ofCopies = copiesMonitorOf(view, evidence)
  const ofLonely = lonelyMonitorOf(view, evidence)
  const hasFork = forkMonitorOf(view)
  const ofRunning = runningMonitorOf(view, evidence)

  const ofState = (unseen: number): number => {
    let found = 0
    for (let pair = 0; pair < view.pairs; pair += 1) {
      if ((unseen & ofCopiesAlone) !== 0) found |= ofCopies(pair)
      if ((unseen & ofHosts) !== 0) found |= ofLonely(pair)
      if ((unseen & ofEnds) !== 0) found |= ofRunning(pair)
      if ((unseen & bits.fork) !== 0 && hasFork(pair)) found |= bits.fork
    }
    return found
  }

  return { ofState, ...stepMonitorOf(view, evidence) }
}

const ofCopiesAlone =
  bits["three-copies"] |
  bits["stale-primary-beside-running"] |
  bits["waiting-contender-beside-live"] |
  bits["both-contending"] |
  bits["stale-copy-while-off"]
const ofEnds = bits["encrypted-over-exposed-link"] | bits["running-across-sites"]
const ofHosts = bits["respawn-blocked-by-stale"] | bits["no-eligible-host"] | bits["host-in-maintenance"]

/** What the copies of a pair are, side by side. */
const copiesMonitorOf = (view: View, { withStorage, leads, isProtected }: Evidence) => {
  const { hosts, controlOf, phaseIn, generationIn, lockOf, isOn } = view
  return (pair: number): number => {
    let found = 0
    let copies = 0
    let stale = 0
    let waiting = 0
    let live = 0
    let contendingPrimaries = 0
    let contendingSecondaries = 0
    for (let host = 0; host < hosts; host += 1) {
      const copy = controlOf(pair * hosts + host)
      if (copy === 0) continue
      copies += 1
      const phaseNow = phaseIn(copy)
      const isCurrent = generationIn(copy) === lockOf(pair)
      if (generationIn(copy) < lockOf(pair) && leads(phaseNow)) stale += 1
      if (phaseNow === phase.live) live += 1
      if (phaseNow === phase.contendingPrimary && isCurrent) contendingPrimaries += 1
      if (phaseNow === phase.contendingSecondary && isCurrent) contendingSecondaries += 1
      const contends = phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary
      if (contends && !withStorage(host)) waiting += 1
    }
    if (copies >= 3) found |= bits["three-copies"]
    if (stale > 0 && isProtected(pair)) found |= bits["stale-primary-beside-running"]
    if (waiting > 0 && live > 0) found |= bits["waiting-contender-beside-live"]
    if (contendingPrimaries > 0 && contendingSecondaries > 0) found |= bits["both-contending"]
    if (copies > 0 && !isOn(pair)) found |= bits["stale-copy-while-off"]
    return found
  }
}

/** Whether the logs of two copies of a pair differ in what both have. */
const forkMonitorOf = (view: View) => {
  const { hosts, logOf, lengthOf, agree } = view
  return (pair: number): boolean => {
    for (let a = pair * hosts; a < (pair + 1) * hosts; a += 1)
      for (let b = pair * hosts; b < a; b += 1) {
        const shared = Math.min(lengthOf(logOf(a)), lengthOf(logOf(b)))
        if (!agree(logOf(a), logOf(b), shared)) return true
      }
    return false
  }
}

/** What a live Primary without a peer has to do with the hosts that could take its Secondary. */
const lonelyMonitorOf = (view: View, { leaderOf, couldTake }: Evidence) => {
  const { layout, hosts, controlOf, phaseIn, peerIn, isOn, hostOf, has } = view
  return (pair: number): number => {
    const slot = isOn(pair) ? leaderOf(pair) : -1
    const copy = slot < 0 ? 0 : controlOf(slot)
    if (phaseIn(copy) !== phase.live || peerIn(copy) !== 0) return 0
    let able = 0
    let free = 0
    let found = 0
    for (let host = 0; host < hosts; host += 1) {
      if (has(layout.maintenance, host)) found |= bits["host-in-maintenance"]
      if (!couldTake(pair, host, hostOf(slot))) continue
      able += 1
      if (controlOf(pair * hosts + host) === 0) free += 1
    }
    if (able === 0) found |= bits["no-eligible-host"]
    if (able > 0 && free === 0) found |= bits["respawn-blocked-by-stale"]
    return found
  }
}

/** Between which hosts a pair is running. */
const runningMonitorOf = (view: View, { isProtected, leaderOf, farEnd, isOnOneSide }: Evidence) => {
  const { layout, hosts, controlOf, hostOf, linkOf, has } = view
  const { pairs } = layout.config
  return (pair: number): number => {
    if (!isProtected(pair)) return 0
    const leader = leaderOf(pair)
    const [a, b] = [hostOf(leader), hostOf(farEnd(pair * hosts, controlOf(leader)))]
    let found = 0
    if (has(layout.exposed, linkOf(a, b))) found |= bits["encrypted-over-exposed-link"]
    if (pairs[pair]?.metro !== null && !isOnOneSide(pair, a, b)) found |= bits["running-across-sites"]
    return found
  }
}

/** What a step shows, at the state that it leads to; `begin` is called at the one before. */
const stepMonitorOf = (view: View, { linked, farEnd }: Evidence) => {
  const { hosts, pairs, controlOf, phaseIn, generationIn, releasedIn, lockOf, hostOf, pairOf } = view
  const k = kindNumber
  const seenBefore = new Int32Array(pairs)

  const begin = (): void => {
    for (let pair = 0; pair < pairs; pair += 1) seenBefore[pair] = view.lengthOf(view.observedOf(pair))
  }

  const ofRelease = (slot: number): number => {
    const copy = controlOf(slot)
    const output = releasedIn(copy) - 1
    let found = 0
    if (phaseIn(copy) === phase.lockstepPrimary) found |= bits["output-in-lockstep"]
    if (generationIn(copy) < lockOf(pairOf(slot))) found |= bits["stale-primary-releases"]
    if (output < (seenBefore[pairOf(slot)] as number)) found |= bits["duplicate-output"]
    return found
  }

  const ofAck = (slot: number): number => {
    const other = farEnd(pairOf(slot) * hosts, controlOf(slot))
    const isTimely =
      other >= 0 &&
      phaseIn(controlOf(other)) === phase.lockstepSecondary &&
      linked(hostOf(slot), hostOf(other))
    return isTimely ? 0 : bits["late-acknowledgement"]
  }

  const ofRestart = (pair: number): number => {
    let found = bits["ha-restart"]
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const phaseNow = phaseIn(controlOf(slot))
      if (phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary)
        found |= bits["ha-restart-beside-contender"]
    }
    return found
  }

  const ofStep = (kind: number, a: number): number => {
    switch (kind) {
      case k.Release:
        return ofRelease(a)
      case k.Ack:
        return ofAck(a)
      case k.HaRestart:
        return ofRestart(a)
      default:
        return 0
    }
  }

  return { begin, ofStep }
}
