import type { EngineMutation } from "../rule.ts"

/** What each part makes of the rules. */
export const partMutations: Readonly<Record<string, EngineMutation>> = {}
