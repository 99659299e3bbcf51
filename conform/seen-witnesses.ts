import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { State } from "../model/state.ts"
import { ghostsFor } from "../properties/ghost.ts"
import { noHistory, remember } from "../properties/history.ts"
import { touchedBy } from "../properties/property.ts"
import { canBeSeen, witnesses } from "../properties/witnesses.ts"
import type { Followed } from "./session.ts"

/** The witnesses of time that take more faults than there are in a small cluster of three hosts. */
const beyondScopes: readonly string[] = [
  "three-executing",
  "dual-execution-twice",
  "stale-at-its-bound",
  "restored-at-its-bound",
]

/** The witnesses that are surely seen where all of these kinds is tried in the small clusters. */
export const promised = (kinds: readonly string[]): readonly string[] =>
  witnesses
    .filter(({ part }) => part === undefined || kinds.includes("Tick"))
    .map(({ id }) => id)
    .filter((id) => !beyondScopes.includes(id))

/** The witnesses that are seen in a run of the whole protocol. */
export const witnessesIn = (config: Config, steps: readonly Followed<State>[]): ReadonlySet<string> => {
  const seen = new Set<string>()
  const [first] = steps
  if (first === undefined) return seen
  const looked = witnesses.filter((witness) => witness.part === undefined || canBeSeen(witness, config))
  let history = noHistory(first.before, ghostsFor(config, looked))
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
