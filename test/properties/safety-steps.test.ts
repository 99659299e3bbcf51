import { describe, expect, it } from "vitest"
import { effects } from "../../properties/effects.ts"
import { operations } from "../../properties/operations.ts"
import { placement } from "../../properties/placement.ts"
import { privacy } from "../../properties/privacy.ts"
import { reported } from "../../properties/reported.ts"
import type { PairStep, Property } from "../../properties/property.ts"
import * as safety from "../../properties/safety.ts"
import {
  alone,
  changed,
  clusterOf,
  logOf,
  overtaken,
  p1,
  reach,
  ruleOnP1,
  starting,
  three,
  toRunning,
  type Changes,
} from "../fixtures.ts"
import { taken } from "./taken.ts"

describe("a step", () => {
  const recorded = reach(three, toRunning, "Record(p1.1)")
  const delivered = reach(three, toRunning, "Record(p1.1) Deliver(p1.2) Ack(p1.1)")
  const ruled = clusterOf([{ groups: ["a"] }, { groups: ["a"] }, {}], {
    rules: [ruleOnP1("must", "on", "a")],
  })
  const full = clusterOf([{}, {}, { ftVmsMax: 1 }], { pairs: 2 })
  const fullOfVcpus = clusterOf([{}, {}, { ftVcpusMax: 1 }], { pairs: 2 })
  const bothDown = reach(three, toRunning, "FailHost(h1) FailHost(h2)")
  const oneDown = reach(three, toRunning, "FailHost(h1)")
  const lostStorage = reach(three, toRunning, "FailHost(h1) LoseStorage(h2)")
  const toGeneration = (generation: number): Changes => ({ p1: { lock: { generation, holder: "p1.1" } } })
  const spawnOnH3 = "SpawnSecondary(p1.1,h3)"

  const rows: readonly (readonly [
    Property,
    what: string,
    violation: PairStep,
    names: string,
    holds: PairStep,
  ])[] = [
    [
      safety.noDivergentOutput,
      "an output that contradicts an earlier one",
      taken(three, changed(delivered, { p1: { observed: logOf("2.1") } }), "Release(p1.1)"),
      "output 1",
      taken(three, changed(delivered, { p1: { observed: logOf("1.1") } }), "Release(p1.1)"),
    ],
    [
      safety.outputRule,
      "an output that the Secondary does not have",
      taken(three, recorded, "Release(p1.1)"),
      "p1.1",
      taken(three, delivered, "Release(p1.1)"),
    ],
    [
      safety.affinityRules,
      "a Secondary where its Primary may not run",
      taken(ruled, reach(ruled, alone), "SpawnSecondary(p1.1,h2)", { "p1.2": { host: "h3" } }),
      "p1.2",
      taken(ruled, reach(ruled, alone), "SpawnSecondary(p1.1,h2)"),
    ],
    [
      safety.affinityRules,
      "a Primary that moves there",
      taken(ruled, reach(ruled, alone), "Migrate(p1.1,h2)", { "p1.1": { host: "h3" } }),
      "p1.1",
      taken(ruled, reach(ruled, alone), "Migrate(p1.1,h2)"),
    ],
    [
      safety.capacity,
      "a copy beyond the host's copies",
      taken(full, reach(full, alone), spawnOnH3, {
        "p2.1": { ...p1(recorded).copies[0], id: "p2.1", host: "h3" },
      }),
      "p1.2",
      taken(full, reach(full, alone), spawnOnH3),
    ],
    [
      safety.capacity,
      "a copy beyond the host's vCPUs",
      taken(fullOfVcpus, reach(full, alone), spawnOnH3, {
        "p2.1": { ...p1(recorded).copies[0], id: "p2.1", host: "h3" },
      }),
      "p1.2",
      taken(fullOfVcpus, reach(full, alone), spawnOnH3),
    ],
    [
      safety.capacity,
      "a copy on a host in maintenance",
      taken(three, reach(three, alone), spawnOnH3, { h3: { maintenance: true } }),
      "p1.2",
      taken(three, reach(three, alone), spawnOnH3, { h2: { maintenance: true } }),
    ],
    [
      safety.capacity,
      "a copy on a host without storage",
      taken(three, reach(three, alone), spawnOnH3, { h3: { storage: false } }),
      "p1.2",
      taken(three, reach(three, alone), spawnOnH3, { h2: { storage: false } }),
    ],
    [
      safety.generationMonotone,
      "a generation that is skipped",
      taken(three, recorded, "PowerOff(p1)", toGeneration(3)),
      "generation 1 to 3",
      taken(three, recorded, "PowerOff(p1)"),
    ],
    [
      safety.generationMonotone,
      "a generation that comes back",
      taken(three, reach(three, overtaken), "Record(p1.2)", toGeneration(1)),
      "generation 2 to 1",
      taken(three, reach(three, overtaken), "Record(p1.2)"),
    ],
    [
      safety.transparentFailover,
      "a restart beside a Secondary that could take over",
      taken(three, oneDown, "HaRestart(p1,h3)"),
      "p1.2",
      taken(three, bothDown, "HaRestart(p1,h3)"),
    ],
    [
      safety.transparentFailover,
      "a restart beside a contender that has its storage back",
      taken(three, changed(lostStorage, { h2: { storage: true } }), "HaRestart(p1,h3)"),
      "p1.2",
      taken(three, lostStorage, "HaRestart(p1,h3)"),
    ],
    [
      safety.singleFaultTransparent,
      "a restart after one fault",
      taken(three, changed(bothDown, { faults: 1 }), "HaRestart(p1,h3)", {}, { faultsWhenProtected: 0 }),
      "p1",
      taken(three, bothDown, "HaRestart(p1,h3)", {}, { faultsWhenProtected: 0 }),
    ],
    [
      safety.singleFaultTransparent,
      "a restart after no fault at all",
      taken(three, bothDown, "HaRestart(p1,h3)", {}, { faultsWhenProtected: 2 }),
      "no fault",
      taken(three, bothDown, "HaRestart(p1,h3)", {}, { faultsWhenProtected: null }),
    ],
  ]

  it.each(rows.map((row) => [row[0].id, row[1], row] as const))("violates %s with %s", (_id, _what, row) => {
    const [property, , violation, culprit, holds] = row

    expect(property.onStep?.(violation)).toContain(culprit)
    expect(property.onStep?.(holds)).toBeNull()
  })

  it.each([
    [
      "S4",
      "a live Primary has nobody to wait for",
      safety.outputRule,
      taken(three, reach(three, starting, "Record(p1.1)"), "Release(p1.1)"),
    ],
    [
      "S8",
      "a failover is no placement",
      safety.affinityRules,
      taken(
        { ...ruled, rules: [ruleOnP1("must", "not-on", "a")] },
        reach(three, toRunning, "Suspect(p1.2)"),
        "TryLock(p1.2)",
      ),
    ],
    [
      "S9",
      "a copy that was there before may be over the limit",
      safety.capacity,
      taken(full, reach(three, toRunning, "Migrate(p1.2,h3)"), "Record(p1.1)", { h3: { storage: false } }),
    ],
  ] as const)("does not violate %s: %s", (_id, _why, property, seen) => {
    expect(property.onStep?.(seen)).toBeNull()
  })

  it("covers every safety property that is a claim about steps", () => {
    const asked = new Set(rows.map(([property]) => property))

    expect(asked).toEqual(
      new Set(safety.safety.filter((each) => each.onStep !== undefined && !elsewhere.includes(each))),
    )
  })
})

// Helpers

/** What has tests of its own. */
const elsewhere = [...effects, ...operations, ...reported, ...placement, ...privacy]
