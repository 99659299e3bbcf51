import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describe as written, type Action, type Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import type { State } from "../../../model/state.ts"
import { enabled, fairlyEnabled } from "../../../model/step.ts"
import {
  isQuiescent,
  isJudged,
  nextFair,
  quiescenceStepsMax,
  tailMax,
} from "../../../properties/check/quiescence.ts"
import { schedulers, turnsOf } from "../../../properties/check/scheduler.ts"
import { becomesQuiescent } from "../../../properties/liveness.ts"
import { isPromised } from "../../../properties/property.ts"
import { effecting } from "../../../properties/mutants/mutant.ts"
import { base } from "../../parts/time/clusters.ts"
import { arbitraryRun, statesOf } from "../arbitrary/runs.ts"

describe("isQuiescent", () => {
  it.each<readonly [boolean, string, readonly Action[]]>([
    [true, "before anything has happened", []],
    [false, "where a Secondary is to be started", [powerOn]],
    [false, "where the Secondary is to join", [powerOn, spawn, begin]],
    [true, "where the pair is protected and the guest has nothing to do", [powerOn, spawn, begin, join]],
    [false, "where a Secondary is to learn that its Primary is gone", [...protectedPair, failHost]],
    [
      true,
      "where all is done that can be done",
      [...protectedPair, failHost, { kind: "Suspect", copy: "p1.2" }, { kind: "TryLock", copy: "p1.2" }],
    ],
  ])("is %s %s", (expected, _situation, actions) => {
    const config = plainConfig(2, 1, { log: 0 })

    expect(isQuiescent(protocolOf(config), end(config, actions))).toBe(expected)
  })

  it("takes what stays enabled and changes nothing for no progress", () => {
    const config = plainConfig(2, 1, { log: 0 })
    const idle = effecting("TryLock", (_about, state) => state)(protocolOf(config))
    const state = end(config, [...protectedPair, failHost, { kind: "Suspect", copy: "p1.2" }])

    expect(fairlyEnabled(idle, state).map(({ action }) => written(action))).toEqual(["TryLock(p1.2)"])
    expect(isQuiescent(idle, state)).toBe(true)
  })
})

describe("a cluster with several fair actions enabled", () => {
  it.each<readonly [boolean, readonly Kind[]]>([
    [false, []],
    [false, ["Record"]],
    [false, ["SpawnSecondary"]],
    [true, ["Record", "SpawnSecondary"]],
  ])(
    "is quiescent only where none of them changes anything: %s, where %j change nothing",
    (expected, kinds) => {
      const config = plainConfig(2, 1, { log: 1 })
      const protocol = kinds.reduce(
        (idle, kind) => effecting(kind, (_about, state) => state)(idle),
        protocolOf(config),
      )
      const state = end(config, [powerOn])

      expect(fairlyEnabled(protocol, state).map(({ action }) => action.kind)).toEqual([
        "Record",
        "SpawnSecondary",
      ])
      expect(isQuiescent(protocol, state)).toBe(expected)
    },
  )
})

describe("where time passes, a cluster", () => {
  it("is quiescent where ticks are left that change nothing", () => {
    const state = end(timed, protectedPair)

    expect(enabled(protocolOf(timed), state, ["Tick"])).toEqual([{ kind: "Tick" }])
    expect(isQuiescent(protocolOf(timed), state)).toBe(true)
    expect(nextFair(protocolOf(timed), state, new Map(), 0)).toBeNull()
  })

  it("is not quiescent where nothing but a clock goes on: time gets its turn", () => {
    const state = end(timed, [...protectedPair, failHost])

    expect(fairlyEnabled(protocolOf(timed), state).map(({ action }) => action)).toEqual([{ kind: "Tick" }])
    expect(isQuiescent(protocolOf(timed), state)).toBe(false)
    expect(nextFair(protocolOf(timed), state, new Map(), 0)?.action).toEqual({ kind: "Tick" })
  })

  it.each(schedulers)("that is left to itself detects, fails over and becomes quiescent: %s", (scheduler) => {
    const protocol = protocolOf(timed)
    const next = turnsOf({ scheduler, seed: 1 }, protocol)
    const taken: string[] = []
    let state = end(timed, [...protectedPair, failHost])
    for (let now = 0; now <= quiescenceStepsMax(timed); now += 1) {
      const turn = next(state, now)
      if (turn === null) break
      taken.push(turn.action.kind)
      state = turn.state
    }

    expect(isQuiescent(protocol, state)).toBe(true)
    expect(taken.filter((kind) => kind === "Tick").length).toBeGreaterThanOrEqual(2)
    expect(taken).toEqual(expect.arrayContaining(["Suspect", "TryLock"]))
  })
})

describe("tailMax", () => {
  it("is the bound on becoming quiescent where that is promised, and less where false alarms may go on for ever", () => {
    const alarming: Config = { ...timed, time: { ...base, delayMax: 5 } }

    expect(tailMax(timed)).toBe(quiescenceStepsMax(timed))
    expect(tailMax(alarming)).toBeLessThan(quiescenceStepsMax(alarming))
  })
})

describe("isJudged", () => {
  it.each([
    [true, 3],
    [true, 2],
    [false, 1],
  ])("is %s for a pair at generation 1 that may reach %i", (expected, generations) => {
    const config = plainConfig(2, 1, { generations })

    expect(isJudged(config, end(config, [powerOn]))).toBe(expected)
  })
})

describe("nextFair", () => {
  it("is an enabled, weakly fair action that changes something, or the state is quiescent", () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.nat(), fc.nat(20), ({ config, states }, place, now) => {
        const protocol = protocolOf(config)
        const state = states[place % states.length] as State

        const next = nextFair(protocol, state, new Map(), now)

        expect(next === null).toBe(isQuiescent(protocol, state))
        if (next === null) return
        expect(fairlyEnabled(protocol, state).map(({ action }) => written(action))).toContain(
          written(next.action),
        )
        expect(identity(next.state)).not.toBe(identity(state))
      }),
      { numRuns: 60 },
    )
  })

  it("becomes quiescent within its bound, from wherever a run of the protocol has got to", () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.nat(), ({ config, states }, place) => {
        fc.pre(isPromised(becomesQuiescent, config))
        const start = states[place % states.length] as State

        const taken = left(config, start)

        expect(taken.length).toBeLessThanOrEqual(quiescenceStepsMax(config))
      }),
      { numRuns: 40 },
    )
  })

  it("gives each pair its turn", () => {
    const config = plainConfig(4, 2, { log: 3 })
    const start = end(config, [powerOn, { kind: "PowerOn", pair: "p2", host: "h3" }])

    const taken = left(config, start)

    const records = taken.filter(({ kind }) => kind === "Record").map(written)
    expect(records).toEqual([1, 2, 3].flatMap(() => ["Record(p1.1)", "Record(p2.1)"]))
  })
})

// Helpers

const timed: Config = { ...plainConfig(2, 1, { log: 0 }), time: base }

const powerOn: Action = { kind: "PowerOn", pair: "p1", host: "h1" }
const spawn: Action = { kind: "SpawnSecondary", copy: "p1.1", host: "h2" }
const begin: Action = { kind: "BeginLockstep", copy: "p1.1" }
const join: Action = { kind: "JoinLockstep", copy: "p1.2" }
const failHost: Action = { kind: "FailHost", host: "h1" }
const protectedPair: readonly Action[] = [powerOn, spawn, begin, join]

/** The state in which a run of the protocol ends. */
const end = (config: Config, actions: readonly Action[]): State =>
  statesOf(config, null, actions).at(-1) as State

/** What the protocol does when it is left alone, until it is quiescent or long past its bound. */
const left = (config: Config, start: State): readonly Action[] => {
  const protocol = protocolOf(config)
  const taken: Action[] = []
  const lastTaken = new Map<string, number>()
  let state = start
  for (let now = 0; now <= 2 * quiescenceStepsMax(config); now += 1) {
    const next = nextFair(protocol, state, lastTaken, now)
    if (next === null) break
    taken.push(next.action)
    state = next.state
  }
  return taken
}
