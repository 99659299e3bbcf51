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

const slowPrimary: Times = {
  ...usualTimes,
  heartbeatTimeout: { primary: 20, secondary: 10 },
  silenceTimeout: { primary: 90, secondary: 10 },
  goLiveDelay: 2,
}

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
  it.each<readonly [Lasting, string, Times, number]>([
    ["dual-execution", "base B", base, 3],
    ["stale-copy", "base B", base, 4],
    ["restored", "base B", base, 8],
    ["stale-copy", "G", guarded, 8],
    ["restored", "G", guarded, 12],
    ["stale-copy", "A", byRole, 12],
    ["restored", "A", byRole, 22],
    ["stale-copy", "D", inexact, 20],
    ["restored", "D", inexact, 25],
    ["stale-copy", "the usual times", usualTimes, 52],
    ["restored", "the usual times", usualTimes, 263],
    ["dual-execution", "the usual times without a go-live delay", { ...usualTimes, goLiveDelay: 0 }, 22],
    ["stale-copy", "times in which a Primary stays for longer than a Secondary", slowPrimary, 96],
  ])("is found of %s in %s, where that is %i ticks", (what, _name, time, bound) => {
    const found = worstRun(time, what, 20_000)

    const { violations, refusal } = replay(protocolOf(found.config), catalogue, found.run ?? [])
    expect({ bound: found.bound, violations, refusal }).toEqual({ bound, violations: [], refusal: null })
    expect(found.run?.filter(({ kind }) => kind === "Tick").length).toBeGreaterThanOrEqual(bound)
  })

  it("is looked for everywhere, tick by tick, before there is none", () => {
    expect(worstRun(guarded, "dual-execution", 20_000)).toMatchObject({ bound: 0, run: null, complete: true })
  })

  it("is not found among too few states, which says so", () => {
    expect(worstRun(base, "restored", 50)).toMatchObject({ run: null, complete: false })
  })
})
