import { timedKinds, type Action } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { identityFor } from "../../model/identity.ts"
import { pairsOf } from "../../model/state.ts"
import { enumerate } from "./enumerate.ts"
import { modelSystem } from "./model-sweep.ts"
import { boundsOf, type Times } from "../time/bounds.ts"
import { dualExecution, staleStays, unrestored, type Measure } from "../time/measures.ts"

/** What takes more than one fault, or good luck, to last for as long as it may. */
export const lasting = {
  "dual-execution": { measure: dualExecution, faults: 1 },
  "stale-copy": { measure: staleStays, faults: 2 },
  restored: { measure: unrestored, faults: 2 },
} as const satisfies Readonly<Record<string, { readonly measure: unknown; readonly faults: number }>>

export type Lasting = keyof typeof lasting

/**
 * A shortest run, in the plain cluster of three hosts, in which something lasts for as long as it may at all.
 *
 * Shape  `run` is null where no state showed it: of as many as there are, where the search was `complete`.
 */
type WorstRun = {
  readonly config: Config
  readonly bound: number
  readonly run: readonly Action[] | null
  readonly complete: boolean
}

export const worstRun = (time: Times, what: Lasting, statesMax: number): WorstRun => {
  const { faults } = lasting[what]
  const measure = lasting[what].measure as Measure
  const bounds = { log: 0, generations: 5, faults, powerOffUpTo: 0, fencesUpTo: 0 }
  const config: Config = { ...plainConfig(3, 1, bounds), time }
  const bound = measure.bound(boundsOf(time))
  const protocol = protocolOf(config)
  const system = modelSystem(protocol, timedKinds, identityFor(config, timedKinds), [measure.ghost(config)])
  const { end, violation } = enumerate(system, {
    always: ({ state, history }) => {
      const hasLasted = pairsOf(state).some((pair) => {
        const ticks = measure.reached(history[pair.id]?.ghosts[0]?.value, config, state, pair)
        return ticks !== null && ticks >= bound
      })
      return hasLasted ? what : null
    },
    statesMax,
  })
  const run = violation?.path.moves.map(({ action }) => action) ?? null
  return { config, bound, run, complete: end === "complete" }
}
