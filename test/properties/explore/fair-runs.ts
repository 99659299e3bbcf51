import * as fc from "fast-check"
import type { StateGraph } from "../../../properties/explore/graph.ts"
import { edgesOf, graphOfEdges, type Edge } from "./toy.ts"

/** A question of liveness about a small graph. */
export type Question = {
  readonly graph: StateGraph
  readonly good: Uint8Array
  readonly judged: Uint8Array | null
}

/** Questions about random graphs: few states and labels, self-loops and edges between the same states among them. */
export const arbitraryQuestion = (statesMax: number, edgesMax: number): fc.Arbitrary<Question> =>
  fc.integer({ min: 1, max: statesMax }).chain((states) => {
    const state = fc.nat(states - 1)
    const bitmap = (weight: number) =>
      fc
        .array(fc.nat(9), { minLength: states, maxLength: states })
        .map((rolls) => Uint8Array.from(rolls, (roll) => Number(roll < weight)))
    const edge: fc.Arbitrary<Edge> = fc.record({
      source: state,
      label: fc.nat(2),
      target: state,
      isSuffix: fc.nat(5).map((roll) => roll > 0),
    })
    return fc
      .record({
        starts: fc.uniqueArray(state, { minLength: 1, maxLength: 2 }),
        edges: fc.array(edge, { maxLength: edgesMax }),
        isFair: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
        good: bitmap(6),
        judged: fc.option(bitmap(8), { freq: 2 }),
      })
      .map(({ starts, edges, isFair, good, judged }) => ({
        graph: graphOfEdges(states, starts, edges, isFair),
        good,
        judged,
      }))
  })

/**
 * What it takes for a set of states to be all that a fair run, bad again and again, goes on to visit for ever. Each is
 * a part of the definition, to be put in the place of another.
 */
export type Definition = {
  readonly mayVisit: (asked: Asked, set: readonly number[]) => boolean
  readonly mayStay: (asked: Asked, set: readonly number[]) => boolean
  readonly isBad: (asked: Asked, set: readonly number[]) => boolean
  readonly isFairTo: (asked: Asked, set: readonly number[], label: number) => boolean
}

/** A question with its edges and, by state, how many edges it is from a start; Infinity out of reach. */
type Asked = Question & { readonly edges: readonly Edge[]; readonly depths: readonly number[] }

/** The definition, word by word. */
export const definition: Definition = {
  mayVisit: ({ depths, judged }, set) =>
    set.every((state) => depths[state] !== Infinity && judged?.[state] !== 0),
  mayStay: (asked, set) => set.length === 1 || isConnected(inside(asked, set), set),
  isBad: ({ good }, set) => set.some((state) => good[state] === 0),
  isFairTo: (asked, set, label) =>
    set.some((state) => !isEnabled(asked, state, label)) ||
    inside(asked, set).some((edge) => edge.label === label),
}

/** Of all sets of states, those that a violation of the question may stay in. */
export const violatingSets = (question: Question, by: Definition): readonly (readonly number[])[] => {
  const asked = { ...question, edges: edgesOf(question.graph), depths: depthsOf(question.graph) }
  const labels = fairLabels(question.graph)
  return subsets(question.graph.states).filter(
    (set) =>
      by.mayVisit(asked, set) &&
      by.isBad(asked, set) &&
      by.mayStay(asked, set) &&
      labels.every((label) => by.isFairTo(asked, set, label)),
  )
}

/** The edges of the suffix from a state of the set to another, or to itself. */
export const inside = ({ edges }: Asked, set: readonly number[]): readonly Edge[] =>
  edges.filter(({ source, target, isSuffix }) => isSuffix && set.includes(source) && set.includes(target))

/** Whether an edge of the suffix with this label leaves the state. */
export const isEnabled = ({ edges }: Asked, state: number, label: number): boolean =>
  edges.some((edge) => edge.isSuffix && edge.source === state && edge.label === label)

/** Whether these edges, at least one, lead from each of the states to each other, and back to itself. */
export const isConnected = (edges: readonly Edge[], set: readonly number[]): boolean =>
  set.every((from) => {
    const reached = new Set<number>()
    const next = [from]
    for (let at = next.pop(); at !== undefined; at = next.pop())
      for (const { source, target } of edges)
        if (source === at && !reached.has(target)) {
          reached.add(target)
          next.push(target)
        }
    return set.every((state) => reached.has(state))
  })

/** The numbers of the labels that are fair. */
export const fairLabels = ({ isFair }: StateGraph): readonly number[] =>
  [...isFair.keys()].filter((label) => isFair[label] === 1)

/** By state, the edges of a shortest way from a start; Infinity where there is none. Round after round, until still. */
export const depthsOf = (graph: StateGraph): readonly number[] => {
  const depths = Array.from({ length: graph.states }, (_, state) =>
    graph.starts.includes(state) ? 0 : Infinity,
  )
  const edges = edgesOf(graph)
  for (let round = 0; round < graph.states; round += 1)
    for (const { source, target } of edges)
      depths[target] = Math.min(depths[target] as number, (depths[source] as number) + 1)
  return depths
}

const subsets = (states: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** states - 1 }, (_, code) =>
    Array.from({ length: states }, (_state, i) => i).filter((i) => ((code + 1) >> i) % 2 === 1),
  )
