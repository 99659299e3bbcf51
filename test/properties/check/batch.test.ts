import { describe, expect, it } from "vitest"
import type { Action } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { batchSize, runBatch, type BatchResult } from "../../../properties/check/batch.ts"
import { judgeFor } from "../../../properties/check/campaign-spec.ts"
import type { JudgeOf } from "../../../properties/check/run.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import type { Property } from "../../../properties/property.ts"
import { replay } from "../../../traces/replay.ts"
import { base, guarded } from "../../parts/time/clusters.ts"

describe("runBatch", () => {
  it("gives the same for the same arguments", () => {
    const [one, two] = [1, 2].map(() => runBatch(judgeOf(null), null, "7", 3, 20))

    expect(two).toEqual(one)
  })

  it("gives the same for the same arguments, down to the failure and how it was shrunk", () => {
    const [one, two] = [1, 2].map(() => runBatch(judgeOf("SpawnIgnoresAntiAffinity"), null, "7", 0))

    expect(one?.failure).not.toBeNull()
    expect(two).toEqual(one)
  })

  it("draws other schedules for another batch, and for another seed", () => {
    const judgeIn = judgeOf(null)

    const [one, ...others] = [
      runBatch(judgeIn, null, "7", 0, 8),
      runBatch(judgeIn, null, "7", 1, 8),
      runBatch(judgeIn, null, "8", 0, 8),
    ].map(({ actions }) => actions)

    for (const other of others) expect(other).not.toEqual(one)
  })

  it("finds the protocol to hold, and counts what it did", () => {
    const { batch, schedules, actions, witnesses, failure } = runBatch(judgeOf(null), null, "7", 2)

    expect({ batch, schedules, failure }).toEqual({ batch: 2, schedules: batchSize, failure: null })
    expect(actions.PowerOn).toBeGreaterThan(batchSize / 2)
    expect(witnesses["protected-again"]).toBeGreaterThan(0)
    expect(Math.max(...Object.values(witnesses))).toBeLessThanOrEqual(batchSize)
  })

  it("counts for each property in how many schedules it was judged: those whose cluster promises it", () => {
    const { asked, actions } = runBatch(judgeOf(null), null, "7", 2)
    const noTime = runBatch(judgeOf(null), plainConfig(2, 1, { log: 1 }), "7", 2, 10).asked

    expect(asked["S1"]).toBe(batchSize)
    expect(asked["S3a"]).toBeGreaterThan(0)
    expect(asked["S3a"]).toBeLessThan(batchSize / 2)
    expect(asked["S3b"]).toBeLessThan(asked["S3a"] ?? 0)
    expect(actions.Tick).toBeGreaterThan(0)
    expect(noTime).toMatchObject({ S1: 10, L1: 10 })
    expect(Object.keys(noTime).filter((id) => /^(S3[ab]|TIME|L5)/.test(id))).toEqual([])
  })

  it("looks for a witness only where it can be seen: one of no ticks at all shows nothing", () => {
    const [inB, inG] = [base, guarded].map((time) =>
      judgeOf(null)({ ...plainConfig(3, 1, { log: 1 }), time }).witnesses.map(({ id }) => id),
    )

    expect(inB).toContain("dual-execution-twice")
    expect(inG).not.toContain("dual-execution-twice")
    expect(inG).toContain("waits-out-the-delay")
  })

  it("throws what a property throws, which is no violation and not to be taken for one held", () => {
    const failing: Property = {
      ...(catalogue[0] as Property),
      always: () => {
        throw new Error("defect: in the property")
      },
    }
    const judgeIn: JudgeOf = (config) => ({
      protocol: protocolOf(config),
      properties: [failing],
      witnesses: [],
    })

    expect(() => runBatch(judgeIn, null, "7", 0)).toThrow("defect: in the property")
  })

  it("counts of a shorter batch what a longer one begins with", () => {
    const counts = [5, 10, 15].map((schedules) => runBatch(judgeOf(null), null, "7", 0, schedules))

    const powerOns = counts.map(({ actions }) => actions.PowerOn ?? 0)
    expect(counts.map(({ schedules }) => schedules)).toEqual([5, 10, 15])
    expect(powerOns).toEqual(powerOns.toSorted((a, b) => a - b))
  })

  it.each([["SpawnIgnoresAntiAffinity"], ["IndexFromZero"], ["LoserRetries"], ["LiveWithholds"]])(
    "ends with the first schedule that fails under %s, and its failure replays",
    (mutant) => {
      const { schedules, failure } = failing(mutant)

      const { violations, refusal } = replayed(mutant, failure)
      expect(failure.schedule).toBe(schedules)
      expect(refusal).toBeNull()
      expect(violations.map(({ property }) => property.id)).toContain(failure.property)
    },
  )

  it("makes a failure short by the property that it violates, though another is violated sooner", () => {
    const properties = [generationIsLost, quiescent]
    const judgeIn: JudgeOf = (config) => ({ protocol: protocolOf(config), properties, witnesses: [] })
    const small = plainConfig(2, 1, { log: 0 })
    let lost: BatchResult["failure"] = null
    for (let batch = 0; lost?.property !== generationIsLost.id && batch < 20; batch += 1)
      lost = runBatch(judgeIn, small, "7", batch).failure

    const { config, actions } = lost as Failing["failure"]
    const { violations } = replay(protocolOf(config), [generationIsLost], actions)
    expect(violations).toMatchObject([{ step: actions.length }])
  })

  it("reports for a failure what it was found to violate, though the short run violates another first", () => {
    const onFirst = propertyOf("first", {
      onStep: ({ step: { action } }) =>
        action.kind === "PowerOn" && action.host === "h1" ? "it is on h1" : null,
    })
    const judgeIn: JudgeOf = (config) => ({
      protocol: protocolOf(config),
      properties: [onFirst, generationIsLost],
      witnesses: [],
    })
    const small = plainConfig(2, 1, { log: 0 })
    const results = Array.from({ length: 30 }, (_, batch) => runBatch(judgeIn, small, "7", batch).failure)
    const lost = results.filter((failure) => failure?.property === generationIsLost.id)

    for (const failure of lost) {
      const { violations } = replay(protocolOf(small), [generationIsLost], failure?.actions ?? [])
      expect(violations).toMatchObject([{ step: failure?.actions.length }])
    }
    const isOnFirst = (action: Action): boolean => action.kind === "PowerOn" && action.host === "h1"
    expect(lost.some((failure) => failure?.actions.some(isOnFirst))).toBe(true)
  })

  it("makes failures shorter than they were drawn", () => {
    const { found, actions } = failing("WinWithoutBump").failure

    expect(actions.length).toBeLessThan(found)
  })

  it("finds a failure in its own place, however many schedules it may run", () => {
    const judgeIn = judgeOf("SpawnIgnoresAntiAffinity")
    const whole = runBatch(judgeIn, null, "7", 0)

    expect(runBatch(judgeIn, null, "7", 0, whole.schedules)).toEqual(whole)
  })

  it("stays in the cluster that it is given", () => {
    const config = plainConfig(2, 1, { log: 1 })

    const { failure } = runBatch(judgeOf("SpawnIgnoresAntiAffinity"), config, "7", 0)

    expect(failure?.config).toEqual(config)
  })
})

// Helpers

/** A property for a test, which means nothing. */
const propertyOf = (
  id: string,
  predicates: Pick<Property, "always" | "onStep" | "whenQuiescent">,
): Property => ({
  id,
  name: id,
  family: "safety",
  statement: "",
  why: "",
  checks: [],
  witness: "",
  ...predicates,
})

const generationIsLost = propertyOf("lost", {
  always: ({ lock }) => (lock.generation > 1 ? "a generation is lost" : null),
})

/** What every run violates at its end, the empty one too. */
const quiescent = propertyOf("quiescent", { whenQuiescent: () => "it is quiescent" })

const ids = catalogue.map(({ id }) => id)

const judgeOf = (mutant: string | null): JudgeOf =>
  judgeFor({ seed: "7", mutant, side: "both", config: null, properties: ids, isWhole: true }, mutantNamed)

type Failing = BatchResult & { readonly failure: NonNullable<BatchResult["failure"]> }

/** The first batch of the seed in which a schedule fails. */
const failing = (mutant: string): Failing => {
  for (let batch = 0; batch < 10; batch += 1) {
    const result = runBatch(judgeOf(mutant), null, "7", batch)
    if (result.failure !== null) return { ...result, failure: result.failure }
  }
  throw new Error(`nothing fails under ${mutant}`)
}

const replayed = (mutant: string, { config, actions }: Failing["failure"]) =>
  replay(mutated(mutantNamed(mutant))(config), catalogue, actions)
