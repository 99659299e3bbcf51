import type { Action, Kind } from "../../model/action.ts"
import { identityFor, interventionsOf, registrationsOf } from "../../model/identity.ts"
import { initial, type State } from "../../model/state.ts"
import { successors } from "../../model/step.ts"
import type { Protocol } from "../../model/protocol.ts"
import { isQuiescent, isJudged } from "../check/quiescence.ts"
import { noHistory } from "../history.ts"
import { violatesWhenQuiescent, violationsOf, type Property } from "../property.ts"
import { enumerating, type Census } from "./enumerate.ts"
import type { System } from "./system.ts"
import { finished } from "./turns.ts"

/** The model as a system to explore: every state a plain object, distinguished by its identity. */
export const modelSystem = (
  protocol: Protocol,
  among: readonly Kind[],
  key: (state: State) => string = identityFor(protocol.config, among),
): System<State, Action> => ({
  starts: [initial(protocol.config)],
  successors: (state) => successors(protocol, state, among),
  key,
})

/**
 * Explores with the model alone, without symmetry or reduction: slowly. A property of the past is checked as if there
 * were none; for S18, which counts what operators did, that count distinguishes states, and for S29 the registrations
 * do.
 */
export const modelSweeping = (
  protocol: Protocol,
  among: readonly Kind[],
  properties: readonly Property[],
  { statesMax, isStopped }: { readonly statesMax: number; readonly isStopped: () => boolean },
): Generator<void, Census<State, Action>, void> => {
  const history = noHistory(initial(protocol.config))
  const checks = (property: string): boolean => properties.some(({ id }) => id === property)
  const distinguishing = [
    identityFor(protocol.config, among),
    ...(checks("S18") ? [interventionsOf] : []),
    ...(checks("S29") ? [registrationsOf] : []),
  ]
  const key = (state: State): string => distinguishing.map((part) => part(state)).join(";")
  return enumerating(modelSystem(protocol, among, key), {
    kindOf: ({ kind }) => kind,
    always: (state) =>
      isJudged(protocol.config, state) && isQuiescent(protocol, state)
        ? (violatesWhenQuiescent(protocol, properties, history, state)[0]?.property.id ?? null)
        : null,
    onStep: (before, action, after) =>
      violationsOf(protocol, properties, history, { before, action, after })[0]?.property.id ?? null,
    statesMax,
    isStopped,
  })
}

/** The same, without yielding. */
export const modelSweep = (
  protocol: Protocol,
  among: readonly Kind[],
  properties: readonly Property[],
  statesMax: number,
): Census<State, Action> =>
  finished(modelSweeping(protocol, among, properties, { statesMax, isStopped: () => false }))
