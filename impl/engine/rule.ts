import type { CoreKind, Kind } from "../../model/action.ts"
import type { Placement } from "./placement.ts"
import type { Reasoner } from "./reasons.ts"
import type { View } from "./view.ts"

/** A rule: it takes up to two numbers, and answers with a guard's number or with `taken`. */
export type EngineRule = (a: number, b: number) => number

/**
 * What follows from a step, whichever rule has taken it: where a part sees to its own fields.
 *
 * Shape  `begin` is called at a state, `follow` after a step from it.
 */
export type Follower = {
  readonly begin: () => void
  readonly follow: (kind: number, a: number, b: number) => void
}

/**
 * The guards that parts have at the end of rules, also of rules that a mutant replaces: only bounds refuse after them. Each is given what the
 * action is about, before the step, and answers with the guard's number, or `taken`.
 */
export type LastGuards = { readonly [K in Kind]?: (a: number) => number }

/**
 * The rules of the engine, one for each kind of action: of the core's, all; of those that parts add, such as are there. `boot` is the
 * effect that two share; `reasoner` keeps why pairs need a Secondary; `followerOf` and `lastGuards` are there where a part needs
 * them; a follower serves one goer through states, for it remembers where that has begun.
 */
export type EngineRules = Readonly<Record<CoreKind, EngineRule>> & { readonly [K in Kind]?: EngineRule } & {
  readonly boot: (pair: number, host: number, generation: number) => void
  readonly reasoner: Reasoner
  readonly followerOf?: () => Follower
  readonly lastGuards?: LastGuards
}

/**
 * A change to the rules, by a mutant or a part of the protocol: given the rules, the entries that are replaced and added. `unguarded`
 * gives, once a step is taken, the rules with all changes, also those that come later, and without last guards.
 */
export type EngineMutation = (
  rules: EngineRules,
  view: View,
  placement: Placement,
  unguarded: () => EngineRules,
) => Partial<EngineRules>
