import { describe, expect, it } from "vitest"
import { configOf, jsonOfConfig } from "../../../traces/config.ts"
import { base } from "./clusters.ts"

const cluster = { hosts: [{ id: "h1" }], pairs: [{ id: "p1" }] }

describe("the time of a configuration", () => {
  it("is read as it stands, with a length of a tick or without", () => {
    expect(read(base)).toEqual(base)
    expect(read({ ...base, tick: 250 })).toEqual({ ...base, tick: 250 })
  })

  it("is left out where nothing is said", () => {
    expect(configOf("the cluster", cluster, [])).not.toHaveProperty("time")
  })

  it("is written as it was read", () => {
    const config = configOf("the cluster", { ...cluster, time: { ...base, tick: 250 } }, [])

    expect(configOf("the same", jsonOfConfig(config), [])).toEqual(config)
  })

  it.each([
    [{ heartbeatPeriod: 0 }, "heartbeatPeriod", 1],
    [{ logPeriod: 0 }, "logPeriod", 1],
    [{ tick: 0 }, "tick", 1],
    [{ tick: 0.5 }, "tick", 1],
    [{ delayMax: -1 }, "delayMax", 0],
    [{ goLiveDelay: 1.5 }, "goLiveDelay", 0],
    [{ lockMax: "1" }, "lockMax", 0],
    [{ haDelay: null }, "haDelay", 0],
    [{ driftEvery: 2_000_000_000 }, "driftEvery", 0],
    [{ heartbeatTimeout: { primary: 2, secondary: 0 } }, "heartbeatTimeout.secondary", 1],
    [{ silenceTimeout: { primary: 0, secondary: 3 } }, "silenceTimeout.primary", 1],
  ])("is refused with %j", (wrong, at, least) => {
    expect(() => read({ ...base, ...wrong })).toThrow(
      `at config.time.${at}: expected a whole number from ${least} to 1,000,000,000`,
    )
  })

  it("is refused where a parameter is missing, or one is strange", () => {
    const { haDelay: _, ...incomplete } = base

    expect(() => read(incomplete)).toThrow("config.time.haDelay")
    expect(() => read({ ...base, patience: 1 })).toThrow("config.time.patience")
  })
})

// Helpers

function read(time: object): unknown {
  return configOf("the cluster", { ...cluster, time }, ["config"]).time
}
