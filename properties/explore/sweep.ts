import { watchedWitnesses } from "../packed/witnesses.ts"
import { bodyExpanderOf, type BodyExpander } from "./body-expander.ts"
import { endpointOf, ownerOf, type Channels, type Endpoint } from "./channels.ts"
import { commutationOf } from "./commutation.ts"
import { factoredSweepingAs } from "./factored-sweep.ts"
import { frontierOf, type Chunk, type Frontier } from "./frontier.ts"
import { cuts, sweepingLevels } from "./levels.ts"
import { carriesGhosts, type Scope } from "./scope.ts"
import { strideOf, type Stride } from "./stride.ts"
import type { Limits, Swept } from "./sweep-end.ts"
import { hashOf, tableOf } from "./table.ts"
import { freshTally, notSeenBy, recordViolation, recordWitnesses, type Tally } from "./tally.ts"
import { finished } from "./turns.ts"

// Breadth-first search on several workers. The hash of a state decides which worker owns it. Each worker keeps its
// own states in a table, which drops duplicates, and the new ones in a frontier, which holds one BFS level. A level
// is done as follows: each worker expands its frontier and sends every successor to the owner; at the barrier all
// exchange their counts. As all see the same counts, all decide alike whether to go on: there is no master, and the
// verdict and the counts do not depend on the number of workers.

/** Takes a successor's key to its owner. */
type Send = (keys: Int32Array, at: number, hash: number, kind: number) => void

/** Expands states, and counts what it sees in a tally; each successor, as its representative, is sent on. */
type Expander = {
  readonly stride: Stride
  readonly expand: (keys: Int32Array, at: number, depth: number) => void
}

const expanderOf = (scope: Scope, tally: Tally, send: Send, onOutgrown: () => void): Expander => {
  let depth = 0
  let unseen = 2 ** watchedWitnesses.length - 1

  const stride = strideOf(scope, {
    // With the reduction, a level is no length: that of the way there is the most that it can be.
    onViolation: (bits, steps) => {
      recordViolation(tally, depth + steps, bits)
    },
    onArrival: (keys, kind) => {
      tally.generated[kind] = (tally.generated[kind] as number) + 1
      send(keys, 0, hashOf(keys, 0, words), kind)
    },
    onWitness: (bits, steps) => {
      recordWitnesses(tally, depth + steps, bits & unseen)
    },
    onNormalising: (kind) => {
      tally.generated[kind] = (tally.generated[kind] as number) + 1
    },
    onOutgrown,
    unseen: () => unseen,
  })
  const { engine, words } = stride
  const { view } = engine

  const expand = (keys: Int32Array, at: number, depthNow: number): void => {
    if (depthNow !== depth) unseen = notSeenBy(tally, depthNow)
    depth = depthNow
    const successors = stride.expand(keys, at)
    tally.states += 1
    tally.transitions += successors
    if (successors === 0) tally.terminalStates += 1
    if (successors === 0 && stride.isViolatedWhenQuiescent()) tally.deadlocks += 1
    if (successors > tally.mostSuccessors) tally.mostSuccessors = successors
    for (let pair = 0; pair < view.pairs; pair += 1)
      if (view.lockOf(pair) > tally.highestGeneration) tally.highestGeneration = view.lockOf(pair)
    const orbit = stride.orbit()
    tally.standsFor += orbit
    tally.standsForTransitions += orbit * successors
  }

  return { stride, expand }
}

/**
 * Sweeps a scope breadth first, as one of several workers or alone: each expands the states that its share of the
 * hashes holds, and sends the others their own. Ends, all at once, with the level in which a property is first found
 * violated, when no shorter violation can be left, or before the level that would go beyond `statesMax`. Gives way now
 * and then, so that its driver can do something else.
 */
export function* sweepingAs(
  scope: Scope,
  limits: Limits,
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
  const { stride, expand } = expanderOf(scope, tally, senderOf(endpoint, workers, self, offer), () => {
    levels.cut = Math.max(levels.cut, cuts.outgrown)
  })
  const { words, engine } = stride
  const { marker } = engine.layout
  const commutes = scope.symmetry ? commutationOf(engine, stride.monitor, stride.symmetry) : () => true
  const table = tableOf({ words, marker, fingerprint: limits.fingerprint }, (keys, at, kind) => {
    next.add(keys, at)
    tally.distinct[kind] = (tally.distinct[kind] as number) + 1
  })
  next = frontierOf(words)
  const start = stride.start()
  const first = hashOf(start, 0, words)
  if (ownerOf(first, workers) === self) offer(start, 0, first, 0)
  table.flush()
  tally.distinct.fill(0)

  const expandAll = ({ keys, count }: Chunk, depth: number): void => {
    for (let n = 0; n < count; n += 1) {
      if (!commutes(keys, n * words, tally.states)) levels.cut = Math.max(levels.cut, cuts.asymmetric)
      expand(keys, n * words, depth)
      if ((n & 63) === 63) endpoint?.receive()
    }
  }

  let level = next
  const levels = {
    tally,
    cut: cuts.none as number,
    waiting: () => next.size(),
    expand: function* (depth: number, isCut: () => boolean) {
      level = next
      next = frontierOf(words)
      let left = level.size()
      for (const chunk of level.chunks()) {
        if (isCut()) break
        expandAll(chunk, depth)
        left -= chunk.count
        yield
      }
      return left
    },
    finish: () => {
      table.flush()
      return table.bytes() + level.bytes() + next.bytes()
    },
  }
  // State by state, no sweep goes astray.
  return (yield* sweepingLevels(levels, limits, endpoint)) as Swept
}

/** Sends a key to its owner. */
const senderOf = (endpoint: Endpoint | null, workers: number, self: number, offer: Send): Send =>
  endpoint === null
    ? offer
    : (keys, at, hash, kind) => {
        const owner = ownerOf(hash, workers)
        if (owner === self) offer(keys, at, hash, kind)
        else endpoint.send(owner, keys, at, hash, kind)
      }

/** Sweeps a scope on this thread, at one go. */
export const sweep = (scope: Scope, limits: Partial<Limits> = {}): Swept => finished(sweeping(scope, limits))

/** Sweeps a scope on this thread, giving way now and then. */
export function* sweeping(scope: Scope, limits: Partial<Limits> = {}): Generator<void, Swept, void> {
  const all = {
    statesMax: Infinity,
    fingerprint: false,
    onLevel: () => {},
    isStopped: () => false,
    ...limits,
  }
  const expander = all.fingerprint ? null : expanderFor(scope)
  const factored = expander === null ? null : yield* factoredSweepingAs(expander, all, null, 0)
  return factored ?? (yield* sweepingAs(scope, all, null, 0))
}

/**
 * What expands the bodies of a scope; null where each state is expanded by itself: what symmetry and the reduction make of a state, and
 * what is carried along of the past, depends on all of it.
 */
export const expanderFor = (scope: Scope): BodyExpander | null =>
  scope.symmetry || scope.reduction || scope.quotient !== undefined || carriesGhosts(scope)
    ? null
    : bodyExpanderOf(scope)
