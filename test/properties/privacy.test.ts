import { describe, expect, it } from "vitest"
import type { Config, PairConfig } from "../../model/config.ts"
import { privacy } from "../../properties/privacy.ts"
import type { PairStep } from "../../properties/property.ts"
import { alone, changed, clusterOf, logOf, p1, reach, toRunning, withoutFt } from "../fixtures.ts"
import { taken } from "./taken.ts"

const able = { ftEncryption: true }

const inClear = clusterOf([{}, {}, {}])
const encrypted = clusterOf([able, able, able])
const oneUnable = requiring(clusterOf([able, able, {}]))
const sites = ofP1({ metro: "a" }, clusterOf([{ groups: ["a"] }, { groups: ["a"] }, {}]))

/** The same as one host unable, and FT not configured at first. */
const unconfigured = withoutFt(oneUnable, "p1")

const exposed = { exposed: ["h1-h2"] } as const
const recorded = reach(inClear, toRunning, "Record(p1.1)")
const unmoved = { "p1.2": { host: "h2" } } as const

/** A step, and what is said of it: the copy that a violation names, or null where the property holds. */
const rows: readonly (readonly [id: string, what: string, seen: PairStep, culprit: string | null])[] = [
  [
    "S12",
    "an entry that crosses an exposed link in clear",
    taken(inClear, changed(recorded, exposed), "Deliver(p1.2)", { "p1.2": { log: logOf("1.1") } }),
    "p1.2",
  ],
  [
    "S12",
    "an entry that crosses an exposed link, but is encrypted",
    taken(encrypted, changed(recorded, exposed), "Deliver(p1.2)"),
    null,
  ],
  [
    "S12",
    "an entry that the pair never encrypts, between hosts that could",
    taken(ofP1({ encryption: "disabled" }, encrypted), changed(recorded, exposed), "Deliver(p1.2)", {
      "p1.2": { log: logOf("1.1") },
    }),
    "p1.2",
  ],
  [
    "S12",
    "an entry that crosses a private link in clear, which must not be in clear",
    taken(requiring(inClear), recorded, "Deliver(p1.2)", { "p1.2": { log: logOf("1.1") } }),
    "p1.2",
  ],
  ["S12", "an entry that crosses a private link in clear", taken(inClear, recorded, "Deliver(p1.2)"), null],
  [
    "S12",
    "a Secondary that moves from behind an exposed link, with what it has heard",
    taken(inClear, changed(reach(inClear, toRunning), exposed), "Migrate(p1.2,h3)", {
      "p1.2": { host: "h3" },
    }),
    "p1.2",
  ],
  [
    "S12",
    "a Secondary that moves behind an exposed link",
    taken(inClear, changed(reach(inClear, toRunning), { exposed: ["h1-h3"] }), "Migrate(p1.2,h3)", {
      "p1.2": { host: "h3" },
    }),
    "p1.2",
  ],
  [
    "S12",
    "a Secondary that starts behind an exposed link",
    taken(inClear, changed(reach(inClear, alone), exposed), "SpawnSecondary(p1.1,h2)", {
      "p1.1": { channel: { peer: "p1.2", delivered: 0, acked: 0 } },
      "p1.2": { ...p1(recorded).copies[1], phase: "syncing", log: [] },
    }),
    "p1.2",
  ],
  [
    "E2",
    "a Secondary on a host that cannot encrypt, of a pair that requires it",
    taken(oneUnable, reach(oneUnable, toRunning), "Record(p1.1)", { "p1.2": { host: "h3" } }),
    "p1.2",
  ],
  [
    "E2",
    "a lone Primary there",
    taken(oneUnable, reach(oneUnable, alone), "Record(p1.1)", { "p1.1": { host: "h3" } }),
    "p1.1",
  ],
  ["E2", "both where they can encrypt", taken(oneUnable, reach(oneUnable, toRunning), "Record(p1.1)"), null],
  [
    "E2",
    "a copy of a pair without FT there",
    taken(oneUnable, reach(oneUnable, alone), "Record(p1.1)", {
      p1: { ft: "notConfigured" },
      "p1.1": { host: "h3" },
    }),
    null,
  ],
  [
    "E2",
    "a Primary there, when FT is turned on",
    taken(unconfigured, reach(unconfigured, "PowerOn(p1,h3)"), "TurnOnFT(p1)", { p1: { ft: "enabled" } }),
    "p1.1",
  ],
  [
    "E2",
    "a copy that was left behind there before FT was turned on",
    taken(unconfigured, reach(unconfigured, "PowerOn(p1,h3) LoseStorage(h3) PowerOff(p1)"), "TurnOnFT(p1)"),
    null,
  ],
  [
    "P4",
    "both copies on one site",
    taken(sites, reach(sites, alone, "SpawnSecondary(p1.1,h3)"), "BeginLockstep(p1.1)", unmoved),
    "p1.2",
  ],
  [
    "P4",
    "copies on two sites",
    taken(sites, reach(sites, alone, "SpawnSecondary(p1.1,h3)"), "BeginLockstep(p1.1)"),
    null,
  ],
]

describe("what others could read, and where both copies could be lost at once", () => {
  it.each(rows)("%s: %s", (id, _what, seen, culprit) => {
    const said = privacy.find((property) => property.id === id)?.onStep?.(seen)

    if (culprit === null) expect(said).toBeNull()
    else expect(said).toContain(culprit)
  })

  it("is asked of each of these properties, where it holds and where it does not", () => {
    for (const { id } of privacy) {
      const culprits = rows.filter(([of]) => of === id).map(([, , , culprit]) => culprit !== null)

      expect(new Set(culprits)).toEqual(new Set([true, false]))
    }
  })
})

// Helpers

function requiring(config: Config): Config {
  return ofP1({ encryption: "required" }, config)
}

function ofP1(change: Partial<PairConfig>, config: Config): Config {
  return { ...config, pairs: config.pairs.map((pair) => ({ ...pair, ...change })) }
}
