import type { ActionCode } from "../../impl/engine/action-code.ts"
import { CapacityExceeded } from "../../impl/engine/capacity.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { unrepresentable } from "../../impl/engine/guards.ts"
import { monitorOf, type Monitor } from "../packed/monitor.ts"
import { intersection, noProperty, only, setOf, union, type PropertySet } from "../packed/property-set.ts"
import { witnessMonitorOf, type WitnessMonitor } from "../packed/witnesses.ts"
import { symmetryOf, type Symmetry } from "../../impl/engine/symmetry.ts"
import { checksQuiescence, engineFor, formerFor, isFair, type Scope } from "./scope.ts"
import { normalisationOf } from "./normalisation.ts"
import { hashOf } from "./table.ts"

/**
 * What is reported while a state is expanded, of the checked properties only. `steps` counts from that state: 0 is the
 * state itself, 1 a step from it, more are those that normalising adds.
 *
 * Shape  `onViolation`: what is violated. `onArrival`: a successor, normalised if the scope says so, by the key of its
 *        representative, with the kind of its first step. `witnessMonitor` may be null: no witness is looked for.
 */
export type Strider = {
  readonly onViolation: (bits: PropertySet, steps: number) => void
  readonly onArrival: (keys: Int32Array, kind: number, steps: number) => void
  readonly onWitness?: (bits: number, steps: number) => void
  /** A step was taken; the machine is at the state that it leads to, which is not put into a form yet. */
  readonly onStep?: () => void
  /** A step that normalising takes, by its kind. */
  readonly onNormalising?: (kind: number) => void
  /** A number has outgrown its field: what else may happen to the state is not reported. */
  readonly onOutgrown?: () => void
  /** Which witnesses are still to be seen. */
  readonly unseen?: () => number
}

/**
 * Expands states of a scope: judges each, every step from it, and whatever normalising passes over.
 *
 * Shape  `expand` takes up a state and answers with how many successors it has; `isViolatedWhenQuiescent` says whether
 *        that state was quiescent and violated a liveness property. `trail`: the steps from it, three numbers each, of
 *        what is being reported. `start`: the key that stands for the initial state; `orbit`: for how many states the
 *        one just expanded stands.
 */
export type Stride = {
  readonly engine: Engine
  readonly monitor: Monitor
  readonly symmetry: Symmetry
  readonly words: number
  readonly expand: (keys: Int32Array, at: number) => number
  readonly isViolatedWhenQuiescent: () => boolean
  readonly trail: readonly number[]
  readonly start: () => Int32Array
  readonly orbit: () => number
}

export const strideOf = (scope: Scope, strider: Strider): Stride => {
  const engine = engineFor(scope)
  const { machine, view, layout } = engine
  const { words } = layout
  const { key } = machine
  const { onArrival, onWitness = () => {}, onNormalising = () => {}, onOutgrown = () => {} } = strider
  const { unseen = () => 0 } = strider
  const monitor = monitorOf(engine)
  const witnessMonitor: WitnessMonitor = witnessMonitorOf(engine)
  const former = formerFor(scope, engine)
  const namer = former?.name ?? null
  const symmetry = symmetryOf(view, namer)
  const joins = scope.symmetry && symmetry.order > 1
  const checked = setOf(scope.properties)
  const checksLiveness = checksQuiescence(scope)
  const trail: number[] = []
  let successors = 0
  let faults = 0
  let hash = 0
  let isQuiescent = true
  let violatedWhenQuiescent = noProperty

  const violation = (found: PropertySet, steps: number): void => {
    const violated = intersection(found, checked)
    if (violated !== 0) strider.onViolation(violated, steps)
  }

  const normalisation = scope.reduction
    ? normalisationOf(scope, { trail, violation, onWitness, onNormalising, unseen })
    : null
  const normalised = normalisation?.engine ?? engine
  const named = new Int32Array(words + 1)
  const canonical = !joins
    ? namer === null
      ? () => normalised.machine.key
      : () => {
          named.set(key)
          namer(named)
          return named
        }
    : normalisation === null
      ? symmetry.canonical
      : symmetryOf(normalised.view).canonical

  const onSuccessor = (kind: number, a: number, b: number, answer: number): void => {
    successors += 1
    trail[0] = kind
    trail[1] = a
    trail[2] = b
    if (answer === unrepresentable) {
      violation(only.S7, 1)
      return
    }
    const bits = monitor.ofStep(kind, a, b)
    if (bits !== 0) violation(bits, 1)
    if (unseen() !== 0) onWitness(witnessMonitor.ofStep(kind, a), 1)
    // A step that leaves the state as it is, such as a retry that fails, is no progress.
    if (isFair[kind] === true && view.faultsSoFar() === faults && hashOf(key, 0, words) !== hash)
      isQuiescent = false
    strider.onStep?.()
    former?.rewrite()
    const steps = normalisation === null ? 1 : normalisation.normalise(key)
    onArrival(canonical(), kind, steps)
    if (normalisation !== null) trail.length = 3
  }

  const expandHere = (): void => {
    try {
      engine.expand(onSuccessor)
    } catch (error) {
      if (!(error instanceof CapacityExceeded)) throw error
      onOutgrown()
    }
  }

  const expand = (keys: Int32Array, at: number): number => {
    machine.load(keys, at)
    if (trail.length > 0) trail.length = 0
    successors = 0
    faults = view.faultsSoFar()
    hash = hashOf(key, 0, words)
    isQuiescent = checksLiveness
    const bits = union(monitor.ofState(), monitor.ofRefusals())
    if (bits !== 0) violation(bits, 0)
    const wanted = unseen()
    if (wanted !== 0) {
      onWitness(witnessMonitor.ofState(wanted), 0)
      witnessMonitor.begin()
    }
    monitor.begin()
    expandHere()
    if (trail.length > 0) trail.length = 0
    violatedWhenQuiescent =
      isQuiescent && monitor.isJudged() ? intersection(monitor.whenQuiescent(), checked) : noProperty
    violation(violatedWhenQuiescent, 0)
    return successors
  }

  return {
    engine,
    monitor,
    symmetry,
    words,
    expand,
    isViolatedWhenQuiescent: () => violatedWhenQuiescent !== 0,
    trail,
    start: () => {
      former?.rewrite()
      machine.commit()
      return canonical()
    },
    orbit: joins ? symmetry.orbit : () => 1,
  }
}

/** The steps of a trail, as actions. */
export const codesOn = (trail: readonly number[]): readonly ActionCode[] =>
  Array.from({ length: trail.length / 3 }, (_, n) => ({
    kind: trail[3 * n] as number,
    a: trail[3 * n + 1] as number,
    b: trail[3 * n + 2] as number,
  }))
