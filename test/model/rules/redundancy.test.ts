import { describe, expect, it } from "vitest"
import type { Config } from "../../../model/config.ts"
import type { Copy } from "../../../model/copy.ts"
import type { CopyId, HostId } from "../../../model/ids.ts"
import { pairOf } from "../../../model/state.ts"
import {
  alone,
  booted,
  changed,
  clusterOf,
  failedOver,
  itRefuses,
  logOf,
  p1,
  placementRungs,
  reach,
  reachFrom,
  ruleOnP1,
  starting,
  three,
  toRunning,
  withholding,
  withoutFt,
} from "../../fixtures.ts"

describe("SpawnSecondary", () => {
  const off = changed(reach(three, alone, "LoseStorage(h3)"), { p1: { power: "off" } })
  const byReference: Config = { ...clusterOf([{}, {}, {}], { pairs: 2 }), policy: "reference" }
  const anotherIsDown = `${alone} PowerOn(p2,h1) CrashCopy(p2.1)`

  itRefuses("SpawnSecondary", [
    ["copy", "for a copy that does not run", toRunning, "SpawnSecondary(p1.3,h2)"],
    ["primary-only", "for a Secondary", toRunning, "SpawnSecondary(p1.2,h2)"],
    ["phase", "for a Primary in lockstep", toRunning, "SpawnSecondary(p1.1,h2)"],
    ["phase", "for a Primary that contends", `${alone} LoseStorage(h1)`, "SpawnSecondary(p1.1,h1)"],
    ["peer", "for a Primary that has a Secondary", starting, "SpawnSecondary(p1.1,h2)"],
    ["peer", "before a dead Secondary is given up", `${starting} CrashCopy(p1.2)`, "SpawnSecondary(p1.1,h2)"],
    ["power", "for a pair that is powered off", off, "SpawnSecondary(p1.1,h3)"],
    [
      "ft",
      "for a pair that is suspended",
      `${alone} SuspendFT(p1) LoseStorage(h3)`,
      "SpawnSecondary(p1.1,h3)",
    ],
    [
      "ft",
      "for a pair without FT",
      `${alone} LoseStorage(h3)`,
      "SpawnSecondary(p1.1,h3)",
      withoutFt(three, "p1"),
    ],
    ...placementRungs(alone, "SpawnSecondary(p1.1,h3)"),
    ["storage", "on a host that is down", `${alone} FailHost(h2)`, "SpawnSecondary(p1.1,h2)"],
    ["anti-affinity", "on the Primary's own host", alone, "SpawnSecondary(p1.1,h1)"],
    [
      "policy",
      "on another host than the policy picks",
      anotherIsDown,
      "SpawnSecondary(p1.1,h3)",
      byReference,
    ],
    [
      "restart-first",
      "while another pair could be restarted",
      anotherIsDown,
      "SpawnSecondary(p1.1,h2)",
      byReference,
    ],
  ])

  it("does not wait for another pair under the policy `any`, nor for one that no host could take", () => {
    const barred = clusterOf([{ groups: ["a"] }, {}, {}], { pairs: 2, rules: [ruleOnP1("must", "on", "a")] })
    const down = "PowerOn(p1,h1) FailHost(h1) PowerOn(p2,h2) SpawnSecondary(p2.1,h3)"

    expect(
      p1(reach({ ...byReference, policy: "any" }, anotherIsDown, "SpawnSecondary(p1.1,h2)")).started,
    ).toBe(2)
    expect(pairOf(reach({ ...barred, policy: "reference" }, down), "p2").started).toBe(2)
  })

  it("starts an empty, syncing copy as the peer of the Primary, and registers it there", () => {
    const before = reach(three, alone, "Record(p1.1)")

    const after = reachFrom(three, before, "SpawnSecondary(p1.1,h2)")

    expect(after).toEqual(
      changed(before, {
        p1: { started: 2, registered: { primary: "h1", secondary: "h2" }, reason: null },
        "p1.1": { channel: { peer: "p1.2", delivered: 0, acked: 0 } },
        "p1.2": syncing("p1.2", "h2"),
      }),
    )
  })

  it("starts it at the generation of the Primary, and never gives a name twice", () => {
    const before = reach(three, failedOver)

    const after = reachFrom(three, before, "SpawnSecondary(p1.2,h3)")

    expect(after).toEqual(
      changed(before, {
        p1: { started: 3, registered: { primary: "h2", secondary: "h3" }, reason: null },
        "p1.2": { channel: { peer: "p1.3", delivered: 0, acked: 0 } },
        "p1.3": { ...syncing("p1.3", "h3"), generation: 2 },
      }),
    )
  })
})

describe("BeginLockstep", () => {
  const unreachable = `${starting} CutLink(h1-h2)`
  const joinedTooSoon = changed(reach(three, unreachable), { "p1.2": { phase: "lockstep" } })

  itRefuses("BeginLockstep", [
    ["copy", "for a copy that does not run", unreachable, "BeginLockstep(p1.3)"],
    ["primary-only", "for a Secondary", unreachable, "BeginLockstep(p1.2)"],
    ["phase", "for a Primary already in lockstep", `${withholding} CutLink(h1-h2)`, "BeginLockstep(p1.1)"],
    ["peer", "without a Secondary", `${alone} CutLink(h1-h2)`, "BeginLockstep(p1.1)"],
    ["peer", "when the Secondary has died", `${unreachable} SyncLost(p1.2)`, "BeginLockstep(p1.1)"],
    ["peer", "when the Secondary is not syncing", joinedTooSoon, "BeginLockstep(p1.1)"],
    ["unreachable", "over a link that is cut", unreachable, "BeginLockstep(p1.1)"],
  ])

  it("counts all that is recorded as delivered and acknowledged, and leaves the Secondary alone", () => {
    const before = reach(three, alone, "Record(p1.1) Record(p1.1) Release(p1.1) SpawnSecondary(p1.1,h2)")

    const after = reachFrom(three, before, "BeginLockstep(p1.1)")

    const channel = { peer: "p1.2", delivered: 2, acked: 2 } as const
    expect(after).toEqual(changed(before, { "p1.1": { phase: "lockstep", channel } }))
  })
})

describe("JoinLockstep", () => {
  itRefuses("JoinLockstep", [
    ["copy", "for a copy that does not run", alone, "JoinLockstep(p1.2)"],
    ["phase", "for a copy that has joined", `${toRunning} CutLink(h1-h2)`, "JoinLockstep(p1.2)"],
    ["phase", "for a Primary", `${withholding} CutLink(h1-h2)`, "JoinLockstep(p1.1)"],
    ["primary", "while the Primary does not withhold", `${starting} CutLink(h1-h2)`, "JoinLockstep(p1.2)"],
    ["primary", "when the Primary is gone", `${withholding} CrashCopy(p1.1)`, "JoinLockstep(p1.2)"],
    ["primary", "when the Primary contends", `${withholding} LoseStorage(h1)`, "JoinLockstep(p1.2)"],
    ["unreachable", "over a link that is cut", `${withholding} CutLink(h1-h2)`, "JoinLockstep(p1.2)"],
  ])

  it("takes over what the checkpoint carried and how much was released, and leaves the Primary alone", () => {
    const checkpoint = "Record(p1.1) Record(p1.1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1)"
    const before = reach(three, alone, checkpoint, "Record(p1.1) Release(p1.1)")

    const after = reachFrom(three, before, "JoinLockstep(p1.2)")

    const joined = { phase: "lockstep", log: logOf("1.1 1.2"), released: 1 } as const
    expect(after).toEqual(changed(before, { "p1.2": joined }))
  })
})

describe("AbandonSync", () => {
  itRefuses("AbandonSync", [
    ["copy", "for a copy that does not run", starting, "AbandonSync(p1.3)"],
    ["primary-only", "for a Secondary", starting, "AbandonSync(p1.2)"],
    ["phase", "for a Primary in lockstep", withholding, "AbandonSync(p1.1)"],
    ["peer", "without a Secondary", alone, "AbandonSync(p1.1)"],
    ["needed", "while the Secondary is coming up", starting, "AbandonSync(p1.1)"],
  ])

  it.each([
    ["has died", reach(three, starting, "CrashCopy(p1.2)")],
    ["cannot be reached", reach(three, starting, "CutLink(h1-h2)")],
    [
      "is not syncing",
      changed(reach(three, starting), { "p1.2": { phase: "contending" }, p1: { reason: "other" } }),
    ],
  ])("lets the Primary go on without a Secondary that %s, and leaves that one alone", (_how, before) => {
    const after = reachFrom(three, before, "AbandonSync(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { channel: null }, p1: { reason: "other" } }))
  })
})

describe("SyncLost", () => {
  itRefuses("SyncLost", [
    ["copy", "for a copy that does not run", starting, "SyncLost(p1.3)"],
    ["phase", "for a Primary", starting, "SyncLost(p1.1)"],
    ["phase", "for a copy in lockstep", toRunning, "SyncLost(p1.2)"],
    ["needed", "while the Primary waits for it", starting, "SyncLost(p1.2)"],
    ["needed", "while the Primary withholds for it", withholding, "SyncLost(p1.2)"],
  ])

  it.each([
    ["is gone", `${starting} CrashCopy(p1.1)`],
    ["contends", `${withholding} LoseStorage(h1)`],
    ["has given it up", `${starting} CutLink(h1-h2) AbandonSync(p1.1) HealLink(h1-h2)`],
  ])("halts a syncing copy whose Primary %s", (_what, schedule) => {
    const before = reach(three, schedule)

    const after = reachFrom(three, before, "SyncLost(p1.2)")

    expect(after).toEqual(changed(before, { "p1.2": null }))
  })

  it("halts a syncing copy whose Primary cannot be reached, and leaves that one with a peer that is gone", () => {
    const before = reach(three, withholding, "CutLink(h1-h2)")

    const after = reachFrom(three, before, "SyncLost(p1.2)")

    const channel = { peer: "gone", delivered: 0, acked: 0 } as const
    expect(after).toEqual(changed(before, { "p1.1": { channel }, "p1.2": null, p1: { reason: "other" } }))
  })
})

// Helpers

const syncing = (id: CopyId, host: HostId): Copy => ({
  ...booted(id, host),
  role: "secondary",
  phase: "syncing",
})
