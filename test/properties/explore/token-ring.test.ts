import { describe, expect, it } from "vitest"
import { enumerate } from "../../../properties/explore/enumerate.ts"
import { neededFairness, suffixOf, type Lasso } from "../../../properties/explore/fairness.ts"
import { marked, type NamedGraph } from "../../../properties/explore/graph.ts"
import { named } from "./named.ts"
import { privileged, tokenRing } from "./token-ring.ts"

describe("the self-stabilising ring", () => {
  it.each([
    [3, 3],
    [5, 3],
    [4, 4],
  ])("has of %i machines with %i states each all combinations, and never a deadlock", (machines, k) => {
    const { states, depth, deadlocks } = enumerate(tokenRing(machines, k))

    expect({ states, depth, deadlocks }).toEqual({ states: k ** machines, depth: 0, deadlocks: 0 })
  })

  it("keeps the one privilege once there is one alone", () => {
    const { violation } = enumerate(tokenRing(4, 3), {
      onStep: (before, _machine, after) =>
        privileged(before).length === 1 && privileged(after).length > 1 ? "there are more again" : null,
    })

    expect(violation).toBeNull()
  })

  it.each([
    [3, 2],
    [4, 3],
    [5, 4],
    [4, 4],
  ])("stabilises with %i machines of %i states each, as K ≥ N - 1", (machines, k) => {
    const { lasso } = stabilising(machines, k)

    expect(lasso).toBeNull()
  })

  it.each([
    [4, 2],
    [5, 3],
    [6, 3],
  ])(
    "does not with %i machines of %i, as K < N - 1: all take turns, and several all the time",
    (machines, k) => {
      const { lasso, graph, states } = stabilising(machines, k)

      const visited = (lasso as Lasso).loop.map((edge) => states[graph.targets[edge] as number] ?? [])
      expect(visited.length).toBeGreaterThan(0)
      expect(visited.every((state) => privileged(state).length > 1)).toBe(true)
      expect((lasso as Lasso).fairness.every(({ enabled, taken }) => taken || enabled !== "always")).toBe(
        true,
      )
    },
  )

  it("needs that someone moves, but nobody in particular", () => {
    const oneByOne = stabilising(4, 3)
    const all = stabilising(4, 3, () => "anybody")

    expect(oneByOne.needs).toEqual([])
    expect(all.needs.map(({ group, lasso }) => [group, lasso.stem, lasso.loop])).toEqual([
      ["anybody", [], []],
    ])
  })
})

// Helpers

const stabilising = (machines: number, k: number, groupOf: (label: number) => string = String) => {
  const found: NamedGraph<readonly number[], number> = named(tokenRing(machines, k), {
    labelOf: String,
    isFair: () => true,
  })
  const good = marked(found.states, (state) => privileged(state).length === 1)
  return { ...found, ...neededFairness(suffixOf(found.graph), good, groupOf) }
}
