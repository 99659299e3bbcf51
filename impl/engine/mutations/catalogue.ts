import type { LayoutOptions } from "../layout.ts"
import type { EngineMutation } from "../rule.ts"
import { arbitrationMutations } from "./arbitration.ts"
import { effectMutations } from "./effects.ts"
import { indexedMutations, loggingMutations } from "./logging.ts"
import { operationMutations } from "./operations.ts"
import { placementMutations } from "./placement.ts"
import { powerMutations } from "./power.ts"
import { privacyMutations } from "./privacy.ts"
import { redundancyMutations } from "./redundancy.ts"
import { retimedBy, timeMutations } from "./time.ts"

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
  ...timeMutations,
}

/** A mutant's side of the engine; null where there is no mutant. One that has none must not run as if it were the protocol. */
export const mutationOf = (mutant: string | null): EngineMutation | null => {
  if (mutant === null) return null
  const mutation = mutations[mutant]
  if (mutation === undefined) throw new Error(`defect: the engine does not have the mutant ${mutant}`)
  return mutation
}

/** What a layout must have for a mutant, beside what it has for the protocol. */
export const roomFor = (mutant: string | null): Pick<LayoutOptions, "indexed" | "mistaken"> => {
  if (mutant === null) return {}
  const mistaken = retimedBy(mutant)
  return { indexed: indexedMutations.includes(mutant), ...(mistaken === null ? {} : { mistaken }) }
}
