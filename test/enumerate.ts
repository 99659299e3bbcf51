import type { Action, Kind } from "../model/action.ts"
import { identityFor } from "../model/identity.ts"
import type { Protocol } from "../model/protocol.ts"
import { initial, type State } from "../model/state.ts"
import { fairlyEnabled, successors } from "../model/step.ts"
import { noHistory } from "../properties/history.ts"
import { violatesWhenQuiescent, violationsOf, type Property } from "../properties/property.ts"

/** How large a reachable state space is: distinct states, successors generated, and the greatest depth. */
type Counts = { readonly states: number; readonly transitions: number; readonly depth: number }

/** Every state reachable from `starts`, breadth first, without any reduction. `visit` is called for each state. */
export const enumerate = (
  protocol: Protocol,
  among: readonly Kind[],
  starts: readonly State[] = [initial(protocol.config)],
  visit: (state: State, successors: ReturnType<typeof successorsOf>) => void = () => {},
): Counts => {
  const keyOf = identityFor(protocol.config, among)
  const seen = new Set(starts.map(keyOf))
  let level = starts
  let transitions = 0
  let depth = 0
  while (level.length > 0) {
    const following: State[] = []
    for (const state of level) {
      const reached = successorsOf(protocol, state, among)
      visit(state, reached)
      transitions += reached.length
      for (const { state: next } of reached) {
        const key = keyOf(next)
        if (seen.has(key)) continue
        seen.add(key)
        following.push(next)
      }
    }
    level = following
    if (level.length > 0) depth += 1
  }
  return { states: seen.size, transitions, depth }
}

const successorsOf = successors

/** The end of a shortest run, with the way back to its beginning. */
type Node = { readonly state: State; readonly action: Action | null; readonly from: Node | null }

/**
 * A shortest run at whose end one of the properties is false; null if there is none within the bounds, and
 * `"unknown"` if `statesMax` states were not enough to say. `key` tells states apart.
 */
export const shortestViolation = (
  protocol: Protocol,
  among: readonly Kind[],
  properties: readonly Property[],
  {
    key = identityFor(protocol.config, among),
    statesMax = Infinity,
  }: { key?: (state: State) => string; statesMax?: number } = {},
): readonly Action[] | null | "unknown" => {
  const start = initial(protocol.config)
  const history = noHistory(start)
  const isViolatedWhenQuiescent = (state: State) =>
    isJudged(protocol, state) &&
    violatesWhenQuiescent(protocol, properties, history, state).length > 0 &&
    fairlyEnabled(protocol, state).every((successor) => key(successor.state) === key(state))
  const seen = new Set([key(start)])
  let level: readonly Node[] = [{ state: start, action: null, from: null }]
  while (level.length > 0) {
    const following: Node[] = []
    for (const node of level) {
      if (isViolatedWhenQuiescent(node.state)) return pathTo(node)
      for (const { action, state } of successors(protocol, node.state, among)) {
        const reached = { state, action, from: node }
        if (
          violationsOf(protocol, properties, history, { before: node.state, action, after: state }).length > 0
        )
          return pathTo(reached)
        const id = key(state)
        if (seen.has(id)) continue
        if (seen.size >= statesMax) return "unknown"
        seen.add(id)
        following.push(reached)
      }
    }
    level = following
  }
  return null
}

/** Liveness is not checked in a state in which a pair is at the bound of its generations: there it may not go on. */
const isJudged = ({ config }: Protocol, state: State): boolean =>
  Object.values(state.pairs).every((pair) => pair.lock.generation < config.bounds.generations)

const pathTo = (node: Node): readonly Action[] =>
  node.from === null || node.action === null ? [] : [...pathTo(node.from), node.action]
