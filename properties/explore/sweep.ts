import { alphabet, kinds, type Kind } from "../../model/action.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { crowded } from "../../impl/engine/guards.ts"
import { bitOf, monitorOf } from "../../impl/engine/monitor.ts"
import { settlerOf } from "../../impl/engine/settle.ts"
import { symmetryOf } from "../../impl/engine/symmetry.ts"
import { frontierOf, type Frontier } from "./frontier.ts"
import { bitsOf, engineFor, type Scope } from "./scope.ts"
import { hashOf, tableOf } from "./table.ts"

/**
 * What a sweep has counted.
 *
 * Shape  `standsFor` counts all states that those met stand for, where symmetry joins some: else it is `states`.
 *        `generated` and `distinct` are per kind, by number: its steps, and the states first reached by one.
 *        `depth` is that of the deepest layer expanded. `breached` holds bits (`monitor.ts`), by the length of
 *        the shortest run that ends so; `deadlocks` counts states with no successor at all.
 */
export type Tally = {
  states: number
  standsFor: number
  transitions: number
  standsForTransitions: number
  depth: number
  mostSuccessors: number
  deadlocks: number
  highestGeneration: number
  readonly generated: Float64Array
  readonly distinct: Float64Array
  readonly breached: Map<number, number>
}

export const freshTally = (): Tally => ({
  states: 0,
  standsFor: 0,
  transitions: 0,
  standsForTransitions: 0,
  depth: 0,
  mostSuccessors: 0,
  deadlocks: 0,
  highestGeneration: 1,
  generated: new Float64Array(kinds.length),
  distinct: new Float64Array(kinds.length),
  breached: new Map(),
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
  const symmetry = symmetryOf(view)
  const joins = scope.symmetry && symmetry.order > 1
  const settle = settlerOf(engine)
  const asked = bitsOf(scope.properties)
  const isProtocol = kinds.map((kind: Kind) => alphabet[kind].actor === "protocol")
  const { key } = machine
  let depth = 0
  let successors = 0
  let faults = 0
  let hash = 0
  let isResting = true

  const breach = (bits: number, length: number): void => {
    if ((bits & asked) !== 0) tally.breached.set(length, (tally.breached.get(length) ?? 0) | (bits & asked))
  }

  /** Whether the machine is at another state than the one that is being expanded. */
  const hasMoved = (): boolean => hashOf(key, 0, words) !== hash

  const onSuccessor = (kind: number, a: number, b: number, answer: number): void => {
    successors += 1
    tally.generated[kind] = (tally.generated[kind] as number) + 1
    if (answer === crowded) {
      breach(bitOf.S7, depth + 1)
      return
    }
    const bits = monitor.ofStep(kind, a, b)
    if (bits !== 0) breach(bits, depth + 1)
    if (isResting && isProtocol[kind] === true && view.faultsSoFar() === faults && hasMoved())
      isResting = false
    if (scope.reduction) settleOn(depth + 1)
    const found = joins ? symmetry.canonical() : key
    send(found, 0, hashOf(found, 0, words), kind)
  }

  /** A state that is settled away is judged before it goes. */
  const settleOn = (length: number): void => {
    const bits = monitor.ofState()
    if (bits !== 0) breach(bits, length)
    settle()
  }

  const expand = (keys: Int32Array, at: number, depthNow: number): void => {
    machine.load(keys, at)
    depth = depthNow
    successors = 0
    faults = view.faultsSoFar()
    hash = hashOf(key, 0, words)
    isResting = !scope.reduction
    const bits = monitor.ofState()
    if (bits !== 0) breach(bits, depth)
    monitor.begin()
    engine.expand(onSuccessor)
    if (isResting && monitor.isJudged()) breach(monitor.atRest(), depth)
    tally.states += 1
    tally.transitions += successors
    if (successors === 0) tally.deadlocks += 1
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

/**
 * Sweeps a scope breadth first, on this thread. Ends with the layer in which a property is first found breached,
 * when no shorter breach can be left, or before the layer that would go beyond `statesMax`.
 */
export const sweep = (
  scope: Scope,
  { statesMax = Infinity, onLayer = () => {} }: { statesMax?: number; onLayer?: (tally: Tally) => void } = {},
): Swept => {
  const tally = freshTally()
  let next: Frontier
  const onNew = (keys: Int32Array, at: number, kind: number): void => {
    next.add(keys, at)
    tally.distinct[kind] = (tally.distinct[kind] as number) + 1
  }
  const expander = expanderOf(scope, tally, (keys, at, hash, kind) => {
    table.offer(keys, at, hash, kind)
  })
  const { words, marker, expand } = expander
  const table = tableOf(words, marker, onNew)
  next = frontierOf(words)
  expander.start((keys, at, hash, kind) => {
    table.offer(keys, at, hash, kind)
  })
  table.flush()
  tally.distinct.fill(0)
  let bytes = 0
  for (let depth = 0; next.size() > 0; depth += 1) {
    if (shortest(tally) <= depth - 1) return { end: "breach", tally, waiting: next.size(), bytes }
    if (tally.states + next.size() > statesMax)
      return { end: "too many states", tally, waiting: next.size(), bytes }
    const layer = next
    next = frontierOf(words)
    tally.depth = depth
    layer.each((keys, at) => {
      expand(keys, at, depth)
    })
    table.flush()
    bytes = Math.max(bytes, table.bytes() + layer.bytes() + next.bytes())
    onLayer(tally)
    if (shortest(tally) <= depth) return { end: "breach", tally, waiting: next.size(), bytes }
  }
  return { end: tally.breached.size > 0 ? "breach" : "complete", tally, waiting: 0, bytes }
}

/** The length of the shortest run that was found to end in a breach; Infinity if none was. */
export const shortest = ({ breached }: Tally): number => Math.min(Infinity, ...breached.keys())
