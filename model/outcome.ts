import type { State } from "./state.ts"

/**
 * The guards, by the id with which a refusal names them. docs/spec.md says what each one means in each rule.
 */
export type GuardId =
  | "unknown"
  | "copy"
  | "power"
  | "primary-only"
  | "secondary-only"
  | "phase"
  | "not-running"
  | "peer"
  | "primary"
  | "may-run"
  | "storage"
  | "maintenance"
  | "anti-affinity"
  | "unreachable"
  | "rule"
  | "limits"
  | "runs-copy"
  | "nothing"
  | "needed"
  | "up"
  | "down"
  | "cut"
  | "connected"
  | "bound"

export type Refused<G extends GuardId = GuardId> = { readonly tag: "refused"; readonly guard: G }

/** What the model answers to an action: the next state, or a refusal by the first guard that fails. */
export type Outcome<G extends GuardId = GuardId> =
  { readonly tag: "next"; readonly state: State } | Refused<G>

export const next = (state: State): Outcome<never> => ({ tag: "next", state })

export const refused = <G extends GuardId>(guard: G): Refused<G> => ({ tag: "refused", guard })
