import { parentPort, workerData } from "node:worker_threads"
import { isAskedToStop, type Channels } from "./channels.ts"
import type { Scope } from "./scope.ts"
import { sweepingAs } from "./sweep.ts"
import { finished } from "./turns.ts"

/** What a worker of a sweep is given. */
export type SweepOrder = {
  readonly scope: Scope
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly channels: Channels
  readonly self: number
}

const { scope, statesMax, fingerprint, channels, self } = workerData as SweepOrder

const sweeping = sweepingAs(
  scope,
  {
    statesMax,
    fingerprint,
    isStopped: () => isAskedToStop(channels),
    onLayer: ({ depth, states }, waiting) => {
      if (self === 0) parentPort?.postMessage({ depth, states, waiting })
    },
  },
  channels,
  self,
)
parentPort?.postMessage({ swept: finished(sweeping) })
