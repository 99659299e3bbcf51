import type { OperandName } from "./operand.ts"

/**
 * Who acts. The protocol's own actions are weakly fair: one that stays enabled is taken eventually; so is the passing of
 * time. Operators and faults are not fair; recoveries are free, faults are counted.
 */
export type Actor = "protocol" | "operator" | "recovery" | "fault" | "time"

/** What is said of a kind of action: who acts, and what an action of the kind names, which may be nothing. */
export type KindEntry = {
  readonly actor: Actor
  readonly over: readonly [] | readonly [OperandName, ("host" | "role")?, "host"?]
}
