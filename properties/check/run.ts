import { describe, type Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { Protocol } from "../../model/protocol.ts"
import type { State } from "../../model/state.ts"
import type { Successor } from "../../model/step.ts"
import { counted } from "../amount.ts"
import { isAbout } from "../ghost.ts"
import { noHistory, remember, type History } from "../history.ts"
import { becomesQuiescent } from "../liveness.ts"
import type { Step } from "../step.ts"
import {
  ghostsOf,
  isPromised,
  violatesWhenQuiescent,
  violationsOf,
  isLiveness,
  touchedBy,
  type Violation,
  type Property,
} from "../property.ts"
import type { Witness } from "../witness.ts"
import { isJudged } from "./quiescence.ts"

/** By what a run is judged: the protocol that it follows, and the properties and witnesses that are looked for. */
export type Judge = {
  readonly protocol: Protocol
  readonly properties: readonly Property[]
  readonly witnesses: readonly Witness[]
}

/** By what the runs of each cluster are judged. */
export type JudgeOf = (config: Config) => Judge

/**
 * A run so far.
 *
 * Shape  `violation` is the first one found, by its earliest property in the catalogue, or null; `step` in it is the
 *        number of the action after which it holds, from 1; `loop`, where it never becomes quiescent and goes round,
 *        the number of the state to which the run comes back. `witnessed` holds the witnesses seen. `rested` tells whether the
 *        run came to a quiescent state or a round, in which what must hold there was judged.
 */
export type Run = {
  readonly state: State
  readonly actions: readonly Action[]
  readonly history: History
  readonly witnessed: ReadonlySet<string>
  readonly violation: (Violation & { readonly step: number; readonly loop?: number }) | null
  readonly rested: boolean
}

/** A run that begins, and carries what its judge needs of the past. */
export const begin = ({ protocol: { config }, properties, witnesses }: Judge, state: State): Run => ({
  state,
  actions: [],
  history: noHistory(state, ghostsOf(config, properties, witnesses)),
  witnessed: new Set(),
  violation: null,
  rested: false,
})

/** Whether a run was judged by a property: one of what holds in the end, only if it came there. */
export const wasJudgedBy = ({ rested }: Run, { always, onStep, demands, whenQuiescent }: Property): boolean =>
  rested || whenQuiescent === undefined || [always, onStep, demands].some((asked) => asked !== undefined)

/** The run after one step more, with what the step violates and what it lets be seen. */
export const observe = (judge: Judge, run: Run, { action, state }: Successor): Run => {
  const step: Step = { before: run.state, action, after: state }
  const actions = [...run.actions, action]
  const violation = violationsOf(judge.protocol, judge.properties, run.history, step)[0]
  return {
    state,
    actions,
    history: remember(run.history, step),
    witnessed: witnessedAfter(judge, run, step),
    violation: violation === undefined ? null : { ...violation, step: actions.length },
    rested: run.rested,
  }
}

/** The run once it was left to itself: quiescent, or not so within its bound. */
export const observeQuiescence = (judge: Judge, run: Run, isQuiescent: boolean): Run => {
  if (!isJudged(judge.protocol.config, run.state)) return run
  const endless: readonly Violation[] = judge.properties
    .filter(
      (property) =>
        property === becomesQuiescent && isPromised(property, judge.protocol.config) && !isQuiescent,
    )
    .map((property) => ({
      property,
      why: `after ${counted(run.actions.length, "step")} the protocol still goes on`,
    }))
  const whenQuiescent = isQuiescent
    ? violatesWhenQuiescent(judge.protocol, judge.properties, run.history, run.state)
    : []
  const violation = [...endless, ...whenQuiescent][0]
  const judged = isQuiescent ? { ...run, rested: true } : run
  return violation === undefined
    ? judged
    : { ...judged, violation: { ...violation, step: run.actions.length } }
}

/**
 * The run whose last steps, so many as `round` has, can be taken again for ever: it never becomes quiescent. Where that
 * is not checked, it violates another liveness property that fails in every state of the round; `states` are those.
 */
export const observeRound = (judge: Judge, run: Run, round: number, states: readonly State[]): Run => {
  if (!isJudged(judge.protocol.config, run.state)) return run
  const step = run.actions.length
  const loop = step - round
  const words = run.actions.slice(loop).map(describe).join(", ")
  const violation: Violation | undefined =
    judge.properties.includes(becomesQuiescent) && isPromised(becomesQuiescent, judge.protocol.config)
      ? {
          property: becomesQuiescent,
          why: `after step ${step} all is as it was after step ${loop}, and ${words} may follow each other for ever`,
        }
      : violatesWhenQuiescent(
          judge.protocol,
          judge.properties.filter(isLiveness),
          run.history,
          run.state,
        ).find(({ property }) =>
          states.every(
            (state) => violatesWhenQuiescent(judge.protocol, [property], run.history, state).length > 0,
          ),
        )
  return violation === undefined
    ? { ...run, rested: true }
    : { ...run, rested: true, violation: { ...violation, step, loop } }
}

const witnessedAfter = (judge: Judge, run: Run, step: Step): ReadonlySet<string> => {
  let witnessed = run.witnessed
  for (const seen of touchedBy(judge.protocol.config, run.history, step))
    for (const witness of judge.witnesses)
      if (!witnessed.has(witness.id) && isAbout(witness, seen.config) && witness.seen(seen))
        witnessed = new Set([...witnessed, witness.id])
  return witnessed
}
