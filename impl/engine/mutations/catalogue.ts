import type { EngineMutation } from "../rule.ts"
import { arbitrationMutations } from "./arbitration.ts"
import { effectMutations } from "./effects.ts"
import { indexedMutations, loggingMutations } from "./logging.ts"
import { operationMutations } from "./operations.ts"
import { placementMutations } from "./placement.ts"
import { powerMutations } from "./power.ts"
import { redundancyMutations } from "./redundancy.ts"

/** The mutants on the engine's side, by the names that they have in the model. */
export const mutations: Readonly<Record<string, EngineMutation>> = {
  ...arbitrationMutations,
  ...loggingMutations,
  ...redundancyMutations,
  ...powerMutations,
  ...placementMutations,
  ...operationMutations,
  ...effectMutations,
}

/** Whether a mutant needs entries that carry their index. */
export const isIndexed = (mutant: string): boolean => indexedMutations.includes(mutant)
