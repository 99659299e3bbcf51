import { describe, expect, it } from "vitest"
import type { Action } from "../../model/action.ts"
import { pairOf, pairsOf, withPair, type State } from "../../model/state.ts"
import { noHistory } from "../../properties/history.ts"
import { operations } from "../../properties/operations.ts"
import type { Property } from "../../properties/property.ts"
import { act, changed, p1, reach, starting, three, toRunning } from "../fixtures.ts"

const running = reach(three, toRunning)
const suspended = reach(three, `${toRunning} SuspendFT(p1)`)
const off = reach(three, `${toRunning} PowerOff(p1)`)
const unconfigured = { ft: "notConfigured" as const, registered: { primary: "h1", secondary: null } as const }

describe("a state", () => {
  it.each<[string, State, string | null]>([
    ["a running pair", running, null],
    ["a suspended one, alone", suspended, null],
    ["a Secondary left in lockstep", changed(running, { p1: { ft: "disabled" } }), "p1.2"],
    [
      "a Secondary left contending",
      changed(running, {
        p1: { ft: "disabled" },
        "p1.1": { generation: 0 },
        "p1.2": { phase: "contending" },
      }),
      "p1.2",
    ],
    [
      "a Primary with a peer that is syncing",
      changed(reach(three, starting), { p1: { ft: "notConfigured" } }),
      "p1.1",
    ],
    ["a stale Secondary", changed(off, { p1: { ft: "disabled" } }), null],
  ])("violates O2 exactly where FT is off and the pair is not alone: %s", (_what, state, named) => {
    const found = property("O2").always?.(p1(state), state, three) ?? null

    if (named === null) expect(found).toBeNull()
    else expect(found).toContain(named)
  })
})

describe("a step", () => {
  it.each<[string, string, State, string, State, boolean]>([
    [
      "O3",
      "a Secondary starts while FT is off",
      changed(suspended, {}),
      "SpawnSecondary(p1.1,h2)",
      changed(running, { p1: { ft: "disabled" } }),
      true,
    ],
    [
      "O3",
      "a Secondary starts",
      reach(three, "PowerOn(p1,h1)"),
      "SpawnSecondary(p1.1,h2)",
      reach(three, "PowerOn(p1,h1) SpawnSecondary(p1.1,h2)"),
      false,
    ],
    [
      "O4",
      "a Secondary wins while FT is off",
      contendingIn("disabled"),
      "TryLock(p1.2)",
      wonFrom(contendingIn("disabled")),
      true,
    ],
    [
      "O4",
      "a Secondary wins",
      contendingIn("enabled"),
      "TryLock(p1.2)",
      wonFrom(contendingIn("enabled")),
      false,
    ],
    ["O7", "a copy is registered while the VM is on", running, "Register(p1,secondary,h3)", running, true],
    ["O7", "a copy is registered while it is off", off, "Register(p1,secondary,h3)", off, false],
    [
      "O8",
      "FT is turned off while starting",
      reach(three, starting),
      "TurnOffFT(p1)",
      changed(reach(three, starting), { p1: unconfigured }),
      true,
    ],
    [
      "O8",
      "FT is turned off, the Secondary's host down",
      changed(running, { h2: { up: false } }),
      "TurnOffFT(p1)",
      changed(running, { p1: unconfigured }),
      true,
    ],
    [
      "O8",
      "FT is suspended, the Primary's host in maintenance",
      changed(running, { h1: { maintenance: true } }),
      "SuspendFT(p1)",
      suspended,
      true,
    ],
    [
      "O8",
      "FT is suspended by a copy that is named, the Primary's host in maintenance",
      changed(running, { h1: { maintenance: true } }),
      "SuspendFT(p1,p1.1)",
      suspended,
      false,
    ],
    [
      "O8",
      "a test failover begins while starting",
      reach(three, starting),
      "TestFailover(p1)",
      reach(three, starting),
      true,
    ],
    ["O8", "FT is turned off", running, "TurnOffFT(p1)", reach(three, `${toRunning} TurnOffFT(p1)`), false],
    [
      "O9",
      "FT is suspended, and the lock stays",
      running,
      "SuspendFT(p1)",
      changed(suspended, { p1: { lock: pairOf(running, "p1").lock } }),
      true,
    ],
    ["O9", "FT is suspended", running, "SuspendFT(p1)", suspended, false],
    [
      "O9",
      "FT is suspended while off",
      off,
      "SuspendFT(p1)",
      changed(off, { p1: { ft: "disabled" } }),
      false,
    ],
    [
      "O12",
      "a pair is restarted, and there has been no fault",
      changed(reach(three, `${toRunning} FailHost(h1)`), { faults: 0 }),
      "HaRestart(p1,h3)",
      running,
      true,
    ],
    [
      "O12",
      "a pair is restarted after a fault",
      reach(three, `${toRunning} FailHost(h1)`),
      "HaRestart(p1,h3)",
      running,
      false,
    ],
  ])("violates %s or not: %s", (id, _what, before, action, after, isViolated) => {
    expect(onStep(property(id), before, act(action), after) !== null).toBe(isViolated)
  })

  it("covers every property of the operations on FT", () => {
    expect(operations.map(({ id }) => id)).toEqual(["O2", "O3", "O4", "O7", "O8", "O9", "O11", "O12"])
  })
})

// Helpers

function property(id: string): Property {
  const found = operations.find((each) => each.id === id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  return found
}

/** The Secondary contends, its Primary's host gone. */
function contendingIn(ft: "enabled" | "disabled"): State {
  return changed(reach(three, `${toRunning} FailHost(h1) Suspect(p1.2)`), { p1: { ft } })
}

function wonFrom(state: State): State {
  const pair = pairOf(state, "p1")
  return withPair(state, { ...pair, lock: { generation: pair.lock.generation + 1, holder: "p1.2" } })
}

function onStep(of: Property, before: State, action: Action, after: State): string | null {
  const [pair] = pairsOf(after)
  const history = noHistory(before)["p1"]
  if (pair === undefined || history === undefined) throw new Error("there is no p1")
  const step = { before, action, after }
  return of.onStep?.({ config: three, step, before: p1(before), after: pair, history }) ?? null
}
