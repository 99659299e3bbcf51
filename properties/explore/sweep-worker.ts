import { parentPort, workerData } from "node:worker_threads"
import { isAskedToStop, type Exchange } from "./exchange.ts"
import type { Scope } from "./scope.ts"
import { sweepingAs } from "./sweep.ts"
import { finished } from "./turns.ts"

/** What a worker of a sweep is given. */
export type SweepOrder = {
  readonly scope: Scope
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly exchange: Exchange
  readonly self: number
}

const { scope, statesMax, fingerprint, exchange, self } = workerData as SweepOrder

const sweeping = sweepingAs(
  scope,
  {
    statesMax,
    fingerprint,
    isStopped: () => isAskedToStop(exchange),
    onLayer: ({ depth, states }, waiting) => {
      if (self === 0) parentPort?.postMessage({ depth, states, waiting })
    },
  },
  exchange,
  self,
)
parentPort?.postMessage({ swept: finished(sweeping) })
