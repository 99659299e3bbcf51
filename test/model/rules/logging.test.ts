import { describe, expect, it } from "vitest"
import {
  alone,
  bounded,
  changed,
  itRefuses,
  logOf,
  overtaken,
  reach,
  reachFrom,
  starting,
  three,
  toRunning,
  withholding,
} from "../../fixtures.ts"

describe("Record", () => {
  const full = bounded({ log: 0 })
  const withoutStorage = reach(full, toRunning, "LoseStorage(h1) LoseStorage(h2)")

  itRefuses("Record", [
    ["copy", "for a copy that does not run", withoutStorage, "Record(p1.3)", full],
    ["primary-only", "for a Secondary", withoutStorage, "Record(p1.2)", full],
    ["phase", "for a Primary that contends", withoutStorage, "Record(p1.1)", full],
    [
      "storage",
      "without storage",
      changed(reach(full, toRunning), { h1: { storage: false } }),
      "Record(p1.1)",
      full,
    ],
    [
      "storage",
      "on a host that is down",
      changed(reach(full, alone), { h1: { up: false } }),
      "Record(p1.1)",
      full,
    ],
    ["bound", "when the log is full", alone, "Record(p1.1)", full],
  ])

  it.each([
    ["a live Primary", alone],
    ["a Primary with a syncing Secondary", starting],
    ["a Primary in lockstep", toRunning],
    ["a stale Primary that has not noticed", overtaken],
  ])("lets %s append the next entry, and changes nothing else", (_who, schedule) => {
    const before = reach(three, schedule, "Record(p1.1)")

    const after = reachFrom(three, before, "Record(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { log: logOf("1.1 1.2") } }))
  })

  it("numbers the entry by its place in the log, and signs it with the generation of the copy", () => {
    const before = reach(three, toRunning, "Record(p1.1) Deliver(p1.2) Suspect(p1.2) TryLock(p1.2)")

    const after = reachFrom(three, before, "Record(p1.2)")

    expect(after).toEqual(changed(before, { "p1.2": { log: logOf("1.1 2.2") } }))
  })
})

describe("Deliver", () => {
  const disconnected = reach(three, toRunning, "Record(p1.1) CutLink(h1-h2)")

  itRefuses("Deliver", [
    ["copy", "for a copy that does not run", alone, "Deliver(p1.2)"],
    ["phase", "to a copy that is still syncing", `${withholding} CutLink(h1-h2)`, "Deliver(p1.2)"],
    ["phase", "to a copy that contends", `${toRunning} Suspect(p1.2)`, "Deliver(p1.2)"],
    ["phase", "to a live Primary", alone, "Deliver(p1.1)"],
    ["secondary-only", "to a Primary", `${toRunning} CutLink(h1-h2)`, "Deliver(p1.1)"],
    ["primary", "when the Primary contends", `${toRunning} CutLink(h1-h2) Suspect(p1.1)`, "Deliver(p1.2)"],
    ["primary", "when the Primary is gone", `${toRunning} CrashCopy(p1.1)`, "Deliver(p1.2)"],
    [
      "primary",
      "when the Primary is live",
      changed(disconnected, { "p1.1": { phase: "live" } }),
      "Deliver(p1.2)",
    ],
    ["primary", "across generations", changed(disconnected, { "p1.2": { generation: 2 } }), "Deliver(p1.2)"],
    ["unreachable", "over a link that is cut", `${toRunning} CutLink(h1-h2)`, "Deliver(p1.2)"],
    ["nothing", "when all is delivered", `${toRunning} Record(p1.1) Deliver(p1.2)`, "Deliver(p1.2)"],
  ])

  it("appends the next entry to the Secondary's log, and counts it as delivered", () => {
    const before = reach(three, toRunning, "Record(p1.1) Record(p1.1)")

    const after = reachFrom(three, before, "Deliver(p1.2)")

    const channel = { peer: "p1.2", delivered: 1, acked: 0 } as const
    expect(after).toEqual(changed(before, { "p1.1": { channel }, "p1.2": { log: logOf("1.1") } }))
  })

  it("sends the Secondary how much its Primary has released", () => {
    const before = reach(three, toRunning, "Record(p1.1) Record(p1.1) Deliver(p1.2) Ack(p1.1) Release(p1.1)")

    const after = reachFrom(three, before, "Deliver(p1.2)")

    const channel = { peer: "p1.2", delivered: 2, acked: 1 } as const
    const received = { log: logOf("1.1 1.2"), released: 1 }
    expect(after).toEqual(changed(before, { "p1.1": { channel }, "p1.2": received }))
  })
})

describe("Ack", () => {
  itRefuses("Ack", [
    ["copy", "for a copy that does not run", alone, "Ack(p1.2)"],
    ["primary-only", "for a Secondary", toRunning, "Ack(p1.2)"],
    ["phase", "for a live Primary", starting, "Ack(p1.1)"],
    [
      "phase",
      "for a Primary that contends",
      `${toRunning} Record(p1.1) Deliver(p1.2) Suspect(p1.1)`,
      "Ack(p1.1)",
    ],
    ["phase", "for a Secondary that has gone live", overtaken, "Ack(p1.2)"],
    [
      "phase",
      "without a channel",
      changed(reach(three, toRunning), { "p1.1": { channel: null } }),
      "Ack(p1.1)",
    ],
    ["nothing", "when nothing new was delivered", `${toRunning} Record(p1.1)`, "Ack(p1.1)"],
  ])

  it("acknowledges all that is delivered, and changes nothing else", () => {
    const before = reach(
      three,
      toRunning,
      "Record(p1.1) Record(p1.1) Record(p1.1) Deliver(p1.2) Deliver(p1.2)",
    )

    const after = reachFrom(three, before, "Ack(p1.1)")

    const channel = { peer: "p1.2", delivered: 2, acked: 2 } as const
    expect(after).toEqual(changed(before, { "p1.1": { channel } }))
  })

  it.each([
    ["the link is cut", "CutLink(h1-h2)", "p1.2"],
    ["the Secondary has left lockstep", "Suspect(p1.2)", "p1.2"],
    ["the Secondary has taken over", "Suspect(p1.2) TryLock(p1.2)", "p1.2"],
    ["the Secondary has died", "CrashCopy(p1.2)", "gone"],
  ] as const)("may still arrive after %s", (_situation, schedule, peer) => {
    const before = reach(three, toRunning, "Record(p1.1) Deliver(p1.2)", schedule)

    const after = reachFrom(three, before, "Ack(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { channel: { peer, delivered: 1, acked: 1 } } }))
  })
})

describe("Release", () => {
  const unacknowledged = `${toRunning} Record(p1.1) Deliver(p1.2)`
  const withoutStorage = `${unacknowledged} LoseStorage(h1) LoseStorage(h2)`

  itRefuses("Release", [
    ["copy", "for a copy that does not run", withoutStorage, "Release(p1.3)"],
    ["primary-only", "for a Secondary", withoutStorage, "Release(p1.2)"],
    ["phase", "for a Primary that contends", withoutStorage, "Release(p1.1)"],
    [
      "storage",
      "without storage",
      changed(reach(three, unacknowledged), { h1: { storage: false } }),
      "Release(p1.1)",
    ],
    ["nothing", "in lockstep, what is not acknowledged", unacknowledged, "Release(p1.1)"],
    ["nothing", "live, when all is released", `${alone} Record(p1.1) Release(p1.1)`, "Release(p1.1)"],
  ])

  it("lets a live Primary release what it has recorded, one output at a time", () => {
    const before = reach(three, alone, "Record(p1.1) Record(p1.1)")

    const after = reachFrom(three, before, "Release(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { released: 1 }, p1: { observed: logOf("1.1") } }))
  })

  it("lets a Primary in lockstep release what is acknowledged, and no more", () => {
    const before = reach(three, toRunning, "Record(p1.1) Deliver(p1.2) Ack(p1.1) Record(p1.1) Deliver(p1.2)")

    const after = reachFrom(three, before, "Release(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { released: 1 }, p1: { observed: logOf("1.1") } }))
    expect(() => reachFrom(three, after, "Release(p1.1)")).toThrow("nothing")
  })

  it("counts what the checkpoint carried as acknowledged", () => {
    const before = reach(three, alone, "Record(p1.1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1)")

    const after = reachFrom(three, before, "Release(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { released: 1 }, p1: { observed: logOf("1.1") } }))
  })

  it("lets a new Primary release a second time what it does not know to be released", () => {
    const released = "Record(p1.1) Deliver(p1.2) Ack(p1.1) Release(p1.1)"
    const before = reach(three, toRunning, released, "Suspect(p1.2) TryLock(p1.2)")

    const after = reachFrom(three, before, "Release(p1.2)")

    expect(after).toEqual(changed(before, { "p1.2": { released: 1 } }))
  })

  it("lets a stale Primary release what its Secondary has, and the world does not see it twice", () => {
    const acknowledged = "Record(p1.1) Deliver(p1.2) Ack(p1.1) Record(p1.1)"
    const before = reach(three, toRunning, acknowledged, "Suspect(p1.2) TryLock(p1.2)")

    const after = reachFrom(three, before, "Release(p1.1) Release(p1.2)")

    const observed = logOf("1.1")
    expect(after).toEqual(
      changed(before, { p1: { observed }, "p1.1": { released: 1 }, "p1.2": { released: 1 } }),
    )
    expect(() => reachFrom(three, after, "Release(p1.1)")).toThrow("nothing")
  })

  it("leaves the world with the first output of each number, whatever comes later", () => {
    const before = changed(reach(three, alone, "Record(p1.1)"), { p1: { observed: logOf("9.1") } })

    const after = reachFrom(three, before, "Release(p1.1)")

    expect(after).toEqual(changed(before, { "p1.1": { released: 1 } }))
  })
})
