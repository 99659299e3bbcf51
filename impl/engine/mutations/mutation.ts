import type { EngineRule } from "../rule.ts"
import { taken } from "../guards.ts"
import type { View } from "../view.ts"

/** What the rule would answer; a step that it takes is taken back. */
export const allowed = (view: View, rule: EngineRule, a: number, b: number): number => {
  const answer = rule(a, b)
  if (answer === taken) view.machine.undo()
  return answer
}
