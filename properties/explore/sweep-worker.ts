import { parentPort, workerData } from "node:worker_threads"
import type { Exchange } from "./exchange.ts"
import type { Scope } from "./scope.ts"
import { sweepAs } from "./sweep.ts"

/** What a worker of a sweep is given. */
export type SweepOrder = {
  readonly scope: Scope
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly exchange: Exchange
  readonly self: number
}

const { scope, statesMax, fingerprint, exchange, self } = workerData as SweepOrder

const swept = sweepAs(
  scope,
  {
    statesMax,
    fingerprint,
    onLayer: ({ depth, states }, waiting) => {
      if (self === 0) parentPort?.postMessage({ depth, states, waiting })
    },
  },
  exchange,
  self,
)
parentPort?.postMessage({ swept })
