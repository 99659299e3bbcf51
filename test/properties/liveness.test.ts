import { describe, expect, it } from "vitest"
import { initial, type State } from "../../model/state.ts"
import { noHistory, type PairHistory } from "../../properties/history.ts"
import {
  failedOver as secondaryTookOver,
  liveness,
  respawned,
  restarted,
  served,
  staleHalts,
} from "../../properties/liveness.ts"
import type { Property } from "../../properties/property.ts"
import { singleFaultTransparent } from "../../properties/safety.ts"
import { alone, changed, failedOver, overtaken, p1, reach, three, toRunning } from "../fixtures.ts"

describe("a quiescent state", () => {
  const single = reach(three, alone)
  const noOtherHost = reach(three, alone, "FailHost(h2) FailHost(h3)")
  const orphan = reach(three, toRunning, "CrashCopy(p1.1)")
  const stale = reach(three, overtaken)
  const recorded = reach(three, alone, "Record(p1.1)")

  /** A property, what is not right, the state, whom the sentence names, and the nearest state that is right. */
  const rows: readonly (readonly [Property, what: string, violation: State, names: string, holds: State])[] =
    [
      [respawned, "a Primary alone, with hosts to spare", single, "its Secondary", reach(three, toRunning)],
      [
        respawned,
        "a Primary alone, with one host to spare",
        reach(three, alone, "FailHost(h2)"),
        "its Secondary",
        noOtherHost,
      ],
      [
        respawned,
        "no copy, with hosts to spare",
        reach(three, alone, "FailHost(h1)"),
        "its Primary",
        reach(three),
      ],
      [
        respawned,
        "a Primary in lockstep without its Secondary, and no host to spare",
        reach(three, toRunning, "FailHost(h2) FailHost(h3)"),
        "p1.1",
        changed(reach(three, toRunning, "FailHost(h2) FailHost(h3)"), { p1: { ft: "disabled" } }),
      ],
      [
        restarted,
        "no Primary of a pair that is suspended, with hosts to spare",
        changed(reach(three, alone, "FailHost(h1)"), { p1: { ft: "disabled" } }),
        "a host could take one",
        reach(three, alone, "FailHost(h1) FailHost(h2) FailHost(h3)"),
      ],
      [
        restarted,
        "no Primary of a pair that is on",
        reach(three, alone, "FailHost(h1)"),
        "nobody is its Primary",
        changed(reach(three, alone, "FailHost(h1)"), { p1: { power: "off" } }),
      ],
      [
        secondaryTookOver,
        "a Secondary that waits for a Primary that is gone",
        orphan,
        "p1.2",
        reach(three, toRunning),
      ],
      [
        secondaryTookOver,
        "a contender with storage",
        changed(orphan, { "p1.2": { phase: "contending" } }),
        "p1.2",
        reach(three, toRunning, "CrashCopy(p1.1) LoseStorage(h2)"),
      ],
      [
        secondaryTookOver,
        "such a Secondary, of the lock's generation",
        orphan,
        "p1.2",
        changed(orphan, { "p1.2": { generation: 0 } }),
      ],
      [staleHalts, "a stale copy with storage", stale, "p1.1", reach(three, overtaken, "LoseStorage(h1)")],
      [
        staleHalts,
        "a copy that outlives the power-off",
        reach(three, toRunning, "PowerOff(p1)"),
        "p1.2",
        reach(three, toRunning),
      ],
      [
        served,
        "an output withheld",
        recorded,
        "has released 0 of 1 output",
        reach(three, alone, "Record(p1.1) Release(p1.1)"),
      ],
      [
        served,
        "an output withheld by a Primary that does not contend",
        recorded,
        "p1.1",
        reach(three, alone, "Record(p1.1) LoseStorage(h1)"),
      ],
    ]

  it.each(rows.map((row) => [row[0].id, row[1], row] as const))("violates %s with %s", (_id, _what, row) => {
    const [property, , violation, culprit, holds] = row

    expect(whyWhenQuiescent(property, violation)).toContain(culprit)
    expect(whyWhenQuiescent(property, holds)).toBeNull()
  })

  it("covers every liveness property but the one that is found by running", () => {
    const asked = new Set(rows.map(([property]) => property))

    expect(asked).toEqual(new Set(liveness.filter(({ whenQuiescent }) => whenQuiescent !== undefined)))
  })

  it("violates S19 unprotected after one fault, and not after two, nor where it was never protected", () => {
    const oneFault = reach(three, failedOver)
    const twoFaults = reach(three, failedOver, "CutLink(h1-h2)")

    const sentences = [
      whyWhenQuiescent(singleFaultTransparent, oneFault, { faultsWhenProtected: 0 }),
      whyWhenQuiescent(singleFaultTransparent, twoFaults, { faultsWhenProtected: 0 }),
      whyWhenQuiescent(singleFaultTransparent, oneFault, { faultsWhenProtected: null }),
    ]

    expect(sentences).toEqual([expect.stringContaining("p1 was running"), null, null])
  })

  it("does not violate S19 protected again, or where no host could take the copy", () => {
    const again = reach(three, failedOver, "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3)")
    const nowhere = changed(reach(three, failedOver), { h3: { maintenance: true } })

    const sentences = [again, nowhere].map((state) =>
      whyWhenQuiescent(singleFaultTransparent, state, { faultsWhenProtected: 0 }),
    )

    expect(sentences).toEqual([null, null])
  })
})

// Helpers

const whyWhenQuiescent = (
  property: Property,
  state: State,
  past: Partial<PairHistory> = {},
): string | null | undefined => {
  const history = { ...noHistory(initial(three))["p1"], ...past } as PairHistory
  return property.whenQuiescent?.({ config: three, state, pair: p1(state), history })
}
