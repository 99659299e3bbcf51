import { describe, expect, it } from "vitest"
import { coreKinds, ftKinds, kindsOf, type Kind } from "../../model/action.ts"
import type { Bounds, Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { ftState } from "../../model/ft-state.ts"
import type { Protocol } from "../../model/protocol.ts"
import type { State } from "../../model/state.ts"
import { enabled, fairlyEnabled } from "../../model/step.ts"
import { enumerate } from "../enumerate.ts"
import {
  bounded,
  clusterOf,
  p1,
  reach,
  reachFrom,
  ruleOnP1,
  three,
  toRunning,
  withoutFt,
} from "../fixtures.ts"

// The counts agree with those of two independent model checkers. One changes only with the rule that moved it.

const never = 0
const always = Infinity

describe("the core's state space, with three hosts and one pair, up to generation 5", () => {
  it.each([
    [0, 0, never, 22, 21, 4],
    [0, 1, never, 88, 117, 6],
    [0, 2, never, 241, 381, 8],
    [0, 0, 1, 53, 72, 6],
    [0, 2, always, 3071, 5733, 16],
    [1, 0, never, 768, 1785, 11],
    [1, 1, never, 5230, 14_199, 14],
    [2, 0, never, 9846, 36_204, 18],
    [1, 2, 2, 114_354, 359_319, 21],
  ])(
    "faults: %i, entries in a log: %i, power-off up to generation %s. States: %i",
    (faults, log, powerOffUpTo, states, transitions, depth) => {
      const protocol = protocolOf(bounded({ faults, log, powerOffUpTo, generations: 5, fencesUpTo: never }))

      const counts = enumerate(protocol, coreKinds)

      expect(counts).toEqual({ states, transitions, depth })
    },
  )
})

describe("the state space with placement, two pairs and at most one copy on a host, up to generation 3", () => {
  const bounds = { log: 0, generations: 3, powerOffUpTo: never, fencesUpTo: never }
  const small = { ftVmsMax: 1 }
  const smallInA = { ftVmsMax: 1, groups: ["a"] }

  it("has 3,133 states on three hosts, with one fault", () => {
    const config = clusterOf([small, small, small], { pairs: 2, bounds: { ...bounds, faults: 1 } })

    const counts = enumerate(protocolOf(config), coreKinds)

    expect(counts).toEqual({ states: 3133, transitions: 8166, depth: 11 })
  })

  it("has 139 states on four hosts, with a rule for p1 and migration, without faults", () => {
    const config = clusterOf([smallInA, smallInA, small, small], {
      pairs: 2,
      rules: [ruleOnP1("must", "on", "a")],
      bounds: { ...bounds, faults: 0 },
    })

    const counts = enumerate(protocolOf(config), [...coreKinds, "Migrate"])

    expect(counts).toEqual({ states: 139, transitions: 390, depth: 8 })
  })
})

describe("the state space with operations on FT", () => {
  const ftOperations = ftKinds.filter((kind) => kind !== "Register")
  const beyond: readonly Kind[] = [
    ...ftKinds,
    "TestFailover",
    "TestRestartSecondary",
    "EnterMaintenance",
    "ExitMaintenance",
  ]
  const suspending: readonly Kind[] = [
    "SuspendFT",
    "ResumeFT",
    "TestFailover",
    "TestRestartSecondary",
    "Migrate",
  ]
  const within = (bounds: Partial<Bounds>): Partial<Bounds> => ({ log: 0, generations: 5, ...bounds })
  const two = (bounds: Partial<Bounds>): Config =>
    withoutFt(clusterOf([{}, {}], { bounds: within(bounds) }), "p1")
  const threeHosts = (bounds: Partial<Bounds>): Config => bounded(within(bounds))
  const registered = (config: Config): Config => ({ ...config, policy: "registered" })
  const small = { ftVmsMax: 1 }
  const atMostTwo = { ftVmsMax: 2 }
  const ofTwoPairs = { log: 0, generations: 3, powerOffUpTo: never }

  it.each([
    [
      "two hosts, FT not configured at first, without faults",
      registered(two({ faults: 0, powerOffUpTo: 2, fencesUpTo: 2 })),
      [...beyond, "Migrate"],
      454,
      1978,
      14,
    ],
    [
      "two hosts, FT not configured at first, with one fault",
      registered(two({ faults: 1, powerOffUpTo: 1, fencesUpTo: 2 })),
      beyond,
      3124,
      14_712,
      18,
    ],
    [
      "three hosts, suspension, tests and migration, with one fault",
      threeHosts({ faults: 1, powerOffUpTo: never, fencesUpTo: 1 }),
      suspending,
      3628,
      13_952,
      16,
    ],
    [
      "three hosts, the operations on FT, with one fault",
      registered(threeHosts({ faults: 1, powerOffUpTo: never, fencesUpTo: 2 })),
      ftOperations,
      2013,
      6826,
      19,
    ],
    [
      "three hosts, suspension, tests and migration, one entry in a log",
      threeHosts({ log: 1, faults: 0, powerOffUpTo: 1, fencesUpTo: 2 }),
      suspending,
      1028,
      3716,
      15,
    ],
    [
      "two pairs, two copies on a host, and the reference policy against a preference",
      {
        ...clusterOf([{ ...atMostTwo, groups: ["a"] }, atMostTwo, atMostTwo], {
          pairs: 2,
          rules: [ruleOnP1("should", "not-on", "a")],
          bounds: { ...ofTwoPairs, faults: 1, fencesUpTo: never },
        }),
        policy: "reference",
      },
      [],
      6864,
      17_736,
      20,
    ],
    [
      "two pairs, one copy on a host, and FT not configured for p2 at first",
      withoutFt(
        clusterOf([small, small, small], { pairs: 2, bounds: { ...ofTwoPairs, faults: 0, fencesUpTo: 1 } }),
        "p2",
      ),
      [...ftOperations, "Migrate", "EnterMaintenance", "ExitMaintenance"],
      6072,
      36_112,
      15,
    ],
  ] as const)("with %s", (_what, config: Config, among: readonly Kind[], states, transitions, depth) => {
    const counts = enumerate(protocolOf(config), [...coreKinds, ...among])

    expect(counts).toEqual({ states, transitions, depth })
  })
})

describe("one fault is transparent", () => {
  const bounds = { log: 2, generations: 5, fencesUpTo: never }
  const withoutOperator = coreKinds.filter((kind) => !kindsOf("operator").includes(kind))

  it.each([
    [126, never, 20_322],
    [294, 1, 44_553],
  ])(
    "to each of the %i running states reached without it, with power-off up to generation %i: in all %i states from there",
    (running, powerOffUpTo, states) => {
      const faultless = protocolOf(bounded({ ...bounds, powerOffUpTo, faults: 0 }))
      const starts = statesOf(faultless, coreKinds).filter((state) => ftState(p1(state)) === "running")
      const protocol = protocolOf(bounded({ ...bounds, powerOffUpTo, faults: 1 }))

      const restarted: State[] = []
      const unprotected: State[] = []
      const counts = enumerate(protocol, withoutOperator, starts, (state, successors) => {
        if (successors.some(({ action }) => action.kind === "HaRestart")) restarted.push(state)
        const isQuiescent = fairlyEnabled(protocol, state).length === 0
        if (isQuiescent && ftState(p1(state)) !== "running") unprotected.push(state)
      })

      expect(starts).toHaveLength(running)
      expect(counts.states).toBe(states)
      expect(restarted).toEqual([])
      expect(unprotected).toEqual([])
    },
  )

  it("and two are not: both hosts fail, and the pair is restarted", () => {
    const state = reach(three, toRunning, "FailHost(h1) FailHost(h2)")

    expect(enabled(protocolOf(three), state, ["HaRestart"])).toHaveLength(1)
  })

  it("and two are not: a second host fails, and the pair stays without a Secondary", () => {
    const config = bounded({ log: 0 })
    const twoFaults = reach(config, toRunning, "FailHost(h1) FailHost(h3)")

    const quiescent = reachFrom(config, twoFaults, "Suspect(p1.2) TryLock(p1.2)")

    expect(fairlyEnabled(protocolOf(config), quiescent)).toEqual([])
    expect(ftState(p1(quiescent))).toBe("needSecondary")
  })
})

// Helpers

const statesOf = (protocol: Protocol, among: readonly Kind[]): readonly State[] => {
  const states: State[] = []
  enumerate(protocol, among, undefined, (state) => states.push(state))
  return states
}
