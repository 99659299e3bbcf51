import { describe, expect, it } from "vitest"
import type { Config } from "../../../model/config.ts"
import { ftState } from "../../../model/ft-state.ts"
import {
  alone,
  bounded,
  changed,
  clusterOf,
  itRefuses,
  overtaken,
  p1,
  reach,
  reachFrom,
  starting,
  three,
  toRunning,
  withoutFt,
} from "../../fixtures.ts"

const unconfigured: Config = withoutFt(three, "p1")
/** One FT VM on a host, and p1 is none. */
const crowded: Config = withoutFt(clusterOf([{ ftVmsMax: 1 }, {}], { pairs: 2 }), "p1")
const noFences = bounded({ fencesUpTo: 0 })
const last = bounded({ generations: 1 })

/** p1.1 has gone on alone after its Secondary crashed; the Secondary is still registered on h2. */
const crashed = `${toRunning} CrashCopy(p1.2) Suspect(p1.1) TryLock(p1.1)`

const requiring = (config: Config): Config => ({
  ...config,
  pairs: config.pairs.map((pair) => ({ ...pair, encryption: "required" })),
})

describe("TurnOnFT", () => {
  itRefuses("TurnOnFT", [
    ["ft", "for a pair with FT on", "FailHost(h1)", "TurnOnFT(p1)"],
    ["ft", "for a pair that is suspended", "SuspendFT(p1) FailHost(h1)", "TurnOnFT(p1)"],
    ["primary-host", "where that host is down", `${alone} FailHost(h1)`, "TurnOnFT(p1)", unconfigured],
    [
      "primary-host",
      "where that host is in maintenance",
      "EnterMaintenance(h1)",
      "TurnOnFT(p1)",
      unconfigured,
    ],
    [
      "no-primary",
      "while the VM is to be restarted",
      `${alone} CrashCopy(p1.1)`,
      "TurnOnFT(p1)",
      unconfigured,
    ],
    ["limits", "on a host with its FT VMs already", `${alone} PowerOn(p2,h1)`, "TurnOnFT(p1)", crowded],
    [
      "encryption",
      "on a host that cannot encrypt, for a pair that requires it",
      alone,
      "TurnOnFT(p1)",
      requiring(unconfigured),
    ],
  ])

  it("makes a VM that is off an FT VM, its Secondary registered with the Primary, whatever the limits", () => {
    const before = reach(crowded, "PowerOn(p2,h1)")

    const after = reachFrom(crowded, before, "TurnOnFT(p1)")

    const registered = { primary: "h1", secondary: "h1" } as const
    expect(after).toEqual(changed(before, { p1: { ft: "enabled", registered } }))
  })

  it("puts a VM that is on in need of a Secondary, and it gets one", () => {
    const before = reach(unconfigured, "PowerOn(p1,h2)")

    const after = reachFrom(unconfigured, before, "TurnOnFT(p1)")

    const registered = { primary: "h2", secondary: "h2" } as const
    expect(after).toEqual(changed(before, { p1: { ft: "enabled", registered, reason: "initializing" } }))
    expect(stateAfter(unconfigured, "PowerOn(p1,h2) TurnOnFT(p1) SpawnSecondary(p1.1,h1)")).toBe("starting")
  })
})

describe("SuspendFT", () => {
  const suspendedDown = changed(reach(three, toRunning), { p1: { ft: "disabled" }, h1: { up: false } })

  itRefuses("SuspendFT", [
    ["copy", "for a copy that does not run", suspendedDown, "SuspendFT(p1,p1.3)"],
    ["ft", "for a pair that is suspended", suspendedDown, "SuspendFT(p1)"],
    ["ft", "for a pair without FT", "FailHost(h1)", "SuspendFT(p1)", unconfigured],
    ["primary-host", "where that host is down", `${toRunning} FailHost(h1)`, "SuspendFT(p1)"],
    ["primary-host", "where that host is in maintenance", "EnterMaintenance(h1)", "SuspendFT(p1)"],
    ["primary-only", "asked of a Secondary", toRunning, "SuspendFT(p1,p1.2)", noFences],
    ["no-primary", "during a failover", `${toRunning} CrashCopy(p1.1)`, "SuspendFT(p1)", noFences],
    ["no-primary", "while the Primary contends", `${toRunning} Suspect(p1.1)`, "SuspendFT(p1)", noFences],
    ["no-primary", "asked of a contender", `${toRunning} Suspect(p1.1)`, "SuspendFT(p1,p1.1)", noFences],
    ["power", "asked of a copy of a VM that is off", `${overtaken} PowerOff(p1)`, "SuspendFT(p1,p1.1)"],
    ["bound", "above the generation up to which it is offered", toRunning, "SuspendFT(p1)", noFences],
    ["bound", "beyond the generations", toRunning, "SuspendFT(p1)", last],
  ])

  it.each(["SuspendFT(p1)", "SuspendFT(p1,p1.1)"])("takes the lock for the Primary: %s", (asked) => {
    const before = reach(three, toRunning, "Record(p1.1)")

    const after = reachFrom(three, before, asked)

    expect(after).toEqual(
      changed(before, {
        p1: { ft: "disabled", lock: { generation: 2, holder: "p1.1" }, interventions: 1 },
        "p1.1": { phase: "live", generation: 2, channel: null },
        "p1.2": null,
      }),
    )
  })

  it("leaves a Secondary out of reach to find out by itself", () => {
    const before = reach(three, toRunning, "CutLink(h1-h2)")

    const after = reachFrom(three, before, "SuspendFT(p1)")

    expect(after).toEqual(
      changed(before, {
        p1: { ft: "disabled", lock: { generation: 2, holder: "p1.1" }, interventions: 1 },
        "p1.1": { phase: "live", generation: 2, channel: null },
      }),
    )
    expect(reachFrom(three, after, "Suspect(p1.2) TryLock(p1.2)")).toEqual(changed(after, { "p1.2": null }))
  })

  it("needs no lock for a live Primary, and halts the copy that it was bringing up", () => {
    const before = reach(noFences, starting)

    const after = reachFrom(noFences, before, "SuspendFT(p1)")

    expect(after).toEqual(
      changed(before, { p1: { ft: "disabled" }, "p1.1": { channel: null }, "p1.2": null }),
    )
  })

  it("drops a copy out of reach that it was bringing up", () => {
    const before = reach(three, starting, "CutLink(h1-h2)")

    const after = reachFrom(three, before, "SuspendFT(p1)")

    expect(after).toEqual(changed(before, { p1: { ft: "disabled" }, "p1.1": { channel: null } }))
  })

  it("halts a stale Primary that is asked by name, and does nothing else, whatever the bounds", () => {
    const config = bounded({ fencesUpTo: 0, generations: 2 })
    const before = reach(config, overtaken)

    const after = reachFrom(config, before, "SuspendFT(p1,p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": null }))
  })

  it("asks who is named, though the Primary is registered on a host that is down", () => {
    const before = reach(three, overtaken, "FailHost(h2)")

    const after = reachFrom(three, before, "SuspendFT(p1,p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": null }))
  })

  it("only sets FT while the VM is off", () => {
    const before = reach(three, toRunning, "PowerOff(p1)")

    const after = reachFrom(three, before, "SuspendFT(p1)")

    expect(after).toEqual(changed(before, { p1: { ft: "disabled" } }))
  })

  it("leaves the VM to be restarted alone", () => {
    const schedule = `${toRunning} SuspendFT(p1) FailHost(h1) HaRestart(p1,h2)`

    expect(stateAfter(three, schedule)).toBe("disabled")
    expect(p1(reach(three, schedule)).reason).toBe(null)
  })
})

describe("TurnOffFT", () => {
  const withoutFtDown = changed(reach(unconfigured, alone), { h1: { up: false } })

  itRefuses("TurnOffFT", [
    ["copy", "for a copy that does not run", withoutFtDown, "TurnOffFT(p1,p1.3)"],
    ["ft", "for a pair without FT", withoutFtDown, "TurnOffFT(p1)"],
    ["primary-host", "where that host is down", `${toRunning} FailHost(h1)`, "TurnOffFT(p1)"],
    ["primary-host", "where that host is in maintenance", "EnterMaintenance(h1)", "TurnOffFT(p1)"],
    ["primary-only", "asked of a Secondary", toRunning, "TurnOffFT(p1,p1.2)", noFences],
    ["no-primary", "while the Primary contends", `${toRunning} Suspect(p1.1)`, "TurnOffFT(p1)", noFences],
    ["no-primary", "asked of a contender", `${toRunning} Suspect(p1.1)`, "TurnOffFT(p1,p1.1)", noFences],
    ["power", "asked of a copy of a VM that is off", `${overtaken} PowerOff(p1)`, "TurnOffFT(p1,p1.1)"],
    ["starting", "while a Secondary is brought up", `${starting} FailHost(h3)`, "TurnOffFT(p1)", noFences],
    ["secondary-host", "where that host is down", `${toRunning} FailHost(h2)`, "TurnOffFT(p1)", noFences],
    [
      "secondary-host",
      "where that host is in maintenance",
      `${crashed} EnterMaintenance(h2)`,
      "TurnOffFT(p1)",
    ],
    ["bound", "above the generation up to which it is offered", toRunning, "TurnOffFT(p1)", noFences],
    ["bound", "beyond the generations", toRunning, "TurnOffFT(p1)", last],
  ])

  it("takes the lock for the Primary, halts the Secondary, and registers it nowhere", () => {
    const before = reach(three, toRunning)

    const after = reachFrom(three, before, "TurnOffFT(p1)")

    expect(after).toEqual(
      changed(before, {
        p1: {
          ft: "notConfigured",
          registered: { primary: "h1", secondary: null },
          lock: { generation: 2, holder: "p1.1" },
          interventions: 1,
        },
        "p1.1": { phase: "live", generation: 2, channel: null },
        "p1.2": null,
      }),
    )
  })

  it("only sets FT, and registers the Secondary nowhere, while the VM is off", () => {
    const before = reach(three)

    const after = reachFrom(three, before, "TurnOffFT(p1)")

    const registered = { primary: "h1", secondary: null } as const
    expect(after).toEqual(changed(before, { p1: { ft: "notConfigured", registered } }))
  })

  it("halts a stale Primary that is asked by name, and does nothing else", () => {
    const before = reach(three, overtaken)

    const after = reachFrom(three, before, "TurnOffFT(p1,p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": null }))
  })

  it("leaves the lock at its generation, also when FT is on again", () => {
    const state = reach(three, toRunning, "TurnOffFT(p1) TurnOnFT(p1)")

    expect(p1(state).lock).toEqual({ generation: 2, holder: "p1.1" })
  })

  it("takes off a suspended VM what is left of FT", () => {
    expect(stateAfter(three, `${toRunning} SuspendFT(p1) TurnOffFT(p1)`)).toBe("notConfigured")
  })
})

describe("ResumeFT", () => {
  itRefuses("ResumeFT", [
    ["ft", "for a pair with FT on", "FailHost(h1)", "ResumeFT(p1)"],
    ["ft", "for a pair without FT", "FailHost(h1)", "ResumeFT(p1)", unconfigured],
    ["primary-host", "where that host is down", `${alone} SuspendFT(p1) FailHost(h1)`, "ResumeFT(p1)"],
    [
      "primary-host",
      "where that host is in maintenance",
      "SuspendFT(p1) EnterMaintenance(h1)",
      "ResumeFT(p1)",
    ],
    [
      "no-primary",
      "while the VM is to be restarted",
      `${alone} SuspendFT(p1) CrashCopy(p1.1)`,
      "ResumeFT(p1)",
    ],
  ])

  it("puts a VM that is on in need of a Secondary, though no host could take one", () => {
    const before = reach(three, toRunning, "SuspendFT(p1) FailHost(h2) FailHost(h3)")

    const after = reachFrom(three, before, "ResumeFT(p1)")

    expect(after).toEqual(changed(before, { p1: { ft: "enabled", reason: "initializing" } }))
  })

  it("only sets FT while the VM is off", () => {
    const before = reach(three, "SuspendFT(p1)")

    const after = reachFrom(three, before, "ResumeFT(p1)")

    expect(after).toEqual(changed(before, { p1: { ft: "enabled" } }))
  })
})

describe("Register", () => {
  itRefuses("Register", [
    ["power", "while the VM is on", `${alone} LoseStorage(h1)`, "Register(p1,secondary,h1)", unconfigured],
    [
      "ft",
      "for the Secondary of a pair without FT",
      "LoseStorage(h1)",
      "Register(p1,secondary,h1)",
      unconfigured,
    ],
    [
      "storage",
      "on a host without storage",
      "EnterMaintenance(h1) LoseStorage(h1)",
      "Register(p1,primary,h1)",
    ],
    ["storage", "on a host that is down", "FailHost(h1)", "Register(p1,secondary,h1)"],
    ["maintenance", "on a host in maintenance", "EnterMaintenance(h1)", "Register(p1,primary,h1)"],
    ["same", "where it is registered already", "", "Register(p1,secondary,h1)"],
  ])

  it.each(["primary", "secondary"] as const)("registers the %s elsewhere, and nothing else", (role) => {
    const before = reach(three)

    const after = reachFrom(three, before, `Register(p1,${role},h2)`)

    const registered = { primary: "h1", secondary: "h1", [role]: "h2" } as const
    expect(after).toEqual(changed(before, { p1: { registered } }))
  })

  it("registers the Primary of a pair without FT", () => {
    const before = reach(unconfigured)

    const after = reachFrom(unconfigured, before, "Register(p1,primary,h2)")

    expect(after).toEqual(changed(before, { p1: { registered: { primary: "h2", secondary: null } } }))
  })
})

// Helpers

const stateAfter = (config: Config, schedule: string) => ftState(p1(reach(config, schedule)))
