import { describe, expect, it } from "vitest"
import { coreKinds, kinds } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import type { Watched } from "../../../properties/packed/property-set.ts"
import { matching } from "../../../properties/catalogue.ts"
import { actionsOf } from "../../../properties/explore/explore.ts"
import { violatingRuns, type ViolatingRun, type Search } from "../../../properties/explore/path.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { mutantNamed, mutants } from "../../../properties/mutants/catalogue.ts"
import { coreScope, kindsWith, mutated, scopeFor, type Mutant } from "../../../properties/mutants/mutant.ts"
import { replay } from "../../../traces/replay.ts"

/** What each mutant must break, in how many steps at least. Where no search has found that, it is not checked. */
const kills = mutants.flatMap((mutant) =>
  Object.entries(mutant.killedBy).flatMap(([id, steps]) => (steps === null ? [] : [{ mutant, id, steps }])),
)

const lengthMax = 15

describe("the shortest run", () => {
  it.each(kills.map(({ mutant, id, steps }) => [mutant.name, id, steps, mutant] as const))(
    "of %s that violates %s has %i actions, and the model violates it with the last",
    (_name, id, steps, mutant) => {
      const scope = scopeOf(mutant, [id])

      const runs = shortestRuns(scope, lengthMax)

      expect(runs.map(({ property, codes }) => [property, codes.length])).toEqual([[id, steps]])
      expect(judged(mutant, scope, runs[0])).toEqual({ refusal: null, violations: [[id, steps]] })
    },
  )

  it("of HaRestartOnSuspicion that violates S19, which depends on the past, has 6 actions", () => {
    const mutant = named("HaRestartOnSuspicion")
    const scope = scopeOf(mutant, ["S19"])

    const runs = shortestRuns(scope, lengthMax)

    expect(runs.map(({ property, codes }) => [property, codes.length])).toEqual([["S19", 6]])
    expect(judged(mutant, scope, runs[0])).toEqual({ refusal: null, violations: [["S19", 6]] })
  })

  it.each(["SpawnIgnoresAntiAffinity", "SecondarySkipsLock", "HolderBlocksRestart", "OrphanSyncStays"])(
    "of %s is as long without symmetry, and violates the same",
    (name) => {
      const scope = scopeOf(named(name), Object.keys(named(name).killedBy))

      const runs = shortestRuns({ ...scope, symmetry: false }, lengthMax)

      expect(summaryOf(runs)).toEqual(summaryOf(shortestRuns(scope, lengthMax)))
      expect(runs.length).toBeGreaterThan(0)
    },
  )

  it("is not looked for beyond the most states, nor when nobody waits", () => {
    const scope = scopeOf(named("SecondarySkipsLock"), ["S1"])

    expect(searched(scope, { lengthMax, statesMax: 20 })).toBe("too many states")
    expect(searched(scope, { lengthMax, isStopped: () => true })).toBe("interrupted")
  })
})

describe("a run of the reduced graph", () => {
  it.each([
    ["SecondarySkipsLock", "S1"],
    ["PrimarySkipsLock", "S1"],
    ["SpawnInMaintenance", "S9"],
    ["WinWithoutBump", "S1"],
  ])("of %s that violates %s is one that the model takes, and violates", (name, id) => {
    const mutant = named(name)
    const scope = { ...scopeOf(mutant, [id]), reduction: true }

    const runs = shortestRuns(scope, Infinity)

    const { refusal, violations } = judged(mutant, scope, runs[0])
    expect([refusal, violations.map(([property]) => property)]).toEqual([null, [id]])
  })
})

describe("the shortest runs", () => {
  it("are one for each property that is violated at the least length, in the catalogue's order", () => {
    const scope = scopeOf(named("SecondarySkipsLock"), ["S15", "S1", "S5", "L1"])

    const runs = shortestRuns(scope, lengthMax)

    expect(summaryOf(runs)).toEqual([
      ["S1", 5],
      ["S15", 5],
    ])
  })

  it.each<readonly [string, string, readonly (readonly [string, number])[]]>([
    [
      "in a state and in the step that leads to it",
      "SecondarySkipsLock",
      [
        ["S1", 5],
        ["S15", 5],
        ["S30", 5],
      ],
    ],
    [
      "quiescent alike",
      "OrphanSyncStays",
      [
        ["L1", 3],
        ["L3", 3],
      ],
    ],
  ])("violate %s, where the lengths are the same", (_where, mutant, expected) => {
    const scope = scopeOf(
      named(mutant),
      expected.map(([id]) => id),
    )

    expect(summaryOf(shortestRuns(scope, lengthMax))).toEqual(expected)
  })

  it.each([
    ["in a step", "SpawnIgnoresAntiAffinity", "S7", 2],
    ["in a state", "SecondarySkipsLock", "S1", 5],
    ["in a quiescent state", "HolderBlocksRestart", "L1", 2],
  ])("%s are found up to the greatest length, and not beyond: %s, %s", (_where, name, id, steps) => {
    const scope = scopeOf(named(name), [id])

    expect(summaryOf(shortestRuns(scope, steps))).toEqual([[id, steps]])
    expect(shortestRuns(scope, steps - 1)).toEqual([])
  })

  it("are none where nothing is violated", () => {
    const config = plainConfig(3, 1, { log: 1, generations: 5, faults: 1, powerOffUpTo: 0 })
    const scope = { ...scopeOf(null, ["S1", "S7", "L1"]), config, among: coreKinds }

    expect(shortestRuns(scope, 100)).toEqual([])
  })
})

// Helpers

const searched = (
  scope: Scope,
  { lengthMax, statesMax = Infinity, isStopped = () => false }: Partial<Parameters<typeof violatingRuns>[1]>,
): Search => finished(violatingRuns(scope, { lengthMax: lengthMax ?? Infinity, statesMax, isStopped }))

const shortestRuns = (scope: Scope, lengthMax: number): readonly ViolatingRun[] => {
  const found = searched(scope, { lengthMax })
  if (typeof found === "string") throw new Error(`the search ended: ${found}`)
  return found
}

const scopeOf = (mutant: Mutant | null, properties: readonly string[]): Scope => ({
  config: mutant === null ? coreScope : scopeFor(mutant, properties[0] ?? ""),
  among: mutant === null ? kinds : kindsWith(mutant),
  mutant: mutant?.name ?? null,
  properties,
  symmetry: true,
  reduction: false,
})

const named = (name: string): Mutant => {
  const mutant = mutantNamed(name)
  if (mutant === null) throw new Error(`there is no mutant ${name}`)
  return mutant
}

const summaryOf = (runs: readonly ViolatingRun[]): readonly (readonly [Watched, number])[] =>
  runs.map(({ property, codes }) => [property, codes.length])

/** What the model says of a run: what it refuses, and what is violated after which action. */
const judged = (mutant: Mutant, scope: Scope, run: ViolatingRun | undefined) => {
  const actions = actionsOf(scope, run?.codes ?? [])
  const { violations, refusal } = replay(mutated(mutant)(scope.config), matching(scope.properties), actions)
  return { refusal, violations: violations.map(({ property, step }) => [property.id, step]) }
}
