import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { State } from "../model/state.ts"
import { noHistory, remember } from "../properties/history.ts"
import { touchedBy } from "../properties/property.ts"
import { witnesses } from "../properties/witnesses.ts"
import type { Followed } from "./session.ts"

/** The witnesses of the core: no time passes where implementations are tried. */
const looked = witnesses.filter(({ part }) => part === undefined)

/** The witnesses that are surely seen where everything is tried in the small clusters: all of them. */
export const promised: readonly string[] = looked.map(({ id }) => id)

/** The witnesses that are seen in a run of the whole protocol. */
export const witnessesIn = (config: Config, steps: readonly Followed<State>[]): ReadonlySet<string> => {
  const seen = new Set<string>()
  const [first] = steps
  if (first === undefined) return seen
  let history = noHistory(first.before)
  for (const followed of steps) {
    if (!followed.isTaken) continue
    const step = {
      before: followed.before,
      action: followed.action as unknown as Action,
      after: followed.after,
    }
    for (const pairStep of touchedBy(config, history, step))
      for (const { id, seen: isSeen } of looked) if (!seen.has(id) && isSeen(pairStep)) seen.add(id)
    history = remember(history, step)
  }
  return seen
}
