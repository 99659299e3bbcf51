import type { ActionCode } from "../../impl/engine/action-code.ts"
import { CapacityExceeded } from "../../impl/engine/capacity.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { bodyReads, type Reads } from "../../impl/engine/environment.ts"
import { refusal, taken, unrepresentable } from "../../impl/engine/guards.ts"
import { intersection, only, type PropertySet } from "../packed/property-set.ts"
import type { ActionTries } from "./action-tries.ts"
import type { BodyLookup } from "./body-lookup.ts"
import type { BodyNow } from "./body-now.ts"
import { markOf, target } from "./body-steps.ts"
import type { Environments } from "./environments.ts"
import { isFair } from "./scope.ts"
import { nothing, type Judges, type Place } from "./place.ts"

/** The parts of an expansion. */
export type ExpansionParts = {
  readonly engine: Engine
  readonly codes: readonly ActionCode[]
  readonly environments: Environments
  readonly reads: Reads
  readonly judges: Judges
  readonly place: Place
  readonly lookup: BodyLookup
  readonly tries: ActionTries
  readonly now: BodyNow
  readonly checked: PropertySet
}

/**
 * Tries actions of the body at hand where the machine is.
 *
 * Shape  `tryOut` answers with the class of environments for which its outcome holds; or with `nothing`, if the body
 *        refuses the action in all of them. `isOutgrown`: a number has outgrown its field on the way.
 */
export const bodyTrialOf = (parts: ExpansionParts) => {
  const { engine, codes, environments, reads, judges, place, lookup, tries, now, checked } = parts
  const { monitor, witnesses } = judges
  const { include, shiftOf, faults } = environments
  const { undo } = engine.machine
  const kindOf = Uint8Array.from(codes, ({ kind }) => kind)
  const firstOf = Int32Array.from(codes, ({ a }) => a)
  const secondOf = Int32Array.from(codes, ({ b }) => b)
  let isOutgrown = false

  const stepWithin = (kind: number, a: number, b: number): number => {
    try {
      return engine.isTried(kind, a, b) ? engine.step(kind, a, b) : refusal.unknown
    } catch (error) {
      if (!(error instanceof CapacityExceeded)) throw error
      isOutgrown = true
      undo()
      return refusal.bound
    }
  }

  /** In which other states a refusal holds. */
  const afterRefusal = (action: number): number => {
    const ofBody = reads.ofBody()
    const read = place.read()
    if (read === nothing && ofBody >= 0) tries.refusedBy.control(ofBody, action)
    if (read !== nothing && ofBody === bodyReads.nothing) tries.refusedBy.all(action, read)
    return read
  }

  const afterUnrepresentable = (action: number): number => {
    const environmentClass = place.readClass()
    const violation = intersection(only.S7, checked)
    const report = violation === 0 ? null : { violation, witnessed: 0, isQuiescent: false }
    now.add(target.unrepresentable, environmentClass, markOf(action, -1, false, report !== null), report)
    return environmentClass
  }

  const afterStep = (action: number, kind: number, a: number, b: number): number => {
    const violation = intersection(monitor.ofStep(kind, a, b), checked)
    const witnessed = now.wanted === 0 ? 0 : witnesses.ofStep(kind, a) & now.wanted
    const difference = place.difference()
    const to = lookup.after(now.body)
    const environmentClass = place.readClass()
    undo()
    const report = violation === 0 && witnessed === 0 ? null : { violation, witnessed, isQuiescent: false }
    // A step that leaves the state as it is, such as a retry that fails, is no progress.
    const isChanged = to !== now.body || difference !== 0
    const progress = isFair[kind] === true && (difference & faults) === 0 && isChanged
    const shift = difference === 0 ? -1 : shiftOf(difference)
    if (progress) include(now.moving, 0, environmentClass)
    now.add(to, environmentClass, markOf(action, shift, progress, report !== null), report)
    return environmentClass
  }

  const tryOut = (action: number): number => {
    const kind = kindOf[action] as number
    const a = firstOf[action] as number
    const b = secondOf[action] as number
    place.begin()
    const answer = stepWithin(kind, a, b)
    if (answer > taken) return afterRefusal(action)
    return answer === unrepresentable ? afterUnrepresentable(action) : afterStep(action, kind, a, b)
  }

  return { kindOf, tryOut, isOutgrown: () => isOutgrown }
}
