import type { Config } from "../model/config.ts"
import type { Json, ObservationSchema } from "./observation.ts"
import type { ProfileName } from "./profile-name.ts"

/** An action as it is asked or logged: of a kind, and naming all that it names, or leaving something open. */
export type AskedAction = { readonly kind: string; readonly [operand: string]: Json | undefined }

/** What a profile says to an action in a state. */
type Answered<S> =
  { readonly tag: "next"; readonly state: S } | { readonly tag: "refused"; readonly guard: string }

/**
 * What the checker knows of a protocol that is observed step by step.
 *
 * Shape  `step` takes an open action in the first way that is allowed. `matching` are the actions that an asked one may
 *        mean in a state: itself, or where it leaves something open, every way to fill that in. `view` is the complete
 *        state as it would be shown, `schema` the tree of what there is to see in it. Two states with the same `key` go
 *        on alike and look alike. `enabled` are the actions of some kinds that may happen unasked. `mayRefuse` is whether an
 *        action of the kind can be refused by the guard in some state of the cluster; where that is not known, it is. For people, in
 *        words: `changes` are what a step changed, `refusal` is when an action of a kind is refused by a guard, and
 *        `background` what there is to know of an action beside its name, in lines.
 */
export type Profile<S> = {
  readonly name: ProfileName
  readonly kinds: readonly string[]
  readonly schema: ObservationSchema
  readonly initial: (config: Config) => S
  readonly step: (config: Config, state: S, action: AskedAction) => Answered<S>
  readonly matching: (config: Config, state: S, action: AskedAction) => readonly AskedAction[]
  readonly enabled: (config: Config, state: S, kinds: ReadonlySet<string>) => readonly AskedAction[]
  readonly view: (state: S) => Json
  readonly key: (state: S) => string
  readonly changes: (before: S, after: S) => readonly string[]
  readonly mayRefuse: (config: Config, kind: string, guard: string) => boolean
  readonly refusal: (kind: string, guard: string) => string
  readonly background: (config: Config, action: AskedAction) => readonly string[]
}
