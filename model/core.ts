import { coreBookkeeping } from "./bookkeeping.ts"
import type { Config } from "./config.ts"
import { isBeyond, isFaultBeyond } from "./exploration.ts"
import { coreLifecycle } from "./lifecycle.ts"
import type { Protocol } from "./protocol.ts"
import { coreRules } from "./rules/table.ts"
import { reachable } from "./state.ts"

/** The protocol in a cluster, within the bounds that its configuration gives. */
export const protocolOf = (config: Config): Protocol => ({
  config,
  rules: coreRules,
  relations: { reaches: reachable },
  lifecycle: coreLifecycle,
  bookkeeping: coreBookkeeping,
  isFaultBeyond: (state) => isFaultBeyond(config.bounds, state),
  isBeyond: (before, action, after) => isBeyond(config.bounds, before, action, after),
})
