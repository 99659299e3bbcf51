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
    const floor = { schedules: 50, volume: 1 }

    const { schedules, volume, stopped } = await ran({ ...much, workers: 2, floor })

    expect(stopped).toBe("time")
    expect(schedules).toBeGreaterThanOrEqual(floor.schedules)
    expect(volume).toBeGreaterThanOrEqual(floor.volume)
    expect(schedules + volume).toBeLessThan(much.schedules + much.volume)
  })

  it("runs nothing to the end where there is no floor", async () => {
    expect(await ran({ ...much, workers: 1 })).toMatchObject({ schedules: 0, volume: 0, stopped: "time" })
  })
})

describe("a campaign that nothing stops", () => {
  it("runs as many schedules as it is told, with any number of workers", async () => {
    const budget = { schedules: 110, volume: 301, millis: Infinity }

    const [alone, shared] = [await ran({ ...budget, workers: 1 }), await ran({ ...budget, workers: 2 })]

    expect(alone).toMatchObject({ schedules: 110, volume: 301, failure: null, stopped: "runs" })
    expect(shared).toEqual(alone)
  })
})

describe("a campaign in which something fails", () => {
  it("tells it whichever worker has found it", async () => {
    const budget = { schedules: 1, volume: 20_000, millis: Infinity }
    const wrong = { ...spec, mutant: "WinWithoutBump" }

    // The first batch holds. With two workers, the second is the other one's.
    const [alone, shared] = [
      await ran({ ...budget, workers: 1 }, wrong),
      await ran({ ...budget, workers: 2 }, wrong),
    ]

    expect(alone).toMatchObject({ stopped: "failure", schedules: 1, failure: { on: "engine" } })
    expect(shared).toEqual(alone)
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

const much = { schedules: 1_000_000, volume: 100_000_000, millis: 0 }

const ran = (budget: Campaigns.Budget, asked: CampaignSpec = spec): Promise<Campaigns.Campaign> =>
  Effect.runPromise(campaign(asked, budget, () => {}))
