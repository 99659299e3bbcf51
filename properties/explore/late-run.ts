import type { Action } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { Protocol } from "../../model/protocol.ts"
import { initial, pairsOf, type State } from "../../model/state.ts"
import { candidates, step } from "../../model/step.ts"
import { reportedState } from "../evidence.ts"
import { boundsOf, type Misfortune, type Times } from "../time/bounds.ts"
import { urgentKinds } from "../time/urgent.ts"

/**
 * A run in which one fault befalls a running pair, and from then on everything happens as late as it may: time passes whenever
 * nothing is due.
 *
 * Shape  `live` and `running`: after how many ticks a copy is live again, and the pair running; null where that does not come
 *        within the bound. `config` is the plain cluster of three hosts in which it is a run.
 */
type LateRun = {
  readonly config: Config
  readonly actions: readonly Action[]
  readonly live: number | null
  readonly running: number | null
}

const faults: Readonly<Record<Misfortune, Action>> = {
  primaryHost: { kind: "FailHost", host: "h1" },
  primaryCopy: { kind: "CrashCopy", copy: "p1.1" },
  secondaryHost: { kind: "FailHost", host: "h2" },
  secondaryCopy: { kind: "CrashCopy", copy: "p1.2" },
  link: { kind: "CutLink", hosts: ["h1", "h2"] },
}

/** How the pair of the plain cluster comes to be running. */
export const toRunning: readonly Action[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

export const lateRun = (time: Times, misfortune: Misfortune): LateRun => {
  const config: Config = { ...plainConfig(3, 1), time }
  const protocol = protocolOf(config)
  const most = boundsOf(time).after[misfortune].running
  const actions = [...toRunning, faults[misfortune]]
  let state = actions.reduce((before, action) => certain(taken(protocol, before, action)), initial(config))
  let ticks = 0
  let live: number | null = null
  const isRunning = (): boolean => live !== null && reportedState(pairIn(state)) === "running"
  while (!isRunning()) {
    if (live === null && pairIn(state).copies.some(({ phase }) => phase === "live")) live = ticks
    const next = latest(protocol, state)
    if (next === null || (next.action.kind === "Tick" && ticks === most)) break
    if (next.action.kind === "Tick") ticks += 1
    actions.push(next.action)
    state = next.state
  }
  return { config, actions, live, running: isRunning() ? ticks : null }
}

/** Time, if it may pass; else what lets it pass, or comes nearer to that. */
const latest = (protocol: Protocol, state: State): { action: Action; state: State } | null => {
  const tick: Action = { kind: "Tick" }
  const later = taken(protocol, state, tick)
  if (later !== null) return { action: tick, state: later }
  const ways = urgentKinds.flatMap((kind) =>
    candidates(state, kind).flatMap((action) => {
      const next = taken(protocol, state, action)
      return next === null ? [] : [{ action, state: next }]
    }),
  )
  return ways.find((way) => taken(protocol, way.state, tick) !== null) ?? ways[0] ?? null
}

const taken = (protocol: Protocol, state: State, action: Action): State | null => {
  const outcome = step(protocol, state, action)
  return outcome.tag === "next" ? outcome.state : null
}

const certain = (state: State | null): State => {
  if (state === null)
    throw new Error("defect: a pair in a plain cluster comes up, and may be befallen by a fault")
  return state
}

const pairIn = (state: State) => {
  const [pair] = pairsOf(state)
  if (pair === undefined) throw new Error("defect: the plain cluster has a pair")
  return pair
}
