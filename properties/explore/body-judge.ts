import { intersection, noProperty, union, type PropertySet } from "../packed/property-set.ts"
import { hasBit, lowestBit } from "./bits.ts"
import { markOf, target } from "./body-steps.ts"
import type { Environments } from "./environments.ts"
import type { BodyNow } from "./body-now.ts"
import type { Judges, Place } from "./place.ts"

/**
 * Judges states of a body, a class of environments at a time.
 *
 * Shape  `ofState` checks what must hold in every state, in one environment; `whenQuiescent` what must hold in
 *        quiescent states, in all environments just met in which no weakly fair action changes anything.
 */
export const bodyJudgeOf = (
  environments: Environments,
  { monitor, witnesses }: Judges,
  place: Place,
  now: BodyNow,
  checked: PropertySet,
) => {
  const { words, include, classes, classOf } = environments
  const { judged, met, moving, waiting } = now

  const ofState = (environment: number): void => {
    if (hasBit(judged, 0, environment)) return
    place.enter(environment)
    place.begin()
    const violation = intersection(union(monitor.ofState(), monitor.ofRefusals()), checked)
    const witnessed = now.wanted === 0 ? 0 : witnesses.ofState(now.wanted) & now.wanted
    const environmentClass = place.readClass()
    include(judged, 0, environmentClass)
    const report = violation === 0 && witnessed === 0 ? null : { violation, witnessed, isQuiescent: false }
    now.add(target.none, environmentClass, markOf(0, -1, false, report !== null), report)
  }

  const whenQuiescent = (): void => {
    for (let word = 0; word < words; word += 1)
      waiting[word] = (met[word] as number) & ~(moving[word] as number)
    for (let environment = now.lowestWaiting(); environment >= 0; environment = now.lowestWaiting()) {
      place.enter(environment)
      place.begin()
      const violation = monitor.isJudged() ? intersection(monitor.whenQuiescent(), checked) : noProperty
      const environmentClass = place.readClass()
      if (violation !== 0) addWhenQuiescent(environmentClass, violation)
      for (let word = 0; word < words; word += 1)
        waiting[word] = (waiting[word] as number) & ~(classes()[environmentClass * words + word] as number)
    }
  }

  /** Adds a report to those environments of a class in which the body is quiescent. */
  const addWhenQuiescent = (environmentClass: number, violation: PropertySet): void => {
    for (let word = 0; word < words; word += 1) {
      let rest = (waiting[word] as number) & (classes()[environmentClass * words + word] as number)
      for (; rest !== 0; rest &= rest - 1) {
        const alone = classOf(-1, 32 * word + lowestBit(rest))
        now.add(target.none, alone, markOf(0, -1, false, true), {
          violation,
          witnessed: 0,
          isQuiescent: true,
        })
      }
    }
  }

  return { ofState, whenQuiescent }
}
