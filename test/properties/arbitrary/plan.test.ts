import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { kinds, type Kind } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { timelessClusters } from "../../../properties/arbitrary/config.ts"
import { arbitraryPlan, choiceRange, choicesMax, type Plan } from "../../../properties/arbitrary/plan.ts"
import { simulate } from "../../../properties/check/simulate.ts"

describe("arbitraryPlan", () => {
  it("draws the same from the same seed", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(drawn(seed, 5)).toEqual(drawn(seed, 5))
      }),
      { numRuns: 5 },
    )
  })

  it("draws in the cluster that it is given", () => {
    const config = plainConfig(3, 1, { log: 2 })

    const plans = fc.sample(arbitraryPlan(config), 20)

    expect(plans.map((plan) => plan.config)).toEqual(plans.map(() => config))
  })

  it("draws numbers within their ranges", () => {
    for (const { choices, heals } of drawn(1, 200)) {
      expect(choices.length).toBeLessThanOrEqual(choicesMax)
      expect(choices.every((choice) => choice >= 0 && choice < choiceRange)).toBe(true)
      expect(heals).toBeGreaterThanOrEqual(0)
      expect(heals).toBeLessThanOrEqual(0x7fffffff)
    }
  })

  it("draws short plans and long ones, some that heal nothing and some that heal everything", () => {
    const plans = drawn(1, 300)

    expect(plans.some(({ choices }) => choices.length < 10)).toBe(true)
    expect(plans.some(({ choices }) => choices.length > 90)).toBe(true)
    expect(plans.some(({ heals }) => heals === 0)).toBe(true)
    expect(plans.some(({ heals }) => heals === 0x7fffffff)).toBe(true)
    expect(plans.some(({ heals }) => heals !== 0 && heals !== 0x7fffffff)).toBe(true)
  })

  it("draws, between them, every kind of action", () => {
    const taken = new Set<Kind>()
    for (const plan of drawn(1, 150)) for (const { kind } of runOf(plan).actions) taken.add(kind)

    expect([...taken].toSorted()).toEqual(kinds.toSorted())
  })

  it("gives ticks a weight where time passes, and nowhere else", () => {
    const plans = drawn(1, 100)

    for (const { config, swarm } of plans) expect(swarm.weights.Tick > 0).toBe(config.time !== undefined)
    expect(plans.some(({ config }) => config.time !== undefined)).toBe(true)
  })

  it("lets time pass in no cluster of a size that does not say so", () => {
    const plans = fc.sample(arbitraryPlan(null, timelessClusters), { seed: 1, numRuns: 200 })

    expect(plans.filter(({ config, swarm }) => config.time !== undefined || swarm.weights.Tick > 0)).toEqual(
      [],
    )
  })

  it("draws plans that come to legal runs", () => {
    fc.assert(
      fc.property(arbitraryPlan(null), (plan) => {
        expect(refusedIn(plan)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it("comes to legal runs while it shrinks, too", () => {
    const refused: string[] = []
    let tried = 0

    const { numRuns, failed } = fc.check(
      fc.property(arbitraryPlan(null), (plan) => {
        tried += 1
        refused.push(...refusedIn(plan))
        return runOf(plan).actions.length < 5
      }),
    )

    expect(refused).toEqual([])
    expect(failed).toBe(true)
    expect(tried).toBeGreaterThan(numRuns)
  })
})

describe("arbitraryPlan shrinks", () => {
  it("to as few actions as there must be", () => {
    for (const seed of seeds) {
      const plan = shrunk(seed, ({ choices }) => choices.length < 3)

      expect(plan.choices).toEqual([0, 0, 0])
      expect(
        runOf({ ...plan, heals: 0 })
          .actions.slice(0, 3)
          .map(({ kind }) => kind),
      ).toEqual(["PowerOn", "Record", "Release"])
    }
  })

  it("to one action where its run must have three: the protocol adds the others", () => {
    for (const seed of seeds) {
      const plan = shrunk(seed, (plan) => runOf(plan).actions.length < 3)

      expect(plan.choices).toHaveLength(1)
      expect(plan.config).toEqual(plainConfig(2, 1, { log: 1 }))
    }
  })

  it("to the one fault that there must be", () => {
    for (const seed of seeds.slice(0, 3)) {
      const plan = shrunk(seed, (plan) => runOf(plan).actions.every(({ kind }) => kind !== "FailHost"))

      const faults = runOf(plan).actions.filter(({ kind }) => /^(Fail|Cut|Lose|Crash)/.test(kind))
      expect(faults).toHaveLength(1)
      expect(plan.choices.length).toBeLessThanOrEqual(10)
    }
  })

  it("to no recovery", () => {
    for (const seed of seeds) expect(shrunk(seed, () => false).heals).toBe(0)
  })
})

// Helpers

const seeds = [1, 2, 3, 4, 5, 6]

const drawn = (seed: number, numRuns: number): readonly Plan[] =>
  fc.sample(arbitraryPlan(null), { seed, numRuns })

const runOf = (plan: Plan) =>
  simulate({ protocol: protocolOf(plan.config), properties: [], witnesses: [] }, plan)

/** The smallest plan found for which it does not hold. */
const shrunk = (seed: number, holds: (plan: Plan) => boolean): Plan => {
  const [plan] = fc.check(fc.property(arbitraryPlan(null), holds), { seed, numRuns: 1000 })
    .counterexample as [Plan]
  return plan
}

/** The actions of the plan's run that the protocol refuses, taken one by one from the beginning. */
const refusedIn = (plan: Plan): readonly string[] => {
  const protocol = protocolOf(plan.config)
  let state = initial(plan.config)
  return runOf(plan).actions.flatMap((action) => {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") return [`${action.kind}: ${outcome.guard}`]
    state = outcome.state
    return []
  })
}
