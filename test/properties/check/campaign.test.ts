import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../../model/config.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import type * as Campaigns from "../../../properties/check/campaign.ts"
import type { CampaignSpec } from "../../../properties/check/campaign-spec.ts"

// The workers are the compiled ones, and so is what starts them.
const compiled = new URL("../../../dist/properties/check/campaign.js", import.meta.url).href
const { campaign } = (await import(compiled)) as typeof Campaigns

describe("a campaign whose time is up before it begins", () => {
  it("runs its floor to the end, and not all that was asked", async () => {
    const floor = { schedules: 50, engineRuns: 1 }

    const { schedules, engineRuns, stopped } = await ran({ ...much, workers: 2, floor })

    expect(stopped).toBe("time")
    expect(schedules).toBeGreaterThanOrEqual(floor.schedules)
    expect(engineRuns).toBeGreaterThanOrEqual(floor.engineRuns)
    expect(schedules + engineRuns).toBeLessThan(much.schedules + much.engineRuns)
  })

  it("runs nothing to the end where there is no floor", async () => {
    expect(await ran({ ...much, workers: 1 })).toMatchObject({ schedules: 0, engineRuns: 0, stopped: "time" })
  })
})

describe("a campaign that nothing stops", () => {
  it("runs the given number of schedules, with any number of workers", async () => {
    const budget = { schedules: 110, engineRuns: 301, millis: Infinity }

    const [alone, shared] = [await ran({ ...budget, workers: 1 }), await ran({ ...budget, workers: 2 })]

    expect(alone).toMatchObject({ schedules: 110, engineRuns: 301, failure: null, stopped: "runs" })
    expect(shared).toEqual(alone)
  })
})

describe("a campaign in which something fails", () => {
  it("reports it whichever worker has found it", async () => {
    const budget = { schedules: 1, engineRuns: 60_000, millis: Infinity }
    const wrong = { ...spec, mutant: "WinWithoutBump" }

    // The first batch holds. With four workers, each of the others fails in one of its own.
    const [alone, shared] = [
      await ran({ ...budget, workers: 1 }, wrong),
      await ran({ ...budget, workers: 4 }, wrong),
    ]

    expect(alone).toMatchObject({ stopped: "failure", schedules: 1, failure: { on: "engine" } })
    expect(alone.failure?.number).toBe(alone.failure?.schedule)
    expect(shared).toEqual(alone)
  })

  it("reports the first of several, whichever is found first, and counts what comes before it", async () => {
    const budget = { schedules: 300, engineRuns: 0, millis: Infinity }
    const rare = { ...spec, seed: "6", properties: ["S1"], mutant: "NonAtomicLock" }

    const [alone, shared] = [
      await ran({ ...budget, workers: 1 }, rare),
      await ran({ ...budget, workers: 3 }, rare),
    ]

    expect(alone.failure?.number).toBe(alone.schedules)
    expect(alone.schedules).toBeGreaterThan(10)
    expect(shared).toEqual(alone)
  })

  it("reports a failure that is still being shrunk where it is interrupted, as it was drawn", async () => {
    const stop = new AbortController()
    const budget = { schedules: 100, engineRuns: 0, millis: Infinity, workers: 1 }
    const wrong = { ...spec, mutant: "SpawnIgnoresAntiAffinity" }

    // The first that is reported is that something was found.
    const reported = await Effect.runPromise(
      campaign(
        wrong,
        budget,
        () => {
          stop.abort()
        },
        stop.signal,
      ),
    )

    expect(reported).toMatchObject({ stopped: "failure", failure: { property: "S7" } })
  })
})

describe("a campaign without an end", () => {
  it("has a batch on the engine now and then, and is stopped by a signal", async () => {
    const stop = new AbortController()
    const empty = { ...spec, config: plainConfig(1, 1, { log: 0, faults: 0, generations: 2 }) }
    const budget = { schedules: Infinity, engineRuns: Infinity, millis: Infinity, workers: 1 }

    const { stopped, schedules, engineRuns } = await Effect.runPromise(
      campaign(
        empty,
        budget,
        (soFar) => {
          if (soFar.engineRuns > 0 || soFar.schedules > 2000) stop.abort()
        },
        stop.signal,
      ),
    )

    expect(stopped).toBe("interrupted")
    expect(schedules).toBeGreaterThanOrEqual(900)
    expect(engineRuns).toBeGreaterThan(0)
  })

  it("has none where none is asked for", async () => {
    const stop = new AbortController()
    const empty = { ...spec, config: plainConfig(1, 1, { log: 0, faults: 0, generations: 2 }) }
    const budget = { schedules: Infinity, engineRuns: 0, millis: Infinity, workers: 1 }

    const { engineRuns } = await Effect.runPromise(
      campaign(
        empty,
        budget,
        ({ schedules }) => {
          if (schedules > 2000) stop.abort()
        },
        stop.signal,
      ),
    )

    expect(engineRuns).toBe(0)
  })
})

// Helpers

const spec: CampaignSpec = {
  seed: "1",
  mutant: null,
  side: "both",
  config: plainConfig(2, 1, { log: 1, faults: 1, generations: 4 }),
  properties: catalogue.map(({ id }) => id),
  isWhole: false,
}

const much = { schedules: 1_000_000, engineRuns: 100_000_000, millis: 0 }

const ran = (budget: Campaigns.Budget, asked: CampaignSpec = spec): Promise<Campaigns.Campaign> =>
  Effect.runPromise(campaign(asked, budget, () => {}))
