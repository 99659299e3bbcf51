import { reasonerOf } from "../reasons.ts"
import type { Placement } from "../placement.ts"
import type { EngineRules } from "../rule.ts"
import type { View } from "../view.ts"
import { arbitrationRules } from "./arbitration.ts"
import { faultRules } from "./faults.ts"
import { ftRules } from "./ft.ts"
import { loggingRules } from "./logging.ts"
import { operationRules } from "./operations.ts"
import { powerRules } from "./power.ts"
import { redundancyRules } from "./redundancy.ts"

/** The rules of the core. */
export const rulesOf = (view: View, placement: Placement): EngineRules => ({
  ...loggingRules(view),
  ...arbitrationRules(view),
  ...redundancyRules(view, placement),
  ...powerRules(view, placement),
  ...ftRules(view, placement),
  ...operationRules(view, placement),
  ...faultRules(view),
  reasoner: reasonerOf(view),
})
