import { describe, expect, it } from "vitest"
import type { State } from "../../model/state.ts"
import { effects } from "../../properties/effects.ts"
import { operations } from "../../properties/operations.ts"
import { placement } from "../../properties/placement.ts"
import { reported } from "../../properties/reported.ts"
import type { Property } from "../../properties/property.ts"
import * as safety from "../../properties/safety.ts"
import { alone, changed, logOf, overtaken, p1, reach, three, toRunning, type Changes } from "../fixtures.ts"

describe("a state", () => {
  const single = reach(three, alone, "Record(p1.1) Release(p1.1)")
  const running = reach(three, toRunning)
  const stale = reach(three, overtaken)
  const oneSeen = reach(three, toRunning, "Record(p1.1) Deliver(p1.2) Ack(p1.1) Release(p1.1)")
  const off = reach(three, toRunning, "PowerOff(p1)")
  const sentTooMuch = { peer: "p1.2", delivered: 1, acked: 0 } as const
  const ackedTooMuch = { peer: "p1.2", delivered: 0, acked: 1 } as const
  const another = logOf("2.1")

  /** A property, a state in which it holds, what is changed there, and whom the sentence then names. */
  const rows: readonly (readonly [Property, holds: State, what: string, change: Changes, names: string])[] = [
    [safety.singlePrimary, stale, "two live copies", { "p1.1": { phase: "live" } }, "p1.1"],
    [
      safety.singlePrimary,
      stale,
      "a second Primary of one generation",
      { "p1.1": { generation: 2 } },
      "p1.1",
    ],
    [
      safety.singlePrimary,
      single,
      "a live copy that holds no lock",
      { p1: { lock: { generation: 1, holder: null } } },
      "p1.1",
    ],
    [safety.singlePrimary, single, "a live copy of an old generation", { "p1.1": { generation: 0 } }, "p1.1"],
    [
      safety.noLostOutput,
      single,
      "a gap in what the world has seen",
      { p1: { observed: logOf("1.2") } },
      "output 1",
    ],
    [safety.noLostOutput, single, "a live copy without it", { "p1.1": { log: [] } }, "p1.1"],
    [
      safety.noLostOutput,
      single,
      "a live copy with another in its place",
      { "p1.1": { log: another } },
      "p1.1",
    ],
    [safety.lockstepPrefix, oneSeen, "a Secondary without the entry", { "p1.2": { log: [] } }, "p1.2"],
    [
      safety.lockstepPrefix,
      oneSeen,
      "a Secondary with one too many",
      { "p1.2": { log: logOf("1.1 1.2") } },
      "p1.2",
    ],
    [safety.lockstepPrefix, oneSeen, "a Secondary with another entry", { "p1.2": { log: another } }, "p1.2"],
    [safety.antiAffinity, running, "two copies on one host", { "p1.2": { host: "h1" } }, "p1.1 and p1.2"],
    [safety.staysOff, off, "a copy of the lock's generation", { "p1.2": { generation: 2 } }, "p1.2"],
    [safety.staysOff, off, "a live copy", { "p1.2": { phase: "live" } }, "p1.2"],
    [safety.nobodyAheadOfTheWorld, oneSeen, "a copy ahead of its log", { "p1.1": { log: [] } }, "p1.1"],
    [safety.nobodyAheadOfTheWorld, oneSeen, "a copy ahead of the world", { p1: { observed: [] } }, "p1.1"],
    [safety.nobodyAheadOfTheLock, running, "a copy ahead of the lock", { "p1.2": { generation: 2 } }, "p1.2"],
    [
      safety.channelOrder,
      running,
      "an entry sent before it is recorded",
      { "p1.1": { channel: sentTooMuch } },
      "p1.1",
    ],
    [
      safety.channelOrder,
      oneSeen,
      "an entry acknowledged before it is sent",
      { "p1.1": { channel: ackedTooMuch } },
      "p1.1",
    ],
    [
      safety.channelOrder,
      oneSeen,
      "an output before it is acknowledged",
      { "p1.1": { channel: sentTooMuch } },
      "p1.1",
    ],
    [safety.contenderComplete, oneSeen, "a Secondary without what was seen", { "p1.2": { log: [] } }, "p1.2"],
    [
      safety.contenderComplete,
      oneSeen,
      "a contender without it",
      { "p1.2": { phase: "contending", log: another } },
      "p1.2",
    ],
    [safety.everyGenerationPaidFor, stale, "a generation that no fault has cost", { faults: 0 }, "p1"],
    [
      safety.everyGenerationPaidFor,
      off,
      "a generation that no operator has cost",
      { p1: { interventions: 0 } },
      "p1",
    ],
    [
      safety.maintenanceEmpty,
      running,
      "a copy on a host in maintenance",
      { h2: { maintenance: true } },
      "p1.2",
    ],
  ]

  it.each(rows.map((row) => [row[0].id, row[2], row] as const))("violates %s with %s", (_id, _what, row) => {
    const [property, holds, , change, culprit] = row
    const violation = changed(holds, change)

    expect(property.always?.(p1(violation), violation, three)).toContain(culprit)
    expect(property.always?.(p1(holds), holds, three)).toBeNull()
  })

  it.each([
    [
      "S5",
      "a stale Primary may lack what the new one released",
      safety.noLostOutput,
      changed(stale, { p1: { observed: another }, "p1.2": { log: another } }),
    ],
    [
      "S6",
      "the old channel of a Primary whose peer has taken over says nothing",
      safety.lockstepPrefix,
      changed(stale, { "p1.2": { log: another } }),
    ],
    ["S11", "a copy of an older generation may outlive the power-off", safety.staysOff, off],
    [
      "S17",
      "a syncing copy has nothing yet",
      safety.contenderComplete,
      changed(oneSeen, { "p1.2": { phase: "syncing", log: [] } }),
    ],
    [
      "S17",
      "a copy of an older generation has lost already",
      safety.contenderComplete,
      changed(oneSeen, { "p1.2": { generation: 0, log: [] } }),
    ],
    [
      "P3",
      "an empty host may be in maintenance",
      safety.maintenanceEmpty,
      changed(running, { h3: { maintenance: true } }),
    ],
  ] as const)("does not violate %s: %s", (_id, _why, property, state) => {
    expect(property.always?.(p1(state), state, three)).toBeNull()
  })

  it("covers every safety property that is a claim about states", () => {
    const asked = new Set(rows.map(([property]) => property))

    expect(asked).toEqual(
      new Set(safety.safety.filter((each) => each.always !== undefined && !elsewhere.includes(each))),
    )
  })
})
// Helpers

/** What has tests of its own. */
const elsewhere = [...effects, ...operations, ...reported, ...placement]
