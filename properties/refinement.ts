import { describe, type Action } from "../model/action.ts"
import { identity } from "../model/identity.ts"
import type { Guard } from "../model/outcome.ts"
import type { State } from "../model/state.ts"
import { step, type Rules } from "../model/step.ts"
import { actionOf, codesOf, type ActionCode } from "../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../impl/engine/engine.ts"
import { crowded, guardOf, taken } from "../impl/engine/guards.ts"
import { pack, unpack } from "../impl/engine/pack.ts"

/**
 * One thing on which the model and the engine disagree.
 *
 * Shape  `action` is null where they differ about a state, not about a step from it. `model` and `engine` say
 *        what each makes of it: a guard, or the state that it goes to.
 */
export type Divergence = {
  readonly action: Action | null
  readonly model: Guard | State
  readonly engine: Guard | State | "crowded" | "not expanded"
}

/** A model and an engine of one configuration, held against each other. */
export type Twins = {
  readonly rules: Rules
  readonly engine: Engine
  /** A second machine, which only packs: the engine never judges its own successors. */
  readonly packer: Engine
}

export const twinsOf = (rules: Rules, engine: Engine): Twins => ({
  rules,
  engine,
  packer: engineOf(engine.layout),
})

/**
 * The first difference in one state: what is packed must unpack to it, every action must be answered alike, by
 * the same next state or the same guard, and what the engine expands must be what the model allows. Null if
 * there is none.
 */
export const divergenceIn = (twins: Twins, state: State): Divergence | null => {
  const { engine } = twins
  pack(engine.view, state)
  const unpacked = unpack(engine.view)
  if (identity(unpacked) !== identity(state)) return { action: null, model: state, engine: unpacked }
  const expanded = new Set<string>()
  engine.expand((kind, a, b) => expanded.add(`${kind},${a},${b}`))
  for (const code of codesOf(engine.layout)) {
    const divergence = divergenceOn(twins, state, code) ?? divergenceInExpansion(twins, state, code, expanded)
    if (divergence !== null) return divergence
  }
  return null
}

/** The difference that one action makes, from a state that the engine is at, and is at again afterwards. */
export const divergenceOn = (twins: Twins, state: State, code: ActionCode): Divergence | null => {
  const { rules, engine } = twins
  const action = actionOf(engine.layout, state, code)
  const outcome = step(rules, engine.layout.config, state, action)
  const answer = engine.step(code.kind, code.a, code.b)
  const divergence =
    outcome.tag === "refused"
      ? guardOf(answer) === outcome.guard
        ? null
        : { action, model: outcome.guard, engine: answerOf(engine, answer) }
      : answer === taken && isAt(twins, outcome.state)
        ? null
        : { action, model: outcome.state, engine: answerOf(engine, answer) }
  engine.machine.undo()
  return divergence
}

const divergenceInExpansion = (
  { rules, engine }: Twins,
  state: State,
  code: ActionCode,
  expanded: ReadonlySet<string>,
): Divergence | null => {
  const action = actionOf(engine.layout, state, code)
  const outcome = step(rules, engine.layout.config, state, action)
  const isExpanded = expanded.has(`${code.kind},${code.a},${code.b}`)
  if (isExpanded === (outcome.tag === "next")) return null
  return outcome.tag === "next"
    ? { action, model: outcome.state, engine: "not expanded" }
    : { action, model: outcome.guard, engine: unpack(engine.view) }
}

/** Whether the engine is at the state, word for word. */
export const isAt = ({ engine, packer }: Twins, state: State): boolean => {
  pack(packer.view, state)
  for (let word = 0; word < engine.layout.words; word += 1)
    if (engine.machine.key[word] !== packer.machine.key[word]) return false
  return true
}

const answerOf = (engine: Engine, answer: number): Divergence["engine"] =>
  answer === taken ? unpack(engine.view) : answer === crowded ? "crowded" : (guardOf(answer) as Guard)

/** The divergence in words. */
export const describeDivergence = ({ action, model, engine }: Divergence): string => {
  const word = (side: Divergence["engine"]): string =>
    typeof side === "string" ? `refuses it: ${side}` : `goes to ${identity(side)}`
  return `${action === null ? "the state itself" : describe(action)}: the model ${word(model)}, the engine ${word(engine)}`
}
