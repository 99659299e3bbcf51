import { alphabet, kinds, type Kind } from "../../model/action.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { crowded } from "../../impl/engine/guards.ts"
import { monitorOf } from "../../impl/engine/monitor.ts"
import {
  intersection,
  noProperty,
  only,
  setOf,
  union,
  type PropertySet,
} from "../../impl/engine/property-set.ts"
import { lookoutOf, sights } from "../../impl/engine/sights.ts"
import { settlerOf } from "../../impl/engine/settle.ts"
import { symmetryOf } from "../../impl/engine/symmetry.ts"
import { correspondentOf, isAskedToStop, neverYet, type Correspondent, type Exchange } from "./exchange.ts"
import { frontierOf, type Frontier } from "./frontier.ts"
import { asksRest, engineFor, type Scope } from "./scope.ts"
import { hashOf, tableOf } from "./table.ts"

/**
 * What a sweep has counted.
 *
 * Shape  `standsFor` counts all states that those met stand for, where symmetry joins some: else it is `states`.
 *        `generated` and `distinct` are per kind, by number: its steps, and the states first reached by one.
 *        `depth` is that of the deepest layer expanded. `breached` holds what is breached, by the length of
 *        the shortest run that ends so; `ends` counts states with no successor at all, and `deadlocks` those of
 *        them in which something is still owed. `sightedAt` is the depth at which each witness was first seen, by
 *        its place in `sights`, or -1.
 */
export type Tally = {
  states: number
  standsFor: number
  transitions: number
  standsForTransitions: number
  depth: number
  mostSuccessors: number
  ends: number
  deadlocks: number
  highestGeneration: number
  readonly generated: Float64Array
  readonly distinct: Float64Array
  readonly breached: Map<number, PropertySet>
  readonly sightedAt: Int32Array
}

export const freshTally = (): Tally => ({
  states: 0,
  standsFor: 0,
  transitions: 0,
  standsForTransitions: 0,
  depth: 0,
  mostSuccessors: 0,
  ends: 0,
  deadlocks: 0,
  highestGeneration: 1,
  generated: new Float64Array(kinds.length),
  distinct: new Float64Array(kinds.length),
  breached: new Map(),
  sightedAt: new Int32Array(sights.length).fill(-1),
})

/** Takes a successor's key wherever it belongs. */
export type Send = (keys: Int32Array, at: number, hash: number, kind: number) => void

/**
 * Expands states: each is judged, and each of its successors, as its representative, is sent on.
 *
 * Shape  `expand` takes the key of a state at a depth.
 */
export type Expander = {
  readonly engine: Engine
  readonly words: number
  readonly marker: number
  readonly expand: (keys: Int32Array, at: number, depth: number) => void
  readonly start: (send: Send) => void
}

export const expanderOf = (scope: Scope, tally: Tally, send: Send): Expander => {
  const engine = engineFor(scope)
  const { machine, view, layout } = engine
  const { words } = layout
  const monitor = monitorOf(engine)
  const lookout = lookoutOf(engine)
  const symmetry = symmetryOf(view)
  const joins = scope.symmetry && symmetry.order > 1
  const settle = settlerOf(engine)
  const asked = setOf(scope.properties)
  const rests = asksRest(scope)
  const isProtocol = kinds.map((kind: Kind) => alphabet[kind].actor === "protocol")
  const { key } = machine
  let depth = 0
  let successors = 0
  let faults = 0
  let hash = 0
  let isResting = true
  let unseen = 2 ** sights.length - 1

  const sight = (bits: number, at: number): void => {
    for (let rest = bits & unseen; rest !== 0; rest &= rest - 1)
      tally.sightedAt[31 - Math.clz32(rest & -rest)] = at
    unseen &= ~bits
  }

  const breach = (found: PropertySet, length: number): void => {
    const breached = intersection(found, asked)
    if (breached !== 0) tally.breached.set(length, union(tally.breached.get(length) ?? noProperty, breached))
  }

  const onSuccessor = (kind: number, a: number, b: number, answer: number): void => {
    successors += 1
    tally.generated[kind] = (tally.generated[kind] as number) + 1
    if (answer === crowded) {
      breach(only.S7, depth + 1)
      return
    }
    const found = monitor.ofStep(kind, a, b)
    if (found !== 0) breach(found, depth + 1)
    if (unseen !== 0) sight(lookout.ofStep(kind, a), depth + 1)
    const reached = hashOf(key, 0, words)
    // A step that leaves the state as it is, such as a retry that fails, is no progress.
    const isProgress = isProtocol[kind] === true && view.faultsSoFar() === faults && reached !== hash
    if (isProgress) isResting = false
    if (scope.reduction) settleOn(depth + 1)
    else if (!joins) {
      send(key, 0, reached, kind)
      return
    }
    const representative = joins ? symmetry.canonical() : key
    send(representative, 0, hashOf(representative, 0, words), kind)
  }

  /** A state that is settled away is judged before it goes. */
  const settleOn = (length: number): void => {
    const found = monitor.ofState()
    if (found !== 0) breach(found, length)
    settle()
  }

  const expand = (keys: Int32Array, at: number, depthNow: number): void => {
    machine.load(keys, at)
    depth = depthNow
    successors = 0
    faults = view.faultsSoFar()
    hash = hashOf(key, 0, words)
    isResting = rests
    const found = union(monitor.ofState(), monitor.ofRefusals())
    if (found !== 0) breach(found, depth)
    if (unseen !== 0) {
      sight(lookout.ofState(unseen), depth)
      lookout.begin()
    }
    monitor.begin()
    engine.expand(onSuccessor)
    const owed = isResting && monitor.isJudged() ? intersection(monitor.atRest(), asked) : noProperty
    breach(owed, depth)
    tally.states += 1
    tally.transitions += successors
    if (successors === 0) tally.ends += 1
    if (successors === 0 && owed !== 0) tally.deadlocks += 1
    if (successors > tally.mostSuccessors) tally.mostSuccessors = successors
    for (let pair = 0; pair < view.pairs; pair += 1)
      if (view.lockOf(pair) > tally.highestGeneration) tally.highestGeneration = view.lockOf(pair)
    const orbit = joins ? symmetry.orbit() : 1
    tally.standsFor += orbit
    tally.standsForTransitions += orbit * successors
  }

  const start = (sendFirst: Send): void => {
    sendFirst(key, 0, hashOf(key, 0, words), 0)
  }

  return { engine, words, marker: layout.wordOf[layout.firstPair] as number, expand, start }
}

/** Why a sweep ended. */
export type SweepEnd = "complete" | "breach" | "too many states" | "interrupted"

/**
 * How a sweep went. `waiting` counts states that were found and not expanded; `bytes` is the most that the table
 * and the layers took.
 */
export type Swept = {
  readonly end: SweepEnd
  readonly tally: Tally
  readonly waiting: number
  readonly bytes: number
}

/** How far a sweep may go, and whom it tells after each layer. */
export type Limits = {
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly onLayer: (tally: Tally, waiting: number) => void
}

/**
 * Sweeps a scope breadth first, as one of several workers or alone: each expands the states that its share of
 * the hashes holds, and sends the others their own. Ends, all at once, with the layer in which a property is
 * first found breached, when no shorter breach can be left, or before the layer that would go beyond `statesMax`.
 */
export const sweepAs = (
  scope: Scope,
  { statesMax, fingerprint, onLayer }: Limits,
  exchange: Exchange | null,
  self: number,
): Swept => {
  const tally = freshTally()
  const workers = exchange?.workers ?? 1
  let next: Frontier
  const offer = (keys: Int32Array, at: number, hash: number, kind: number): void => {
    table.offer(keys, at, hash, kind)
  }
  const correspondent = exchange === null ? null : correspondentOf(exchange, self, offer)
  const send: Send =
    correspondent === null
      ? offer
      : (keys, at, hash, kind) => {
          const owner = (hash & 0xffff) % workers
          if (owner === self) offer(keys, at, hash, kind)
          else correspondent.send(owner, keys, at, hash, kind)
        }
  const { words, marker, start, expand } = expanderOf(scope, tally, send)
  const table = tableOf({ words, marker, fingerprint }, (keys, at, kind) => {
    next.add(keys, at)
    tally.distinct[kind] = (tally.distinct[kind] as number) + 1
  })
  next = frontierOf(words)
  start((keys, at, hash, kind) => {
    if ((hash & 0xffff) % workers === self) offer(keys, at, hash, kind)
  })
  table.flush()
  tally.distinct.fill(0)
  let bytes = 0
  for (let depth = 0; ; depth += 1) {
    const [expanded, waiting, least] = agreed(correspondent, tally, next)
    if (least <= depth - 1 || (waiting === 0 && least < neverYet))
      return { end: "breach", tally, waiting, bytes }
    if (waiting === 0) return { end: "complete", tally, waiting, bytes }
    if (expanded + waiting > statesMax) return { end: "too many states", tally, waiting, bytes }
    if (exchange !== null && isAskedToStop(exchange)) return { end: "interrupted", tally, waiting, bytes }
    onLayer(tally, waiting)
    const layer = next
    next = frontierOf(words)
    tally.depth = depth
    let sinceReceiving = 0
    layer.each((keys, at) => {
      expand(keys, at, depth)
      sinceReceiving += 1
      if (sinceReceiving < 64 || correspondent === null) return
      correspondent.receive()
      sinceReceiving = 0
    })
    correspondent?.meet(() => [0, 0, 0])
    table.flush()
    bytes = Math.max(bytes, table.bytes() + layer.bytes() + next.bytes())
  }
}

/** What all workers together have expanded, what waits, and the shortest breach so far. */
const agreed = (
  correspondent: Correspondent | null,
  tally: Tally,
  next: Frontier,
): readonly [number, number, number] => {
  const own = [tally.states, next.size(), Math.min(neverYet, shortest(tally))] as const
  return correspondent === null ? own : correspondent.meet(() => own)
}

/** The length of the shortest run that was found to end in a breach; Infinity if none was. */
export const shortest = ({ breached }: Tally): number => Math.min(Infinity, ...breached.keys())

/** Sweeps a scope on this thread. */
export const sweep = (scope: Scope, limits: Partial<Limits> = {}): Swept =>
  sweepAs(scope, { statesMax: Infinity, fingerprint: false, onLayer: () => {}, ...limits }, null, 0)

/** What several workers have counted, as one alone would have. */
export const together = (tallies: readonly Tally[]): Tally => {
  const sum = freshTally()
  for (const tally of tallies) {
    sum.states += tally.states
    sum.standsFor += tally.standsFor
    sum.transitions += tally.transitions
    sum.standsForTransitions += tally.standsForTransitions
    sum.ends += tally.ends
    sum.deadlocks += tally.deadlocks
    tally.sightedAt.forEach((at, n) => {
      const before = sum.sightedAt[n] as number
      if (at >= 0 && (before < 0 || at < before)) sum.sightedAt[n] = at
    })
    sum.depth = Math.max(sum.depth, tally.depth)
    sum.mostSuccessors = Math.max(sum.mostSuccessors, tally.mostSuccessors)
    sum.highestGeneration = Math.max(sum.highestGeneration, tally.highestGeneration)
    tally.generated.forEach((n, kind) => (sum.generated[kind] = (sum.generated[kind] as number) + n))
    tally.distinct.forEach((n, kind) => (sum.distinct[kind] = (sum.distinct[kind] as number) + n))
    for (const [length, found] of tally.breached)
      sum.breached.set(length, union(sum.breached.get(length) ?? noProperty, found))
  }
  return sum
}
