import type { EngineMutation } from "../../impl/engine/rule.ts"
import { mutationOf, roomFor } from "../../impl/engine/mutations/catalogue.ts"
import type { LayoutOptions } from "../../impl/engine/layout.ts"
import type { ProtocolOf } from "../../model/protocol.ts"
import { mutantNamed } from "../mutants/catalogue.ts"
import { mutated } from "../mutants/mutant.ts"

/**
 * What is explored, on both sides: the protocol of the model, and what it changes in the engine.
 *
 * Shape  `mutation` is null for the engine's own rules. `indexed`, `mistaken`: what the layout has for it, as LayoutOptions says.
 */
export type Sides = {
  readonly model: ProtocolOf
  readonly mutation: EngineMutation | null
} & Pick<LayoutOptions, "indexed" | "mistaken">

/** The protocol itself on both sides, or the mutant of that name. */
export const sidesNamed = (mutant: string | null): Sides => ({
  model: mutated(mutant === null ? null : mutantNamed(mutant)),
  mutation: mutationOf(mutant),
  ...roomFor(mutant),
})
