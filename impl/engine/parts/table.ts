import type { EngineMutation } from "../rule.ts"
import { timeRules } from "./time/rules.ts"

/** What each part makes of the rules. */
export const partMutations: Readonly<Record<string, EngineMutation>> = { time: timeRules }
