import type { Copy } from "../model/copy.ts"
import { ftState } from "../model/ft-state.ts"
import { endsOf } from "../model/ids.ts"
import type { Log } from "../model/log.ts"
import type { Pair } from "../model/pair.ts"
import { pairsOf, type State } from "../model/state.ts"
import type { StateJson } from "./schema.ts"

type PairJson = StateJson["pairs"][Pair["id"]]
type CopyJson = PairJson["copies"][Copy["id"]]

/** A state, as JSON: what a replay reports, and what a foreign implementation would answer with. */
export const stateJsonOf = (state: State): StateJson => ({
  hosts: state.hosts,
  cut: state.cut.map(endsOf),
  pairs: Object.fromEntries(pairsOf(state).map((pair) => [pair.id, pairJsonOf(pair)])),
})

const pairJsonOf = (pair: Pair): PairJson => {
  const before = pairs.get(pair)
  if (before !== undefined) return before
  const json = freshPairJson(pair)
  pairs.set(pair, json)
  return json
}

// States share what a step did not change, and so do their JSON.
const pairs = new WeakMap<Pair, PairJson>()
const logs = new WeakMap<Log, LogJson>()

const freshPairJson = (pair: Pair): PairJson => ({
  ft: "enabled",
  power: pair.power,
  state: ftState(pair),
  reason: pair.reason,
  registered: pair.registered,
  lock: pair.lock,
  copies: Object.fromEntries(pair.copies.map((copy) => [copy.id, copyJsonOf(copy)])),
  observed: entriesOf(pair.observed),
})

const copyJsonOf = ({ host, role, phase, generation, log, released, channel }: Copy): CopyJson => ({
  host,
  role,
  phase,
  generation,
  log: entriesOf(log),
  released,
  ...channel,
})

type LogJson = readonly (readonly [number, number])[]

const entriesOf = (log: Log): LogJson => {
  const before = logs.get(log)
  if (before !== undefined) return before
  const json = log.map(({ generation, index }) => [generation, index] as const)
  logs.set(log, json)
  return json
}
