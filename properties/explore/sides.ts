import type { EngineMutation } from "../../impl/engine/rule.ts"
import { isIndexed, mutationOf } from "../../impl/engine/mutations/catalogue.ts"
import type { ProtocolOf } from "../../model/protocol.ts"
import { mutantNamed } from "../mutants/catalogue.ts"
import { mutated } from "../mutants/mutant.ts"

/**
 * What is explored, on both sides: the protocol of the model, and what it changes in the engine.
 *
 * Shape  `mutation` is null for the engine's own rules. `indexed`: entries carry their index, which in the protocol
 *        is their position.
 */
export type Sides = {
  readonly model: ProtocolOf
  readonly mutation: EngineMutation | null
  readonly indexed: boolean
}

/** The protocol itself on both sides, or the mutant of that name. */
export const sidesNamed = (mutant: string | null): Sides =>
  mutant === null
    ? { model: mutated(null), mutation: null, indexed: false }
    : {
        model: mutated(mutantNamed(mutant)),
        // Looked up only where the engine is asked: what it does not have, the model explores.
        get mutation() {
          return mutationOf(mutant)
        },
        indexed: isIndexed(mutant),
      }
