import type { GuardId } from "./guard-id.ts"
import type { State } from "./state.ts"

export type Refused<G extends GuardId = GuardId> = { readonly tag: "refused"; readonly guard: G }

/** What the model answers to an action: the next state, or a refusal by the first guard that fails. */
export type Outcome<G extends GuardId = GuardId> =
  { readonly tag: "next"; readonly state: State } | Refused<G>

export const next = (state: State): Outcome<never> => ({ tag: "next", state })

export const refused = <G extends GuardId>(guard: G): Refused<G> => ({ tag: "refused", guard })
