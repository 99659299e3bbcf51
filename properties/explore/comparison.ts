import type { Action, Kind } from "../../model/action.ts"
import type { Copy } from "../../model/copy.ts"
import { identity } from "../../model/identity.ts"
import type { Protocol } from "../../model/protocol.ts"
import { initial, type State } from "../../model/state.ts"
import { successors, type Successor } from "../../model/step.ts"
import { codesOf } from "../../impl/engine/action-code.ts"
import { CapacityExceeded } from "../../impl/engine/capacity.ts"
import { differentialPairOf, divergenceIn, type DifferentialPair, type Divergence } from "../refinement.ts"
import { modelOf, wholeEngineFor, type Scope } from "./scope.ts"

/**
 * How the engine compares with the model: in how many states, and the first difference, with a run of the model to where
 * it is. In a state that is compared, every action must be answered alike, by the same guard or with the same next state.
 */
export type Comparison = {
  readonly states: number
  readonly difference: { readonly divergence: Divergence; readonly actions: readonly Action[] } | null
}

/**
 * How many states are compared, at the most, and how many actions are tried in them all together: in a large cluster a
 * state has thousands of actions, so that fewer states are.
 */
const comparedMax = 500
const actionsMax = 100_000

/** Which part of them is found breadth first, and the length of the runs on which the others lie. */
const breadthFirstPart = 0.4
const runLength = 40

/** The largest number of runs: a small scope has fewer states than are wanted. */
const runsMax = 50

/** A state of the model, with the run that leads there, the latest action first. */
type Met = { readonly state: State; readonly run: Run | null }
type Run = { readonly action: Action; readonly before: Run | null }

/**
 * Compares the engine of a scope with its model. The engine explores, so its verdict is about the model only as far as
 * the two agree. They are compared in the first states breadth first, and then along runs that each time take an action
 * of the kind that was taken least.
 */
export function* comparing(
  scope: Scope,
  isStopped: () => boolean = () => false,
): Generator<void, Comparison, void> {
  const protocol = modelOf(scope)
  const differential = differentialPairOf(protocol, wholeEngineFor(scope))
  const compared = new Set<string>()
  const most = Math.min(comparedMax, Math.ceil(actionsMax / codesOf(differential.engine.layout).length))
  for (const { state, run } of statesMet(protocol, scope.among, Math.ceil(most * breadthFirstPart))) {
    const key = identity(state)
    if (compared.has(key)) continue
    const divergence = divergenceAt(differential, state)
    if (divergence === "no place") continue
    compared.add(key)
    if (divergence !== null)
      return { states: compared.size, difference: { divergence, actions: actionsOf(run) } }
    if (compared.size >= most || isStopped()) break
    yield
  }
  return { states: compared.size, difference: null }
}

const divergenceAt = (differential: DifferentialPair, state: State): Divergence | "no place" | null => {
  try {
    return divergenceIn(differential, state)
  } catch (error) {
    // The step that led there has shown the difference.
    if (error instanceof CapacityExceeded) return "no place"
    throw error
  }
}

/** States of a protocol: the first ones breadth first, and then those along long runs. */
export function* statesMet(
  protocol: Protocol,
  among: readonly Kind[],
  breadthFirstMax: number,
): Generator<Met, void, void> {
  const start: Met = { state: initial(protocol.config), run: null }
  yield* breadthFirst(protocol, among, start, breadthFirstMax)
  const times = new Map<string, number>()
  for (let n = 0; n < runsMax; n += 1) {
    let met = start
    for (let length = 0; length < runLength; length += 1) {
      const next = rarest(met.state, successors(protocol, met.state, among), times, n)
      if (next === null) break
      met = after(met, next)
      yield met
    }
  }
}

function* breadthFirst(
  protocol: Protocol,
  among: readonly Kind[],
  start: Met,
  most: number,
): Generator<Met, void, void> {
  const known = new Set([identity(start.state)])
  const queue = [start]
  for (let i = 0; i < queue.length && i < most; i += 1) {
    const met = queue[i] as Met
    yield met
    for (const successor of successors(protocol, met.state, among)) {
      const key = identity(successor.state)
      if (known.has(key)) continue
      known.add(key)
      queue.push(after(met, successor))
    }
  }
}

const after = ({ run }: Met, { action, state }: Successor): Met => ({ state, run: { action, before: run } })

/** The successor by the kind that was taken least in states that look like this one; `turn` says which, if several are. */
const rarest = (
  state: State,
  all: readonly Successor[],
  times: Map<string, number>,
  turn: number,
): Successor | null => {
  const look = lookOf(state)
  const timesOf = ({ action }: Successor): number => times.get(`${action.kind} ${look}`) ?? 0
  const least = Math.min(...all.map(timesOf))
  const among = all.filter((successor) => timesOf(successor) === least)
  const next = among[turn % Math.max(1, among.length)] ?? null
  if (next !== null) times.set(`${next.action.kind} ${look}`, least + 1)
  return next
}

/** The phases of the copies of each pair, without their names and hosts. */
const lookOf = ({ pairs }: State): string =>
  Object.values(pairs)
    .map(({ power, copies, observed }) => [power, observed.length, ...copies.map(copyLook).sort()].join())
    .join(";")

const copyLook = ({ role, phase, log, released, channel }: Copy): string =>
  `${role} ${phase} ${log.length - released} ${channel === null ? "" : channel.delivered - channel.acked}`

/** The actions of a run, the first one first. */
export const actionsOf = (run: Run | null): readonly Action[] => {
  const actions: Action[] = []
  for (let at = run; at !== null; at = at.before) actions.push(at.action)
  return actions.reverse()
}
