import type { Action, Kind } from "../../model/action.ts"
import { initial, type State } from "../../model/state.ts"
import { successors } from "../../model/step.ts"
import type { Protocol } from "../../model/protocol.ts"
import { isQuiescent, isJudged } from "../check/quiescence.ts"
import { distinctionFor } from "../distinctions.ts"
import type { Ghost } from "../ghost.ts"
import { carryOn, ghostKeyOf, noHistory, type History } from "../history.ts"
import { ghostsOf, violatesWhenQuiescent, violationsOf, type Property } from "../property.ts"
import { enumerating, type Census } from "./enumerate.ts"
import type { System } from "./system.ts"
import { finished } from "./turns.ts"

/**
 * A state as a run has come to it: with the ghosts that it carries.
 *
 * Shape  Of `history` only what it carries is kept; the rest is as if there had been no past.
 */
export type Visit = { readonly state: State; readonly history: History }

/** The model as a system to explore: every state a plain object, distinguished by its key and by what is carried with it. */
export const modelSystem = (
  protocol: Protocol,
  among: readonly Kind[],
  key: (state: State) => string,
  ghosts: readonly Ghost[],
): System<Visit, Action> => {
  const state = initial(protocol.config)
  const start: Visit = { state, history: noHistory(state, ghosts) }
  const isHaunted = ghosts.length > 0
  return {
    starts: [start],
    successors: ({ state: before, history }) =>
      successors(protocol, before, among).map(({ action, state: after }) => ({
        action,
        state: {
          state: after,
          history: isHaunted ? carryOn(history, { before, action, after }) : history,
        },
      })),
    key: isHaunted
      ? (visit) => `${key(visit.state)};${ghostKeyOf(visit.history, visit.state)}`
      : (visit) => key(visit.state),
  }
}

/**
 * Explores with the model alone, without symmetry or reduction: slowly. Ghosts that the properties need are carried along, and
 * distinguish states; beside them, a property of the past is checked as if there were none. What operators did,
 * registrations and reasons distinguish states where a property reads them.
 */
export const modelSweeping = (
  protocol: Protocol,
  among: readonly Kind[],
  properties: readonly Property[],
  { statesMax, isStopped }: { readonly statesMax: number; readonly isStopped: () => boolean },
): Generator<void, Census<Visit, Action>, void> => {
  const ids = properties.map(({ id }) => id)
  const { config } = protocol
  const key = distinctionFor(config, among, ids)
  return enumerating(modelSystem(protocol, among, key, ghostsOf(config, properties)), {
    kindOf: ({ kind }) => kind,
    always: ({ state, history }) =>
      isJudged(config, state) && isQuiescent(protocol, state)
        ? (violatesWhenQuiescent(protocol, properties, history, state)[0]?.property.id ?? null)
        : null,
    onStep: (before, action, after) =>
      violationsOf(protocol, properties, before.history, {
        before: before.state,
        action,
        after: after.state,
      })[0]?.property.id ?? null,
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
): Census<Visit, Action> =>
  finished(modelSweeping(protocol, among, properties, { statesMax, isStopped: () => false }))
