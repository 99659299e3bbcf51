import type { Engine } from "../../impl/engine/engine.ts"
import { crowded } from "../../impl/engine/guards.ts"
import { monitorOf } from "../../impl/engine/monitor.ts"
import { only, union, type PropertySet } from "../../impl/engine/property-set.ts"
import { lookoutOf } from "../../impl/engine/sights.ts"
import { settlerOf } from "../../impl/engine/settle.ts"
import { engineFor, type Scope } from "./scope.ts"

/** Whom a settlement tells: see `stride.ts`. `trail` is longer by the steps that are being told. */
type Told = {
  readonly trail: number[]
  readonly breach: (bits: PropertySet, steps: number) => void
  readonly onSight: (bits: number, steps: number) => void
  readonly onSettling: (kind: number) => void
  readonly unseen: () => number
}

/**
 * Settles states, by an engine of its own: a rule may take back what is not committed, and settling takes several
 * steps. Nothing is passed over unjudged: every step that is taken is judged, and of each state that is left behind so
 * is everything that could be done there, and the state that it would lead to.
 *
 * Shape  `settle` takes a key, one step after the state that is expanded, and answers with how many steps that makes;
 *        `engine` is then at the settled state.
 */
export const settlementOf = (
  scope: Scope,
  told: Told,
): { readonly engine: Engine; readonly settle: (keys: Int32Array) => number } => {
  const engine = engineFor(scope)
  const { trail, breach, onSettling } = told
  const { machine, layout } = engine
  const { words } = layout
  const settle = settlerOf(engine)
  const monitor = monitorOf(engine)
  const lookAhead = outlookOf(scope, told)
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
      onSettling(kind)
      trail.push(kind, a, 0)
      breach(monitor.ofStep(kind, a, 0), steps)
    },
  }

  return {
    engine,
    settle: (keys) => {
      machine.load(keys, 0)
      steps = 1
      breach(union(monitor.ofState(), monitor.ofRefusals()), 1)
      settle(watch)
      return steps
    },
  }
}

/** Judges a state that is left behind, by an engine of its own: what could be done there, and where it leads. */
const outlookOf = (
  scope: Scope,
  { trail, breach, onSight, unseen }: Told,
): ((keys: Int32Array, steps: number) => void) => {
  const engine = engineFor(scope)
  const monitor = monitorOf(engine)
  const lookout = lookoutOf(engine)
  let taken = 0

  const onSuccessor = (kind: number, a: number, b: number, answer: number): void => {
    const bits = answer === crowded ? only.S7 : union(monitor.ofStep(kind, a, b), monitor.ofState())
    if (bits !== 0) {
      trail.push(kind, a, b)
      breach(bits, taken + 1)
      trail.length -= 3
    }
    const wanted = unseen()
    if (wanted !== 0 && answer !== crowded)
      onSight(lookout.ofStep(kind, a) | lookout.ofState(wanted), taken + 1)
  }

  return (keys, steps) => {
    taken = steps
    engine.machine.load(keys, 0)
    monitor.begin()
    lookout.begin()
    const wanted = unseen()
    if (wanted !== 0) onSight(lookout.ofState(wanted), steps)
    engine.expand(onSuccessor)
  }
}
