import type { EngineMutation } from "../rule.ts"
import { arbitrationMutations } from "./arbitration.ts"
import { effectMutations } from "./effects.ts"
import { indexedMutations, loggingMutations } from "./logging.ts"
import { operationMutations } from "./operations.ts"
import { placementMutations } from "./placement.ts"
import { powerMutations } from "./power.ts"
import { privacyMutations } from "./privacy.ts"
import { redundancyMutations } from "./redundancy.ts"

/** The mutants on the engine's side, by the names that they have in the model. */
export const mutations: Readonly<Record<string, EngineMutation>> = {
  ...arbitrationMutations,
  ...loggingMutations,
  ...redundancyMutations,
  ...powerMutations,
  ...placementMutations,
  ...privacyMutations,
  ...operationMutations,
  ...effectMutations,
}

/** A mutant's side of the engine; null where there is no mutant. One that has none must not run as if it were the protocol. */
export const mutationOf = (mutant: string | null): EngineMutation | null => {
  if (mutant === null) return null
  const mutation = mutations[mutant]
  if (mutation === undefined) throw new Error(`defect: the engine does not have the mutant ${mutant}`)
  return mutation
}

/** Whether a mutant needs entries that carry their index. */
export const isIndexed = (mutant: string): boolean => indexedMutations.includes(mutant)
