import { describe, fairKinds, type Action } from "../model/action.ts"
import { pairIdOf, type CopyId } from "../model/ids.ts"
import { isSame } from "../model/identity.ts"
import { copyIn } from "../model/pair.ts"
import { pairOf, type State } from "../model/state.ts"
import { fairlyEnabled } from "../model/step.ts"
import type { Protocol } from "../model/protocol.ts"
import { isJudged } from "../properties/check/quiescence.ts"
import { noHistory } from "../properties/history.ts"
import { violatesWhenQuiescent, type Property } from "../properties/property.ts"

/**
 * The part of a weakly fair action in a loop: in how many of its states it is enabled, and whether it is taken. An
 * action is known by its kind and by where its copy is: copies get new names each time round.
 */
export type LoopFairness = {
  readonly action: string
  readonly enabled: "always" | "sometimes" | "never"
  readonly taken: boolean
}

/** What the model says of a loop: that it violates, and what makes it fair, or why it is no fair loop that does. */
type LassoVerdict =
  | { readonly tag: "breached"; readonly why: string; readonly fairness: readonly LoopFairness[] }
  | { readonly tag: "refuted"; readonly why: string }

/**
 * Judges a lasso by the protocol: `states` are those of the whole run, from the `loop`-th on taken for ever. It
 * violates a property of quiescent states if it comes back to where it began, but for the names of copies; if all its
 * actions are weakly fair; if each such action is disabled or taken somewhere in it; and if some state in it violates
 * the property.
 */
export const judgeLasso = (
  protocol: Protocol,
  property: Property,
  {
    states,
    actions,
    loop,
  }: { readonly states: readonly State[]; readonly actions: readonly Action[]; readonly loop: number },
): LassoVerdict => {
  const around = states.slice(loop, -1)
  const taken = actions.slice(loop)
  const refuted = (why: string): LassoVerdict => ({ tag: "refuted", why })
  if (taken.length === 0) return refuted("nothing is done in the loop")
  if (!isSame(states[loop] as State, states.at(-1) as State))
    return refuted("the loop does not come back to where it began")
  for (const [n, action] of taken.entries())
    if (!isProgress(states[loop + n] as State, action, states[loop + n + 1] as State))
      return refuted(`${describe(action)} is not weakly fair`)
  if (!around.every((state) => isJudged(protocol.config, state)))
    return refuted("a pair is at the bound of its generations")
  const fairness = fairnessIn(protocol, around, taken)
  const starved = fairness.find((each) => each.enabled === "always" && !each.taken)
  if (starved !== undefined) return refuted(`${starved.action} is always enabled in it, and never taken`)
  for (const state of around) {
    const [violation] = violatesWhenQuiescent(protocol, [property], noHistory(state), state)
    if (violation !== undefined)
      return { tag: "breached", why: `again and again, for ever: ${violation.why}`, fairness }
  }
  return refuted(`${property.id} holds in every state of the loop`)
}

/** Whether a step is weakly fair and makes progress: the protocol's own or time's, at the cost of no fault, and leading somewhere. */
const isProgress = (before: State, { kind }: Action, after: State): boolean =>
  fairKinds.includes(kind) && before.faults === after.faults && !isSame(before, after)

const fairnessIn = (
  protocol: Protocol,
  states: readonly State[],
  taken: readonly Action[],
): readonly LoopFairness[] => {
  const enabledAt = states.map((state) => {
    const progress = fairlyEnabled(protocol, state).filter((successor) => !isSame(successor.state, state))
    return new Set(progress.map(({ action }) => placed(state, action)))
  })
  const takenNames = new Set(taken.map((action, n) => placed(states[n] as State, action)))
  const names = new Set([...enabledAt.flatMap((names) => [...names]), ...takenNames])
  return [...names].sort().map((action) => {
    const places = enabledAt.filter((enabled) => enabled.has(action)).length
    return {
      action,
      enabled: places === 0 ? "never" : places === states.length ? "always" : "sometimes",
      taken: takenNames.has(action),
    }
  })
}

/** The action by where its copy is: `SpawnSecondary(p1 on h1, h2)`. */
const placed = (state: State, action: Action): string => {
  if (!("copy" in action)) return describe(action)
  const pair = pairIdOf(action.copy)
  const host = copyIn(pairOf(state, pair), action.copy)?.host
  return describe({ ...action, copy: `${pair} on ${host ?? "no host"}` as CopyId })
}
