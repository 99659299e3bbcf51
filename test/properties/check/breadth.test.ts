import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { kinds, type Kind } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { arbitraryPlan } from "../../../properties/arbitrary/plan.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { runBatch } from "../../../properties/check/batch.ts"
import type { JudgeOf } from "../../../properties/check/run.ts"
import { schedulers } from "../../../properties/check/scheduler.ts"
import { runEngineBatch } from "../../../properties/check/engine-runs.ts"

// What is never drawn is never checked.

describe("what is drawn", () => {
  it("has every kind of action, by the model", () => {
    const { actions } = runBatch(judgeOf, null, "1", 0, 150)

    expect(kinds.filter((kind) => actions[kind] === undefined)).toEqual([])
  })

  it("has every kind of action, on the engine", () => {
    const taken = new Set<string>()
    for (let batch = 0; batch < 80; batch += 1)
      for (const kind of Object.keys(runEngineBatch(runs(null), "1", batch, 100).actions)) taken.add(kind)

    expect(kinds.filter((kind) => !taken.has(kind))).toEqual([])
  })

  it("has every scheduler", () => {
    const drawn = fc.sample(arbitraryPlan(null), { seed: 1, numRuns: 100 })

    expect(new Set(drawn.map(({ turns }) => turns.scheduler))).toEqual(new Set(schedulers))
  })
})

describe("a cluster of one host", () => {
  it.each(["3", "4", "5"])("has no link to cut or heal, for the engine neither: seed %s", (seed) => {
    const { actions, failure } = runEngineBatch(runs(plainConfig(1, 1, { log: 3 })), seed, 0, 6000)

    expect(failure).toBeNull()
    expect(linkKinds.filter((kind) => actions[kind] !== undefined)).toEqual([])
  })
})

// Helpers

const judgeOf: JudgeOf = (config) => ({ protocol: protocolOf(config), properties: [], witnesses: [] })

const linkKinds: readonly Kind[] = ["CutLink", "HealLink"]

const runs = (config: Parameters<typeof runEngineBatch>[0]["config"]) => ({
  protocolIn: protocolOf,
  mutant: null,
  properties: catalogue.map(({ id }) => id),
  config,
})
