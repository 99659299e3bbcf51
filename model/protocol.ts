import type { Action, Kind } from "./action.ts"
import type { Bookkeeping, Follows } from "./bookkeeping.ts"
import type { Config } from "./config.ts"
import type { HostId } from "./ids.ts"
import type { Lifecycle } from "./lifecycle.ts"
import type { GuardId } from "./guard-id.ts"
import type { Pair } from "./pair.ts"
import type { State } from "./state.ts"

/** A requirement's id. docs/spec/core.md is where it is born. */
export type RequirementId = `FT-${string}`

/** A guard that decides: the id with which a refusal names it, and when it holds of what the rule is about. */
export type Check<A> = {
  readonly id: GuardId
  readonly holds: (about: A, state: State, protocol: Protocol) => boolean
}

/** A guard that finds something which the later guards and the effect need; it fails where there is none. */
export type Finding<A, B> = {
  readonly id: GuardId
  readonly find: (about: A, state: State, protocol: Protocol) => B | null
}

/** What an action names, as it stands in the state; `step` has seen to it that it is of this cluster. */
export type Reading<A, B> = { readonly read: (action: A, state: State) => B }

/** A guard of either sort, as a table holds it: what it is about is known to its rule alone. */
export type Guard = Check<never> | Finding<never, unknown>

/**
 * The rule of one kind of action: the action is allowed where all guards hold, and then has this effect.
 *
 * Shape  `serves` names the requirements that the rule exists for. `subject` is what it is about at first. `guards` are checked in order, and the first that
 *        fails refuses. `effect` is the next state, but for what follows every step (`bookkeeping.ts`). `isFault` says
 *        whether the step is counted as a fault.
 */
export type Rule<K extends Kind = Kind, A = never> = {
  readonly kind: K
  readonly serves: readonly RequirementId[]
  readonly subject: Reading<never, unknown>
  readonly guards: readonly Guard[]
  readonly effect: (about: A, state: State, protocol: Protocol) => State
  readonly isFault: (about: A, state: State, protocol: Protocol) => boolean
}

/** The rules, by kind of action. What there is no rule for never happens. */
export type Rules = { readonly [K in Kind]?: Rule<K> }

/** Relations that rules use, where a part may have another answer. */
type Relations = {
  /** Whether what one copy of the pair sends from a host arrives at another host: the link is connected, and confidential for it. */
  readonly reaches: (state: State, from: HostId, to: HostId, pair: Pair) => boolean
}

/**
 * What may happen in a cluster, and how: a value. A mutant, a part and the bounds of an exploration are each a function
 * from one protocol to another.
 *
 * Shape  `follows` and `bookkeeping` come after each step, for each pair that it has changed. `isFaultBeyond` and `isBeyond` say what leads beyond what is explored: it is refused
 *        by `bound`, after all guards.
 */
export type Protocol = {
  readonly config: Config
  readonly rules: Rules
  readonly relations: Relations
  readonly lifecycle: Lifecycle
  readonly bookkeeping: Bookkeeping
  readonly follows: Follows
  readonly isFaultBeyond: (state: State) => boolean
  readonly isBeyond: (before: State, action: Action, after: State) => boolean
}

export type Change = (protocol: Protocol) => Protocol

/** The protocol in each cluster. */
export type ProtocolOf = (config: Config) => Protocol
