import { alphabet, describe, timedKinds, type Action, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { identityFor } from "../../model/identity.ts"
import { pairsOf } from "../../model/state.ts"
import { enumerate } from "./enumerate.ts"
import { toRunning } from "./late-run.ts"
import { modelSystem, type Visit } from "./model-sweep.ts"
import type { System } from "./system.ts"
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
 * A run, in the plain cluster of three hosts, in which something lasts for as long as it may at all.
 *
 * Shape  `run` is null where no state showed it: of as many as there are, where the search was `complete`.
 */
type WorstRun = {
  readonly config: Config
  readonly bound: number
  readonly run: readonly Action[] | null
  readonly complete: boolean
}

/**
 * Looks for such a run, in up to `statesMax` states each time: first from how the worst begin, where what befalls a pair is given
 * and time only leaps from one moment to the next at which something else may or must be done, so that long times have
 * no more states than short ones; and then everywhere, tick by tick, which misses none.
 */
export const worstRun = (time: Times, what: Lasting, statesMax: number): WorstRun => {
  const { faults } = lasting[what]
  const measure = lasting[what].measure as Measure
  const bounds = { log: 0, generations: 5, faults, powerOffUpTo: 0, fencesUpTo: 0 }
  const config: Config = { ...plainConfig(3, 1, bounds), time }
  const bound = measure.bound(boundsOf(time))
  const protocol = protocolOf(config)
  const hasLasted = ({ state, history }: Visit): boolean =>
    pairsOf(state).some((pair) => {
      const ticks = measure.reached(history[pair.id]?.ghosts[0]?.value, config, state, pair)
      return ticks !== null && ticks >= bound
    })
  const systemOf = (kinds: readonly Kind[]): System<Visit, Action> =>
    modelSystem(protocol, kinds, identityFor(config, timedKinds), [measure.ghost(config)])
  const checks = { always: (visit: Visit) => (hasLasted(visit) ? what : null), statesMax }
  for (const beginning of beginnings) {
    const start = along(systemOf(timedKinds), beginning)
    const system = { ...leaping(systemOf(unprovoked), hasLasted), starts: [start] }
    const moves = enumerate(system, checks).violation?.path.moves
    if (moves === undefined) continue
    return { config, bound, run: [...beginning, ...moves.flatMap(({ action }) => action)], complete: false }
  }
  const { end, violation } = enumerate(systemOf(timedKinds), checks)
  const run = violation?.path.moves.map(({ action }) => action) ?? null
  return { config, bound, run, complete: end === "complete" }
}

/** How the worst runs begin: a pair is running, and a copy loses its storage for a moment, or nothing is wrong yet. */
const beginnings: readonly (readonly Action[])[] = [
  [...toRunning, { kind: "LoseStorage", host: "h1" }, { kind: "RestoreStorage", host: "h1" }],
  [...toRunning, { kind: "LoseStorage", host: "h2" }, { kind: "RestoreStorage", host: "h2" }],
  toRunning,
]

/** What copies do, and how they end: no host, link or storage fails. */
const unprovoked: readonly Kind[] = timedKinds.filter(
  (kind) => kind === "CrashCopy" || ["protocol", "time"].includes(alphabet[kind].actor),
)

/** Where some actions lead from the start. */
const along = ({ starts: [start], successors }: System<Visit, Action>, actions: readonly Action[]): Visit => {
  let visit = start
  for (const action of actions)
    visit = visit && successors(visit).find((next) => describe(next.action) === describe(action))?.state
  if (visit === undefined)
    throw new Error("defect: a pair in a plain cluster comes up, and may lose its storage")
  return visit
}

/** The same system, but that time goes on until something more, or something less, is possible beside it, or `isEnough`. */
const leaping = (
  { starts, successors, key }: System<Visit, Action>,
  isEnough: (visit: Visit) => boolean,
): System<Visit, readonly Action[]> => ({
  starts,
  key,
  successors: (before) => {
    const now = successors(before)
    const possible = beside(now)
    return now.map(({ action, state }) => {
      if (action.kind !== "Tick") return { action: [action], state }
      const ticks: Action[] = [action]
      let last = key(before)
      let after = state
      while (!isEnough(after) && key(after) !== last) {
        const next = successors(after)
        const ticked = next.find((each) => each.action.kind === "Tick")
        if (ticked === undefined || beside(next) !== possible) break
        last = key(after)
        after = ticked.state
        ticks.push(ticked.action)
      }
      return { action: ticks, state: after }
    })
  },
})

/** What is possible beside that time passes. */
const beside = (successors: readonly { readonly action: Action }[]): string =>
  successors
    .filter(({ action }) => action.kind !== "Tick")
    .map(({ action }) => describe(action))
    .join()
