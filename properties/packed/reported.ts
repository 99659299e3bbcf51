import type { Evidence } from "./evidence.ts"
import { ftSetting } from "../../impl/engine/fields.ts"
import { phase } from "../../impl/engine/machine.ts"
import type { View } from "../../impl/engine/view.ts"
import { noProperty, only, union, type PropertySet } from "./property-set.ts"

/** The states that vSphere reports, by number. */
export const reportedStates = [
  "notConfigured",
  "disabled",
  "enabled",
  "needSecondary",
  "starting",
  "running",
] as const

export type ReportedState = (typeof reportedStates)[number]

const numberOf = (state: ReportedState): number => reportedStates.indexOf(state)

const [notConfigured, disabled, enabled, needSecondary, starting, running] = reportedStates.map(numberOf) as [
  number,
  number,
  number,
  number,
  number,
  number,
]

/** The state of a pair that vSphere reports, as a number, and what must hold beside it of what is on record. */
export const reportedOf = (view: View, { leads, leaderOf, farEnd, follows }: Evidence) => {
  const { layout, hosts, controlOf, phaseIn, generationIn, ftOf, isOn, lockOf, hostOf } = view
  const { primaryAt, secondaryAt, reasonOf } = view
  const keepsRegistrations = layout.books.primary.mask !== 0
  const keepsReasons = layout.books.reason.mask !== 0

  const stateOf = (pair: number): number => {
    const ft = ftOf(pair)
    if (ft !== ftSetting.enabled) return ft === ftSetting.disabled ? disabled : notConfigured
    if (!isOn(pair)) return enabled
    const leader = leaderOf(pair)
    const follower = leader < 0 ? -1 : farEnd(pair * hosts, controlOf(leader))
    if (follower < 0) return needSecondary
    const phaseNow = phaseIn(controlOf(follower))
    if (phaseNow === phase.syncing) return starting
    const isInLockstep =
      phaseNow === phase.lockstepSecondary && phaseIn(controlOf(leader)) === phase.lockstepPrimary
    return isInLockstep ? running : needSecondary
  }

  /** Whether a current Primary, or its Secondary, runs where none is registered. */
  const isAstray = (pair: number): boolean => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (!leads(phaseIn(copy)) || generationIn(copy) !== lockOf(pair)) continue
      if (hostOf(slot) !== primaryAt(pair)) return true
      const other = farEnd(pair * hosts, copy)
      if (other >= 0 && follows(phaseIn(controlOf(other))) && hostOf(other) !== secondaryAt(pair)) return true
    }
    return false
  }

  /** What is violated by what is on record. */
  const ofRecords = (pair: number): PropertySet => {
    let found = noProperty
    if (keepsRegistrations) {
      if (isAstray(pair)) found = only.O5
      const isNowhere = secondaryAt(pair) < 0
      if (isNowhere !== (ftOf(pair) === ftSetting.notConfigured)) found = union(found, only.O6)
    }
    if (keepsReasons && (reasonOf(pair) !== 0) !== (stateOf(pair) === needSecondary))
      found = union(found, only.O10)
    return found
  }

  return { stateOf, ofRecords }
}
