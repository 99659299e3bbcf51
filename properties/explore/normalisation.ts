import type { Engine } from "../../impl/engine/engine.ts"
import { unrepresentable } from "../../impl/engine/guards.ts"
import { monitorOf } from "../packed/monitor.ts"
import { only, union, type PropertySet } from "../packed/property-set.ts"
import { witnessMonitorOf } from "../packed/witnesses.ts"
import { normaliserOf } from "../../impl/engine/normalise.ts"
import { engineFor, type Scope } from "./scope.ts"

/** Who hears of a normalisation: see `stride.ts`. `trail` is longer by the steps that are being reported. */
type Listener = {
  readonly trail: number[]
  readonly violation: (bits: PropertySet, steps: number) => void
  readonly onWitness: (bits: number, steps: number) => void
  readonly onNormalising: (kind: number) => void
  readonly unseen: () => number
}

/**
 * Normalises states, by an engine of its own: a rule may take back what is not committed, and normalising takes several
 * steps. Nothing is passed over unjudged: every step that is taken is judged, and of each state that is left behind so
 * is everything that could be done there, and the state that it would lead to.
 *
 * Shape  `normalise` takes a key, one step after the state that is expanded, and answers with how many steps that makes;
 *        `engine` is then at the normalised state.
 */
export const normalisationOf = (
  scope: Scope,
  listener: Listener,
): { readonly engine: Engine; readonly normalise: (keys: Int32Array) => number } => {
  const engine = engineFor(scope)
  const { trail, violation, onNormalising } = listener
  const { machine, layout } = engine
  const { words } = layout
  const normalise = normaliserOf(engine)
  const monitor = monitorOf(engine)
  const lookAhead = outlookOf(scope, listener)
  const left = new Int32Array(words)
  let steps = 1

  const watch = {
    before: (): void => {
      monitor.begin()
      for (let word = 0; word < words; word += 1) left[word] = machine.key[word] as number
    },
    after: (kind: number, a: number): void => {
      machine.commit()
      lookAhead(left, steps)
      steps += 1
      onNormalising(kind)
      trail.push(kind, a, 0)
      violation(monitor.ofStep(kind, a, 0), steps)
    },
  }

  return {
    engine,
    normalise: (keys) => {
      machine.load(keys, 0)
      steps = 1
      violation(union(monitor.ofState(), monitor.ofRefusals()), 1)
      normalise(watch)
      return steps
    },
  }
}

/** Judges a state that is left behind, by an engine of its own: what could be done there, and where it leads. */
const outlookOf = (
  scope: Scope,
  { trail, violation, onWitness, unseen }: Listener,
): ((keys: Int32Array, steps: number) => void) => {
  const engine = engineFor(scope)
  const monitor = monitorOf(engine)
  const witnessMonitor = witnessMonitorOf(engine)
  let taken = 0

  const onSuccessor = (kind: number, a: number, b: number, answer: number): void => {
    const bits = answer === unrepresentable ? only.S7 : union(monitor.ofStep(kind, a, b), monitor.ofState())
    if (bits !== 0) {
      trail.push(kind, a, b)
      violation(bits, taken + 1)
      trail.length -= 3
    }
    const wanted = unseen()
    if (wanted !== 0 && answer !== unrepresentable)
      onWitness(witnessMonitor.ofStep(kind, a) | witnessMonitor.ofState(wanted), taken + 1)
  }

  return (keys, steps) => {
    taken = steps
    engine.machine.load(keys, 0)
    monitor.begin()
    witnessMonitor.begin()
    const wanted = unseen()
    if (wanted !== 0) onWitness(witnessMonitor.ofState(wanted), steps)
    engine.expand(onSuccessor)
  }
}
