import { kinds, subjectOf, type Kind } from "../../../model/action.ts"
import type { View } from "../../../impl/engine/view.ts"
import { evidenceOf } from "../evidence.ts"
import { noProperty, only, type PropertySet } from "../property-set.ts"
import { reportedOf, reportedStates, type ReportedState } from "../reported.ts"

/** By which kinds a pair is reported to go from one state to another. */
const changes: readonly (readonly [from: ReportedState, to: ReportedState, ...by: Kind[]])[] = [
  ["notConfigured", "enabled", "TurnOnFT"],
  ["notConfigured", "needSecondary", "TurnOnFT"],
  ["enabled", "needSecondary", "PowerOn"],
  ["needSecondary", "starting", "SpawnSecondary"],
  ["starting", "running", "JoinLockstep"],
  ["starting", "needSecondary", "AbandonSync", "SyncLost", "Suspect", "TestRestartSecondary"],
  ["starting", "needSecondary", "FailHost", "LoseStorage", "CrashCopy"],
  ["running", "needSecondary", "TestFailover", "TestRestartSecondary", "Suspect"],
  ["running", "needSecondary", "FailHost", "LoseStorage", "CrashCopy"],
  ["needSecondary", "enabled", "PowerOff"],
  ["starting", "enabled", "PowerOff"],
  ["running", "enabled", "PowerOff"],
  ["enabled", "disabled", "SuspendFT"],
  ["needSecondary", "disabled", "SuspendFT"],
  ["starting", "disabled", "SuspendFT"],
  ["running", "disabled", "SuspendFT"],
  ["disabled", "enabled", "ResumeFT"],
  ["disabled", "needSecondary", "ResumeFT"],
  ["enabled", "notConfigured", "TurnOffFT"],
  ["disabled", "notConfigured", "TurnOffFT"],
  ["needSecondary", "notConfigured", "TurnOffFT"],
  ["running", "notConfigured", "TurnOffFT"],
]

const placeOf = (from: number, to: number, kind: number): number =>
  (from * reportedStates.length + to) * kinds.length + kind

/** The table as flags: 1 where a kind may lead from one state to another. */
const mayLead = ((): Uint8Array => {
  const flags = new Uint8Array(reportedStates.length ** 2 * kinds.length)
  for (const [from, to, ...by] of changes)
    for (const kind of by)
      flags[placeOf(reportedStates.indexOf(from), reportedStates.indexOf(to), kinds.indexOf(kind))] = 1
  return flags
})()

const isAboutPair = kinds.map((kind) => subjectOf(kind) === "pair")
const isAboutCopy = kinds.map((kind) => subjectOf(kind) === "copy")

/** O1: how the state that vSphere reports may change. */
export const reportedEffectsOf = (view: View) => {
  const { pairs, pairOf } = view
  const { stateOf } = reportedOf(view, evidenceOf(view))
  const stateBefore = new Uint8Array(pairs)

  const begin = (): void => {
    for (let pair = 0; pair < pairs; pair += 1) stateBefore[pair] = stateOf(pair)
  }

  const concerns = (pair: number, kind: number, a: number): boolean =>
    isAboutPair[kind] === true ? a === pair : isAboutCopy[kind] !== true || pairOf(a) === pair

  const ofReports = (kind: number, a: number): PropertySet => {
    for (let pair = 0; pair < pairs; pair += 1) {
      const from = stateBefore[pair] as number
      const to = stateOf(pair)
      if (from !== to && (mayLead[placeOf(from, to, kind)] === 0 || !concerns(pair, kind, a))) return only.O1
    }
    return noProperty
  }

  return { begin, ofReports }
}
