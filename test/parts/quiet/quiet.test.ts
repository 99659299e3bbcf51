import { describe, expect, it, vi } from "vitest"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import type { Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import { initial, type State } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { bodyExpanderOf } from "../../../properties/explore/body-expander.ts"
import { factoredSweepingAs } from "../../../properties/explore/factored-sweep.ts"
import { modelSweep } from "../../../properties/explore/model-sweep.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { sweep, sweepingAs } from "../../../properties/explore/sweep.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { describeDivergence, divergenceIn, differentialPairOf } from "../../../properties/refinement.ts"
import { changesOf } from "../../../traces/diff.ts"
import { stateJsonOf } from "../../../traces/state-json.ts"
import { enumerate } from "../../enumerate.ts"
import { act } from "../../fixtures.ts"

vi.mock(import("../../../model/parts/words.ts"), () => import("./words.ts"))
vi.mock(import("../../../model/parts/fields.ts"), () => import("./words.ts"))
vi.mock(import("../../../model/parts/table.ts"), async () => ({
  parts: [(await import("./part.ts")).hushing],
}))
vi.mock(import("../../../impl/engine/parts/fields.ts"), async () => ({
  packedParts: [(await import("./engine-part.ts")).packedHushing],
}))
vi.mock(import("../../../impl/engine/parts/table.ts"), async () => ({
  partMutations: { hushing: (await import("./engine-part.ts")).hushingRules },
}))

const bounds = { log: 1, generations: 2, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 }
const off = plainConfig(3, 1, bounds)
const on: Config = { ...off, hushing: true }
const among: readonly Kind[] = [
  "PowerOn",
  "Record",
  "SpawnSecondary",
  "BeginLockstep",
  "JoinLockstep",
  "FailHost",
  "Hush",
]
const scope: Scope = { config: on, among, mutant: null, properties: [], symmetry: false, reduction: false }
const limits = { statesMax: Infinity, fingerprint: false, onLevel: () => {}, isStopped: () => false }

describe("a part that keeps fields of hosts and of the cluster", () => {
  it("has them from the start where it is on, and not at all where it is off", () => {
    expect(initial(on)).toMatchObject({ hushes: 0, hushedLast: null })
    expect(initial(on).hosts["h1"]).toMatchObject({ quiet: false, hushedAfter: null })
    expect(initial(off)).not.toHaveProperty("hushes")
    expect(initial(off).hosts["h1"]).not.toHaveProperty("quiet")
  })

  it("has them packed and unpacked, and the engine begins where the model does", () => {
    const { view } = engineOf(layoutOf(on, { ...wholly, among }))
    const start = identity(unpack(view))
    const state = after("Hush(h2) Hush(h3)")

    pack(view, state)

    expect(start).toBe(identity(initial(on)))
    expect([0, 1, 2].map(view.fieldOf("host", "hushedAfter").of)).toEqual([0, 0, 2])
    expect([view.fieldOf("state", "hushes").of(0), view.fieldOf("state", "hushedLast").of(0)]).toEqual([2, 3])
    expect(identity(unpack(view))).toBe(identity(state))
  })

  it("is answered alike by the model and the engine, in every state", () => {
    const protocol = protocolOf(on)
    const differential = differentialPairOf(protocol, engineOf(layoutOf(on, { ...wholly, among })))
    const divergences: string[] = []

    enumerate(protocol, among, [initial(on)], (state) => {
      const divergence = divergenceIn(differential, state)
      if (divergence !== null) divergences.push(describeDivergence(divergence))
    })

    expect(divergences).toEqual([])
  })

  it("has a state space of its own, and the engine the same: by states, by bodies, and up to symmetry", () => {
    const { states, transitions, depth } = modelSweep(protocolOf(on), among, [], Infinity)
    const expander = bodyExpanderOf(scope)

    const byStates = finished(sweepingAs(scope, limits, null, 0))
    const byBodies = expander === null ? null : finished(factoredSweepingAs(expander, limits, null, 0))
    const symmetric = sweep({ ...scope, symmetry: true }).tally

    expect({ states, transitions, depth }).toEqual({ states: 1_690, transitions: 4_386, depth: 8 })
    expect(byStates.tally).toMatchObject({ states, transitions, depth })
    expect(byBodies?.tally).toMatchObject({ states, transitions, depth })
    expect({ states: symmetric.standsFor, transitions: symmetric.standsForTransitions }).toEqual({
      states,
      transitions,
    })
    expect(symmetric.states).toBeLessThan(states / 4)
  })

  it("is shown in the words for people, and as JSON", () => {
    const [before, state] = [after("Hush(h2)"), after("Hush(h2) Hush(h1)")]

    expect(changesOf(before, state)).toEqual([
      "h1 quiet false → true, hushedAfter none → h2",
      "cluster hushes 1 → 2, hushedLast h2 → h1",
    ])
    expect(stateJsonOf(state)).toMatchObject({
      hushes: 2,
      hushedLast: "h1",
      hosts: { h1: { hushedAfter: "h2" }, h2: { hushedAfter: null } },
    })
  })
})

// Helpers

function after(run: string): State {
  return run
    .split(" ")
    .map(act)
    .reduce<State>((state, action) => {
      const outcome = step(protocolOf(on), state, action)
      if (outcome.tag === "refused") throw new Error(`${action.kind} is refused: ${outcome.guard}`)
      return outcome.state
    }, initial(on))
}
