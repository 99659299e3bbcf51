import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { ftState } from "../../model/ft-state.ts"
import {
  alone,
  changed,
  failedOver,
  overtaken,
  p1,
  reach,
  reachFrom,
  starting,
  three,
  toRunning,
  withholding,
} from "../fixtures.ts"

describe("the FT state", () => {
  it.each([
    ["enabled", "before the first power-on", ""],
    ["enabled", "when powered off, whatever still runs", `${toRunning} PowerOff(p1)`],
    ["needSecondary", "with a Primary alone", alone],
    ["starting", "while a Secondary is syncing", starting],
    ["starting", "while its Primary withholds for it", withholding],
    ["running", "with both in lockstep", toRunning],
    ["running", "though the link is cut, until somebody suspects", `${toRunning} CutLink(h1-h2)`],
    ["needSecondary", "when the Secondary contends", `${toRunning} Suspect(p1.2)`],
    ["needSecondary", "when the Primary contends", `${toRunning} Suspect(p1.1)`],
    ["needSecondary", "when the Secondary is gone", `${toRunning} CrashCopy(p1.2)`],
    ["needSecondary", "when the Primary is gone", `${toRunning} CrashCopy(p1.1)`],
    ["needSecondary", "after the failover", failedOver],
    [
      "needSecondary",
      "when the syncing copy is given up, though it runs",
      `${starting} CutLink(h1-h2) AbandonSync(p1.1)`,
    ],
    ["starting", "beside a stale Primary with its old channel", `${overtaken} SpawnSecondary(p1.2,h3)`],
  ] as const)("is %s %s", (expected, _when, schedule) => {
    expect(ftState(p1(reach(three, schedule)))).toBe(expected)
  })

  it("is needSecondary where the Primary's peer has become a Primary", () => {
    const state = changed(reach(three, toRunning), { "p1.2": { role: "primary" } })

    expect(ftState(p1(state))).toBe("needSecondary")
  })

  it("is needSecondary while the Primary is still live beside a Secondary in lockstep", () => {
    const state = changed(reach(three, toRunning), { "p1.1": { phase: "live" } })

    expect(ftState(p1(state))).toBe("needSecondary")
  })
})

describe("the reason of a pair that needs a Secondary", () => {
  it.each([
    ["initializing", "after PowerOn", alone],
    ["initializing", "after HaRestart", `${alone} FailHost(h1) HaRestart(p1,h2)`],
    ["userAction", "after TestFailover", `${toRunning} TestFailover(p1)`],
    ["userAction", "after TestRestartSecondary", `${toRunning} TestRestartSecondary(p1.1)`],
    ["userAction", "after TestRestartSecondary while starting", `${withholding} TestRestartSecondary(p1.1)`],
    ["partialHardwareFailure", "after the Primary's storage is lost", `${toRunning} LoseStorage(h1)`],
    ["partialHardwareFailure", "after the Secondary's storage is lost", `${toRunning} LoseStorage(h2)`],
    ["lostConnection", "after the Primary's host fails", `${toRunning} FailHost(h1)`],
    ["lostConnection", "after the Secondary's host fails", `${toRunning} FailHost(h2)`],
    ["lostConnection", "after Suspect", `${toRunning} Suspect(p1.2)`],
    ["lostConnection", "after the Primary crashes", `${toRunning} CrashCopy(p1.1)`],
    ["other", "after the Secondary crashes", `${toRunning} CrashCopy(p1.2)`],
    ["other", "after the syncing copy crashes", `${starting} CrashCopy(p1.2)`],
    ["divergence", "after the Secondary diverges", `${toRunning} CrashCopy(p1.2,divergence)`],
    ["checkpointError", "after a checkpoint fails", `${starting} CrashCopy(p1.2,checkpointError)`],
    ["divergence", "as it is given, on a Primary too", `${toRunning} CrashCopy(p1.1,divergence)`],
    ["other", "after AbandonSync", `${starting} CutLink(h1-h2) AbandonSync(p1.1)`],
    ["other", "after SyncLost", `${starting} CutLink(h1-h2) SyncLost(p1.2)`],
  ] as const)("is %s %s", (reason, _when, schedule) => {
    expect(p1(reach(three, schedule)).reason).toBe(reason)
  })

  it.each([
    ["lostConnection", "the failover", "TryLock(p1.2)"],
    ["lostConnection", "a second fault", "LoseStorage(h2)"],
    ["lostConnection", "the crash of what was left", "CrashCopy(p1.2)"],
    ["initializing", "an HA restart, which begins anew", "CrashCopy(p1.2) HaRestart(p1,h3)"],
  ] as const)("is still %s after %s: the first cause wins", (reason, _what, schedule) => {
    const before = reach(three, toRunning, "FailHost(h1) Suspect(p1.2)")

    const after = reachFrom(three, before, schedule)

    expect(p1(after).reason).toBe(reason)
  })

  it.each([
    ["is powered off", "PowerOff(p1)"],
    ["is starting again", "SpawnSecondary(p1.2,h3)"],
  ])("is gone once the pair %s", (_how, schedule) => {
    const before = reach(three, failedOver)

    const after = reachFrom(three, before, schedule)

    expect(p1(before).reason).toBe("lostConnection")
    expect(p1(after).reason).toBeNull()
  })

  it("is nothing that another pair's power-on or restart could change", () => {
    const two = plainConfig(3, 2)
    const before = reach(two, failedOver, "PowerOn(p2,h3) FailHost(h3)")

    const after = reachFrom(two, before, "HaRestart(p2,h2)")

    expect(p1(after).reason).toBe("lostConnection")
  })

  it("stays null while the pair is running, whatever happens to a stale copy", () => {
    const running = "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3)"

    const after = reach(three, overtaken, running, "Suspect(p1.1) CrashCopy(p1.1)")

    expect(p1(after).reason).toBeNull()
  })
})
