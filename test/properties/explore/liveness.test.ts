import { describe, expect, it } from "vitest"
import { alphabet, coreKinds } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import type { State } from "../../../model/state.ts"
import { protocolOf } from "../../../model/core.ts"
import { refusal } from "../../../impl/engine/guards.ts"
import { isQuiescent, isJudged } from "../../../properties/check/quiescence.ts"
import { matching } from "../../../properties/catalogue.ts"
import { actionsOf } from "../../../properties/explore/explore.ts"
import { livenessOf, type LivenessVerdict } from "../../../properties/explore/liveness.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import { replay } from "../../../traces/replay.ts"

const bounds = { log: 1, generations: 5, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 }

const three = plainConfig(3, 1, bounds)

/** Where one fault leaves nowhere to place a Secondary. */
const two = plainConfig(2, 1, bounds)

const statesMax = 60_000

describe("liveness of the protocol", () => {
  it("is violated by no fair run, and needs the fairness of these kinds", () => {
    const verdicts = verdictsOf(scopeOf(three, null))

    expect(verdicts.map(({ violation }) => violation)).toEqual([null, null, null, null])
    expect(needsIn(verdicts)).toEqual({
      L1: "AbandonSync BeginLockstep HaRestart JoinLockstep SpawnSecondary Suspect SyncLost TryLock",
      L2: "Suspect TryLock",
      L3: "Suspect SyncLost TryLock",
      L4: "Ack Deliver JoinLockstep Release Suspect",
    })
  })

  it("needs less where there are no faults", () => {
    const verdicts = verdictsOf(scopeOf(plainConfig(3, 1, { ...bounds, log: 0, faults: 0 }), null))

    expect(verdicts.map(({ violation }) => violation)).toEqual([null, null, null, null])
    expect(needsIn(verdicts)).toMatchObject({ L1: "BeginLockstep JoinLockstep SpawnSecondary", L4: "" })
  })

  it("is not checked where a pair has no generation left, and so cannot go on", () => {
    const verdicts = verdictsOf(
      scopeOf(plainConfig(3, 1, { ...bounds, log: 0, generations: 2, faults: 2 }), null),
    )

    expect(verdicts.map(({ violation }) => violation)).toEqual([null, null, null, null])
  })

  it("is not checked where some protocol actions are excluded", () => {
    const among = coreKinds.filter((kind) => kind !== "SpawnSecondary")

    expect(verdictsOf({ ...scopeOf(three, null), among })).toEqual([])
  })

  it("is checked as far as it is named", () => {
    const verdicts = verdictsOf({ ...scopeOf(three, null), properties: ["L3", "S1"] })

    expect(verdicts.map(({ property }) => property)).toEqual(["L3"])
  })

  it("is the same whatever else is checked, and whatever the scope would join or normalise", () => {
    const scope = scopeOf(plainConfig(3, 1, { ...bounds, log: 0 }), null)
    const usual = verdictsOf(scope)

    const verdicts = verdictsOf({
      ...scope,
      properties: [...scope.properties, "S18", "S19"],
      symmetry: true,
      reduction: true,
    })

    expect(verdicts).toEqual(usual)
  })

  it("is unknown where there are more states than may be looked at", () => {
    const scope = scopeOf(three, null)

    expect(livenessOf(scope, 5229)).toBe("unknown")
    expect(livenessOf(scope, 5230)).not.toBe("unknown")
  })
})

describe("a mutant has a fair run that ends badly,", () => {
  it.each([
    ["OrphanSyncStays", "L1", 3, three],
    ["OrphanSyncStays", "L3", 10, three],
    ["LoserRetries", "L3", 9, three],
    ["SecondaryNeverSuspects", "L1", 5, three],
    ["SecondaryNeverSuspects", "L2", 5, three],
    ["StaleNeverSuspects", "L3", 11, three],
    ["SyncNeverAbandoned", "L1", 5, three],
    ["NeverRespawn", "L1", 5, three],
    ["HolderBlocksRestart", "L1", 2, three],
    ["LiveWithholds", "L4", 3, two],
  ] as const)(
    "%s, of %s, after %i steps: the model is quiescent there, and violates it",
    (name, id, steps, config) => {
      const scope = scopeOf(config, name)

      const violation = verdictsOf(scope).find(({ property }) => property === id)?.violation

      expect(violation?.stem).toHaveLength(steps)
      expect(violation?.loop).toEqual([])
      expect(judged(scope, id, violation?.stem ?? [])).toEqual({
        refusal: null,
        isQuiescent: true,
        violations: [[id, steps]],
      })
    },
  )

  it("and is quiescent there though a spurious suspicion may come: that is not fair", () => {
    const neverReleased = (): number => refusal.nothing
    const sides = { model: protocolOf, mutation: () => ({ Release: neverReleased }), indexed: false }
    const among = coreKinds.filter((kind) => alphabet[kind].actor !== "fault")

    const verdicts = verdictsOf({ ...scopeOf(two, null), sides, among })
    const violation = verdicts.find(({ property }) => property === "L4")?.violation

    expect(violation?.stem).toHaveLength(5)
    expect(violation?.loop).toEqual([])
  })

  it("and keeps what it does not break: of the others it needs what the protocol needs", () => {
    const protocol = needsIn(verdictsOf(scopeOf(three, null)))

    const verdicts = verdictsOf(scopeOf(three, "HolderBlocksRestart"))

    expect(verdicts.map(({ property, violation }) => [property, violation === null])).toEqual([
      ["L1", false],
      ["L2", true],
      ["L3", true],
      ["L4", true],
    ])
    expect(needsIn(verdicts)).toEqual({ ...protocol, L1: "" })
  })
})

// Helpers

const scopeOf = (config: Config, mutant: string | null): Scope => ({
  config,
  among: coreKinds,
  mutant,
  properties: ["L1", "L2", "L3", "L4"],
  symmetry: false,
  reduction: false,
})

const verdictsOf = (scope: Scope): readonly LivenessVerdict[] => {
  const verdicts = livenessOf(scope, statesMax)
  if (verdicts === "unknown") throw new Error("the scope of a test is too large")
  return verdicts
}

const needsIn = (verdicts: readonly LivenessVerdict[]): Readonly<Record<string, string>> =>
  Object.fromEntries(verdicts.map(({ property, needs }) => [property, needs.join(" ")]))

type Codes = NonNullable<LivenessVerdict["violation"]>["stem"]

/** What the model says of a run: what it refuses, whether it is quiescent at the end, and what is violated when. */
const judged = (scope: Scope, id: string, codes: Codes) => {
  const { config, mutant } = scope
  const protocol = mutated(mutantNamed(mutant ?? ""))(config)
  const { states, violations, refusal } = replay(protocol, matching([id]), actionsOf(scope, codes))
  const end = states.at(-1) as State
  return {
    refusal,
    isQuiescent: isJudged(config, end) && isQuiescent(protocol, end),
    violations: violations.map(({ property, step }) => [property.id, step]),
  }
}
