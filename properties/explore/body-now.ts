import type { PropertySet } from "../packed/property-set.ts"
import { lowestBit } from "./bits.ts"
import { actionIn, entry, isProgress, target, type BodySteps } from "./body-steps.ts"
import type { ActionTries } from "./action-tries.ts"
import type { Environments } from "./environments.ts"

/**
 * What is reported where an entry applies: of a step, in the state that it leads to; `isQuiescent`: whether it violates
 * a property of quiescent states.
 */
export type Report = {
  readonly violation: PropertySet
  readonly witnessed: number
  readonly isQuiescent: boolean
}

/**
 * The body that is being expanded.
 *
 * Shape  sets of environments: in which it was `judged`, in which a weakly fair action changes it (`moving`), which it
 *        was `met` in, and which are `waiting`. `wanted` are the witnesses to look for. `begin` takes up what is known
 *        of a body already; `add` adds to that.
 */
export type BodyNow = {
  readonly judged: Int32Array
  readonly moving: Int32Array
  readonly met: Int32Array
  readonly waiting: Int32Array
  body: number
  wanted: number
  readonly begin: (body: number, wanted: number) => void
  readonly lowestWaiting: () => number
  readonly add: (to: number, environmentClass: number, mark: number, report: Report | null) => void
}

export const bodyNowOf = (
  { words, include }: Environments,
  steps: BodySteps,
  tries: ActionTries,
  reports: Map<number, Report>,
): BodyNow => {
  const set = (): Int32Array => new Int32Array(words)
  const [judged, moving, met, waiting] = [set(), set(), set(), set()] as const

  const recall = (body: number): void => {
    const entries = steps.all()
    for (let n = steps.first(body); n !== 0; n = entries[n] as number) {
      const environmentClass = entries[n + entry.class] as number
      const mark = entries[n + entry.mark] as number
      if (entries[n + entry.target] === target.none) include(judged, 0, environmentClass)
      else tries.tried(actionIn(mark), environmentClass)
      if (isProgress(mark)) include(moving, 0, environmentClass)
    }
  }

  const now: BodyNow = {
    judged,
    moving,
    met,
    waiting,
    body: 0,
    wanted: 0,
    begin: (body, wanted) => {
      now.body = body
      now.wanted = wanted
      judged.fill(0)
      moving.fill(0)
      met.fill(0)
      tries.begin(body)
      recall(body)
    },
    lowestWaiting: () => {
      for (let word = 0; word < words; word += 1)
        if (waiting[word] !== 0) return 32 * word + lowestBit(waiting[word] as number)
      return -1
    },
    add: (to, environmentClass, mark, report) => {
      const at = steps.add(now.body, to, environmentClass, mark)
      if (report !== null) reports.set(at, report)
    },
  }
  return now
}
