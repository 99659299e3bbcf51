import type { ActionCode } from "../../impl/engine/action-code.ts"
import type { Quotient } from "../../impl/engine/quotient.ts"
import { runAlong } from "../explore/path.ts"
import type { Scope } from "../explore/scope.ts"
import { strideOf } from "../explore/stride.ts"

/**
 * What runs of any length come to, by S18: that a generation is used up only by a fault or an operator. A step weighs 1 for each
 * generation that it uses up, and -1 for each fault and each intervention that it is.
 *
 * Shape  "paid": no run weighs more than 0, so that S18 holds of every run. "unpaid": one that does, by its actions.
 */
type Weighed =
  | { readonly tag: "paid"; readonly states: number; readonly steps: number }
  | { readonly tag: "unpaid"; readonly codes: readonly ActionCode[] }
  | { readonly tag: "interrupted" }

/**
 * Weighs every run of one pair. States of one form have steps of the same weights, so that the heaviest run is a heaviest path
 * over forms: each form's weight is corrected until no step makes one heavier.
 */
export function* weighing(
  scope: Scope & { readonly quotient: Quotient },
  isStopped: () => boolean = () => false,
): Generator<void, Weighed, void> {
  const drawn = yield* weightsOf({ ...scope, properties: ["S18"] }, isStopped)
  if (drawn === null) return { tag: "interrupted" }
  const { keys, offsets, targets, weights } = drawn
  const heaviest = new Int32Array(keys.length).fill(unreached)
  const before = new Int32Array(keys.length).fill(-1)
  const isWaiting = new Uint8Array(keys.length)
  const queue = [0]
  heaviest[0] = 0
  for (let n = 0; n < queue.length; n += 1) {
    const from = queue[n] as number
    isWaiting[from] = 0
    for (let step = offsets[from] as number; step < (offsets[from + 1] as number); step += 1) {
      const to = targets[step] as number
      const weight = (heaviest[from] as number) + (weights[step] as number)
      if (weight <= (heaviest[to] as number)) continue
      if (weight > 0) return unpaid(scope, keys, [...wayTo(before, from), to])
      heaviest[to] = weight
      before[to] = from
      if (isWaiting[to] === 1) continue
      isWaiting[to] = 1
      queue.push(to)
    }
  }
  return { tag: "paid", states: keys.length, steps: targets.length }
}

/** Lighter than any run: no path has so many steps. */
const unreached = -(2 ** 30)

/** Forms on the way to one, from the start: no cycle is heavier than nothing, or it would have been met. */
const wayTo = (before: Int32Array, form: number): readonly number[] => {
  const way: number[] = []
  for (let at = form; at >= 0; at = before[at] as number) way.push(at)
  return way.reverse()
}

const unpaid = (scope: Scope, keys: readonly Int32Array[], way: readonly number[]): Weighed => {
  const run = runAlong(
    { ...scope, properties: ["S18"] },
    way.map((form) => keys[form] as Int32Array),
  )
  if (run === null) throw new Error("defect: a run over forms cannot be walked again")
  return { tag: "unpaid", codes: run.codes }
}

type WeighedGraph = {
  readonly keys: readonly Int32Array[]
  readonly offsets: readonly number[]
  readonly targets: readonly number[]
  readonly weights: readonly number[]
}

/** The forms, and what the steps between them weigh. Null where it was stopped. */
function* weightsOf(scope: Scope, isStopped: () => boolean): Generator<void, WeighedGraph | null, void> {
  const numbers = new Map<string, number>()
  const keys: Int32Array[] = []
  const offsets: number[] = []
  const targets: number[] = []
  const weights: number[] = []
  let lockBefore = 0
  let weight = 0
  const numberOf = (key: Int32Array): number => {
    const text = key.subarray(0, words).join()
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, keys.length)
    keys.push(key.slice(0, words))
    return keys.length - 1
  }
  const stride = strideOf(scope, {
    onViolation: () => {},
    onStep: () => {
      weight = view.lockOf(0) - lockBefore - view.faultsSoFar() - view.interventionsOf(0)
    },
    onArrival: (key) => {
      targets.push(numberOf(key))
      weights.push(weight)
    },
  })
  const { words, engine } = stride
  const { view, machine } = engine
  numberOf(stride.start())
  for (let form = 0; form < keys.length; form += 1) {
    if ((form & 1023) === 1023) {
      yield
      if (isStopped()) return null
    }
    const key = keys[form] as Int32Array
    machine.load(key, 0)
    lockBefore = view.lockOf(0)
    offsets.push(targets.length)
    stride.expand(key, 0)
  }
  offsets.push(targets.length)
  return { keys, offsets, targets, weights }
}
