import { Worker } from "node:worker_threads"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Kind } from "../../model/action.ts"
import { batchSize, type BatchResult, type Failure } from "./batch.ts"
import type { CampaignSpec } from "./campaign-spec.ts"

/** A worker thread that died, or could not be started. */
export class WorkerFailed extends Data.TaggedError("WorkerFailed")<{ readonly message: string }> {}

/** How much a campaign may cost. Units: `schedules` in number, `millis` until it is stopped. */
export type Budget = { readonly schedules: number; readonly millis: number; readonly workers: number }

/** Why a campaign ended. */
export type Stopped = "failure" | "runs" | "time" | "interrupted"

/**
 * What a campaign came to. All of it, but for a campaign that time or a person stopped, is a function of its
 * specification and the number of schedules, however many workers ran them.
 */
export type Campaign = {
  readonly schedules: number
  readonly actions: Readonly<Partial<Record<Kind, number>>>
  readonly witnesses: Readonly<Record<string, number>>
  readonly failure: (Failure & { readonly number: number }) | null
  readonly stopped: Stopped
}

/**
 * Runs schedules on worker threads, batch by batch, until one fails or the budget is spent. `onProgress` is told
 * of every batch. Interrupting the effect (or SIGINT) ends it with what is already known.
 */
export const campaign = (
  spec: CampaignSpec,
  { schedules, millis, workers }: Budget,
  onProgress: (soFar: Campaign) => void,
): Effect.Effect<Campaign, WorkerFailed> => {
  const batches = Math.ceil(schedules / batchSize)
  const results = new Map<number, BatchResult>()
  let nextBatch = 0
  let failed = Infinity

  const work = (worker: Worker) =>
    Effect.gen(function* () {
      while (nextBatch < batches && nextBatch <= failed) {
        const batch = nextBatch
        nextBatch += 1
        const result = yield* ask(worker, batch, Math.min(batchSize, schedules - batch * batchSize))
        results.set(batch, result)
        if (result.failure !== null) failed = Math.min(failed, batch)
        onProgress(summary(results, failed, "runs"))
      }
    })

  const all = Effect.gen(function* () {
    const pool = yield* Effect.forEach(Array.from({ length: workers }), () => startWorker(spec))
    yield* Effect.forEach(pool, work, { concurrency: "unbounded", discard: true })
    return failed < Infinity ? ("failure" as const) : ("runs" as const)
  }).pipe(Effect.scoped)

  return all.pipe(
    Effect.raceFirst(
      Effect.as(Number.isFinite(millis) ? Effect.sleep(millis) : Effect.never, "time" as const),
    ),
    Effect.raceFirst(Effect.as(interruptSignal, "interrupted" as const)),
    Effect.map((stopped) => summary(results, failed, failed < Infinity ? "failure" : stopped)),
  )
}

/** The schedules counted up to the failing batch, as one worker alone would have counted them. */
const summary = (results: ReadonlyMap<number, BatchResult>, failed: number, stopped: Stopped): Campaign => {
  const counted = [...results.values()]
    .filter(({ batch }) => batch <= failed)
    .sort((a, b) => a.batch - b.batch)
  const actions: Partial<Record<Kind, number>> = {}
  const witnesses: Record<string, number> = {}
  for (const result of counted) {
    for (const [kind, n] of Object.entries(result.actions) as [Kind, number][])
      actions[kind] = (actions[kind] ?? 0) + n
    for (const [id, n] of Object.entries(result.witnesses)) witnesses[id] = (witnesses[id] ?? 0) + n
  }
  const failure = results.get(failed)?.failure ?? null
  return {
    schedules: counted.reduce((sum, result) => sum + result.schedules, 0),
    actions,
    witnesses,
    failure: failure === null ? null : { ...failure, number: failed * batchSize + failure.schedule },
    stopped,
  }
}

const startWorker = (spec: CampaignSpec) =>
  Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL(workerModule, import.meta.url), { workerData: spec })),
    (worker) => Effect.promise(() => worker.terminate()),
  )

// The compiled worker: Node 20 runs no TypeScript.
const workerModule = "./worker.js"

const ask = (worker: Worker, batch: number, schedules: number): Effect.Effect<BatchResult, WorkerFailed> =>
  Effect.callback((resume) => {
    const stopListening = (): void => {
      worker.off("message", onMessage)
      worker.off("error", onError)
    }
    const onMessage = (result: BatchResult): void => {
      stopListening()
      resume(Effect.succeed(result))
    }
    const onError = (error: unknown): void => {
      stopListening()
      resume(Effect.fail(new WorkerFailed({ message: describeError(error) })))
    }
    worker.on("message", onMessage)
    worker.on("error", onError)
    worker.postMessage({ batch, schedules })
    return Effect.sync(stopListening)
  })

const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

const interruptSignal: Effect.Effect<void> = Effect.callback((resume) => {
  const onSignal = (): void => {
    resume(Effect.void)
  }
  process.once("SIGINT", onSignal)
  return Effect.sync(() => void process.off("SIGINT", onSignal))
})
