import { alphabet, fairKinds, type Action, type Kind } from "./action.ts"
import { written } from "./bookkeeping.ts"
import { isUnbounded } from "./config.ts"
import type { GuardId } from "./guard-id.ts"
import { isStale } from "./fence.ts"
import type { KindEntry } from "./kind.ts"
import { namedIn, operands, type Named, type OperandName, type Operands } from "./operand.ts"
import type { HostId } from "./ids.ts"
import { next, refused, type Outcome } from "./outcome.ts"
import type { Protocol } from "./protocol.ts"
import { decide } from "./rule.ts"
import { pairsOf, type State } from "./state.ts"

/**
 * The step relation: pure and total. An action of a kind that the protocol does not have, or that names no host or pair of the
 * cluster, is refused as `unknown`.
 */
export const step = (protocol: Protocol, state: State, action: Action): Outcome =>
  isKnown(state, action) ? taken(protocol, state, action) : refused("unknown")

/** The guard by which `step` refuses an action, or null. Only where bounds may refuse it is the state after it made. */
export const refusing = (protocol: Protocol, state: State, action: Action): GuardId | null => {
  const answer =
    isKnown(state, action) && isUnbounded(protocol.config.bounds)
      ? decide(protocol, state, action)
      : step(protocol, state, action)
  return answer.tag === "refused" ? answer.guard : null
}

const taken = (
  protocol: Protocol,
  state: State,
  action: Action,
  unchecked: GuardId | null = null,
): Outcome => {
  const decision = decide(protocol, state, action, unchecked)
  if (decision.tag === "refused") return decision
  const { rule, about } = decision
  const isFault = rule.isFault(about, state, protocol)
  if (isFault && protocol.isFaultBeyond(state)) return refused("bound")
  const after = rule.effect(about, state, protocol)
  const counted = isFault ? { ...after, faults: after.faults + 1 } : after
  return protocol.isBeyond(state, action, counted)
    ? refused("bound")
    : next(written(protocol, state, action, counted))
}

/** The kinds of action that may ever happen, in the order of the alphabet. */
const kindsIn = ({ rules }: Protocol): readonly Kind[] => Object.keys(rules) as readonly Kind[]

/** An action that the rules allow in a state, with the state that it leads to. */
export type Successor = { readonly action: Action; readonly state: State }

/** What the rules allow of the given kinds in a state, in the order of the alphabet. */
export const successors = (
  protocol: Protocol,
  state: State,
  among: readonly Kind[] = kindsIn(protocol),
): readonly Successor[] => {
  const found: Successor[] = []
  const named = namedIn(state)
  for (const kind of among)
    for (const action of candidatesAmong(state, named, kind)) {
      const outcome = taken(protocol, state, action)
      if (outcome.tag === "next") found.push({ action, state: outcome.state })
    }
  return found
}

/** The actions that the rules allow in a state. Derived from the rules, never written twice. */
export const enabled = (
  protocol: Protocol,
  state: State,
  among: readonly Kind[] = kindsIn(protocol),
): readonly Action[] => successors(protocol, state, among).map(({ action }) => action)

/**
 * The actions of some kinds that are enabled but for guards of one id: these refuse them, and would they not be checked, nothing
 * else would. A guard that finds what later ones need cannot be left out.
 */
export const enabledButFor = (
  protocol: Protocol,
  state: State,
  id: GuardId,
  among: readonly Kind[] = kindsIn(protocol),
): readonly Action[] => {
  const named = namedIn(state)
  return among
    .flatMap((kind) => candidatesAmong(state, named, kind))
    .filter((action) => {
      if (!isEnabledButFor(protocol, state, id, action)) return false
      const outcome = taken(protocol, state, action)
      return outcome.tag === "refused" && outcome.guard === id
    })
}

/** Whether an action is enabled where guards of one id are not checked, be it that they hold or not. */
export const isEnabledButFor = (protocol: Protocol, state: State, id: GuardId, action: Action): boolean =>
  taken(protocol, state, action, id).tag === "next"

/**
 * The enabled, weakly fair actions of a state: the protocol's own, at the cost of no fault, and the passing of time, if that
 * changes anything. A suspicion without justification is a fault, and not fair.
 */
export const fairlyEnabled = (protocol: Protocol, state: State): readonly Successor[] =>
  successors(
    protocol,
    state,
    kindsIn(protocol).filter((kind) => fairKinds.includes(kind)),
  ).filter(
    ({ action, state: after }) =>
      after.faults === state.faults && (after !== state || alphabet[action.kind].actor === "protocol"),
  )

/** Every action of one kind that could be tried in a state, allowed or not. */
export const candidates = (state: State, kind: Kind): readonly Action[] =>
  candidatesAmong(state, namedIn(state), kind)

/** Every action of one kind whose operands exist; the last operand changes fastest. */
const candidatesAmong = (state: State, named: Named, kind: Kind): readonly Action[] => {
  const { over }: KindEntry = alphabet[kind]
  const [first, second] = over
  if (first === undefined) return [{ kind } as Action]
  const about = actionsAbout[first as keyof typeof actionsAbout] as (
    kind: Kind,
    value: unknown,
    host?: HostId,
  ) => Action
  const all: Action[] = []
  for (const value of named(first))
    if (second === undefined) all.push(about(kind, value))
    else if (second === "host") for (const host of named(second)) all.push(about(kind, value, host as HostId))
    else
      for (const role of named(second))
        for (const host of named("host")) all.push({ ...about(kind, value, host as HostId), role } as Action)
  if (kind === "SuspendFT" || kind === "TurnOffFT") all.push(...askedByName(state, kind))
  return all
}

/** Whether an action is among those that are tried in a state, whatever the rules say of it. */
export const isCandidate = (state: State, action: Action): boolean =>
  (action.kind !== "SuspendFT" && action.kind !== "TurnOffFT") ||
  action.copy === undefined ||
  askedByName(state, action.kind).some(({ copy }) => copy === action.copy)

/**
 * The operations on FT that name who is asked, where that makes a difference: a Primary in lockstep that the lock has passed by, which
 * an outdated view of the cluster may name.
 */
const askedByName = (
  state: State,
  kind: "SuspendFT" | "TurnOffFT",
): readonly Action<"SuspendFT" | "TurnOffFT">[] =>
  pairsOf(state)
    .filter(({ power }) => power === "on")
    .flatMap((pair) =>
      pair.copies
        .filter((copy) => copy.role === "primary" && copy.phase === "lockstep" && isStale(pair, copy))
        .map((copy) => ({ kind, pair: pair.id, copy: copy.id })),
    )

/** Actions by what they are about, and to which host it is brought: written out, since an object with computed keys takes long to make. */
const actionsAbout: {
  readonly [N in Exclude<OperandName, "role">]: (kind: Kind, value: Operands[N], host?: HostId) => Action
} = {
  copy: (kind, copy, host) => (host === undefined ? { kind, copy } : { kind, copy, host }) as Action,
  pair: (kind, pair, host) => (host === undefined ? { kind, pair } : { kind, pair, host }) as Action,
  host: (kind, host) => ({ kind, host }) as Action,
  hosts: (kind, hosts) => ({ kind, hosts }) as Action,
  rule: (kind, rule) => ({ kind, rule }) as Action,
}

const isKnown = (state: State, action: Action): boolean => {
  const { over }: KindEntry = alphabet[action.kind]
  return over.every((name) => name === undefined || operands[name].isKnown(state, action[name as never]))
}
