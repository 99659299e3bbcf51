import type { Config } from "../../model/config.ts"
import type { Promised } from "../property.ts"
import type { TimeBounds } from "./bounds.ts"
import { timedOf } from "./counters.ts"

export const boundsIn = (config: Config): TimeBounds => timedOf(config).bounds

/** On a condition that the times of a configuration meet or not. */
export const ifTimes = (
  onlyIf: string,
  holds: (bounds: TimeBounds, config: Config) => boolean,
): Promised => ({
  onlyIf,
  holds: (config) => holds(boundsIn(config), config),
})

const withoutFalseAlarms =
  "no detector may act on delays alone: delayMax + (period - 1) + drift < timeout, for all four"

/** On the condition that there are no false alarms. Where no time passes there are none. */
export const promisedWithoutFalseAlarms: Promised = {
  onlyIf: withoutFalseAlarms,
  holds: (config) => config.time === undefined || boundsIn(config).isWithoutFalseAlarms,
}

/** The same, for what depends on how pairs share the hosts. */
export const promisedToOnePair = ifTimes(
  `${withoutFalseAlarms}; and there is one pair`,
  ({ isWithoutFalseAlarms }, { pairs }) => isWithoutFalseAlarms && pairs.length === 1,
)
