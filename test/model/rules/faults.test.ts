import { describe, expect, it } from "vitest"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { step } from "../../../model/step.ts"
import {
  act,
  clusterOf,
  alone,
  bounded,
  changed,
  copyOf,
  itRefuses,
  overtaken,
  reach,
  reachFrom,
  starting,
  three,
  toRunning,
  withholding,
} from "../../fixtures.ts"

const twoPairs = plainConfig(3, 2)
const oneFault = bounded({ faults: 1 })
const noFaults = bounded({ faults: 0 })
const gone = { peer: "gone", delivered: 0, acked: 0 } as const

describe("FailHost", () => {
  itRefuses("FailHost", [
    ["down", "for a host that is down", "FailHost(h1)", "FailHost(h1)", oneFault],
    ["bound", "beyond the faults that may happen", toRunning, "FailHost(h1)", noFaults],
  ])

  it("takes all copies on the host with it, of every pair, and the lock that one held", () => {
    const p2 = "PowerOn(p2,h3) SpawnSecondary(p2.1,h1)"
    const before = reach(twoPairs, toRunning, p2)

    const after = reachFrom(twoPairs, before, "FailHost(h1)")

    expect(after).toEqual(
      changed(before, {
        faults: 1,
        h1: { up: false },
        p1: { lock: { generation: 1, holder: null }, reason: "lostConnection" },
        "p1.1": null,
        p2: { reason: "lostConnection" },
        "p2.1": { channel: gone },
        "p2.2": null,
      }),
    )
  })

  it("leaves an empty host's cluster as it was", () => {
    const before = reach(three, toRunning)

    const after = reachFrom(three, before, "FailHost(h3)")

    expect(after).toEqual(changed(before, { faults: 1, h3: { up: false } }))
  })
})

describe("RecoverHost", () => {
  itRefuses("RecoverHost", [["up", "for a host that is up", "", "RecoverHost(h1)"]])

  it("brings the host back empty, with storage and maintenance as they were, for no fault", () => {
    const before = reach(three, "EnterMaintenance(h3) LoseStorage(h3) FailHost(h3)")

    const after = reachFrom(three, before, "RecoverHost(h3)")

    expect(after).toEqual(changed(before, { h3: { up: true, storage: false, maintenance: true } }))
  })
})

describe("CutLink", () => {
  itRefuses("CutLink", [
    ["cut", "for a link that is cut", "CutLink(h1-h2)", "CutLink(h2-h1)", oneFault],
    ["bound", "beyond the faults that may happen", toRunning, "CutLink(h1-h2)", noFaults],
  ])

  it("cuts the link, whichever host is named first, and nobody notices", () => {
    const before = reach(three, toRunning, "CutLink(h2-h3)")

    const after = reachFrom(three, before, "CutLink(h2-h1)")

    expect(after).toEqual(changed(before, { faults: 2, cut: ["h1-h2", "h2-h3"] }))
  })
})

describe("HealLink", () => {
  itRefuses("HealLink", [["connected", "for a link that works", "CutLink(h1-h3)", "HealLink(h1-h2)"]])

  it("heals the link, whichever host is named first, and no other, for no fault", () => {
    const before = reach(three, toRunning, "CutLink(h1-h2) CutLink(h1-h3)")

    const after = reachFrom(three, before, "HealLink(h2-h1)")

    expect(after).toEqual(changed(before, { cut: ["h1-h3"] }))
  })
})

describe("ExposeLink", () => {
  itRefuses("ExposeLink", [
    ["exposed", "for a link that is not private", "ExposeLink(h1-h2)", "ExposeLink(h2-h1)", oneFault],
    ["bound", "beyond the faults that may happen", toRunning, "ExposeLink(h1-h2)", noFaults],
  ])

  it("is a fault, whichever host is named first, and is like a cut for a pair that does not encrypt", () => {
    const before = reach(three, toRunning, "Record(p1.1) ExposeLink(h2-h3)")

    const after = reachFrom(three, before, "ExposeLink(h2-h1)")

    expect(after).toEqual(changed(before, { faults: 2, exposed: ["h1-h2", "h2-h3"] }))
    expect(step(protocolOf(three), after, act("Deliver(p1.2)"))).toEqual({
      tag: "refused",
      guard: "unreachable",
    })
    expect(reachFrom(three, after, "Suspect(p1.1) Suspect(p1.2)").faults).toBe(2)
  })

  it("is nothing to a pair that encrypts", () => {
    const capable = clusterOf([{ ftEncryption: true }, { ftEncryption: true }, {}])

    const after = reach(capable, toRunning, "Record(p1.1) ExposeLink(h1-h2) Deliver(p1.2)")

    expect(copyOf(after, "p1.2").log).toHaveLength(1)
  })
})

describe("SecureLink", () => {
  itRefuses("SecureLink", [
    ["private", "for a link that is private", "ExposeLink(h1-h3)", "SecureLink(h1-h2)"],
  ])

  it("makes the link private, and no other, for no fault", () => {
    const before = reach(three, toRunning, "ExposeLink(h1-h2) ExposeLink(h1-h3)")

    const after = reachFrom(three, before, "SecureLink(h2-h1)")

    expect(after).toEqual(changed(before, { exposed: ["h1-h3"] }))
  })
})

describe("LoseStorage", () => {
  itRefuses("LoseStorage", [
    [
      "down",
      "for a host that is down",
      "LoseStorage(h1) FailHost(h1)",
      "LoseStorage(h1)",
      bounded({ faults: 2 }),
    ],
    ["storage", "for a host without storage", "LoseStorage(h1)", "LoseStorage(h1)", oneFault],
    ["bound", "beyond the faults that may happen", toRunning, "LoseStorage(h1)", noFaults],
  ])

  it("halts a syncing copy", () => {
    const before = reach(three, starting)

    const after = reachFrom(three, before, "LoseStorage(h2)")

    expect(after).toEqual(
      changed(before, {
        faults: 1,
        h2: { storage: false },
        p1: { reason: "partialHardwareFailure" },
        "p1.1": { channel: gone },
        "p1.2": null,
      }),
    )
  })

  it.each([
    ["a live Primary", "p1.1", "h1", starting],
    ["a Primary that waits for its Secondary to join", "p1.1", "h1", withholding],
    ["a Primary in lockstep", "p1.1", "h1", toRunning],
    ["a Secondary in lockstep", "p1.2", "h2", toRunning],
    ["a stale Primary", "p1.1", "h1", overtaken],
  ] as const)("makes %s contend, without a channel", (_who, id, host, schedule) => {
    const before = reach(three, schedule)

    const after = reachFrom(three, before, `LoseStorage(${host})`)

    expect(after.hosts[host]).toEqual({ up: true, storage: false, maintenance: false })
    expect(copyOf(after, id)).toEqual({ ...copyOf(before, id), phase: "contending", channel: null })
  })

  it("leaves a contender as it is", () => {
    const before = reach(three, toRunning, "Suspect(p1.2)")

    const after = reachFrom(three, before, "LoseStorage(h2)")

    expect(after).toEqual(changed(before, { faults: 2, h2: { storage: false } }))
  })

  it("strikes the copies of every pair on the host", () => {
    const before = reach(twoPairs, alone, "PowerOn(p2,h1)")

    const after = reachFrom(twoPairs, before, "LoseStorage(h1)")

    expect([copyOf(after, "p1.1").phase, copyOf(after, "p2.1").phase]).toEqual(["contending", "contending"])
  })
})

describe("RestoreStorage", () => {
  itRefuses("RestoreStorage", [
    ["connected", "for a host with storage", "FailHost(h1)", "RestoreStorage(h1)"],
  ])

  it.each([
    ["up", ""],
    ["down", "FailHost(h1)"],
  ])("connects a host that is %s again, for no fault, and leaves its copies waiting", (_how, schedule) => {
    const before = reach(three, toRunning, "LoseStorage(h1) LoseStorage(h2)", schedule)

    const after = reachFrom(three, before, "RestoreStorage(h1)")

    expect(after).toEqual(changed(before, { h1: { storage: true } }))
  })
})

describe("CrashCopy", () => {
  itRefuses("CrashCopy", [
    ["copy", "for a copy that does not run", toRunning, "CrashCopy(p1.3)", noFaults],
    ["bound", "beyond the faults that may happen", toRunning, "CrashCopy(p1.1)", noFaults],
  ])

  it("takes one copy, and leaves the Primary with a peer that is gone", () => {
    const before = reach(three, toRunning)

    const after = reachFrom(three, before, "CrashCopy(p1.2)")

    const other = { faults: 1, p1: { reason: "other" }, "p1.1": { channel: gone } } as const
    expect(after).toEqual(changed(before, { ...other, "p1.2": null }))
  })

  it("takes the lock's holder, and leaves the lock held by nobody", () => {
    const before = reach(three, overtaken)

    const after = reachFrom(three, before, "CrashCopy(p1.2)")

    const unheld = { lock: { generation: 2, holder: null } } as const
    expect(after).toEqual(changed(before, { faults: 2, p1: unheld, "p1.1": { channel: gone }, "p1.2": null }))
  })

  it("takes another copy than the holder, and leaves the lock as it is", () => {
    const before = reach(three, overtaken)

    const after = reachFrom(three, before, "CrashCopy(p1.1)")

    expect(after).toEqual(changed(before, { faults: 2, "p1.1": null }))
  })
})
