import * as fc from "fast-check"
import type { Config } from "../../../model/config.ts"
import type { Action } from "../../../model/action.ts"
import { initial, type State } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { arbitraryPlan } from "../../../properties/arbitrary/plan.ts"
import { simulate } from "../../../properties/check/simulate.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"

/** A run to its end, with every state on the way, the initial one first; under a mutant, if one is named. */
export type Drawn = {
  readonly config: Config
  readonly mutant: string | null
  readonly actions: readonly Action[]
  readonly states: readonly State[]
}

/** Runs in clusters of all kinds, under one of these mutants; null for the protocol itself. */
export const arbitraryRun = (among: readonly (string | null)[] = [null]): fc.Arbitrary<Drawn> =>
  fc.tuple(arbitraryPlan(null), fc.constantFrom(...among)).map(([plan, mutant]) => {
    const protocol = mutated(mutantNamed(mutant ?? ""))(plan.config)
    const { actions } = simulate({ protocol, properties: [], witnesses: [] }, plan)
    return { config: plan.config, mutant, actions, states: statesOf(plan.config, mutant, actions) }
  })

/** The states of a run, one after the other. An action that is refused is a mistake of whoever wrote the run. */
export const statesOf = (
  config: Config,
  mutant: string | null,
  actions: readonly Action[],
): readonly State[] => {
  const protocol = mutated(mutantNamed(mutant ?? ""))(config)
  return actions.reduce<readonly State[]>(
    (states, action) => {
      const outcome = step(protocol, states.at(-1) as State, action)
      if (outcome.tag === "refused") throw new Error(`${action.kind} is refused by ${outcome.guard}`)
      return [...states, outcome.state]
    },
    [initial(config)],
  )
}
