import { describe, expect, it, vi } from "vitest"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import { symmetryOf } from "../../../impl/engine/symmetry.ts"
import type { Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import { initial, type State } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { describeDivergence, divergenceIn, differentialPairOf } from "../../../properties/refinement.ts"
import { enumerate } from "../../enumerate.ts"
import { act } from "../../fixtures.ts"

vi.mock(import("../../../model/parts/words.ts"), () => import("./words.ts"))
vi.mock(import("../../../model/parts/fields.ts"), () => import("./words.ts"))
vi.mock(import("../../../model/parts/table.ts"), async () => ({
  parts: [(await import("./part.ts")).origins],
}))
vi.mock(import("../../../impl/engine/parts/fields.ts"), async () => ({
  packedParts: [(await import("./engine-part.ts")).packedOrigins],
}))
vi.mock(import("../../../impl/engine/parts/table.ts"), async () => ({
  partMutations: { origins: (await import("./engine-part.ts")).originRules },
}))

const bounds = { log: 0, generations: 2, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 }
const config: Config = { ...plainConfig(3, 1, bounds), origins: true }
const among: readonly Kind[] = [
  "PowerOn",
  "SpawnSecondary",
  "BeginLockstep",
  "JoinLockstep",
  "Migrate",
  "CrashCopy",
  "HaRestart",
]

describe("a part that keeps hosts of copies and of pairs", () => {
  it("has a host packed as its number, and unpacked as its id", () => {
    const { view } = engineOf(layoutOf(config, { ...wholly, among }))
    const state = after("PowerOn(p1,h2) Migrate(p1.1,h3)")

    pack(view, state)

    expect(state.pairs["p1"]?.copies[0]).toMatchObject({ host: "h3", origin: "h2" })
    expect(view.fieldOf("copy", "origin").of(2)).toBe(1)
    expect(identity(unpack(view))).toBe(identity(state))
  })

  it("has a host that may be null packed as that host, or as none", () => {
    const { view } = engineOf(layoutOf(config, { ...wholly, among }))
    const packed = (run: string) => {
      pack(view, after(run))
      const slot = [0, 1, 2].find((each) => view.controlOf(each) !== 0) as number
      return [view.fieldOf("copy", "movedFrom").of(slot), unpack(view).pairs["p1"]?.copies[0]?.movedFrom]
    }

    expect(packed("PowerOn(p1,h2)")).toEqual([0, null])
    expect(packed("PowerOn(p1,h2) Migrate(p1.1,h3)")).toEqual([2, "h2"])
    expect(packed("PowerOn(p1,h1) Migrate(p1.1,h3)")).toEqual([1, "h1"])
  })

  it("keeps a host of the pair, null before it is booted, whatever becomes of its copies", () => {
    const { view } = engineOf(layoutOf(config, { ...wholly, among }))
    const packed = (state: State) => {
      pack(view, state)
      return [view.fieldOf("pair", "home").of(0), unpack(view).pairs["p1"]?.home]
    }

    expect(packed(initial(config))).toEqual([0, null])
    expect(packed(after("PowerOn(p1,h3) Migrate(p1.1,h1) CrashCopy(p1.1)"))).toEqual([3, "h3"])
  })

  it("is answered alike by the model and the engine, in every state", () => {
    const protocol = protocolOf(config)
    const differential = differentialPairOf(protocol, engineOf(layoutOf(config, { ...wholly, among })))
    const divergences: string[] = []

    enumerate(protocol, among, [initial(config)], (state) => {
      const divergence = divergenceIn(differential, state)
      if (divergence !== null) divergences.push(describeDivergence(divergence))
    })

    expect(divergences).toEqual([])
  })

  it("has the images of a state where its hosts have changed places", () => {
    const { view, machine, layout } = engineOf(layoutOf(config, { ...wholly, among }))
    const symmetry = symmetryOf(view)
    const keyOf = (run: string) => {
      pack(view, after(run))
      return machine.key.slice(0, layout.words).join()
    }
    const runs = orders.map(([a, b, c]) => `PowerOn(p1,${a}) Migrate(p1.1,${b}) SpawnSecondary(p1.1,${c})`)
    const keys = runs.map(keyOf)
    keyOf(runs[0] as string)

    const images = runs.map((_, n) => symmetry.image(n).slice(0, layout.words).join())

    expect(symmetry.order).toBe(orders.length)
    expect(new Set(images)).toEqual(new Set(keys))
    expect(new Set(keys).size).toBe(orders.length)
  })

  it("has those hosts renamed with the others, so that symmetry joins states and loses none", () => {
    const counts = enumerate(protocolOf(config), among)
    const scope = { config, among, mutant: null, properties: [], symmetry: true, reduction: false }

    const { tally } = sweep(scope)

    expect({ states: tally.standsFor, transitions: tally.standsForTransitions }).toEqual({
      states: counts.states,
      transitions: counts.transitions,
    })
    expect(tally.states).toBeLessThan(counts.states / 4)
  })
})

// Helpers

const orders = [
  ["h1", "h2", "h3"],
  ["h1", "h3", "h2"],
  ["h2", "h1", "h3"],
  ["h2", "h3", "h1"],
  ["h3", "h1", "h2"],
  ["h3", "h2", "h1"],
] as const

function after(run: string): State {
  return run
    .split(" ")
    .map(act)
    .reduce<State>((state, action) => {
      const outcome = step(protocolOf(config), state, action)
      if (outcome.tag === "refused") throw new Error(`${action.kind} is refused: ${outcome.guard}`)
      return outcome.state
    }, initial(config))
}
