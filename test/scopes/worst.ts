import { timedKinds } from "../../model/action.ts"
import type { Bounds } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { protocolOf } from "../../model/core.ts"
import { identityFor } from "../../model/identity.ts"
import { pairsOf, type State } from "../../model/state.ts"
import { enumerate } from "../../properties/explore/enumerate.ts"
import { modelSystem, type Visit } from "../../properties/explore/model-sweep.ts"
import type { GhostIn } from "../../properties/ghost.ts"
import type { Misfortune, Recovery, Times } from "../../properties/time/bounds.ts"
import { dualExecution, type Measure } from "../../properties/time/measures.ts"
import { sinceFault, type Since } from "../../properties/time/single-fault.ts"
import { timedIn } from "../parts/time/clusters.ts"

// How long things last at the worst in clusters in which time passes: found by looking at every state, not by formula.

/** The longest that something lasts in any state; null where it never does. */
export const worstOf = <V>(measure: Measure<V>, time: Times, bounds: Partial<Bounds>): number | null => {
  let worst: number | null = null
  visiting(measure.ghost, time, bounds, (value, config, state) => {
    for (const pair of pairsOf(state)) {
      const ticks = measure.reached(value, config, state, pair)
      if (ticks !== null && ticks > (worst ?? -1)) worst = ticks
    }
  })
  return worst
}

/** What one fault costs at the worst, as long as it stays, and where it or another thing is undone at any time. */
type Costs = Readonly<Record<"staying" | "passing", Readonly<Partial<Record<Misfortune, Recovery>>>>>

export const costsIn = (time: Times): Costs => {
  const costs: Record<
    "staying" | "passing",
    Partial<Record<Misfortune, { live: number; running: number }>>
  > = {
    staying: {},
    passing: {},
  }
  visiting<Since | null>(sinceFault, time, { faults: 1 }, (since) => {
    if (since === null || since.what === "elsewhere") return
    const known = (costs[since.isPassing ? "passing" : "staying"][since.what] ??= { live: 0, running: 0 })
    known.running = Math.max(known.running, since.ticks)
    if (!since.hasLived) known.live = Math.max(known.live, since.ticks)
  })
  return costs
}

const visiting = <V>(
  ghostIn: GhostIn<V>,
  time: Times,
  bounds: Partial<Bounds>,
  visit: (value: V, config: ReturnType<typeof timedIn>, state: State) => void,
): void => {
  const config = timedIn(time, bounds)
  const key = identityFor(config, timedKinds)
  const system = modelSystem(protocolOf(config), timedKinds, key, [ghostIn(config)])
  const { end } = enumerate(system, {
    always: ({ state, history }: Visit) => {
      visit(history["p1"]?.ghosts[0]?.value as V, config, state)
      return null
    },
  })
  if (end !== "complete") throw new Error("not every state was seen")
}

/** Whether two copies ever execute at once, after one fault. */
export const isDual = (time: Times): boolean => {
  let found = false
  visiting(dualExecution.ghost, time, { faults: 1 }, (_counts, _config, state) => {
    found ||= pairsOf(state).some(({ copies }) => copies.filter(isExecuting).length > 1)
  })
  return found
}

const isExecuting = ({ role, phase }: Copy): boolean =>
  role === "primary" && (phase === "live" || phase === "lockstep")
