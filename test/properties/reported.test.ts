import { describe, expect, it } from "vitest"
import { coreKinds, ftKinds, type Action, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { ftState, type FtState } from "../../model/ft-state.ts"
import { initial, pairOf, pairsOf, type State } from "../../model/state.ts"
import { noHistory } from "../../properties/history.ts"
import type { Property } from "../../properties/property.ts"
import { reported } from "../../properties/reported.ts"
import { enumerate } from "../enumerate.ts"
import { act, changed, clusterOf, p1, reach, starting, three, toRunning, withoutFt } from "../fixtures.ts"

const running = reach(three, toRunning)
const off = reach(three, `${toRunning} PowerOff(p1)`)
const alone = reach(three, "PowerOn(p1,h1)")

describe("a state", () => {
  it.each<[string, string, State, boolean]>([
    ["O5", "a running pair", running, false],
    ["O5", "one that is off", off, false],
    ["O5", "a Primary elsewhere than it is registered", registered(running, "h3", "h2"), true],
    ["O5", "a Secondary elsewhere than it is registered", registered(running, "h1", "h3"), true],
    ["O5", "a Secondary that is starting elsewhere", registered(reach(three, starting), "h1", "h3"), true],
    ["O5", "no Secondary where one is registered", registered(alone, "h1", "h3"), false],
    [
      "O5",
      "a stale Primary elsewhere than one is registered",
      reach(three, `${toRunning} Suspect(p1.2) TryLock(p1.2)`),
      false,
    ],
    ["O6", "a Secondary registered with FT on", running, false],
    ["O6", "a Secondary registered without FT", changed(alone, { p1: { ft: "notConfigured" } }), true],
    ["O6", "no Secondary registered with FT suspended", suspendedNowhere(), true],
    ["O10", "a pair with a reason that needs a Secondary", alone, false],
    ["O10", "a pair that needs one without a reason", changed(alone, { p1: { reason: null } }), true],
    ["O10", "a running pair with a reason", changed(running, { p1: { reason: "other" } }), true],
    ["O10", "a pair that is off, with a reason", changed(off, { p1: { reason: "initializing" } }), true],
  ])("violates %s or not: %s", (id, _what, state, isViolated) => {
    expect(property(id).always?.(p1(state), state, three) != null).toBe(isViolated)
  })
})

describe("a step", () => {
  const starts = reach(three, starting)
  const suspended = reach(three, `${toRunning} SuspendFT(p1)`)

  it.each<[string, State, string, State, boolean]>([
    ["running by JoinLockstep", starts, "JoinLockstep(p1.2)", running, false],
    ["running by BeginLockstep", starts, "BeginLockstep(p1.1)", running, true],
    ["running at once", alone, "SpawnSecondary(p1.1,h2)", running, true],
    ["suspended by another pair's suspension", running, "SuspendFT(p2)", suspended, true],
    ["suspended", running, "SuspendFT(p1)", suspended, false],
    ["suspended by the loss of a host", running, "FailHost(h2)", suspended, true],
    ["in need of a Secondary by the loss of a host", running, "FailHost(h2)", alone, false],
    ["in need of a Secondary by another pair's crash", running, "CrashCopy(p2.1)", alone, true],
    ["as it was, whatever is done", running, "Record(p1.1)", running, false],
  ])("violates O1 or not: a pair is reported %s", (_what, before, action, after, isViolated) => {
    expect(onStep(property("O1"), before, act(action), after) !== null).toBe(isViolated)
  })
})

describe("the state that vSphere reports", () => {
  it("changes in every way of the table, by every action in it, and in no other", () => {
    const seen = new Set<string>()

    enumerate(protocolOf(operated), among, [initial(operated)], (state, successors) => {
      for (const { action, state: next } of successors) {
        const [from, to] = [state, next].map((each) => ftState(pairOf(each, "p1")))
        if (from !== to) seen.add(`${from} → ${to} by ${action.kind}`)
      }
    })

    expect([...seen].toSorted()).toEqual(ways.toSorted())
  })
})

// Helpers

const among: readonly Kind[] = [...coreKinds, ...ftKinds, "TestFailover", "TestRestartSecondary"]

/** Two hosts, and FT that is turned on first. */
const operated: Config = {
  ...withoutFt(
    clusterOf([{}, {}], {
      bounds: { log: 0, generations: 4, faults: 1, powerOffUpTo: 1, fencesUpTo: 1 },
    }),
    "p1",
  ),
  policy: "registered",
}

/** The table of docs/spec/operations.md, row by row and action by action. */
const ways: readonly string[] = table().flatMap(([from, to, ...by]) =>
  by.map((kind) => `${from} → ${to} by ${kind}`),
)

function table(): readonly (readonly [from: FtState, to: FtState, ...by: Kind[]])[] {
  return [
    ["notConfigured", "enabled", "TurnOnFT"],
    ["notConfigured", "needSecondary", "TurnOnFT"],
    ["enabled", "needSecondary", "PowerOn"],
    ["needSecondary", "starting", "SpawnSecondary"],
    ["starting", "running", "JoinLockstep"],
    ["starting", "needSecondary", "AbandonSync", "SyncLost", "Suspect", "TestRestartSecondary"],
    ["starting", "needSecondary", "FailHost", "LoseStorage", "CrashCopy"],
    ["running", "needSecondary", "Suspect", "FailHost", "LoseStorage", "CrashCopy"],
    ["running", "needSecondary", "TestFailover", "TestRestartSecondary"],
    ["running", "enabled", "PowerOff"],
    ["starting", "enabled", "PowerOff"],
    ["needSecondary", "enabled", "PowerOff"],
    ["enabled", "disabled", "SuspendFT"],
    ["needSecondary", "disabled", "SuspendFT"],
    ["starting", "disabled", "SuspendFT"],
    ["running", "disabled", "SuspendFT"],
    ["disabled", "enabled", "ResumeFT"],
    ["disabled", "needSecondary", "ResumeFT"],
    ["enabled", "notConfigured", "TurnOffFT"],
    ["disabled", "notConfigured", "TurnOffFT"],
    ["needSecondary", "notConfigured", "TurnOffFT"],
    ["running", "notConfigured", "TurnOffFT"],
  ]
}

function property(id: string): Property {
  const found = reported.find((each) => each.id === id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  return found
}

function registered(state: State, primary: "h1" | "h3", secondary: "h2" | "h3"): State {
  return changed(state, { p1: { registered: { primary, secondary } } })
}

/** FT is suspended, and the Secondary registered nowhere. */
function suspendedNowhere(): State {
  return changed(alone, { p1: { ft: "disabled", registered: { primary: "h1", secondary: null } } })
}

function onStep(of: Property, before: State, action: Action, after: State): string | null {
  const [pair] = pairsOf(after)
  const history = noHistory(before)["p1"]
  if (pair === undefined || history === undefined) throw new Error("there is no p1")
  const step = { before, action, after }
  return of.onStep?.({ config: three, step, before: p1(before), after: pair, history }) ?? null
}
