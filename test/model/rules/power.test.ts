import { describe, expect, it } from "vitest"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { enabled } from "../../../model/step.ts"
import {
  alone,
  booted,
  bounded,
  changed,
  itRefuses,
  logOf,
  overtaken,
  p1,
  placementRungs,
  reach,
  reachFrom,
  three,
  toRunning,
} from "../../fixtures.ts"

/** What can speak against a host as the place of a new Primary: it has no other end, and no copy of its pair runs. */
const hindrances = ["storage", "maintenance", "rule", "encryption", "limits"] as const

const byRegistration: Config = { ...three, policy: "registered" }
const byReference: Config = { ...three, policy: "reference" }

/** Two outputs are out, a third entry is recorded. */
const twoSeen = "Record(p1.1) Record(p1.1) Release(p1.1) Release(p1.1) Record(p1.1)"

describe("PowerOn", () => {
  itRefuses("PowerOn", [
    ["power", "for a pair that is on", `${alone} LoseStorage(h3)`, "PowerOn(p1,h3)"],
    [
      "may-run",
      "beside a Secondary that does not know",
      `${toRunning} PowerOff(p1) LoseStorage(h3)`,
      "PowerOn(p1,h3)",
    ],
    ["may-run", "beside a stale Primary", `${overtaken} PowerOff(p1) LoseStorage(h3)`, "PowerOn(p1,h3)"],
    ...placementRungs("", "PowerOn(p1,h3)", hindrances),
    ["storage", "on a host that is down", "FailHost(h1)", "PowerOn(p1,h1)"],
    ["registered", "where the registered host could take it", "", "PowerOn(p1,h2)", byReference],
    ["registered", "likewise under the policy `registered`", "", "PowerOn(p1,h2)", byRegistration],
    ["policy", "on another host than the policy picks", "FailHost(h1)", "PowerOn(p1,h3)", byReference],
  ])

  it.each([
    ["any", "", ["h1", "h2", "h3"]],
    ["any", "FailHost(h1)", ["h2", "h3"]],
    ["registered", "", ["h1"]],
    ["registered", "FailHost(h1)", ["h2", "h3"]],
    ["reference", "", ["h1"]],
    ["reference", "FailHost(h1)", ["h2"]],
    ["reference", "FailHost(h1) EnterMaintenance(h2)", ["h3"]],
    ["reference", "Register(p1,primary,h3)", ["h3"]],
  ] as const)("under the policy `%s` is possible, after %j, on %j", (policy, schedule, hosts) => {
    const config = { ...three, policy }

    const open = enabled(protocolOf(config), reach(config, schedule), ["PowerOn"])

    expect(open).toEqual(hosts.map((host) => ({ kind: "PowerOn", pair: "p1", host })))
  })

  it("starts a live Primary that holds the lock at its generation, and registers it there", () => {
    const before = reach(three)

    const after = reachFrom(three, before, "PowerOn(p1,h2)")

    expect(after).toEqual(
      changed(before, {
        p1: {
          power: "on",
          lock: { generation: 1, holder: "p1.1" },
          started: 1,
          registered: { primary: "h2", secondary: "h1" },
          reason: "initializing",
        },
        "p1.1": booted("p1.1", "h2"),
      }),
    )
  })

  it("boots from what the world has seen, all of it released, and asks for no generation", () => {
    const before = reach(three, alone, twoSeen, "PowerOff(p1)")

    const after = reachFrom(three, before, "PowerOn(p1,h1)")

    const restarted = { ...booted("p1.2", "h1"), generation: 2, log: logOf("1.1 1.2"), released: 2 }
    expect(after).toEqual(
      changed(before, {
        p1: { power: "on", lock: { generation: 2, holder: "p1.2" }, started: 2, reason: "initializing" },
        "p1.2": restarted,
      }),
    )
  })

  it("does not wait for a stale copy on a host without storage", () => {
    const before = reach(three, toRunning, "LoseStorage(h2) PowerOff(p1)")

    const after = reachFrom(three, before, "PowerOn(p1,h1)")

    expect(p1(after).copies.map(({ id, phase }) => [id, phase])).toEqual([
      ["p1.2", "contending"],
      ["p1.3", "live"],
    ])
  })
})

describe("PowerOff", () => {
  const last = bounded({ generations: 1 })

  itRefuses("PowerOff", [
    ["power", "for a pair that is off", "", "PowerOff(p1)", last],
    ["bound", "beyond the generations", alone, "PowerOff(p1)", last],
    [
      "bound",
      "above the generation up to which it is offered",
      alone,
      "PowerOff(p1)",
      bounded({ powerOffUpTo: 0 }),
    ],
  ])

  it("advances the lock and halts a live Primary with it", () => {
    const before = reach(three, alone, twoSeen)

    const after = reachFrom(three, before, "PowerOff(p1)")

    const off = {
      power: "off",
      lock: { generation: 2, holder: null },
      interventions: 1,
      reason: null,
    } as const
    expect(after).toEqual(changed(before, { p1: off, "p1.1": null }))
  })

  it("halts a Primary in lockstep with it, and leaves the Secondary to find out", () => {
    const before = reach(three, toRunning)

    const after = reachFrom(three, before, "PowerOff(p1)")

    const off = {
      power: "off",
      lock: { generation: 2, holder: null },
      interventions: 1,
      reason: null,
    } as const
    expect(after).toEqual(changed(before, { p1: off, "p1.1": null }))
    expect(p1(reachFrom(three, after, "Suspect(p1.2) TryLock(p1.2)")).copies).toEqual([])
  })

  it("halts neither a contender nor a stale Primary: they can win nothing any more", () => {
    const before = reach(three, overtaken, "SpawnSecondary(p1.2,h3) LoseStorage(h2)")

    const after = reachFrom(three, before, "PowerOff(p1)")

    const off = {
      power: "off",
      lock: { generation: 3, holder: null },
      interventions: 1,
      reason: null,
    } as const
    expect(after).toEqual(changed(before, { p1: off }))
  })

  it("is offered up to its bound, that one included", () => {
    const after = reach(bounded({ powerOffUpTo: 1 }), alone, "PowerOff(p1)")

    expect(p1(after).power).toBe("off")
  })
})

describe("HaRestart", () => {
  const last = bounded({ generations: 1 })

  itRefuses("HaRestart", [
    ["power", "for a pair that is off", "LoseStorage(h3)", "HaRestart(p1,h3)"],
    ["may-run", "while a copy may run", `${toRunning} FailHost(h1) LoseStorage(h3)`, "HaRestart(p1,h3)"],
    [
      "may-run",
      "while only a syncing copy may run",
      `${alone} SpawnSecondary(p1.1,h2) FailHost(h1)`,
      "HaRestart(p1,h3)",
    ],
    ["may-run", "while only a stale copy may run", `${overtaken} FailHost(h2)`, "HaRestart(p1,h3)"],
    ...placementRungs(`${alone} FailHost(h1)`, "HaRestart(p1,h3)", hindrances),
    [
      "policy",
      "on another host than the policy picks",
      `${alone} FailHost(h1)`,
      "HaRestart(p1,h3)",
      { ...last, policy: "reference" },
    ],
    ["bound", "beyond the generations", `${alone} FailHost(h1)`, "HaRestart(p1,h3)", last],
  ])

  it("may take any host, unless the policy picks: where the pair is registered is no matter", () => {
    const lost = `${alone} CrashCopy(p1.1)`

    expect(p1(reach(byRegistration, lost, "HaRestart(p1,h3)")).registered.primary).toBe("h3")
    expect(p1(reach(byReference, "PowerOn(p1,h1) CrashCopy(p1.1)", "HaRestart(p1,h1)")).lock.generation).toBe(
      2,
    )
  })

  it("starts a live Primary at the next generation from what the world has seen, and loses the rest", () => {
    const before = reach(three, alone, twoSeen, "FailHost(h1)")

    const after = reachFrom(three, before, "HaRestart(p1,h3)")

    expect(after).toEqual(
      changed(before, {
        p1: {
          lock: { generation: 2, holder: "p1.2" },
          started: 2,
          registered: { primary: "h3", secondary: "h1" },
          reason: "initializing",
        },
        "p1.2": { ...booted("p1.2", "h3"), generation: 2, log: logOf("1.1 1.2"), released: 2 },
      }),
    )
  })

  it("takes the lock from copies that wait for their storage, and leaves them where they are", () => {
    const before = reach(three, toRunning, "LoseStorage(h1) LoseStorage(h2)")

    const after = reachFrom(three, before, "HaRestart(p1,h3)")

    const restarted = { ...booted("p1.3", "h3"), generation: 2 }
    expect(p1(after).copies).toEqual([...p1(before).copies, restarted])
    expect(p1(reachFrom(three, after, "RestoreStorage(h1) TryLock(p1.1)")).lock.holder).toBe("p1.3")
  })
})
