import type { Engine } from "../../../impl/engine/engine.ts"
import type { Evidence } from "../evidence.ts"
import { setOf, watched, type PropertySet } from "../property-set.ts"
import { boundsOf } from "./bounds.ts"
import { pastMonitorOf } from "./past.ts"
import { promisedIn } from "./promises.ts"
import { silenceOf } from "./silence.ts"
import { clockMonitorOf } from "./states.ts"
import { timelockMonitorOf } from "./timelock.ts"

/**
 * What the monitor of packed states has beside, where time passes; null where none does.
 *
 * Shape  `begin` and `ofStep`, `ofPair` and `ofRefusals` as a monitor's; `promised` are the properties that are promised with these
 *        times, the core's too: others are neither held nor violated.
 */
export const timeMonitorOf = (engine: Engine, evidence: Evidence) => {
  const { view, layout } = engine
  const { config } = layout
  const { time } = config
  if (time === undefined) return null
  const bounds = boundsOf(time)
  const silence = silenceOf(view, evidence)
  const { begin, ofStep } = pastMonitorOf(view, evidence, silence, bounds)
  const promised: PropertySet = setOf(watched.filter(promisedIn(time, config)))
  const ofPair = clockMonitorOf(view, evidence, silence, bounds)
  return { begin, ofStep, ofPair, ofRefusals: timelockMonitorOf(engine), promised }
}
