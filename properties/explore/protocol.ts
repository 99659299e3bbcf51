import type { EngineMutation } from "../../impl/engine/engine.ts"
import { isIndexed, mutations } from "../../impl/engine/mutations/catalogue.ts"
import type { Rules } from "../../model/step.ts"
import { mutantNamed } from "../mutants/catalogue.ts"
import { rulesOf } from "../mutants/mutant.ts"

/**
 * The rules that are explored, on both sides: those of the model, and what they change in the engine.
 *
 * Shape  `mutation` is null for the engine's own rules. `indexed`: entries carry their index, which in the protocol
 *        is their position.
 */
export type Protocol = {
  readonly rules: Rules
  readonly mutation: EngineMutation | null
  readonly indexed: boolean
}

/** The protocol itself, or the mutant of that name. */
export const protocolNamed = (mutant: string | null): Protocol =>
  mutant === null
    ? { rules: rulesOf(null), mutation: null, indexed: false }
    : {
        rules: rulesOf(mutantNamed(mutant)),
        mutation: mutations[mutant] ?? null,
        indexed: isIndexed(mutant),
      }
