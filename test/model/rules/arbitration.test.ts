import { describe, expect, it } from "vitest"
import {
  alone,
  bounded,
  changed,
  copyOf,
  itRefuses,
  logOf,
  overtaken,
  p1,
  reach,
  reachFrom,
  starting,
  three,
  toRunning,
  withCopyChanged,
  withholding,
} from "../../fixtures.ts"

describe("Suspect", () => {
  const noFaults = bounded({ faults: 0 })

  itRefuses("Suspect", [
    ["copy", "for a copy that does not run", starting, "Suspect(p1.3)", noFaults],
    ["phase", "for a syncing copy: it never contends", starting, "Suspect(p1.2)", noFaults],
    ["phase", "for a live Primary: it has won already", starting, "Suspect(p1.1)", noFaults],
    [
      "phase",
      "for a copy that contends",
      `${toRunning} Suspect(p1.2)`,
      "Suspect(p1.2)",
      bounded({ faults: 1 }),
    ],
    [
      "bound",
      "beyond the faults that may happen, if it is unjustified",
      toRunning,
      "Suspect(p1.2)",
      noFaults,
    ],
  ])

  it.each(["p1.1", "p1.2"] as const)(
    "makes %s contend, without a channel, and changes nothing else",
    (id) => {
      const before = reach(three, toRunning, "Record(p1.1) Deliver(p1.2) CutLink(h1-h2)")

      const after = reachFrom(three, before, `Suspect(${id})`)

      expect(after).toEqual(
        changed(withCopyChanged(before, id, { phase: "contending", channel: null }), {
          p1: { reason: "lostConnection" },
        }),
      )
    },
  )

  it.each([
    ["a Primary, its Secondary gone", "p1.1", reach(three, toRunning, "CrashCopy(p1.2)")],
    ["a Primary, its Secondary unreachable", "p1.1", reach(three, toRunning, "CutLink(h1-h2)")],
    ["a Primary, its Secondary contending", "p1.1", reach(three, toRunning, "LoseStorage(h2)")],
    ["a Primary, its Secondary live", "p1.1", reach(three, overtaken)],
    ["a Primary, its Secondary a Primary in lockstep now", "p1.1", supersededBesideRunning()],
    ["a Primary, its syncing Secondary gone", "p1.1", reach(three, withholding, "CrashCopy(p1.2)")],
    ["a Primary, its syncing Secondary unreachable", "p1.1", reach(three, withholding, "CutLink(h1-h2)")],
    ["a Secondary, its Primary gone", "p1.2", reach(three, toRunning, "CrashCopy(p1.1)")],
    ["a Secondary, its Primary unreachable", "p1.2", reach(three, toRunning, "CutLink(h1-h2)")],
    ["a Secondary, its Primary contending", "p1.2", reach(three, toRunning, "LoseStorage(h1)")],
    [
      "a Secondary, its Primary live",
      "p1.2",
      changed(reach(three, toRunning), { "p1.1": { phase: "live" } }),
    ],
  ] as const)("is justified for %s", (_who, id, before) => {
    const after = reachFrom(three, before, `Suspect(${id})`)

    expect(after.faults).toBe(before.faults)
  })

  it.each([
    ["a Primary whose Secondary is in lockstep", "p1.1", toRunning],
    ["a Primary that waits for its Secondary to join", "p1.1", withholding],
    ["a Secondary whose Primary is in lockstep", "p1.2", toRunning],
  ] as const)("is a fault for %s", (_who, id, schedule) => {
    const before = reach(three, schedule)

    const after = reachFrom(three, before, `Suspect(${id})`)

    expect(after.faults).toBe(before.faults + 1)
    expect(copyOf(after, id).phase).toBe("contending")
  })
})

describe("TryLock", () => {
  const last = bounded({ generations: 1 })

  itRefuses("TryLock", [
    ["copy", "for a copy that does not run", toRunning, "TryLock(p1.3)", last],
    [
      "phase",
      "for a copy in lockstep",
      changed(reach(last, toRunning), { h1: { storage: false } }),
      "TryLock(p1.1)",
      last,
    ],
    ["phase", "for a live copy", alone, "TryLock(p1.1)", last],
    ["phase", "for a syncing copy", starting, "TryLock(p1.2)", last],
    [
      "storage",
      "without storage: neither win nor loss",
      `${toRunning} LoseStorage(h1)`,
      "TryLock(p1.1)",
      last,
    ],
    ["bound", "for a winner beyond the generations", `${toRunning} Suspect(p1.1)`, "TryLock(p1.1)", last],
  ])

  it("lets a Secondary win: live with all that it has, and its own count of what was released", () => {
    const acknowledged = "Record(p1.1) Record(p1.1) Deliver(p1.2) Ack(p1.1) Release(p1.1) Deliver(p1.2)"
    const before = reach(three, toRunning, acknowledged, "Suspect(p1.2)")

    const after = reachFrom(three, before, "TryLock(p1.2)")

    expect(after).toEqual(
      changed(before, {
        p1: { lock: { generation: 2, holder: "p1.2" }, registered: { primary: "h2", secondary: "h1" } },
        "p1.2": { role: "primary", phase: "live", generation: 2, channel: null },
      }),
    )
    expect(copyOf(after, "p1.2")).toMatchObject({ log: logOf("1.1 1.2"), released: 1 })
  })

  it("lets a Primary win, and leaves the registrations as they are", () => {
    const before = reach(three, toRunning, "Record(p1.1) Suspect(p1.1)")

    const after = reachFrom(three, before, "TryLock(p1.1)")

    expect(after).toEqual(
      changed(before, {
        p1: { lock: { generation: 2, holder: "p1.1" } },
        "p1.1": { phase: "live", generation: 2 },
      }),
    )
  })

  it.each([
    ["p1.1", "p1.2"],
    ["p1.2", "p1.1"],
  ] as const)("lets %s, the first of two contenders, live, and halts the second", (first, second) => {
    const before = reach(three, toRunning, "CutLink(h1-h2) Suspect(p1.1) Suspect(p1.2)", `TryLock(${first})`)

    const after = reachFrom(three, before, `TryLock(${second})`)

    expect(after).toEqual(withCopyChanged(before, second, null))
    expect(p1(after).lock).toEqual({ generation: 2, holder: first })
  })

  it("halts a loser even where nobody could win any more", () => {
    const config = bounded({ generations: 2 })
    const before = reach(config, overtaken, "Suspect(p1.1)")

    const after = reachFrom(config, before, "TryLock(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": null }))
  })

  it("halts a copy that waited for its storage while the lock went on", () => {
    const before = reach(three, toRunning, "LoseStorage(h1) Suspect(p1.2) TryLock(p1.2) RestoreStorage(h1)")

    const after = reachFrom(three, before, "TryLock(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": null }))
  })

  it("lets a copy back alone that lost and regained its storage while nobody else could win", () => {
    const before = reach(three, alone, "LoseStorage(h1) RestoreStorage(h1)")

    const after = reachFrom(three, before, "TryLock(p1.1)")

    expect(after).toEqual(
      changed(before, {
        p1: { lock: { generation: 2, holder: "p1.1" } },
        "p1.1": { phase: "live", generation: 2 },
      }),
    )
  })
})

// Helpers

/** p1.1 still believes in p1.2 as its Secondary, which is the Primary of a new running pair. */
function supersededBesideRunning() {
  return reach(three, overtaken, "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3)")
}
