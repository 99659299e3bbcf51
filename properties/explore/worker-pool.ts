import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { WorkerFailed } from "../check/campaign.ts"
import { askToStop, channelsOf } from "./channels.ts"
import { messageWords } from "./factored-sweep.ts"
import { layoutFor, type Scope } from "./scope.ts"
import { expanderFor } from "./sweep.ts"
import type { Swept } from "./sweep-end.ts"
import { together } from "./tally.ts"
import type { SweepOrder } from "./sweep-worker.ts"

/** How far a sweep has come: the level that begins, and how many states wait in it. */
export type SweepProgress = { readonly depth: number; readonly waiting: number }

/**
 * Sweeps a scope with several workers, each of which holds its share of the states. The counts, and whether and how
 * shortly a property is violated, are those of one worker alone. The signal stops them, and what they have covered is
 * reported; interrupting the effect stops them too. For levels that one worker has `reached` before, no progress is
 * reported: where workers begin anew, they have come further only beyond these.
 */
export const sweepWith = (
  scope: Scope,
  limits: PoolLimits,
  onProgress: (progress: SweepProgress) => void,
): Effect.Effect<Swept, WorkerFailed> => {
  const byState = sweepAs(scope, false, limits, onProgress)
  const complete = (swept: Swept | null): Effect.Effect<Swept, WorkerFailed> =>
    swept === null ? Effect.flatMap(byState, complete) : Effect.succeed(swept)
  const isFactored = !limits.fingerprint && expanderFor(scope) !== null
  return Effect.flatMap(isFactored ? sweepAs(scope, true, limits, onProgress) : byState, complete)
}

/** How far a pool of workers goes, and who stops it. */
type PoolLimits = {
  readonly workers: number
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly reached?: number
  readonly signal?: AbortSignal
}

/** Sweeps by bodies, or by states; null if that cannot be done by bodies. */
const sweepAs = (
  scope: Scope,
  isFactored: boolean,
  { workers, statesMax, fingerprint, reached = -1, signal }: PoolLimits,
  onProgress: (progress: SweepProgress) => void,
): Effect.Effect<Swept | null, WorkerFailed> =>
  Effect.suspend(() => {
    const { words } = layoutFor(scope)
    const channels = channelsOf(workers, isFactored ? words + messageWords : words)
    const orders = Array.from({ length: workers }, (_, self): SweepOrder => ({
      scope,
      statesMax,
      fingerprint,
      isFactored,
      channels,
      self,
    }))
    const onAdvance = (progress: SweepProgress): void => {
      if (progress.depth > reached) onProgress(progress)
    }
    const stop = (): void => {
      askToStop(channels)
    }
    if (signal?.aborted === true) stop()
    signal?.addEventListener("abort", stop)
    return Effect.forEach(orders, (order) => outcomeOf(order, onAdvance), { concurrency: "unbounded" }).pipe(
      Effect.map((outcomes): Swept | null => {
        const parts = outcomes.filter((part) => part !== null)
        const [first] = parts
        if (first === undefined) return null
        return {
          end: first.end,
          waiting: first.waiting,
          tally: together(parts.map(({ tally }) => tally)),
          bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
        }
      }),
      Effect.onInterrupt(() => Effect.sync(stop)),
      Effect.ensuring(Effect.sync(() => signal?.removeEventListener("abort", stop))),
    )
  })

// The compiled worker: Node 20 runs no TypeScript.
const workerModule = "./sweep-worker.js"

const outcomeOf = (
  order: SweepOrder,
  onProgress: (progress: SweepProgress) => void,
): Effect.Effect<Swept | null, WorkerFailed> =>
  Effect.callback((resume) => {
    const worker = new Worker(new URL(workerModule, import.meta.url), { workerData: order })
    worker.on("message", (message: SweepProgress | { readonly swept: Swept | null }) => {
      if ("swept" in message) resume(Effect.succeed(message.swept))
      else onProgress(message)
    })
    worker.on("error", (error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      resume(Effect.fail(new WorkerFailed({ message })))
    })
    return Effect.promise(() => worker.terminate())
  })
