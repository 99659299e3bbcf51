import { describe, expect, it } from "vitest"
import { coreKinds, type Kind } from "../../../model/action.ts"
import { plainConfig, unbounded } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { generationsIn, type Quotient } from "../../../impl/engine/quotient.ts"
import { actionsOf } from "../../../properties/explore/explore.ts"
import { violatingRuns } from "../../../properties/explore/path.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import { judgingPremises } from "../../../properties/quotient/premises.ts"
import { weighing } from "../../../properties/quotient/weights.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { replay } from "../../../traces/replay.ts"

const bit: Quotient = { form: "bit", drops: true }
const ranks: Quotient = { form: "ranks", drops: true }
const whole: Quotient = { form: "ranks", drops: false }

const safety = ["S1", "S2", "S4", "S5", "S6", "S7", "S10", "S11", "S13", "S14", "S15", "S16", "S17"]

describe("a sweep of every run", () => {
  // Forms, steps, depth; then forms and steps up to symmetry.
  it.each([
    [2, ranks, 0, 660, 5_016, 11, 338, 2_552],
    [2, ranks, 1, 5_624, 46_022, 20, 2_820, 23_055],
    [2, ranks, 2, 36_328, 306_104, 28, 18_172, 153_096],
    [2, bit, 0, 620, 4_688, 10, null, null],
    [2, bit, 1, 2_924, 23_898, 19, null, null],
    [2, bit, 2, 9_460, 80_996, 22, null, null],
    [2, bit, 3, 24_324, 215_902, 25, null, null],
    [3, ranks, 0, 76_384, 1_007_864, 24, 13_028, 171_288],
    [3, bit, 0, 50_552, 661_208, 24, 8_886, 115_674],
  ])("by %i hosts, %j, window %i: %i forms", (hosts, quotient, window, ...counts) => {
    const [states, transitions, depth, symmetric, steps] = counts

    const plain = sweep(scopeOf({ hosts, quotient, window, symmetry: false }))
    const joined = sweep(scopeOf({ hosts, quotient, window }))

    expect(plain.end).toBe("complete")
    expect(plain.tally).toMatchObject({ states, transitions, depth })
    expect(joined.tally).toMatchObject({ standsFor: states, standsForTransitions: transitions, depth })
    if (symmetric !== null) expect(joined.tally).toMatchObject({ states: symmetric, transitions: steps })
  })

  it("by 3 hosts, with one entry that is not done with everywhere, meets 664,400 forms and violates nothing", () => {
    const { end, tally } = sweep(scopeOf({ hosts: 3, quotient: bit, window: 1 }))

    expect(end).toBe("complete")
    expect(tally).toMatchObject({
      states: 113_044,
      standsFor: 664_400,
      transitions: 1_579_122,
      standsForTransitions: 9_298_280,
      depth: 29,
    })
  })

  it("adds no form by what operators test and move", () => {
    const among = [...coreKinds, "TestFailover", "TestRestartSecondary", "Migrate"] as const

    const { tally } = sweep(scopeOf({ hosts: 2, quotient: bit, window: 1, symmetry: false, among }))

    expect(tally.states).toBe(2_924)
  })
})

describe("a run to a violation, of any length", () => {
  it.each([
    ["PrimarySkipsLock", "S1", 0, 7],
    ["LockIgnoresGeneration", "S1", 0, 5],
    ["OutputBeforeAck", "S4", 2, 5],
    ["JoinMarksAllReleased", "S5", 2, 9],
    ["PowerOffWithoutFence", "S11", 0, 3],
    ["HaRestartOnSuspicion", "S13", 0, 6],
    ["NoReRelease", "S14", 2, 7],
    ["SecondarySkipsLock", "S15", 0, 5],
    ["CountSentAsAcked", "S16", 2, 5],
    ["HaFromEmpty", "S5", 2, 5],
    ["ReorderChannel", "S6", 2, 7],
  ])(
    "%s violates %s, window %i, after %i steps and no fewer, by the model too",
    (mutant, id, window, length) => {
      const scope = scopeOf({ hosts: 3, quotient: whole, window, mutant, properties: [id] })

      const found = finished(
        violatingRuns(scope, { lengthMax: Infinity, statesMax: Infinity, isStopped: () => false }),
      )
      const [run] = typeof found === "string" ? [] : found
      const actions = actionsOf(scope, run?.codes ?? [])
      const protocol = mutated(mutantNamed(mutant))(plainConfig(3, 1, unbounded))
      const { violations } = replay(
        protocol,
        catalogue.filter((property) => property.id === id),
        actions,
      )

      expect(actions).toHaveLength(length)
      expect(violations.map(({ step }) => step)).toEqual([length])
    },
  )
})

describe("the weight of every run", () => {
  it.each([
    [2, bit, 1, coreKinds, 2_924],
    [2, ranks, 0, coreKinds, 660],
    [3, bit, 0, coreKinds, 50_552],
    [3, bit, 0, [...coreKinds, "TestFailover", "TestRestartSecondary"] as const, 50_552],
  ])(
    "of %i hosts, %j, window %i, is nothing: each generation is paid for",
    (hosts, quotient, window, among, states) => {
      const scope = scopeOf({ hosts, quotient, window, among, symmetry: false })

      expect(finished(weighing(scope))).toMatchObject({ tag: "paid", states })
    },
  )

  it.each(["SuspectWhileSyncing", "SuspectsForNothing"])("shows what is not: %s", (mutant) => {
    const scope = scopeOf({ hosts: 3, quotient: whole, window: 0, mutant })

    const weighed = finished(weighing(scope))
    const actions = weighed.tag === "unpaid" ? actionsOf(scope, weighed.codes) : []
    const protocol = mutated(mutantNamed(mutant))(plainConfig(3, 1, unbounded))
    const { violations } = replay(
      protocol,
      catalogue.filter(({ id }) => id === "S18"),
      actions,
    )

    expect(violations.map(({ step }) => step)).toEqual([actions.length])
  })
})

describe("the premises of a verdict on every run", () => {
  it.each([
    ["bit", bit],
    ["ranks", ranks],
    ["ranks, with every entry kept", whole],
  ])("hold of the protocol: %s", (_name, quotient) => {
    const scope = scopeOf({ hosts: 3, quotient, window: quotient.drops ? 1 : 6 })

    expect(finished(judgingPremises(scope))).toEqual({ states: 300, breach: null })
  })

  it.each([
    ["SecondarySkipsLock", bit, "believes in a later generation"],
    ["NeverRespawn", whole, "refused in a state, and allowed in its form"],
  ])("are seen to fail: %s", (mutant, quotient, words) => {
    const scope = scopeOf({ hosts: 3, quotient, window: 6, mutant })

    expect(finished(judgingPremises(scope)).breach?.words).toContain(words)
  })
})

// Helpers

function scopeOf({
  hosts,
  quotient,
  window,
  symmetry = true,
  among = coreKinds,
  mutant = null,
  properties = safety,
}: {
  readonly hosts: number
  readonly quotient: Quotient
  readonly window: number
  readonly symmetry?: boolean
  readonly among?: readonly Kind[]
  readonly mutant?: string | null
  readonly properties?: readonly string[]
}): Scope & { readonly quotient: Quotient } {
  const bounds = {
    ...unbounded,
    faults: 1,
    log: window,
    generations: generationsIn(hosts, window, quotient),
  }
  const { config } = protocolOf(plainConfig(hosts, 1, bounds))
  return { config, among, mutant, properties, symmetry, reduction: false, quotient }
}
