import { alphabet, kinds, type Action, type Kind } from "./action.ts"
import { written } from "./bookkeeping.ts"
import { inOrder, pairIdOf, type HostId } from "./ids.ts"
import { next, refused, type Outcome } from "./outcome.ts"
import type { Protocol } from "./protocol.ts"
import { decide } from "./rule.ts"
import { copyIdsOf, hostIdsOf, pairIdsOf, type State } from "./state.ts"

/** The step relation: pure and total. An action that names no host or pair of the cluster is refused as `unknown`. */
export const step = (protocol: Protocol, state: State, action: Action): Outcome =>
  isKnown(state, action) ? taken(protocol, state, action) : refused("unknown")

const taken = (protocol: Protocol, state: State, action: Action): Outcome => {
  const rule = protocol.rules[action.kind]
  const decision = decide(rule, state, action, protocol)
  if (decision.tag === "refused") return decision
  const { about } = decision
  const isFault = rule.isFault(about, state, protocol)
  if (isFault && protocol.isFaultBeyond(state)) return refused("bound")
  const after = rule.effect(about, state, protocol)
  const counted = isFault ? { ...after, faults: after.faults + 1 } : after
  return protocol.isBeyond(state, action, counted)
    ? refused("bound")
    : next(written(protocol.bookkeeping, state, action, counted))
}

/** An action that the rules allow in a state, with the state that it leads to. */
export type Successor = { readonly action: Action; readonly state: State }

/** What the rules allow of the given kinds in a state, in the order of the alphabet. */
export const successors = (
  protocol: Protocol,
  state: State,
  among: readonly Kind[] = kinds,
): readonly Successor[] => {
  const found: Successor[] = []
  for (const kind of among)
    for (const action of candidates(state, kind)) {
      const outcome = taken(protocol, state, action)
      if (outcome.tag === "next") found.push({ action, state: outcome.state })
    }
  return found
}

/** The actions that the rules allow in a state. Derived from the rules, never written twice. */
export const enabled = (
  protocol: Protocol,
  state: State,
  among: readonly Kind[] = kinds,
): readonly Action[] => successors(protocol, state, among).map(({ action }) => action)

/**
 * What the protocol owes in a state: its own actions that the rules allow and that cost no fault. Each is
 * weakly fair; a suspicion without justification is a fault, and owed to nobody.
 */
export const owed = (protocol: Protocol, state: State): readonly Successor[] =>
  successors(protocol, state, protocolKinds).filter((successor) => successor.state.faults === state.faults)

const protocolKinds = kinds.filter((kind) => alphabet[kind].actor === "protocol")

/** Every action of one kind that could be asked in a state, allowed or not. */
export const candidates = (state: State, kind: Kind): readonly Action[] =>
  candidatesOver(state, kind) as readonly Action[]

const candidatesOver = (state: State, kind: Kind): readonly object[] => {
  switch (alphabet[kind].over) {
    case "copy":
      return copyIdsOf(state).map((copy) => ({ kind, copy }))
    case "pair":
      return pairIdsOf(state).map((pair) => ({ kind, pair }))
    case "host":
      return hostIdsOf(state).map((host) => ({ kind, host }))
    case "link":
      return linksOf(hostIdsOf(state)).map((hosts) => ({ kind, hosts }))
    case "copy and host":
      return product(copyIdsOf(state), hostIdsOf(state), (copy, host) => ({ kind, copy, host }))
    case "pair and host":
      return product(pairIdsOf(state), hostIdsOf(state), (pair, host) => ({ kind, pair, host }))
  }
}

const product = <A, B, C>(as: readonly A[], bs: readonly B[], combine: (a: A, b: B) => C): readonly C[] => {
  const all: C[] = []
  for (const a of as) for (const b of bs) all.push(combine(a, b))
  return all
}

const linksOf = (hosts: readonly HostId[]): readonly (readonly [HostId, HostId])[] =>
  hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => inOrder(a, b)))

const isKnown = (state: State, action: Action): boolean => {
  if ("host" in action && state.hosts[action.host] === undefined) return false
  if ("pair" in action && state.pairs[action.pair] === undefined) return false
  if ("copy" in action && state.pairs[pairIdOf(action.copy)] === undefined) return false
  return (
    !("hosts" in action) ||
    action.hosts.every((host, i) => state.hosts[host] !== undefined && action.hosts.indexOf(host) === i)
  )
}
