import { parentPort, workerData } from "node:worker_threads"
import { isAskedToStop, type Channels } from "./channels.ts"
import type { Scope } from "./scope.ts"
import { factoredSweepingAs } from "./factored-sweep.ts"
import { expanderFor, sweepingAs } from "./sweep.ts"
import type { Swept } from "./sweep-end.ts"
import type { Tally } from "./tally.ts"
import { finished } from "./turns.ts"

/** What a worker of a sweep is given. */
export type SweepOrder = {
  readonly scope: Scope
  readonly statesMax: number
  readonly fingerprint: boolean
  /** Whether states are swept by their bodies. */
  readonly isFactored: boolean
  readonly channels: Channels
  readonly self: number
}

const { scope, statesMax, fingerprint, isFactored, channels, self } = workerData as SweepOrder

const limits = {
  statesMax,
  fingerprint,
  isStopped: () => isAskedToStop(channels),
  onLevel: ({ depth, states }: Tally, waiting: number) => {
    if (self === 0) parentPort?.postMessage({ depth, states, waiting })
  },
}
const expander = isFactored ? expanderFor(scope) : null
const sweeping =
  expander === null
    ? sweepingAs(scope, limits, channels, self)
    : factoredSweepingAs(expander, limits, channels, self)
parentPort?.postMessage({ swept: finished<Swept | null>(sweeping) })
