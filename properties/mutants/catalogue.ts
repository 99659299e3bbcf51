import { arbitrationMutants } from "./arbitration.ts"
import { effectMutants } from "./effects.ts"
import { loggingMutants } from "./logging.ts"
import type { Mutant } from "./mutant.ts"
import { operationMutants } from "./operations.ts"
import { placementMutants } from "./placement.ts"
import { powerMutants } from "./power.ts"
import { privacyMutants } from "./privacy.ts"
import { redundancyMutants } from "./redundancy.ts"
import { timeMutants } from "./time.ts"

/** The mutants of the core. */
export const coreMutants: readonly Mutant[] = [
  ...arbitrationMutants,
  ...loggingMutants,
  ...redundancyMutants,
  ...powerMutants,
  ...placementMutants,
  ...privacyMutants,
  ...operationMutants,
  ...effectMutants,
]

/** Every shipped mutant: those of the core, and those of the parts beside it. */
export const mutants: readonly Mutant[] = [...coreMutants, ...timeMutants]

/** The mutant of that name; null if there is none. */
export const mutantNamed = (name: string): Mutant | null =>
  mutants.find((mutant) => mutant.name === name) ?? null
