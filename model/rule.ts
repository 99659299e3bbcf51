import type { Action, Kind } from "./action.ts"
import type { Config } from "./config.ts"
import { next, refused, type Guard, type Outcome } from "./outcome.ts"
import type { State } from "./state.ts"

/** A requirement's id. docs/spec.md is where it is born. */
export type RequirementId = `FT-${string}`

/**
 * The rule of one kind of action: it checks its guards in order and answers with the next state, or with the
 * first guard that fails.
 *
 * Shape  `serves` names the requirements that the rule exists for; `guards` are the ids it may refuse with, in
 *        the order in which it checks them.
 */
export type Rule<K extends Kind> = {
  readonly serves: readonly RequirementId[]
  readonly guards: readonly Guard[]
  readonly apply: (config: Config, state: State, action: Action<K>) => Outcome
}

/** The rule of `kind`; the compiler holds its refusals to the guards that it declares. */
export const rule = <K extends Kind, const G extends Guard>(
  _kind: K,
  {
    serves,
    guards,
    apply,
  }: {
    readonly serves: readonly RequirementId[]
    readonly guards: readonly G[]
    readonly apply: (config: Config, state: State, action: Action<K>) => Outcome<G>
  },
): Rule<K> => ({ serves, guards, apply })

/** The outcome of a fault: `after`, with one fault more on the account, or a refusal if the budget is spent. */
export const fault = (config: Config, before: State, after: State): Outcome<"bound"> =>
  before.faults >= config.bounds.faults ? refused("bound") : next({ ...after, faults: before.faults + 1 })
