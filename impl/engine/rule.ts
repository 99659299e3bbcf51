import type { CoreKind, Kind } from "../../model/action.ts"
import type { Placement } from "./placement.ts"
import type { Reasoner } from "./reasons.ts"
import type { View } from "./view.ts"

/** A rule: it takes up to two numbers, and answers with a guard's number or with `taken`. */
export type EngineRule = (a: number, b: number) => number

/**
 * The rules of the engine, one for each kind of action: of the core's, all; of those that parts add, such as are there. `boot` is the
 * effect that two share; `reasoner` keeps why pairs need a Secondary.
 */
export type EngineRules = Readonly<Record<CoreKind, EngineRule>> & { readonly [K in Kind]?: EngineRule } & {
  readonly boot: (pair: number, host: number, generation: number) => void
  readonly reasoner: Reasoner
}

/**
 * A change to the rules, by a mutant or a part of the protocol: given the rules, the entries that are replaced and added.
 */
export type EngineMutation = (rules: EngineRules, view: View, placement: Placement) => Partial<EngineRules>
