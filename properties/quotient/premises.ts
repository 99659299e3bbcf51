import { describe, type Action } from "../../model/action.ts"
import { unbounded } from "../../model/config.ts"
import { identity } from "../../model/identity.ts"
import { isSameEntry, type Entry } from "../../model/log.ts"
import type { Protocol } from "../../model/protocol.ts"
import { pairsOf, type State } from "../../model/state.ts"
import { successors, type Successor } from "../../model/step.ts"
import { codeOf } from "../../impl/engine/action-code.ts"
import { CapacityExceeded } from "../../impl/engine/capacity.ts"
import { taken } from "../../impl/engine/guards.ts"
import { pack } from "../../impl/engine/pack.ts"
import { formerOf, type Quotient } from "../../impl/engine/quotient.ts"
import { actionsOf, statesMet } from "../explore/comparison.ts"
import { engineFor, modelOf, type Scope } from "../explore/scope.ts"
import { formOf, sharedIn } from "./form.ts"

/**
 * What was seen of the premises on which a verdict about every run rests: in how many states of runs without bounds, and the first
 * breach, in words, with the run that leads there.
 */
export type Premises = {
  readonly states: number
  readonly breach: { readonly words: string; readonly actions: readonly Action[] } | null
}

/** A scope in which every run is explored. */
type QuotientScope = Scope & { readonly quotient: Quotient }

const statesMax = 300

/** How many of them are found breadth first. */
const breadthFirstMax = 60

/**
 * Looks at the premises in states of runs without bounds: that no copy believes in a later generation than the lock's, that an entry
 * stands where its index says and is recorded once at its place, and that a state and its form lead to the same forms by the same
 * actions, in the model and in the engine.
 */
export function* judgingPremises(
  scope: QuotientScope,
  isStopped: () => boolean = () => false,
): Generator<void, Premises, void> {
  const raw = modelOf({ ...scope, config: { ...scope.config, bounds: unbounded } })
  const ofSteps = stepBreachOf(scope, raw)
  let states = 0
  for (const { state, run } of statesMet(raw, scope.among, breadthFirstMax)) {
    const all = successors(raw, state, scope.among)
    const words = stateBreach(state) ?? recordBreach(all) ?? ofSteps(state, all)
    states += 1
    if (words !== null) return { states, breach: { words, actions: actionsOf(run) } }
    if (states >= statesMax || isStopped()) break
    yield
  }
  return { states, breach: null }
}

const stateBreach = (state: State): string | null => {
  for (const { id, lock, observed, copies } of pairsOf(state)) {
    const early = copies.find(({ generation }) => generation > lock.generation)
    if (early !== undefined) return `${early.id} believes in a later generation than the lock of ${id} has`
    for (const log of [observed, ...copies.map((copy) => copy.log)])
      if (log.some(({ index }, n) => index !== n + 1))
        return `an entry of ${id} does not stand where its index says`
  }
  return null
}

/** An entry that is recorded is none that another log has at its place. */
const recordBreach = (all: readonly Successor[]): string | null => {
  for (const { action, state: next } of all) {
    if (action.kind !== "Record") continue
    for (const pair of pairsOf(next)) {
      const log = pair.copies.find(({ id }) => id === action.copy)?.log ?? []
      const entry = log.at(-1)
      const others = [
        pair.observed,
        ...pair.copies.filter(({ id }) => id !== action.copy).map((copy) => copy.log),
      ]
      if (entry !== undefined && others.some((other) => isAt(other, log.length - 1, entry)))
        return `the entry of ${describe(action)} is at its place already in another log`
    }
  }
  return null
}

const isAt = (log: readonly Entry[], n: number, entry: Entry): boolean =>
  log[n] !== undefined && isSameEntry(log[n], entry)

/** Where a step from a state and the same step from its form part. */
const stepBreachOf = (
  scope: QuotientScope,
  raw: Protocol,
): ((state: State, all: readonly Successor[]) => string | null) => {
  const { quotient, config, among } = scope
  const window = config.bounds.log
  const windowed = modelOf({ ...scope, config: { ...raw.config, bounds: { ...unbounded, log: window } } })
  const engineDiffers = engineBreachOf(scope)

  return (state, all) => {
    const form = formOf(quotient, state)
    const fromForm = new Map(successors(windowed, form, among).map((each) => [describe(each.action), each]))
    for (const { action, state: next } of all) {
      if (action.kind === "Record" && isBeyond(quotient, window, state, action.copy)) continue
      const words = describe(action)
      const other = fromForm.get(words)
      fromForm.delete(words)
      if (other === undefined) return `${words} is allowed in a state, and refused in its form`
      if (identity(formOf(quotient, other.state)) !== identity(formOf(quotient, next)))
        return `${words} leads from a state to another form than from its form`
      if (engineDiffers(form, action, formOf(quotient, next)))
        return `${words} leads the engine to another form than the model`
    }
    const [left] = fromForm.keys()
    return left === undefined ? null : `${left} is refused in a state, and allowed in its form`
  }
}

/** Whether a copy has recorded as much as the window allows, of what is not dropped. */
const isBeyond = ({ drops }: Quotient, window: number, state: State, copy: string): boolean =>
  pairsOf(state).some((pair) => {
    const log = pair.copies.find(({ id }) => id === copy)?.log
    return log !== undefined && log.length - (drops ? sharedIn(pair) : 0) >= window
  })

/** Whether the engine, from a form by an action, comes to another form; where it has no place for one of them, it does not. */
const engineBreachOf = (scope: QuotientScope): ((form: State, action: Action, next: State) => boolean) => {
  const engine = engineFor(scope)
  const packer = engineFor(scope)
  const former = formerOf(engine.view, scope.quotient)
  const { settle } = formerOf(packer.view, scope.quotient)
  return (form, action, next) => {
    try {
      pack(engine.view, form)
      pack(packer.view, next)
    } catch (error) {
      if (error instanceof CapacityExceeded) return false
      throw error
    }
    const code = codeOf(engine.layout, form, action)
    if (code === null || engine.step(code.kind, code.a, code.b) !== taken) return true
    former.settle()
    settle()
    for (let word = 0; word < engine.layout.words; word += 1)
      if (engine.machine.key[word] !== packer.machine.key[word]) return true
    return false
  }
}
