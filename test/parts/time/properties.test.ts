import { describe, expect, it } from "vitest"
import { timedKinds } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { modelSweep } from "../../../properties/explore/model-sweep.ts"
import { ghostKeyOf, noHistory, remember } from "../../../properties/history.ts"
import { ghostsOf, isPromised, violationsOf } from "../../../properties/property.ts"
import { altered, changingPair, without } from "../../../properties/mutants/mutant.ts"
import type { Times } from "../../../properties/time/bounds.ts"
import { timing } from "../../../properties/time/safety.ts"
import { replay } from "../../../traces/replay.ts"
import { schedule, three, toRunning } from "../../fixtures.ts"
import { base, guarded, timedIn } from "./clusters.ts"

const inB = timedIn(base, { faults: 2 })
const ofTime = timing.map(({ id }) => id)
const unlessFalseAlarms = ["S18", "S19", "L0", "L1"]

describe("a property of time", () => {
  it("is asked only where time passes, and others are everywhere", () => {
    expect(promisedIn(three)).toEqual(catalogue.map(({ id }) => id).filter((id) => !ofTime.includes(id)))
  })

  it.each<readonly [string, Partial<Times>, readonly string[]]>([
    ["no go-live delay", {}, ["S3b"]],
    ["one as long as the Primary's silence", { goLiveDelay: 3 }, ["S3b"]],
    ["one that is longer", { goLiveDelay: 4 }, []],
    ["one that a clock makes as short", { goLiveDelay: 4, driftEvery: 4 }, ["S3b"]],
    ["false alarms", { goLiveDelay: 9, delayMax: 2 }, [...unlessFalseAlarms, "TIME1", "L5d", "L5e"]],
  ])("is not promised where its condition is not met: %s", (_what, others, ids) => {
    expect(notPromisedIn(timedIn({ ...base, ...others }))).toEqual(ids)
  })

  it("is not promised to one pair of two that share the hosts, where it depends on that", () => {
    const pairs = [...inB.pairs, { ...inB.pairs[0], id: "p2" } as (typeof inB.pairs)[number]]

    expect(notPromisedIn({ ...timedIn(guarded), pairs })).toEqual(["L5d", "L5e"])
  })

  it("of time that stands still looks at every pair: it may wait for another one's Secondary", () => {
    const pairs = [...inB.pairs, { ...inB.pairs[0], id: "p2" } as (typeof inB.pairs)[number]]

    expect(violatedBy({ ...inB, pairs }, "PowerOn(p2,h1) Tick")).toEqual([])
  })

  it("is neither held nor violated where it is not promised", () => {
    const overlapping = `${toRunning} LoseStorage(h2) RestoreStorage(h2) TryLock(p1.2)`

    expect(violatedBy(inB, overlapping)).toEqual([])
    expect(
      modelSweep(protocolOf(timedIn(base, { faults: 1 })), timedKinds, matching(["S3b"]), Infinity),
    ).toMatchObject({ end: "complete", states: 2306, violation: null })
  })

  it("holds where messages may be so late that there are false alarms, if it says nothing of these", () => {
    const config = timedIn({ ...base, delayMax: 2, goLiveDelay: 6 }, { generations: 2 })

    for (const ids of [["S3a", "S3b", "TIME0", "L5a", "L5f"], ["TIME2", "TIME3"], ["L5b"], ["L5c"]]) {
      const properties = matching(ids)
      expect(properties.every((property) => isPromised(property, config))).toBe(true)
      expect(modelSweep(protocolOf(config), timedKinds, properties, Infinity)).toMatchObject({
        end: "complete",
        violation: null,
      })
    }
  }, 60_000)
})

describe("what one fault of a running pair costs", () => {
  const halting = altered("FailHost", (after) =>
    changingPair(after, "p1", (pair) => ({ ...pair, copies: pair.copies.filter(({ id }) => id !== "p1.2") })),
  )
  const restarting = without("HaRestart", "may-run", "anti-affinity", "early")

  it.each([
    ["a fault elsewhere disturbs nothing", halting, "FailHost(h3)", "no more after a fault elsewhere"],
    [
      "HA restarts nothing",
      restarting,
      "CrashCopy(p1.1) HaRestart(p1,h3)",
      "running and is restarted after one fault",
    ],
  ])("is bounded, and %s: L5d", (_what, change, script, why) => {
    const run = schedule(`${toRunning} ${script}`)

    const { violations } = replay(change(protocolOf(inB)), matching(["L5d"]), run)

    expect(violations).toMatchObject([{ step: run.length, why: expect.stringContaining(why) as string }])
    expect(replay(protocolOf(inB), matching(["L5d"]), run).violations).toEqual([])
  })

  it("is not promised of a fault that comes while a copy still counts a silence that is over", () => {
    const healed = `${toRunning} CutLink(h1-h2) Tick Tick HealLink(h1-h2)`

    expect(violatedBy(inB, `${healed} FailHost(h3) Suspect(p1.2)`)).toEqual([])
  })

  it("is not promised of a second fault, nor after an operator has acted", () => {
    const twice = schedule(`${toRunning} FailHost(h3) CrashCopy(p1.2)`)
    const asked = schedule(`${toRunning} CrashCopy(p1.1) Migrate(p1.2,h3) HaRestart(p1,h1)`)

    for (const run of [twice, asked])
      expect(replay(restarting(protocolOf(inB)), matching(["L5d"]), run).violations).toEqual([])
  })
})

describe("what a property needs of the past", () => {
  it.each([
    ["S3a", 2402],
    ["L5b", 2336],
    ["L5c", 2846],
  ])("tells states apart where %s is asked for, and nowhere else", (id, states) => {
    const config = timedIn(base, { faults: 1 })
    const protocol = protocolOf(config)

    expect(modelSweep(protocol, timedKinds, matching([id]), Infinity).states).toBe(states)
    expect(modelSweep(protocol, timedKinds, matching(["L5a"]), Infinity).states).toBe(2306)
  })

  it("is carried by a run from step to step, and stops one beyond the bound", () => {
    const keys = keysAlong(
      timedIn(base, { faults: 2 }),
      ["L5b"],
      `${toRunning} CrashCopy(p1.1) Tick Tick Tick Suspect(p1.2) Tick TryLock(p1.2)`,
    )

    expect(keys).toEqual(["0", "0", "0", "0", "0", "1", "2", "3", "3", "4", "0"])
  })

  it("is known by the hosts of copies, not by their numbers", () => {
    const keys = keysAlong(inB, ["S3a"], `${toRunning} LoseStorage(h2) RestoreStorage(h2) TryLock(p1.2) Tick`)

    expect(keys.at(-1)).toBe("h1:1,h2:0")
  })

  it("must be carried: a run that does not is not judged in silence", () => {
    const protocol = protocolOf(inB)
    const state = initial(inB)
    const action = { kind: "PowerOn", pair: "p1", host: "h1" } as const
    const outcome = step(protocol, state, action)
    const after = outcome.tag === "next" ? outcome.state : state

    expect(() =>
      violationsOf(protocol, catalogue, noHistory(state), { before: state, action, after }),
    ).toThrow("does not carry dual-execution")
  })

  it("is nothing where time does not pass", () => {
    expect(ghostsOf(three, catalogue)).toEqual([])
  })
})

// Helpers

function promisedIn(config: Config): readonly string[] {
  return catalogue.filter((property) => isPromised(property, config)).map(({ id }) => id)
}

function notPromisedIn(config: Config): readonly string[] {
  return catalogue.filter((property) => !isPromised(property, config)).map(({ id }) => id)
}

function violatedBy(config: Config, script: string): readonly string[] {
  const { violations, refusal } = replay(protocolOf(config), catalogue, schedule(script))
  if (refusal !== null) throw new Error(`action ${refusal.step} is refused: ${refusal.guard}`)
  return violations.map(({ property }) => property.id)
}

/** What the run has come to after each action, by the ghosts of these properties. */
function keysAlong(config: Config, ids: readonly string[], script: string): readonly string[] {
  const protocol = protocolOf(config)
  let state = initial(config)
  let history = noHistory(state, ghostsOf(config, matching(ids)))
  return schedule(script).map((action) => {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") throw new Error(`${action.kind} is refused: ${outcome.guard}`)
    history = remember(history, { before: state, action, after: outcome.state })
    state = outcome.state
    return ghostKeyOf(history, state)
  })
}
