import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  componentsOf,
  graphOf,
  marked,
  sourceOf,
  stemsOf,
  stemTo,
  type StateGraph,
} from "../../../properties/explore/graph.ts"
import type { System } from "../../../properties/explore/system.ts"
import { arbitraryQuestion, depthsOf, isConnected } from "./fair-runs.ts"
import { named } from "./named.ts"
import { edgesOf, only, toy } from "./toy.ts"

describe("the graph of a system", () => {
  it("has each state once, numbered as it was found, and each step as an edge with its label", () => {
    const { graph, states, labels, actions } = named(clock, reading)

    expect(states).toEqual([0, 2, 3, 1])
    expect(labels).toEqual(["up", "down"])
    expect(edgesOf(graph).map(({ source, label, target }) => [source, labels[label], target])).toEqual([
      [0, "up", 1],
      [0, "down", 2],
      [1, "up", 2],
      [1, "down", 3],
      [2, "up", 0],
      [2, "down", 1],
      [3, "up", 1],
      [3, "down", 0],
    ])
    expect(actions.map((action) => (action > 0 ? "up" : "down"))).toEqual(
      edgesOf(graph).map(({ label }) => labels[label]),
    )
  })

  it("knows its starts once each, its fair labels, and the steps of its suffix", () => {
    const { graph } = named({ ...clock, starts: [0, 2, 4] }, reading)

    expect([...graph.starts]).toEqual([0, 1])
    expect([...graph.isFair]).toEqual([1, 0])
    expect([...graph.isSuffix]).toEqual([1, 1, 1, 1, 0, 1, 1, 1])
  })

  it("takes every step for one of the suffix, if it does not say which", () => {
    const { graph } = named(clock, { labelOf: reading.labelOf, isFair: reading.isFair })

    expect([...graph.isSuffix]).toEqual(Array<number>(8).fill(1))
  })

  it("is unknown where there are more states than may be", () => {
    expect(graphOf(clock, { ...reading, statesMax: 3 })).toBe("unknown")
    expect(graphOf(clock, { ...reading, statesMax: 4 })).not.toBe("unknown")
  })

  it("marks the states for which a predicate is true", () => {
    expect([...marked(["a", "b", "a"], (name) => name === "a")]).toEqual([1, 0, 1])
  })
})

describe("the shortest paths", () => {
  it("are those that a builder saw on its way", () => {
    const { graph } = named({ ...clock, starts: [1] }, reading)
    const { stems, ...others } = graph

    expect(stemsOf(graph)).toBe(stems)
    expect(stemsOf(others)).toEqual(stems)
  })

  it("lead over all edges, from the nearest start, to wherever anything leads", () => {
    fc.assert(
      fc.property(arbitraryQuestion(12, 24), ({ graph }) => {
        const stems = stemsOf(graph)
        const edges = edgesOf(graph)
        const depths = [...stems.depths].map((depth) => (depth === -1 ? Infinity : depth))

        expect(depths).toEqual(depthsOf(graph))
        for (let state = 0; state < graph.states; state += 1) {
          const stem = stemTo(graph, stems, state)
          if (depths[state] === Infinity || stem.length === 0) continue
          const way = [...stem.map((edge) => edges[edge]?.source), state]
          expect(stem).toHaveLength(depths[state] ?? -1)
          expect(graph.starts).toContain(way[0])
          expect(stem.map((edge) => edges[edge]?.target)).toEqual(way.slice(1))
        }
      }),
      { numRuns: 200 },
    )
  })

  it("finds the state that an edge leaves, past states that none leaves", () => {
    const { graph } = toy("1 a 0, 1 b 2, 4 a 1")

    expect([0, 1, 2].map((edge) => sourceOf(graph, edge))).toEqual([1, 1, 4])
  })
})

describe("the components", () => {
  it("are what reaches each other, by the suffix alone", () => {
    const { graph } = toy("0 a 1, 1 a 0, 1 b 2, 2 crash! 1, 2 c 2")

    expect(sets(graph)).toEqual([[2], [0, 1]])
  })

  it("are found among the states that are asked about, as if there were no others", () => {
    const { graph } = toy("0 a 1, 1 a 2, 2 a 0, 2 b 3, 3 b 2")

    const { of } = componentsOf(graph, only(4, [0, 2, 3]))

    expect(sets(graph, only(4, [0, 2, 3]))).toEqual([[0], [2, 3]])
    expect(of[1]).toBe(-1)
  })

  it("are not misled by arrays that are longer than what is in them", () => {
    const { graph } = toy("0 a 1, 1 a 0")
    const longer = {
      ...graph,
      targets: Int32Array.of(...graph.targets, 7, 7),
      offsets: Int32Array.of(0, 1, 2, 9),
    }

    expect(sets(longer)).toEqual([[0, 1]])
  })

  it("are the classes of states that reach each other, on random graphs, the last ones first", () => {
    fc.assert(
      fc.property(arbitraryQuestion(12, 20), ({ graph, judged }) => {
        const inner = edgesOf(graph).filter(
          ({ source, target, isSuffix }) => isSuffix && judged?.[source] !== 0 && judged?.[target] !== 0,
        )
        const { of } = componentsOf(graph, judged)

        const found = sets(graph, judged)

        expect(found.flat().toSorted(ascending)).toEqual(
          [...Array(graph.states).keys()].filter((state) => judged?.[state] !== 0),
        )
        for (const set of found)
          expect(
            set.length === 1 ||
              isConnected(
                inner.filter(({ source, target }) => of[source] === of[target]),
                set,
              ),
          ).toBe(true)
        for (const { source, target } of inner)
          expect(of[target] as number).toBeLessThanOrEqual(of[source] as number)
      }),
      { numRuns: 500 },
    )
  })

  it("are found without recursion in a row of many states", () => {
    const states = 200_000
    const row = rowOf(states)

    expect(componentsOf(row).count).toBe(states)
  })
})

// Helpers

/** A clock of four hours, that goes up by two at first, else by one, and down by one. */
const clock: System<number, number> = {
  starts: [0],
  successors: (hour) =>
    [hour === 0 ? 2 : 1, -1].map((action) => ({ action, state: (hour + action + 4) % 4 })),
  key: (hour) => `${hour % 4}`,
}

const reading = {
  labelOf: (action: number) => (action > 0 ? "up" : "down"),
  isFair: (action: number) => action > 0,
  isSuffix: (before: number, action: number) => before !== 3 || action < 0,
}

const ascending = (a: number, b: number): number => a - b

/** The components as lists, each in the order of its states. */
const sets = (graph: StateGraph, among: Uint8Array | null = null): readonly (readonly number[])[] => {
  const { count, members, offsets } = componentsOf(graph, among)
  return Array.from({ length: count }, (_, c) =>
    [...members.subarray(offsets[c], offsets[c + 1])].toSorted(ascending),
  )
}

/** States in a row, each with an edge to the next, and the last with one to itself. */
const rowOf = (states: number): StateGraph => ({
  states,
  labels: 1,
  starts: Int32Array.of(0),
  offsets: Int32Array.from({ length: states + 1 }, (_, state) => state),
  targets: Int32Array.from({ length: states }, (_, state) => Math.min(state + 1, states - 1)),
  labelOf: new Int32Array(states),
  isSuffix: new Uint8Array(states).fill(1),
  isFair: Uint8Array.of(1),
})
