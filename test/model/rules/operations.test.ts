import { describe, expect, it } from "vitest"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { ftState } from "../../../model/ft-state.ts"
import { step } from "../../../model/step.ts"
import {
  act,
  alone,
  bounded,
  changed,
  clusterOf,
  failedOver,
  itRefuses,
  overtaken,
  p1,
  placementRungs,
  reach,
  reachFrom,
  ruleOnP1,
  starting,
  three,
  toRunning,
  withholding,
} from "../../fixtures.ts"

const noFences = bounded({ fencesUpTo: 0 })
const last = bounded({ generations: 1 })

/** What can speak against a host as the place of a copy that has another end. */
const towardsAnotherEnd = [
  "storage",
  "maintenance",
  "anti-affinity",
  "unreachable",
  "confidential",
  "metro",
  "rule",
] as const

const twoRules = clusterOf([{ groups: ["a"] }, { groups: ["a", "b"] }, { groups: ["b"] }], {
  rules: [ruleOnP1("must", "on", "a"), { ...ruleOnP1("must", "not-on", "b"), active: false }],
})

describe("TestFailover", () => {
  itRefuses("TestFailover", [
    ["not-running", "for a pair that is off", "", "TestFailover(p1)", noFences],
    ["not-running", "for a Primary alone", alone, "TestFailover(p1)", noFences],
    ["not-running", "for a pair that is starting", withholding, "TestFailover(p1)", noFences],
    ["not-running", "while a half contends", `${toRunning} Suspect(p1.2)`, "TestFailover(p1)", noFences],
    ["bound", "above the generation up to which it is offered", toRunning, "TestFailover(p1)", noFences],
    ["bound", "when no generation is left for the failover", toRunning, "TestFailover(p1)", last],
  ])

  it("halts the Primary, which held the lock, and leaves the rest to the Secondary", () => {
    const before = reach(three, toRunning)

    const after = reachFrom(three, before, "TestFailover(p1)")

    const unheld = { lock: { generation: 1, holder: null }, interventions: 1, reason: "userAction" } as const
    expect(after).toEqual(changed(before, { p1: unheld, "p1.1": null }))
  })
})

describe("TestRestartSecondary", () => {
  const unfenced = changed(reach(noFences, toRunning, "LoseStorage(h2)"), { h1: { storage: false } })
  const overtakenAndOff = `${overtaken} PowerOff(p1)`

  itRefuses("TestRestartSecondary", [
    ["copy", "for a copy that does not run", unfenced, "TestRestartSecondary(p1.3)", noFences],
    ["primary-only", "for a Secondary", unfenced, "TestRestartSecondary(p1.2)", noFences],
    ["phase", "for a live Primary", starting, "TestRestartSecondary(p1.1)", noFences],
    [
      "phase",
      "for a Primary that contends",
      `${toRunning} LoseStorage(h1)`,
      "TestRestartSecondary(p1.1)",
      noFences,
    ],
    ["storage", "without storage", unfenced, "TestRestartSecondary(p1.1)", noFences],
    ["power", "for a pair that is off", overtakenAndOff, "TestRestartSecondary(p1.1)"],
    [
      "bound",
      "above the generation up to which it is offered",
      toRunning,
      "TestRestartSecondary(p1.1)",
      noFences,
    ],
    ["bound", "beyond the generations", toRunning, "TestRestartSecondary(p1.1)", last],
  ])

  it("takes the lock for the Primary, and halts the Secondary", () => {
    const before = reach(three, toRunning, "Record(p1.1)")

    const after = reachFrom(three, before, "TestRestartSecondary(p1.1)")

    expect(after).toEqual(
      changed(before, {
        p1: { lock: { generation: 2, holder: "p1.1" }, interventions: 1, reason: "userAction" },
        "p1.1": { phase: "live", generation: 2, channel: null },
        "p1.2": null,
      }),
    )
  })

  it("leaves a Secondary that it cannot reach to find out by itself", () => {
    const before = reach(three, toRunning, "CutLink(h1-h2)")

    const after = reachFrom(three, before, "TestRestartSecondary(p1.1)")

    expect(after).toEqual(
      changed(before, {
        p1: { lock: { generation: 2, holder: "p1.1" }, interventions: 1, reason: "userAction" },
        "p1.1": { phase: "live", generation: 2, channel: null },
      }),
    )
  })

  it("halts a Primary that was stale, and nothing else, whatever the bounds", () => {
    const config = bounded({ fencesUpTo: 0, generations: 2 })
    const before = reach(config, overtaken)

    const after = reachFrom(config, before, "TestRestartSecondary(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": null }))
  })
})

describe("Migrate", () => {
  const withoutStorage = changed(reach(three, starting, "CutLink(h1-h2)"), { h1: { storage: false } })

  itRefuses("Migrate", [
    ["copy", "for a copy that does not run", withoutStorage, "Migrate(p1.3,h3)"],
    ["phase", "for a syncing copy", withoutStorage, "Migrate(p1.2,h3)"],
    ["phase", "for a copy that contends", `${alone} LoseStorage(h1)`, "Migrate(p1.1,h3)"],
    ["storage", "from a host without storage", withoutStorage, "Migrate(p1.1,h3)"],
    ["peer", "for a live Primary with a Secondary", `${starting} CutLink(h1-h2)`, "Migrate(p1.1,h3)"],
    ["peer", "for a Primary whose Secondary is gone", `${toRunning} CrashCopy(p1.2)`, "Migrate(p1.1,h3)"],
    ["peer", "for a Secondary whose Primary is gone", `${toRunning} CrashCopy(p1.1)`, "Migrate(p1.2,h3)"],
    ["unreachable", "where the old link is cut", `${toRunning} CutLink(h1-h2)`, "Migrate(p1.1,h1)"],
    ...placementRungs(toRunning, "Migrate(p1.1,h3)", towardsAnotherEnd),
    ...placementRungs(alone, "Migrate(p1.1,h3)", ["encryption", "limits"]),
    ["anti-affinity", "to its own host", alone, "Migrate(p1.1,h1)"],
    ["anti-affinity", "to its Secondary's host", toRunning, "Migrate(p1.1,h2)"],
    ["unreachable", "where the new link is cut", `${toRunning} CutLink(h2-h3)`, "Migrate(p1.1,h3)"],
  ])

  it.each([
    ["a Primary alone", alone],
    ["a Primary in lockstep", toRunning],
    ["a Primary that waits for its Secondary to join", withholding],
  ])("moves %s, and its registration with it", (_who, schedule) => {
    const before = reach(three, schedule, "Record(p1.1)")

    const after = reachFrom(three, before, "Migrate(p1.1,h3)")

    const registered = { ...p1(before).registered, primary: "h3" } as const
    expect(after).toEqual(changed(before, { p1: { registered }, "p1.1": { host: "h3" } }))
  })

  it("moves a Secondary, and its registration with it", () => {
    const before = reach(three, toRunning)

    const after = reachFrom(three, before, "Migrate(p1.2,h3)")

    const registered = { primary: "h1", secondary: "h3" } as const
    expect(after).toEqual(changed(before, { p1: { registered }, "p1.2": { host: "h3" } }))
  })

  it("moves a stale Primary without its registration, which is the new one's", () => {
    const before = reach(three, overtaken)

    const after = reachFrom(three, before, "Migrate(p1.1,h3)")

    expect(after).toEqual(changed(before, { "p1.1": { host: "h3" } }))
  })
})

describe("EnterMaintenance", () => {
  const withCopies = changed(reach(three, toRunning), { h2: { maintenance: true } })

  itRefuses("EnterMaintenance", [
    ["maintenance", "for a host already in maintenance", withCopies, "EnterMaintenance(h2)"],
    ["runs-copy", "for a Primary's host", toRunning, "EnterMaintenance(h1)"],
    ["runs-copy", "for a host with a syncing copy", starting, "EnterMaintenance(h2)"],
    ["runs-copy", "for a host with a waiting copy", `${toRunning} LoseStorage(h2)`, "EnterMaintenance(h2)"],
    [
      "runs-copy",
      "for a host with a copy of a pair that is off",
      `${toRunning} PowerOff(p1)`,
      "EnterMaintenance(h2)",
    ],
  ])

  it.each([
    ["an empty host", toRunning],
    ["an empty host that is down", `${toRunning} FailHost(h3)`],
  ])("takes %s out of service, and changes nothing else", (_which, schedule) => {
    const before = reach(three, schedule)

    const after = reachFrom(three, before, "EnterMaintenance(h3)")

    expect(after).toEqual(changed(before, { h3: { maintenance: true } }))
  })
})

describe("ExitMaintenance", () => {
  itRefuses("ExitMaintenance", [["maintenance", "for a host in service", "", "ExitMaintenance(h3)"]])

  it("puts the host back in service, and changes nothing else", () => {
    const before = reach(three, "EnterMaintenance(h2) EnterMaintenance(h3)")

    const after = reachFrom(three, before, "ExitMaintenance(h3)")

    expect(after).toEqual(changed(before, { h3: { maintenance: false } }))
  })
})

describe("ActivateRule", () => {
  itRefuses("ActivateRule", [["in-force", "for a rule in force", "", "ActivateRule(1)", twoRules]])

  it("binds the next placement, and moves no copy", () => {
    const before = reach(twoRules, toRunning)

    const after = reachFrom(twoRules, before, "ActivateRule(2)")

    expect(after).toEqual(changed(before, { rules: [true, true] }))
    expect(
      stateAfter(twoRules, `${failedOver} ActivateRule(2) RecoverHost(h1) SpawnSecondary(p1.2,h1)`),
    ).toBe("starting")
    expect(
      step(
        protocolOf(twoRules),
        reach(twoRules, failedOver, "ActivateRule(2) DeactivateRule(1)"),
        act("SpawnSecondary(p1.2,h3)"),
      ),
    ).toEqual({ tag: "refused", guard: "rule" })
  })
})

describe("DeactivateRule", () => {
  itRefuses("DeactivateRule", [["in-force", "for a rule out of force", "", "DeactivateRule(2)", twoRules]])

  it("lets copies start where the rule forbade it", () => {
    const before = reach(twoRules, alone)

    const after = reachFrom(twoRules, before, "DeactivateRule(1)")

    expect(after).toEqual(changed(before, { rules: [false, false] }))
    expect(stateAfter(twoRules, `${alone} DeactivateRule(1) SpawnSecondary(p1.1,h3)`)).toBe("starting")
  })

  it("is unknown where there is no such rule", () => {
    expect(step(protocolOf(twoRules), reach(twoRules, ""), act("DeactivateRule(3)"))).toEqual({
      tag: "refused",
      guard: "unknown",
    })
  })
})

const stateAfter = (config: Config, schedule: string) => ftState(p1(reach(config, schedule)))
