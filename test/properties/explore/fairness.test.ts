import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  lassoAgainst,
  neededFairness,
  suffixOf,
  type FairLabel,
  type Lasso,
} from "../../../properties/explore/fairness.ts"
import type { StateGraph } from "../../../properties/explore/graph.ts"
import {
  arbitraryQuestion,
  violatingSets,
  definition,
  depthsOf,
  fairLabels,
  inside,
  isConnected,
  isEnabled,
  type Definition,
  type Question,
} from "./fair-runs.ts"
import { allBut, drawn, edgesOf, only, toy, type Toy } from "./toy.ts"

describe("a fair run that is bad again and again", () => {
  it.each<readonly [what: string, graph: Toy, bad: readonly number[], expected: string | null]>([
    ["takes an edge to its own state for ever", toy("0 a 0"), [0], "0 (a 0)"],
    ["does not, where something else is fair", toy("0 a 0, 0 b 1"), [0], null],
    ["does, where the other thing is not fair", toy("0 a 0, 0 b 1", { unfair: ["b"] }), [0], "0 (a 0)"],
    ["takes the label where it leads nowhere", toy("0 a 0, 0 a 1"), [0], "0 (a 0)"],
    ["does nothing where nothing is left to do", toy("0 a 1"), [1], "0 a 1 ()"],
    ["does not do nothing where something is fair", toy("0 a 1"), [0], null],
    ["does nothing where nothing that is left is fair", toy("0 a 1", { unfair: ["a"] }), [0], "0 ()"],
    ["does not dwell on either side of a join", toy("0 a 1, 0 b 2, 1 b 3, 2 a 3"), [0, 1, 2], null],
    ["ends at a join", toy("0 a 1, 0 b 2, 1 b 3, 2 a 3"), [3], "0 a 1 b 3 ()"],
    ["leaves a cycle by what is always enabled", toy("0 a 1, 1 b 0, 0 x 2, 1 x 2"), [0, 1], null],
    ["stays in it if that is disabled somewhere", toy("0 a 1, 1 b 0, 0 x 2"), [0, 1], "0 (a 1 b 0)"],
    ["leaves it and comes back", toy("0 a 1, 1 b 0, 0 x 2, 1 x 2, 2 y 0"), [1], "0 (a 1 x 2 y 0)"],
    [
      "is bad elsewhere than on the shortest loop",
      toy("0 a 1, 1 b 0, 1 a 2, 2 b 1"),
      [2],
      "0 (a 1 a 2 b 1 b 0)",
    ],
    ["is not bad but at first", toy("0 a 1, 1 b 2, 2 a 1"), [0], null],
    [
      "has the shorter of two stems",
      toy("0 a 1, 1 a 2, 2 a 3, 3 a 2, 0 b 4, 4 b 5, 5 b 4", { unfair: ["a", "b"] }),
      [3, 5],
      "0 b 4 (b 5 b 4)",
    ],
    ["has it from the nearer of two starts", toy("0 a 1, 1 a 2, 3 b 2", { starts: [0, 3] }), [2], "3 b 2 ()"],
    ["is never where nothing leads", toy("0 a 0, 1 a 1"), [1], null],
    ["is led by a fault, and then by none", toy("0 crash! 1, 1 crash! 1"), [1], "0 crash! 1 ()"],
    ["gets nothing from faults", toy("0 a! 1, 1 a! 0, 0 b 0, 1 b 1"), [1], "0 a! 1 (b 1)"],
    ["does not go round by faults", toy("0 a 1, 1 crash! 0"), [0], null],
    [
      "is what it is by one part of the suffix only",
      toy("0 a 1, 1 b 0, 0 x 2, 1 x 2, 2 y 3, 3 y 2"),
      [0, 2],
      "0 x 2 (y 3 y 2)",
    ],
  ])("%s", (_what, graph, bad, expected) => {
    const lasso = lassoAgainst(suffixOf(graph.graph), allBut(graph.graph.states, bad))

    expect(lasso === null ? null : drawn(graph, lasso)).toBe(expected)
  })

  it("is looked for only where it may be judged, on the loop and not on the stem", () => {
    const ring = toy("0 a 1, 1 a 2, 2 b 1, 2 c 3, 3 c 3", { unfair: ["c"] })
    const good = allBut(4, [1, 3])

    const lassos = [[1, 2], [2, 3], [1], [0, 2]].map((judged) =>
      lassoAgainst(suffixOf(ring.graph, only(4, judged)), good),
    )

    expect(lassos.map((lasso) => lasso && drawn(ring, lasso))).toEqual([
      "0 a 1 (a 2 b 1)",
      "0 a 1 a 2 c 3 ()",
      null,
      null,
    ])
  })

  it("counts what leads out of where it is judged", () => {
    const { graph } = toy("0 a 0, 0 b 1")

    expect(lassoAgainst(suffixOf(graph, only(2, [0])), allBut(2, [0]))).toBeNull()
  })

  it("says of each fair label whether it was enabled in the loop, and taken", () => {
    const graph = toy("0 a 1, 1 b 0, 0 c 1, 1 c 1, 0 x 2, 2 y 2, 0 z 1", { unfair: ["z"] })

    const lasso = lassoAgainst(suffixOf(graph.graph), allBut(3, [1]))

    expect(lasso?.fairness.map((each) => ({ ...each, label: graph.labels[each.label] }))).toEqual([
      { label: "a", enabled: "sometimes", taken: true },
      { label: "b", enabled: "sometimes", taken: true },
      { label: "c", enabled: "always", taken: true },
      { label: "x", enabled: "sometimes", taken: false },
      { label: "y", enabled: "never", taken: false },
    ])
  })

  it("is found in a ring of many states, at once and without recursion", () => {
    const ring = ringOf(200_000)

    const lasso = lassoAgainst(suffixOf(ring), allBut(200_000, [100_000])) as Lasso

    expect([lasso.stem.length, lasso.loop.length]).toEqual([0, 200_000])
  })
})

describe("needed fairness", () => {
  const chain = toy("0 send 1, 1 deliver 2, 1 drop 1, 2 rest 2")

  it("is what each group is needed for, with the run that goes wrong without it", () => {
    const found = neededFairness(suffixOf(chain.graph), allBut(3, [0, 1]), nameOf(chain))

    expect(found.lasso).toBeNull()
    expect(found.needs.map(({ group, lasso }) => [group, drawn(chain, lasso)])).toEqual([
      ["deliver", "0 send 1 (drop 1)"],
      ["send", "0 ()"],
    ])
    expect(found.needs[0]?.lasso.fairness.map(({ label }) => chain.labels[label])).toEqual([
      "send",
      "drop",
      "rest",
    ])
  })

  it("is none of what fails in any case", () => {
    const found = neededFairness(suffixOf(chain.graph), allBut(3, [2]), nameOf(chain))

    expect(found).toMatchObject({ lasso: { entry: 2 }, needs: [] })
  })

  it("is none where one label stands in for another, and theirs together where they are one group", () => {
    const either = toy("0 a 1, 0 b 1")
    const suffix = suffixOf(either.graph)
    const good = allBut(2, [0])

    const counts = [nameOf(either), () => "any"].map((groupOf) =>
      neededFairness(suffix, good, groupOf).needs.map(({ group }) => group),
    )

    expect(counts).toEqual([[], ["any"]])
  })

  it("is what asking again without each group's fairness gives", () => {
    fc.assert(
      fc.property(arbitraryQuestion(6, 10), ({ graph, good, judged }) => {
        const suffix = suffixOf(graph, judged)
        const lassos = [0, 1, 2].map((label) => ({
          group: `${label}`,
          lasso: lassoAgainst(suffix, good, graph.isFair.with(label, 0)),
        }))

        const found = neededFairness(suffix, good, String)

        expect(found.lasso).toEqual(lassoAgainst(suffix, good))
        expect(found.needs).toEqual(found.lasso === null ? lassos.filter(({ lasso }) => lasso !== null) : [])
      }),
      { numRuns: 1_000 },
    )
  })
})

describe("the definition, word by word, on random graphs", () => {
  it("has a run exactly where one is found", () => {
    fc.assert(agreement(definition), { numRuns: 2_000 })
  })

  it("has it where it is found in graphs that are larger, and looked at by closure", () => {
    fc.assert(
      fc.property(arbitraryQuestion(40, 90), (question) => {
        expect(found(question) !== null).toBe(closureHasViolation(question))
      }),
      { numRuns: 300 },
    )
  })

  it("has the run that is found, with the shortest stem of all", () => {
    fc.assert(
      fc.property(arbitraryQuestion(6, 10), (question) => {
        const lasso = found(question)
        if (lasso === null) return
        const depths = depthsOf(question.graph)
        const entries = violatingSets(question, definition).flat()

        expect(flawsOf(question, lasso)).toEqual([])
        expect(lasso.stem.length).toBe(Math.min(...entries.map((state) => depths[state] as number)))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each<readonly [string, Partial<Definition>]>([
    [
      "leaves out edges from a state to itself",
      {
        isFairTo: (asked, set, label) =>
          definition.isFairTo(
            { ...asked, edges: asked.edges.filter(({ source, target }) => source !== target) },
            set,
            label,
          ),
      },
    ],
    [
      "takes an edge to its own state for no step at all",
      {
        isFairTo: (asked, set, label) =>
          set.some((state) => !isEnabled(asked, state, label)) ||
          inside(asked, set).some((edge) => edge.label === label && edge.source !== edge.target),
      },
    ],
    ["forgets that a run may do nothing", { mayStay: (asked, set) => isConnected(inside(asked, set), set) }],
    [
      "asks for fairness in each state by itself",
      {
        isFairTo: (asked, set, label) =>
          set.every(
            (state) =>
              !isEnabled(asked, state, label) ||
              inside(asked, set).some((edge) => edge.source === state && edge.label === label),
          ),
      },
    ],
    [
      "asks for strong fairness",
      {
        isFairTo: (asked, set, label) =>
          set.every((state) => !isEnabled(asked, state, label)) ||
          inside(asked, set).some((edge) => edge.label === label),
      },
    ],
    [
      "takes a step out of the loop for one that is taken in it",
      {
        isFairTo: (asked, set, label) =>
          set.some((state) => !isEnabled(asked, state, label) || isEnabled(asked, state, label)),
      },
    ],
    ["asks for no fairness", { isFairTo: () => true }],
    [
      "takes a fault for a weakly fair action",
      {
        isFairTo: (asked, set, label) =>
          definition.isFairTo(
            { ...asked, edges: asked.edges.map((edge) => ({ ...edge, isSuffix: true })) },
            set,
            label,
          ),
      },
    ],
    [
      "goes round by faults",
      {
        mayStay: (asked, set) =>
          definition.mayStay(
            { ...asked, edges: asked.edges.map((edge) => ({ ...edge, isSuffix: true })) },
            set,
          ),
      },
    ],
    [
      "does not ask for a way round",
      {
        mayStay: () => true,
      },
    ],
    [
      "forgets which states are judged",
      { mayVisit: ({ depths }, set) => set.every((state) => depths[state] !== Infinity) },
    ],
    [
      "requires that one state be judged",
      {
        mayVisit: ({ depths, judged }, set) =>
          set.every((state) => depths[state] !== Infinity) && set.some((state) => judged?.[state] !== 0),
      },
    ],
    ["forgets the starts", { mayVisit: ({ judged }, set) => set.every((state) => judged?.[state] !== 0) }],
    [
      "requires that all the loop be bad",
      { isBad: ({ good }, set) => set.every((state) => good[state] === 0) },
    ],
    ["is content with any fair run", { isBad: () => true }],
  ])("is distinguished from one that %s", (_flaw, part) => {
    const { failed } = fc.check(agreement({ ...definition, ...part }), {
      seed: 7,
      numRuns: 3_000,
      endOnFailure: true,
    })

    expect(failed).toBe(true)
  })
})

// Helpers

const nameOf =
  ({ labels }: Toy) =>
  (label: number): string =>
    labels[label] ?? ""

const found = ({ graph, good, judged }: Question): Lasso | null => lassoAgainst(suffixOf(graph, judged), good)

const agreement = (by: Definition) =>
  fc.property(arbitraryQuestion(6, 10), (question) => {
    expect(found(question) !== null).toBe(violatingSets(question, by).length > 0)
  })

/** What is wrong with a lasso as the run that it says it is. */
const flawsOf = (question: Question, { start, stem, entry, loop, fairness }: Lasso): readonly string[] => {
  const edges = edgesOf(question.graph)
  const asked = { ...question, edges, depths: depthsOf(question.graph) }
  const follow = (from: number, way: readonly number[]): readonly number[] =>
    way.reduce<readonly number[]>(
      (states, number) => {
        const edge = edges[number]
        return [...states, edge !== undefined && edge.source === states.at(-1) ? edge.target : NaN]
      },
      [from],
    )
  const around = follow(entry, loop)
  const visited = [...new Set(around)]
  const isTaken = (label: number): boolean => loop.some((number) => edges[number]?.label === label)
  const report = fairLabels(question.graph).map((label): FairLabel => {
    const places = visited.filter((state) => isEnabled(asked, state, label)).length
    const enabled = places === 0 ? "never" : places === visited.length ? "always" : "sometimes"
    return { label, enabled, taken: isTaken(label) }
  })
  const claims: Readonly<Record<string, boolean>> = {
    "begins at a start": question.graph.starts.includes(start),
    "has a stem that leads to the loop": follow(start, stem).at(-1) === entry,
    "comes back to where the loop began": around.at(-1) === entry,
    "goes round by the suffix": loop.every((number) => edges[number]?.isSuffix === true),
    "stays where it is judged": visited.every((state) => question.judged?.[state] !== 0),
    "is bad on the way round": visited.some((state) => question.good[state] === 0),
    "is fair": report.every(({ enabled, taken }) => enabled !== "always" || taken),
    "reports its fairness": JSON.stringify(report) === JSON.stringify(fairness),
  }
  return Object.keys(claims).filter((claim) => claims[claim] === false)
}

/** Whether the question has a violation, by the largest sets of states that reach each other, found by closure. */
const closureHasViolation = (question: Question): boolean => {
  const { graph, judged, good } = question
  const asked = { ...question, edges: edgesOf(graph), depths: depthsOf(graph) }
  const states = [...Array(graph.states).keys()]
  const reach = states.map((from) => states.map((to) => from === to))
  for (const { source, target, isSuffix } of asked.edges)
    if (isSuffix && judged?.[source] !== 0 && judged?.[target] !== 0) (reach[source] ?? [])[target] = true
  for (const via of states)
    for (const from of states)
      if (reach[from]?.[via] === true)
        for (const to of states) if (reach[via]?.[to] === true) (reach[from] ?? [])[to] = true
  return states.some((state) => {
    const set = states.filter((other) => reach[state]?.[other] === true && reach[other]?.[state] === true)
    return (
      definition.mayVisit(asked, set) &&
      set.some((other) => good[other] === 0) &&
      fairLabels(graph).every((label) => definition.isFairTo(asked, set, label))
    )
  })
}

/** States in a ring, each with an edge to the next, all under one fair label. */
const ringOf = (states: number): StateGraph => ({
  states,
  labels: 1,
  starts: Int32Array.of(0),
  offsets: Int32Array.from({ length: states + 1 }, (_, state) => state),
  targets: Int32Array.from({ length: states }, (_, state) => (state + 1) % states),
  labelOf: new Int32Array(states),
  isSuffix: new Uint8Array(states).fill(1),
  isFair: Uint8Array.of(1),
})
