import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { enumerate } from "../../../properties/explore/enumerate.ts"
import { stemsOf } from "../../../properties/explore/graph.ts"
import type { Path, System } from "../../../properties/explore/system.ts"
import { arbitraryQuestion } from "./fair-runs.ts"
import { edgesOf } from "./toy.ts"

describe("enumerate", () => {
  it.each([1, 2, 5])("counts the corners of a board of %i by %i, and the ways along its sides", (n) => {
    const { end, states, transitions, depth, outDegree } = enumerate(board(n))

    expect({ end, states, transitions, depth }).toEqual({
      end: "complete",
      states: (n + 1) ** 2,
      transitions: 2 * n * (n + 1),
      depth: 2 * n,
    })
    expect(outDegree).toEqual({ min: 0, max: 2, mean: transitions / states })
  })

  it("counts by kind what was generated, and what nobody had seen before", () => {
    const { kinds } = enumerate(board(2), { kindOf: String })

    // Of the 6 steps each, breadth first and right before up, up finds new corners on the left side, and right elsewhere.
    expect(kinds).toEqual({ right: { distinct: 2, generated: 6 }, up: { distinct: 6, generated: 6 } })
  })

  it("starts where it may, once from each", () => {
    const starts = [corner(0, 1), corner(1, 0), corner(0, 1)]

    expect(enumerate({ ...board(1), starts })).toMatchObject({ states: 3, transitions: 2, depth: 1 })
  })

  it("counts nothing of a system that does not start", () => {
    expect(enumerate({ ...board(1), starts: [] })).toMatchObject({
      end: "complete",
      states: 0,
      depth: 0,
      outDegree: { min: 0, max: 0, mean: 0 },
    })
  })

  it("reports a deadlock, with a shortest run, unless it may end there", () => {
    const anywhere = enumerate(board(2))
    const inTheCorner = enumerate(board(2), { mayEnd: ({ x, y }) => x === 2 && y === 2 })

    expect(anywhere.deadlocks).toBe(1)
    expect(written(anywhere.deadlock)).toBe("0,0 right right up up")
    expect(inTheCorner).toMatchObject({ deadlocks: 0, deadlock: null, end: "complete" })
  })

  it("goes on past a deadlock, and keeps the first", () => {
    const { states, deadlocks, deadlock } = enumerate(board(3, [corner(1, 0), corner(0, 2)]))

    expect([states, deadlocks, written(deadlock)]).toEqual([13, 3, "0,0 right"])
  })

  it("stops at a state that is not as it should be, with a shortest run", () => {
    const { end, violation, states } = enumerate(board(9), {
      always: ({ x, y }) => (x * y === 2 ? `${x} by ${y}` : null),
    })

    expect([end, violation?.why, written(violation?.path ?? null)]).toEqual([
      "violation",
      "2 by 1",
      "0,0 right right up",
    ])
    expect(states).toBeLessThan(11)
  })

  it("looks at where it starts, too", () => {
    const { end, violation } = enumerate(board(1), { always: () => "wrong" })

    expect([end, violation]).toEqual([
      "violation",
      { path: { start: corner(0, 0), moves: [] }, why: "wrong" },
    ])
  })

  it("stops at a step that is not as it should be, though its end has been seen", () => {
    const { violation } = enumerate(board(1), {
      onStep: ({ y }, action) => (y === 1 && action === "right" ? "right, along the top" : null),
    })

    expect([violation?.why, written(violation?.path ?? null)]).toEqual([
      "right, along the top",
      "0,0 up right",
    ])
  })

  it("is checked in each state once, and on each step", () => {
    let states = 0
    let steps = 0
    const counts = enumerate(board(3), {
      always: () => ((states += 1), null),
      onStep: () => ((steps += 1), null),
    })

    expect([states, steps]).toEqual([counts.states, counts.transitions])
  })

  it("says that it is not complete where there is one state more than may be", () => {
    expect(enumerate(board(3), { statesMax: 16 })).toMatchObject({ end: "complete", states: 16 })
    expect(enumerate(board(3), { statesMax: 15 })).toMatchObject({ end: "too many states", states: 15 })
    expect(enumerate(board(3), { statesMax: 0 })).toMatchObject({ end: "too many states", states: 0 })
  })

  it("rather reports a violation than that there are too many states", () => {
    const { end } = enumerate(board(3), { statesMax: 3, always: ({ x, y }) => (x + y === 2 ? "far" : null) })

    expect(end).toBe("violation")
  })

  it("goes on from the first of the states that are the same", () => {
    const folded = { ...board(3), key: ({ x, y }: Corner) => [x, y].sort().join() }

    const { states, deadlock } = enumerate(folded)

    expect([states, written(deadlock)]).toEqual([10, "0,0 right right right up up up"])
  })

  it("agrees with other arithmetic on random graphs", () => {
    fc.assert(
      fc.property(arbitraryQuestion(12, 24), ({ graph }) => {
        const edges = edgesOf(graph)
        const system: System<number, number> = {
          starts: [...graph.starts],
          successors: (state) =>
            edges
              .filter(({ source }) => source === state)
              .map(({ label, target }) => ({ action: label, state: target })),
          key: String,
        }
        const depths = [...stemsOf(graph).depths]
        const within = edges.filter(({ source }) => (depths[source] ?? -1) >= 0)

        const { states, transitions, depth, deadlocks } = enumerate(system)

        expect({ states, transitions, depth }).toEqual({
          states: depths.filter((each) => each >= 0).length,
          transitions: within.length,
          depth: Math.max(...depths),
        })
        expect(states - deadlocks).toBe(new Set(within.map(({ source }) => source)).size)
      }),
      { numRuns: 200 },
    )
  })
})

// Helpers

type Corner = { readonly x: number; readonly y: number }

const corner = (x: number, y: number): Corner => ({ x, y })

/** A board of n by n fields, along whose sides one goes right or up; from a corner that is a dead end, nowhere. */
const board = (n: number, deadEnds: readonly Corner[] = []): System<Corner, "right" | "up"> => ({
  starts: [corner(0, 0)],
  successors: ({ x, y }) =>
    [
      { action: "right", state: corner(x + 1, y) } as const,
      { action: "up", state: corner(x, y + 1) } as const,
    ].filter(
      ({ state }) => state.x <= n && state.y <= n && !deadEnds.some((end) => end.x === x && end.y === y),
    ),
  key: ({ x, y }) => `${x},${y}`,
})

const written = (path: Path<Corner, "right" | "up"> | null): string | null =>
  path && [`${path.start.x},${path.start.y}`, ...path.moves.map(({ action }) => action)].join(" ")
