import type { Config } from "../../../model/config.ts"
import { boundsOf } from "./bounds.ts"

/** What is promised only where there are no false alarms. */
const withoutFalseAlarms: readonly string[] = ["S18", "S19", "L1", "TIME1", "L5d", "L5e"]

/** What is promised to one pair alone. */
const toOnePair: readonly string[] = ["L5d", "L5e"]

/** Whether a property, by its id, is promised where time passes as it does in a cluster. */
export const promisedIn = (
  time: NonNullable<Config["time"]>,
  { pairs }: Config,
): ((id: string) => boolean) => {
  const { isNeverDual, mayAlarmFalsely } = boundsOf(time)
  return (id) =>
    !(mayAlarmFalsely && withoutFalseAlarms.includes(id)) &&
    !(pairs.length > 1 && toOnePair.includes(id)) &&
    (isNeverDual || id !== "S3b")
}
