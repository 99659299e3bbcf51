import { kinds } from "../../model/action.ts"
import { noProperty, union, type PropertySet } from "../../impl/engine/property-set.ts"
import { watchedWitnesses } from "../../impl/engine/witness-monitor.ts"
import { commutationOf } from "./commutation.ts"
import { endpointOf, noLength, type Endpoint, type Channels, type Summary } from "./channels.ts"
import { frontierOf, type Chunk, type Frontier } from "./frontier.ts"
import type { Scope } from "./scope.ts"
import { strideOf, type Stride } from "./stride.ts"
import { hashOf, tableOf } from "./table.ts"
import { finished } from "./turns.ts"

/**
 * What a sweep has counted.
 *
 * Shape  `standsFor` counts all states that those met stand for, where symmetry joins some: else it is `states`.
 *        `generated` and `distinct` are per kind, by number: its steps, and the states first reached by one.
 *        `depth` is that of the deepest layer expanded to its end. `violated` holds what is violated, by the
 *        length of the shortest run that ends so (with the reduction: by the number of layers before its end); `ends` counts states with no successor at all, and `deadlocks` those of
 *        them in which something is still owed. `witnessedAt` is the depth at which each witness was first seen, by
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
  readonly violated: Map<number, PropertySet>
  readonly witnessedAt: Int32Array
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
  violated: new Map(),
  witnessedAt: new Int32Array(watchedWitnesses.length).fill(-1),
})

/** Takes a successor's key wherever it belongs. */
type Send = (keys: Int32Array, at: number, hash: number, kind: number) => void

/** Expands states, and counts what it sees in a tally; each successor, as its representative, is sent on. */
type Expander = {
  readonly stride: Stride
  readonly expand: (keys: Int32Array, at: number, depth: number) => void
}

const expanderOf = (scope: Scope, tally: Tally, send: Send): Expander => {
  let depth = 0
  let unseen = 2 ** watchedWitnesses.length - 1

  const stride = strideOf(scope, {
    // With the reduction, a layer is no length: that of the way there is the most that it can be.
    onViolation: (bits, steps) => {
      const length = depth + steps
      tally.violated.set(length, union(tally.violated.get(length) ?? noProperty, bits))
    },
    onArrival: (keys, kind) => {
      tally.generated[kind] = (tally.generated[kind] as number) + 1
      send(keys, 0, hashOf(keys, 0, words), kind)
    },
    onWitness: (bits, steps) => {
      for (let rest = bits & unseen; rest !== 0; rest &= rest - 1) {
        const n = 31 - Math.clz32(rest & -rest)
        const before = tally.witnessedAt[n] as number
        if (before < 0 || depth + steps < before) tally.witnessedAt[n] = depth + steps
      }
    },
    onNormalising: (kind) => {
      tally.generated[kind] = (tally.generated[kind] as number) + 1
    },
    unseen: () => unseen,
  })
  const { engine, words } = stride
  const { view } = engine

  /** The witnesses that were not seen at this depth or before: normalising shows some of what comes later. */
  const notSeenBy = (now: number): number =>
    tally.witnessedAt.reduce((bits, at, n) => (at < 0 || at > now ? bits | (1 << n) : bits), 0)

  const expand = (keys: Int32Array, at: number, depthNow: number): void => {
    if (depthNow !== depth) unseen = notSeenBy(depthNow)
    depth = depthNow
    const successors = stride.expand(keys, at)
    tally.states += 1
    tally.transitions += successors
    if (successors === 0) tally.ends += 1
    if (successors === 0 && stride.isOwing()) tally.deadlocks += 1
    if (successors > tally.mostSuccessors) tally.mostSuccessors = successors
    for (let pair = 0; pair < view.pairs; pair += 1)
      if (view.lockOf(pair) > tally.highestGeneration) tally.highestGeneration = view.lockOf(pair)
    const orbit = stride.orbit()
    tally.standsFor += orbit
    tally.standsForTransitions += orbit * successors
  }

  return { stride, expand }
}

/** Why a sweep ended. "asymmetric": the rules do not treat alike what the scope has change places. */
export type SweepEnd = "complete" | "violation" | "too many states" | "interrupted" | "asymmetric"

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

/** How far a sweep may go, whom it tells of each layer, and whom it asks whether to go on. */
export type Limits = {
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly onLayer: (tally: Tally, waiting: number) => void
  readonly isStopped: () => boolean
}

/** Why a layer was not expanded to its end, in the order in which one reason gives way to another. */
const cuts = { none: 0, interrupted: 1, asymmetric: 2 } as const

/**
 * Sweeps a scope breadth first, as one of several workers or alone: each expands the states that its share of
 * the hashes holds, and sends the others their own. Ends, all at once, with the layer in which a property is
 * first found violated, when no shorter violation can be left, or before the layer that would go beyond `statesMax`.
 * Gives way now and then, so that whoever goes on with it can do something else.
 */
export function* sweepingAs(
  scope: Scope,
  { statesMax, fingerprint, onLayer, isStopped }: Limits,
  channels: Channels | null,
  self: number,
): Generator<void, Swept, void> {
  const tally = freshTally()
  const workers = channels?.workers ?? 1
  let next: Frontier
  const offer: Send = (keys, at, hash, kind) => {
    table.offer(keys, at, hash, kind)
  }
  const endpoint = channels === null ? null : endpointOf(channels, self, offer)
  const { stride, expand } = expanderOf(scope, tally, senderOf(endpoint, workers, self, offer))
  const { words, engine } = stride
  const commutes = scope.symmetry ? commutationOf(engine, stride.monitor, stride.symmetry) : () => true
  const marker = engine.layout.wordOf[engine.layout.firstPair] as number
  const table = tableOf({ words, marker, fingerprint }, (keys, at, kind) => {
    next.add(keys, at)
    tally.distinct[kind] = (tally.distinct[kind] as number) + 1
  })
  next = frontierOf(words)
  const first = hashOf(engine.machine.key, 0, words)
  if ((first & 0xffff) % workers === self) offer(engine.machine.key, 0, first, 0)
  table.flush()
  tally.distinct.fill(0)
  let bytes = 0
  let cut: number = cuts.none
  let left = 0

  const expandAll = ({ keys, count }: Chunk, depth: number): void => {
    for (let n = 0; n < count; n += 1) {
      if (!commutes(keys, n * words, tally.states)) cut = cuts.asymmetric
      expand(keys, n * words, depth)
      if ((n & 63) === 63) endpoint?.receive()
    }
  }

  for (let depth = 0; ; depth += 1) {
    const own: Summary = [tally.states, next.size() + left, Math.min(noLength, shortest(tally)), cut]
    const [expanded, waiting, minimum, why] = endpoint?.barrier(() => own) ?? own
    const end = endOf({ expanded, waiting, minimum, why, depth, statesMax })
    if (end !== null) return { end, tally, waiting, bytes }
    onLayer(tally, waiting)
    const layer = next
    next = frontierOf(words)
    left = layer.size()
    for (const chunk of layer.chunks()) {
      if (isStopped()) cut = Math.max(cut, cuts.interrupted)
      if (cut !== cuts.none) break
      expandAll(chunk, depth)
      left -= chunk.count
      yield
    }
    if (left === 0) tally.depth = depth
    endpoint?.barrier(() => [0, 0, 0, 0])
    table.flush()
    bytes = Math.max(bytes, table.bytes() + layer.bytes() + next.bytes())
  }
}

/** Whether a sweep ends before a layer, and why: the same for all workers, as all know the same. */
const endOf = ({
  expanded,
  waiting,
  minimum,
  why,
  depth,
  statesMax,
}: {
  readonly expanded: number
  readonly waiting: number
  readonly minimum: number
  readonly why: number
  readonly depth: number
  readonly statesMax: number
}): SweepEnd | null => {
  const isViolated = minimum < noLength
  const isTooMuch = expanded + waiting > statesMax
  if (why === cuts.asymmetric) return "asymmetric"
  if (isViolated && (minimum <= depth - 1 || waiting === 0 || isTooMuch || why !== cuts.none))
    return "violation"
  if (waiting === 0) return "complete"
  if (why === cuts.interrupted) return "interrupted"
  return isTooMuch ? "too many states" : null
}

/** Sends a key to whoever owns it. */
const senderOf = (endpoint: Endpoint | null, workers: number, self: number, offer: Send): Send =>
  endpoint === null
    ? offer
    : (keys, at, hash, kind) => {
        const owner = (hash & 0xffff) % workers
        if (owner === self) offer(keys, at, hash, kind)
        else endpoint.send(owner, keys, at, hash, kind)
      }

/** The length of the shortest run that was found to end in a violation; Infinity if none was. */
export const shortest = ({ violated }: Tally): number => Math.min(Infinity, ...violated.keys())

/** Sweeps a scope on this thread, at one go. */
export const sweep = (scope: Scope, limits: Partial<Limits> = {}): Swept => finished(sweeping(scope, limits))

/** Sweeps a scope on this thread, giving way now and then. */
export const sweeping = (scope: Scope, limits: Partial<Limits> = {}): Generator<void, Swept, void> =>
  sweepingAs(
    scope,
    { statesMax: Infinity, fingerprint: false, onLayer: () => {}, isStopped: () => false, ...limits },
    null,
    0,
  )

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
    tally.witnessedAt.forEach((at, n) => {
      const before = sum.witnessedAt[n] as number
      if (at >= 0 && (before < 0 || at < before)) sum.witnessedAt[n] = at
    })
    sum.depth = Math.max(sum.depth, tally.depth)
    sum.mostSuccessors = Math.max(sum.mostSuccessors, tally.mostSuccessors)
    sum.highestGeneration = Math.max(sum.highestGeneration, tally.highestGeneration)
    tally.generated.forEach((n, kind) => (sum.generated[kind] = (sum.generated[kind] as number) + n))
    tally.distinct.forEach((n, kind) => (sum.distinct[kind] = (sum.distinct[kind] as number) + n))
    for (const [length, bits] of tally.violated)
      sum.violated.set(length, union(sum.violated.get(length) ?? noProperty, bits))
  }
  return sum
}
