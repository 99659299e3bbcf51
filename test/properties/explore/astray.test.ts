import * as Effect from "effect/Effect"
import { describe, expect, it, vi } from "vitest"
import { coreKinds } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { taken, unrepresentable } from "../../../impl/engine/guards.ts"
import { explore, type Explored } from "../../../properties/explore/explore.ts"
import { violatingRuns } from "../../../properties/explore/path.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { finished } from "../../../properties/explore/turns.ts"

// In a large scope only a sample is checked for symmetric rules: here nothing is.
vi.mock("../../../properties/explore/commutation.ts", () => ({ commutationOf: () => () => true }))

describe("a run that was found, and cannot be walked again", () => {
  it("is astray where the rules do not treat hosts alike, and symmetry was taken for granted", () => {
    const limits = { lengthMax: 10, statesMax: Infinity, isStopped: () => false }

    expect(finished(violatingRuns(scopeOf(true), limits))).toBe("astray")
  })

  it("has the scope explored once more without symmetry, where its violation is found", async () => {
    const { isAsymmetric, scope, end, violations } = await exploredIn(scopeOf(true))

    expect({ isAsymmetric, symmetry: scope.symmetry, end }).toEqual({
      isAsymmetric: true,
      symmetry: false,
      end: "violation",
    })
    expect(violations.map(({ property, actions }) => [property, actions])).toEqual([
      [
        "S7",
        [
          { kind: "PowerOn", pair: "p1", host: "h3" },
          { kind: "SpawnSecondary", copy: "p1.1", host: "h1" },
          { kind: "BeginLockstep", copy: "p1.1" },
        ],
      ],
    ])
  })

  it("is a defect without symmetry: the rules have changed meanwhile", async () => {
    // In two states each the sweep meets them, and the search for the run.
    const changing = scopeOf(false, 4)

    await expect(exploredIn(changing)).rejects.toThrow("defect: a run that was found cannot be walked again")
  })
})

// Helpers

/** A start of lockstep counts as a second copy beside the first where it is on the last host; so many times, and no more. */
function scopeOf(symmetry: boolean, times = Infinity): Scope {
  let wrong = 0
  return {
    config: plainConfig(3, 1, { log: 0, generations: 2, faults: 0, powerOffUpTo: 0, fencesUpTo: 0 }),
    among: coreKinds,
    mutant: null,
    properties: ["S7"],
    symmetry,
    reduction: false,
    sides: {
      model: protocolOf,
      mutation: ({ BeginLockstep }, view) => ({
        BeginLockstep: (slot, b) => {
          const answer = BeginLockstep(slot, b)
          const isWrong = answer === taken && view.hostOf(slot) === view.hosts - 1 && wrong < times
          if (isWrong) wrong += 1
          return isWrong ? unrepresentable : answer
        },
      }),
      indexed: false,
    },
  }
}

const exploredIn = (scope: Scope): Promise<Explored> =>
  Effect.runPromise(
    explore({
      scope,
      engine: "packed",
      liveness: false,
      weighs: false,
      statesMax: 1e6,
      fingerprint: false,
      workers: 1,
    }),
  )
