import { Worker } from "node:worker_threads"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Kind } from "../../model/action.ts"
import { batchSize, type BatchResult, type Failure } from "./batch.ts"
import type { CampaignSpec } from "./campaign-spec.ts"
import { engineBatch } from "./engine-runs.ts"
import type { BatchAnswer, BatchOrder } from "./order.ts"

/** A worker thread that died, or could not be started. */
export class WorkerFailed extends Data.TaggedError("WorkerFailed")<{ readonly message: string }> {}

/**
 * How much a campaign may cost. Units: `schedules`, and `engineRuns`, those on the engine alone, in number; `millis`
 * until it is stopped, though not before `floor` is reached. Without end, by `schedules`, every tenth batch is one of the
 * engine's unless `engineRuns` is 0.
 */
export type Budget = {
  readonly schedules: number
  readonly engineRuns: number
  readonly millis: number
  readonly workers: number
  readonly floor?: { readonly schedules: number; readonly engineRuns: number }
}

/** Why a campaign ended. */
type Stopped = "failure" | "runs" | "time" | "interrupted"

/**
 * What a campaign came to. All of it, but for a campaign that time or a person stopped, is a function of its
 * specification and the number of schedules, however many workers ran them.
 *
 * Shape  `schedules` were run by the model with the engine beside it, `engineRuns` by the engine alone; `actions` and
 *        `witnesses` are of the former. `asked` counts in how many of them each property was judged, and `engineAsked` the same of the latter. The failure's `number` is among those of its sort.
 */
export type Campaign = {
  readonly schedules: number
  readonly engineRuns: number
  readonly engineActions: number
  readonly asked: Readonly<Record<string, number>>
  readonly engineAsked: Readonly<Record<string, number>>
  readonly actions: Readonly<Partial<Record<Kind, number>>>
  readonly witnesses: Readonly<Record<string, number>>
  readonly failure: (Failure & { readonly number: number; readonly on: BatchOrder["on"] }) | null
  readonly stopped: Stopped
}

/**
 * Runs schedules on worker threads, batch by batch, first by the model and then on the engine, until one fails or the
 * budget is spent. `onProgress` is called for every batch, and for a failure before it is shrunk. Aborting `stop` ends
 * it with what is already known: a failure is then reported as it was drawn.
 */
export const campaign = (
  spec: CampaignSpec,
  budget: Budget,
  onProgress: (soFar: Campaign) => void,
  stop: AbortSignal = new AbortController().signal,
): Effect.Effect<Campaign, WorkerFailed> => {
  const { millis, workers } = budget
  const { count, floor, orderOf } = ordersOf(budget)
  const results = new Map<number, Result>()
  const unshrunk = new Map<number, Result>()
  let nextBatch = 0
  let failed = Infinity
  let floorLeft = floor
  const floorDone = resolvable()
  if (floorLeft === 0) floorDone.resolve()

  const work = () =>
    Effect.gen(function* () {
      const threads = threadsOf(spec)
      while (nextBatch < count && nextBatch <= failed) {
        const n = nextBatch
        nextBatch += 1
        const order = orderOf(n)
        const result = yield* threads(order, (found) => {
          unshrunk.set(n, { ...found, n, on: order.on })
          onProgress(summary(results, failed, "runs"))
        })
        results.set(n, { ...result, n, on: order.on })
        if (n < floor) floorLeft -= 1
        if (floorLeft === 0) floorDone.resolve()
        if (result.failure !== null) failed = Math.min(failed, n)
        onProgress(summary(results, failed, "runs"))
      }
    })

  const all = Effect.gen(function* () {
    yield* Effect.forEach(Array.from({ length: workers }), work, { concurrency: "unbounded", discard: true })
    return failed < Infinity ? ("failure" as const) : ("runs" as const)
  }).pipe(Effect.scoped)

  return all.pipe(
    Effect.raceFirst(
      Number.isFinite(millis)
        ? Effect.sleep(millis).pipe(
            Effect.andThen(Effect.promise(() => floorDone.promise)),
            Effect.as("time" as const),
          )
        : Effect.never,
    ),
    Effect.raceFirst(Effect.as(aborted(stop), "interrupted" as const)),
    Effect.map((stopped) => {
      const first = Math.min(failed, ...unshrunk.keys())
      if (first < Infinity && !results.has(first)) results.set(first, unshrunk.get(first) as Result)
      return summary(results, first, first < Infinity ? "failure" : stopped)
    }),
  )
}

/** Batches of one sort that follow each other, by their numbers: from `first` to before `end`. */
type Stretch = { readonly on: BatchOrder["on"]; readonly first: number; readonly end: number }

/**
 * The batches of a campaign in their order: first what must be done whatever it takes, `floor` of them, then the rest.
 * Without end where time is the only limit.
 */
const ordersOf = ({
  schedules,
  engineRuns,
  floor = { schedules: 0, engineRuns: 0 },
}: Budget): {
  readonly count: number
  readonly floor: number
  readonly orderOf: (n: number) => BatchOrder
} => {
  if (schedules === Infinity)
    return { count: Infinity, floor: 0, orderOf: engineRuns === 0 ? endlessOfModel : endlessOrder }
  const ofModel = Math.ceil(schedules / batchSize)
  const ofEngine = Math.ceil(engineRuns / engineBatch)
  const firstOfModel = Math.min(ofModel, Math.ceil(floor.schedules / batchSize))
  const firstOfEngine = Math.min(ofEngine, Math.ceil(floor.engineRuns / engineBatch))
  const stretches: readonly Stretch[] = [
    { on: "model", first: 0, end: firstOfModel },
    { on: "engine", first: 0, end: firstOfEngine },
    { on: "model", first: firstOfModel, end: ofModel },
    { on: "engine", first: firstOfEngine, end: ofEngine },
  ]
  const orderOf = (n: number): BatchOrder => {
    let before = 0
    for (const { on, first, end } of stretches) {
      const batch = first + n - before
      if (batch < end) return orderOn(on, batch, on === "model" ? schedules : engineRuns)
      before += end - first
    }
    throw new Error(`defect: batch ${n} is beyond the campaign`)
  }
  return { count: ofModel + ofEngine, floor: firstOfModel + firstOfEngine, orderOf }
}

/** The order of a batch, of so many schedules of its sort in all: the last batch may be smaller. */
const orderOn = (on: BatchOrder["on"], batch: number, schedules: number): BatchOrder => {
  const size = on === "model" ? batchSize : engineBatch
  return { on, batch, schedules: Math.min(size, schedules - batch * size) }
}

const endlessOfModel = (n: number): BatchOrder => ({ on: "model", batch: n, schedules: batchSize })

/** Where time is the only limit, every tenth batch is one of the engine's. */
const endlessOrder = (n: number): BatchOrder =>
  n % 10 === 9
    ? { on: "engine", batch: (n - 9) / 10, schedules: engineBatch }
    : { on: "model", batch: n - Math.floor(n / 10), schedules: batchSize }

/** A batch by its place in the whole campaign, and what ran it. */
type Result = BatchResult & { readonly n: number; readonly on: BatchOrder["on"] }

/** The schedules counted up to the failing batch, as one worker alone would have counted them. */
const summary = (results: ReadonlyMap<number, Result>, failed: number, stopped: Stopped): Campaign => {
  const counted = [...results.values()].filter(({ n }) => n <= failed).sort((a, b) => a.n - b.n)
  const ofModel = counted.filter(({ on }) => on === "model")
  const ofEngine = counted.filter(({ on }) => on === "engine")
  return {
    schedules: sum(ofModel, ({ schedules }) => schedules),
    engineRuns: sum(ofEngine, ({ schedules }) => schedules),
    engineActions: sum(ofEngine, (result) => sum(Object.values(result.actions), (n) => n)),
    asked: added(ofModel.map(({ asked }) => asked)),
    engineAsked: added(ofEngine.map(({ asked }) => asked)),
    actions: added(ofModel.map(({ actions }) => actions)),
    witnesses: added(ofModel.map(({ witnesses }) => witnesses)),
    failure: failureOf(results.get(failed)),
    stopped,
  }
}

const added = (counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> => {
  const total: Record<string, number> = {}
  for (const count of counts) for (const [id, n] of Object.entries(count)) total[id] = (total[id] ?? 0) + n
  return total
}

const failureOf = (result: Result | undefined): Campaign["failure"] => {
  if (result?.failure == null) return null
  const before = result.batch * (result.on === "model" ? batchSize : engineBatch)
  return { ...result.failure, number: before + result.failure.schedule, on: result.on }
}

const resolvable = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const sum = <A>(all: readonly A[], number: (each: A) => number): number =>
  all.reduce((total, each) => total + number(each), 0)

/**
 * Does one batch after another, on a thread for the model's and one for the engine's, which are kept. Where clusters are
 * drawn each batch on the engine has a cluster of its own, and a new thread with it.
 */
const threadsOf = (spec: CampaignSpec) => {
  const kept: { [W in BatchOrder["on"]]?: Worker } = {}
  return (order: BatchOrder, onFound: (unshrunk: BatchResult) => void) =>
    order.on === "engine" && spec.config === null
      ? Effect.scoped(Effect.flatMap(startWorker(spec, order.on), (worker) => ask(worker, order, onFound)))
      : Effect.gen(function* () {
          const worker = (kept[order.on] ??= yield* startWorker(spec, order.on))
          return yield* ask(worker, order, onFound)
        })
}

const startWorker = (spec: CampaignSpec, on: BatchOrder["on"]) =>
  Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL(workerModules[on], import.meta.url), { workerData: spec })),
    (worker) => Effect.promise(() => worker.terminate()),
  )

// The compiled workers: Node 20 runs no TypeScript.
const workerModules = { model: "./model-worker.js", engine: "./engine-worker.js" }

const ask = (
  worker: Worker,
  order: BatchOrder,
  onFound: (unshrunk: BatchResult) => void,
): Effect.Effect<BatchResult, WorkerFailed> =>
  Effect.callback((resume) => {
    const stopListening = (): void => {
      worker.off("message", onMessage)
      worker.off("error", onError)
    }
    const onMessage = ({ tag, result }: BatchAnswer): void => {
      if (tag === "found") {
        onFound(result)
        return
      }
      stopListening()
      resume(Effect.succeed(result))
    }
    const onError = (error: unknown): void => {
      stopListening()
      resume(Effect.fail(new WorkerFailed({ message: describeError(error) })))
    }
    worker.on("message", onMessage)
    worker.on("error", onError)
    worker.postMessage(order)
    return Effect.sync(stopListening)
  })

const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

const aborted = (stop: AbortSignal): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const onAbort = (): void => {
      resume(Effect.void)
    }
    if (stop.aborted) onAbort()
    stop.addEventListener("abort", onAbort, { once: true })
    return Effect.sync(() => {
      stop.removeEventListener("abort", onAbort)
    })
  })
