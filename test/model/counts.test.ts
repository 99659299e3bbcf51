import { describe, expect, it } from "vitest"
import { coreKinds, kindsOf, type Kind } from "../../model/action.ts"
import { protocolOf } from "../../model/core.ts"
import { ftState } from "../../model/ft-state.ts"
import type { Protocol } from "../../model/protocol.ts"
import type { State } from "../../model/state.ts"
import { enabled, fairlyEnabled } from "../../model/step.ts"
import { enumerate } from "../enumerate.ts"
import { bounded, p1, reach, reachFrom, three, toRunning } from "../fixtures.ts"

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
