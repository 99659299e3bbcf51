import type { EngineMutation, EngineRule } from "../rule.ts"
import { taken } from "../guards.ts"
import type { View } from "../view.ts"

/** What the rule would answer; a step that it takes is taken back. */
export const allowed = (view: View, rule: EngineRule, a: number, b: number): number => {
  const answer = rule(a, b)
  if (answer === taken) view.machine.undo()
  return answer
}

/** The rule with its effect, and then `change`. */
export const altered =
  (rule: EngineRule, change: (a: number, b: number) => void): EngineRule =>
  (a, b) => {
    const answer = rule(a, b)
    if (answer === taken) change(a, b)
    return answer
  }

/** The rule with another effect. */
export const effecting =
  (view: View, rule: EngineRule, effect: (a: number, b: number) => void): EngineRule =>
  (a, b) => {
    const answer = allowed(view, rule, a, b)
    if (answer === taken) effect(a, b)
    return answer
  }

/** The loss of storage, where each copy on the host suffers what `suffer` says. */
export const losingStorage =
  (suffer: (view: View, slot: number, phaseNow: number) => void): EngineMutation =>
  ({ LoseStorage }, view) => ({
    LoseStorage: effecting(view, LoseStorage, (host) => {
      view.put(view.layout.storage, host, 0)
      for (let slot = host; slot < view.slots; slot += view.hosts)
        suffer(view, slot, view.phaseIn(view.controlOf(slot)))
      view.spend()
    }),
  })
