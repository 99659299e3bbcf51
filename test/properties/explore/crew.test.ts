import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { coreKinds } from "../../../model/action.ts"
import { plainConfig, type Bounds } from "../../../model/config.ts"
import { watched } from "../../../impl/engine/property-set.ts"
import type * as Crew from "../../../properties/explore/crew.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { shortest, sweep, type Swept } from "../../../properties/explore/sweep.ts"

// The workers are the compiled ones, and so is what starts them.
const compiled = new URL("../../../dist/properties/explore/crew.js", import.meta.url).href
const { sweepWith } = (await import(compiled)) as typeof Crew

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
    "ends, with %i, as one thread does at what %s breaches",
    async (workers, mutant, how, length) => {
      const scope = scopeOf({ ...bounds, faults: 2 }, { ...how, mutant })

      const swept = await sweptBy(workers, scope)

      expect(swept.end).toBe("breach")
      expect(shortest(swept.tally)).toBe(length)
      expect(exactly(swept)).toEqual(exactly(sweep(scope)))
    },
  )

  it.each([2, 3])(
    "stops, with %i, before the layer that would be too much for all together",
    async (workers) => {
      const scope = scopeOf(bounds, {})

      const swept = await sweptBy(workers, scope, { statesMax: 20_000 })

      expect(swept.end).toBe("too many states")
      expect(exactly(swept)).toEqual(exactly(sweep(scope, { statesMax: 20_000 })))
    },
  )

  it("tells of its layers, one after the other, from the first", async () => {
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

// Helpers

const scopeOf = (within: Partial<Bounds>, how: Partial<Scope>): Scope => ({
  config: plainConfig(3, 1, within),
  among: coreKinds,
  mutant: null,
  properties: watched.filter((id) => !["S18", "S19", "S29"].includes(id)),
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
  breached: [...tally.breached].sort(([a], [b]) => a - b),
})
