import type { Engine } from "../../../impl/engine/engine.ts"
import type { Evidence } from "../evidence.ts"
import { setOf, watched, type PropertySet } from "../property-set.ts"
import { boundsOf } from "./bounds.ts"
import { pastMonitorOf } from "./past.ts"
import { silenceOf } from "./silence.ts"
import { clockMonitorOf } from "./states.ts"
import { timelockMonitorOf } from "./timelock.ts"

/** What is promised only where there are no false alarms. */
const withoutFalseAlarms: readonly string[] = ["S18", "S19", "L1", "TIME1", "L5d", "L5e"]

/** What is promised to one pair alone. */
const toOnePair: readonly string[] = ["L5d", "L5e"]

/**
 * What the monitor of packed states has beside, where time passes; null where none does.
 *
 * Shape  `begin` and `ofStep`, `ofPair` and `ofRefusals` as a monitor's; `promised` are the properties that are promised with these
 *        times, the core's too: others are neither held nor violated.
 */
export const timeMonitorOf = (engine: Engine, evidence: Evidence) => {
  const { view, layout } = engine
  const { time, pairs } = layout.config
  if (time === undefined) return null
  const bounds = boundsOf(time)
  const silence = silenceOf(view, evidence)
  const { begin, ofStep } = pastMonitorOf(view, evidence, silence, bounds)
  const isPromised = (id: string): boolean =>
    !(bounds.mayAlarmFalsely && withoutFalseAlarms.includes(id)) &&
    !(pairs.length > 1 && toOnePair.includes(id))
  const promised: PropertySet = setOf(watched.filter(isPromised))
  const ofPair = clockMonitorOf(view, evidence, silence, bounds)
  return { begin, ofStep, ofPair, ofRefusals: timelockMonitorOf(engine), promised }
}
