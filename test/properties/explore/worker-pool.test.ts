import { once } from "node:events"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { coreKinds } from "../../../model/action.ts"
import { plainConfig, type Bounds } from "../../../model/config.ts"
import { readsMore } from "../../../properties/distinctions.ts"
import { watched } from "../../../properties/packed/property-set.ts"
import type * as WorkerPool from "../../../properties/explore/worker-pool.ts"
import { channelsOf } from "../../../properties/explore/channels.ts"
import { layoutFor, type Scope } from "../../../properties/explore/scope.ts"
import { expanderFor, sweep } from "../../../properties/explore/sweep.ts"
import type { Swept } from "../../../properties/explore/sweep-end.ts"
import { shortest } from "../../../properties/explore/tally.ts"

// The workers are the compiled ones, and so is what starts them.
const compiled = new URL("../../../dist/properties/explore/worker-pool.js", import.meta.url).href
const { sweepWith } = (await import(compiled)) as typeof WorkerPool

const bounds = { log: 2, generations: 5, faults: 1, powerOffUpTo: 2, fencesUpTo: 0 }

const ways: readonly (readonly [name: string, how: Partial<Scope>])[] = [
  ["every state", {}],
  ["up to symmetry", { symmetry: true }],
  ["reduced, up to symmetry", { symmetry: true, reduction: true }],
]

describe.each(ways)("a sweep by workers, %s,", (_name, how) => {
  it.each([1, 2, 3])("counts with %i what one thread alone counts", async (workers) => {
    const scope = scopeOf(bounds, how)

    const swept = await sweptBy(workers, scope)

    expect(exactly(swept)).toEqual(exactly(sweep(scope)))
    expect(swept.end).toBe("complete")
    expect(swept.tally.states).toBeGreaterThan(1000)
  })
})

describe("a sweep by workers", () => {
  it("counts with 2, in more environments than a word has bits, what one thread alone counts", async () => {
    const scope = scopeOf({ ...bounds, log: 0, faults: 2, powerOffUpTo: 0 }, {})

    const swept = await sweptBy(2, scope)

    expect(expanderFor(scope)?.words).toBeGreaterThan(1)
    expect(exactly(swept)).toEqual(exactly(sweep(scope)))
  })

  it.each([2])("counts by fingerprints, with %i, what one thread alone counts", async (workers) => {
    const scope = scopeOf(bounds, { symmetry: true })

    const swept = await sweptBy(workers, scope, { fingerprint: true })

    expect(exactly(swept)).toEqual(exactly(sweep(scope)))
  })

  it.each([
    [1, "SecondarySkipsLock", {}, 5],
    [2, "SecondarySkipsLock", {}, 5],
    [3, "SecondarySkipsLock", { symmetry: true }, 5],
    [2, "WinWithoutBump", {}, 6],
    [3, "WinWithoutBump", { symmetry: true }, 6],
    [2, "HolderBlocksRestart", { symmetry: true }, 2],
  ] as const)(
    "ends, with %i, as one thread does at what %s violates",
    async (workers, mutant, how, length) => {
      const scope = scopeOf({ ...bounds, faults: 2 }, { ...how, mutant })

      const swept = await sweptBy(workers, scope)

      expect(swept.end).toBe("violation")
      expect(shortest(swept.tally)).toBe(length)
      expect(exactly(swept)).toEqual(exactly(sweep(scope)))
    },
  )

  it.each([2, 3])(
    "stops, with %i, before the level that would be too much for all together",
    async (workers) => {
      const scope = scopeOf(bounds, {})

      const swept = await sweptBy(workers, scope, { statesMax: 20_000 })

      expect(swept.end).toBe("too many states")
      expect(exactly(swept)).toEqual(exactly(sweep(scope, { statesMax: 20_000 })))
    },
  )

  it("reports its levels, one after the other, from the first", async () => {
    const depths: number[] = []

    const swept = await sweptBy(2, scopeOf(bounds, {}), {}, (depth) => depths.push(depth))

    expect(depths).toEqual(Array.from({ length: swept.tally.depth + 1 }, (_, n) => Math.max(0, n - 1)))
  })

  it("ends when its effect is interrupted", async () => {
    const endless = scopeOf({ ...bounds, faults: 5, log: 4, powerOffUpTo: Infinity }, {})
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const effect = sweepWith(endless, { workers: 2, statesMax: 1e9, fingerprint: false }, ({ depth }) => {
      if (depth >= 5) begin()
    })

    const fiber = Effect.runFork(effect)
    await begun
    await Effect.runPromise(Fiber.interrupt(fiber))
    const exit = await Effect.runPromise(Fiber.await(fiber))

    expect(Exit.isFailure(exit)).toBe(true)
    expect(Exit.hasInterrupts(exit)).toBe(true)
  })
})

describe("the progress of workers", () => {
  it.each([
    [undefined, 0],
    [6, 7],
  ])("goes on from where one worker has come before: %s", async (reached, first) => {
    const depths: number[] = []
    const limits = { workers: 2, statesMax: 1e9, fingerprint: false }
    const from = reached === undefined ? {} : { reached }

    await Effect.runPromise(
      sweepWith(scopeOf(bounds, { symmetry: true }), { ...limits, ...from }, ({ depth }) =>
        depths.push(depth),
      ),
    )

    expect(depths[0]).toBe(first)
    expect(depths).toEqual(depths.toSorted((a, b) => a - b))
  })
})

describe("workers of whom only one is stopped", () => {
  it("agree on it where they next meet, and all end", async ({ onTestFinished }) => {
    const scope = scopeOf({ ...bounds, faults: 5, log: 4, powerOffUpTo: Infinity }, {})
    const exchange = channelsOf(3, layoutFor(scope).words)
    const module = new URL("../../../dist/properties/explore/sweep.js", import.meta.url).href
    const code = `
      const { parentPort, workerData } = require("node:worker_threads")
      const { scope, exchange, self } = workerData
      import(${JSON.stringify(module)}).then(({ sweepingAs }) => {
        let level = 0
        const limits = { statesMax: 1e9, fingerprint: false, onLevel: () => (level += 1), isStopped: () => self === 1 && level > 4 }
        const sweep = sweepingAs(scope, limits, exchange, self)
        let turn = sweep.next()
        while (!turn.done) turn = sweep.next()
        parentPort.postMessage(turn.value.end)
      })`
    const workers = [0, 1, 2].map((self) => {
      const worker = new Worker(code, { eval: true, workerData: { scope, exchange, self } })
      onTestFinished(async () => {
        await worker.terminate()
      })
      return worker
    })

    const ends = await Promise.all(workers.map((worker) => once(worker, "message")))

    expect(ends.flat()).toEqual(["interrupted", "interrupted", "interrupted"])
  })

  it("stop for a signal, and tell what they have covered", async () => {
    const endless = scopeOf({ ...bounds, faults: 5, log: 4, powerOffUpTo: Infinity }, {})
    const stop = new AbortController()

    const limits = { workers: 2, statesMax: 1e9, fingerprint: false, signal: stop.signal }
    const swept = await Effect.runPromise(
      sweepWith(endless, limits, ({ depth }) => {
        if (depth >= 4) stop.abort()
      }),
    )

    expect(swept.end).toBe("interrupted")
    expect(swept.tally.states).toBeGreaterThan(0)
    expect(swept.waiting).toBeGreaterThan(0)
  })
})

describe("what workers share", () => {
  it.each([2, 8, 32, 64])("takes little memory, with %i of them", (workers) => {
    const { rings } = channelsOf(workers, 8)

    const bytes = rings.flat().reduce((sum, ring) => sum + ring.byteLength, 0)

    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(2 ** 26)
  })
})

// Helpers

const scopeOf = (within: Partial<Bounds>, how: Partial<Scope>): Scope => ({
  config: plainConfig(3, 1, within),
  among: coreKinds,
  mutant: null,
  properties: watched.filter((id) => id !== "S19" && !readsMore([id])),
  symmetry: false,
  reduction: false,
  ...how,
})

const sweptBy = (
  workers: number,
  scope: Scope,
  { statesMax = 1e9, fingerprint = false } = {},
  onDepth: (depth: number) => void = () => {},
): Promise<Swept> =>
  Effect.runPromise(
    sweepWith(scope, { workers, statesMax, fingerprint }, ({ depth }) => {
      onDepth(depth)
    }),
  )

/** All of it that must not depend on who counted: by which kind a state is found first does. */
const exactly = ({ end, tally, waiting }: Swept) => ({
  end,
  waiting: end === "complete" ? 0 : "some",
  ...(end === "too many states" ? { waiting } : {}),
  ...tally,
  distinct: tally.distinct.reduce((sum, n) => sum + n, 0),
  violated: [...tally.violated].sort(([a], [b]) => a - b),
})
