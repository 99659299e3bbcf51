import { describe, expect, it } from "vitest"
import { protocolOf } from "../../../model/core.ts"
import { replay } from "../../../traces/replay.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { boundsOf, type Misfortune, type Times } from "../../../properties/time/bounds.ts"
import { lateRun } from "../../../properties/explore/late-run.ts"
import { usualTimes } from "../../../properties/time/usual.ts"
import { worstRun, type Lasting } from "../../../properties/explore/worst-run.ts"
import { base, byRole, guarded, inexact } from "./clusters.ts"

const times: readonly (readonly [string, Times])[] = [
  ["base B", base],
  ["G", guarded],
  ["A", byRole],
  ["D", inexact],
  ["the usual times", usualTimes],
]

const misfortunes = Object.keys(boundsOf(base).after) as readonly Misfortune[]

const cases = times.flatMap(([name, time]) => misfortunes.map((what) => [name, what, time] as const))

describe("a run in which all happens as late as it may", () => {
  it.each(cases)("of %s, after a fault of %s, reaches both bounds", (_name, what, time) => {
    const { live, running } = lateRun(time, what)

    expect({ live, running }).toEqual(boundsOf(time).after[what])
  })

  it.each(cases)("of %s, after a fault of %s, violates nothing", (_name, what, time) => {
    const { config, actions } = lateRun(time, what)

    const { violations, refusal } = replay(protocolOf(config), catalogue, actions)

    expect({ violations, refusal }).toEqual({ violations: [], refusal: null })
  })
})

describe("a run that lasts as long as a bound allows", () => {
  it.each<readonly [Lasting, number]>([
    ["dual-execution", 3],
    ["stale-copy", 4],
    ["restored", 8],
  ])("is found of %s, which lasts %i ticks in base B", (what, bound) => {
    const found = worstRun(base, what, 100_000)

    expect(found.bound).toBe(bound)
    expect(replay(protocolOf(found.config), catalogue, found.run ?? []).refusal).toBeNull()
    expect(found.run?.filter(({ kind }) => kind === "Tick").length).toBeGreaterThanOrEqual(bound)
  })

  it("is not found among too few states, which says so", () => {
    expect(worstRun(base, "restored", 100)).toMatchObject({ run: null, complete: false })
  })
})
