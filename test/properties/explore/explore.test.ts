import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { coreKinds, kinds } from "../../../model/action.ts"
import { withdrawing } from "../../../model/change.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { actionsOf, explore, type Exploration } from "../../../properties/explore/explore.ts"
import type * as Explore from "../../../properties/explore/explore.ts"
import { coreScope } from "../../../properties/mutants/mutant.ts"

describe("a run that the reduced search has found", () => {
  it("is shortest where the full search finds it too, and found where that takes too many states", async () => {
    const reduced = explorationOf({ mutant: "WinWithoutBump", reduction: true })

    const [whole, cut] = [
      await Effect.runPromise(explore(reduced)),
      await Effect.runPromise(explore({ ...reduced, statesMax: 600 })),
    ]

    expect(whole).toMatchObject({
      end: "violation",
      violations: [{ property: "S1", minimality: "shortest" }],
    })
    expect(cut).toMatchObject({ end: "violation", violations: [{ property: "S1", minimality: "found" }] })
    expect(whole.violations[0]?.actions).toHaveLength(6)
  })
})

describe("a run of the engine in the model's words", () => {
  it("ends with the action that the model refuses", () => {
    const model = (config: typeof coreScope) => withdrawing("PowerOff")(protocolOf(config))
    const { scope } = explorationOf({ sides: { model, mutation: null, indexed: false } })
    const codes = ["PowerOn", "PowerOff", "PowerOn"].map((kind) => ({
      kind: (kinds as readonly string[]).indexOf(kind),
      a: 0,
      b: 0,
    }))

    expect(actionsOf(scope, codes)).toEqual([
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "PowerOff", pair: "p1" },
    ])
  })
})

describe("the progress of an exploration", () => {
  it("never goes back, though workers begin anew where one thread has left off", async () => {
    const config = plainConfig(3, 2, { log: 1, generations: 5, faults: 2, powerOffUpTo: 1 })
    const depths: number[] = []

    // The workers are the compiled ones, and so is what starts them.
    const compiled = new URL("../../../dist/properties/explore/explore.js", import.meta.url).href
    const { explore: started } = (await import(compiled)) as typeof Explore
    const { workers, end } = await Effect.runPromise(
      started(
        { ...explorationOf({ config, symmetry: false }), workers: 2, statesMax: 250_001 },
        { onProgress: ({ depth }) => depths.push(depth) },
      ),
    )

    expect({ workers, end }).toEqual({ workers: 2, end: "too many states" })
    expect(depths).toEqual(depths.toSorted((a, b) => a - b))
    expect(depths.length).toBeGreaterThan(3)
  })
})

// Helpers

const explorationOf = (more: Partial<Exploration["scope"]>): Exploration => ({
  scope: {
    config: coreScope,
    among: coreKinds,
    mutant: null,
    properties: ["S1"],
    symmetry: true,
    reduction: false,
    ...more,
  },
  engine: "packed",
  liveness: false,
  weighs: false,
  statesMax: 1e9,
  fingerprint: false,
  workers: 1,
})
