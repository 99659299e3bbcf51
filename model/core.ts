import { coreBookkeeping } from "./bookkeeping.ts"
import type { Config } from "./config.ts"
import { isConfidential } from "./encryption.ts"
import { isBeyond, isFaultBeyond } from "./exploration.ts"
import { coreLifecycle } from "./lifecycle.ts"
import { parts } from "./parts/table.ts"
import type { Protocol } from "./protocol.ts"
import { coreRules } from "./rules/table.ts"
import { reachable } from "./state.ts"

/** The protocol in a cluster: the core, with the parts that its configuration switches on, within the bounds that it gives. */
export const protocolOf = (config: Config): Protocol =>
  parts.filter(({ isOn }) => isOn(config)).reduce((protocol, { change }) => change(protocol), coreOf(config))

const coreOf = (config: Config): Protocol => ({
  config,
  rules: coreRules,
  relations: {
    reaches: (state, from, to, pair) =>
      reachable(state, from, to) && isConfidential(config, state, pair.id, from, to),
  },
  lifecycle: coreLifecycle,
  bookkeeping: coreBookkeeping,
  follows: (_before, _action, after) => after,
  isFaultBeyond: (state) => isFaultBeyond(config.bounds, state),
  isBeyond: (before, action, after) => isBeyond(config.bounds, before, action, after),
})
