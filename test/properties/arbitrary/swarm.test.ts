import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { alphabet, kinds, kindsOf, type Kind } from "../../../model/action.ts"
import {
  arbitrarySwarm,
  arbitraryTimelessSwarm,
  isFaulty,
  lots,
  type Lot,
  type Swarm,
} from "../../../properties/arbitrary/swarm.ts"

describe("the lots", () => {
  it("are the kinds of the alphabet, in its order, and spurious suspicion before the other faults", () => {
    expect(lots.filter((lot) => lot !== "SpuriousSuspect")).toEqual(kinds)
    expect(lots.filter(isFaulty)).toEqual(["SpuriousSuspect", ...kindsOf("fault")])
  })
})

describe("arbitrarySwarm", () => {
  it("draws the same from the same seed", () => {
    const draw = () => fc.sample(arbitrarySwarm, { seed: 7, numRuns: 20 })

    expect(draw()).toEqual(draw())
  })

  it("always lets the protocol and time go on, and a pair be powered on", () => {
    fc.assert(
      fc.property(arbitrarySwarm, ({ weights }) => {
        for (const lot of [...kindsOf("protocol"), "PowerOn", "Tick"] as const)
          expect(weights[lot]).toBeGreaterThan(0)
      }),
    )
  })

  it("leaves every fault, operation and recovery out of some runs, and has it in others", () => {
    const swarms = fc.sample(arbitrarySwarm, { seed: 1, numRuns: 200 })

    for (const lot of lots.filter(mayBeMissing)) {
      const weights = swarms.map((swarm) => swarm.weights[lot])
      expect(weights.some((weight) => weight === 0)).toBe(true)
      expect(weights.some((weight) => weight > 0)).toBe(true)
    }
  })

  it("lets time go on faster than all else in some runs, and slower than the protocol in others", () => {
    const swarms = fc.sample(arbitrarySwarm, { seed: 1, numRuns: 100 }).map(({ weights }) => weights)

    expect(swarms.some((weights) => weights.Tick > 30)).toBe(true)
    expect(swarms.some((weights) => weights.Tick < weights.TryLock)).toBe(true)
  })

  it("has no ticks where no time passes, and all else", () => {
    const swarms = fc.sample(arbitraryTimelessSwarm, { seed: 1, numRuns: 50 })

    for (const { weights } of swarms) expect(weights).toMatchObject({ Tick: 0 })
    expect(swarms.some(({ weights }) => weights.CutLink > 0)).toBe(true)
  })

  it("shrinks to runs in which nothing goes wrong and nobody intervenes", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const property = fc.property(arbitrarySwarm, () => false)

      const [swarm] = fc.check(property, { seed }).counterexample as [Swarm]

      expect(lots.filter((lot) => mayBeMissing(lot) && swarm.weights[lot] !== 0)).toEqual([])
      expect(swarm).toMatchObject({ quietSteps: 0, stallSteps: 0 })
    }
  })
})

// Helpers

const mayBeMissing = (lot: Lot): boolean =>
  isFaulty(lot) || (lot !== "PowerOn" && !["protocol", "time"].includes(alphabet[lot as Kind].actor))
