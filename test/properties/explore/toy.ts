import type { Lasso } from "../../../properties/explore/fairness.ts"
import { sourceOf, type StateGraph } from "../../../properties/explore/graph.ts"

/** An edge of a toy graph. */
export type Edge = {
  readonly source: number
  readonly label: number
  readonly target: number
  readonly isSuffix: boolean
}

/**
 * A graph of a few states, written as its edges: "0 a 1", "0 crash! 2", in which an exclamation mark says that the
 * edge is not of the suffix. It starts in state 0, or in a given one. All its labels are fair but those with the
 * mark, and those that are named in `unfair`.
 */
export const toy = (
  text: string,
  { starts = [0], unfair = [] }: { starts?: readonly number[]; unfair?: readonly string[] } = {},
): Toy => {
  const labels: string[] = []
  const edges = text.split(", ").map((written): Edge => {
    const [source, name = "", target] = written.split(" ")
    if (!labels.includes(name)) labels.push(name)
    return {
      source: Number(source),
      label: labels.indexOf(name),
      target: Number(target),
      isSuffix: !name.endsWith("!"),
    }
  })
  const isFair = labels.map((name) => !name.endsWith("!") && !unfair.includes(name))
  const states = 1 + Math.max(...starts, ...edges.flatMap(({ source, target }) => [source, target]))
  return { graph: graphOfEdges(states, starts, edges, isFair), labels }
}

export type Toy = { readonly graph: StateGraph; readonly labels: readonly string[] }

/** The flat arrays of these edges, without the shortest paths: a graph as another engine would make it. */
export const graphOfEdges = (
  states: number,
  starts: readonly number[],
  edges: readonly Edge[],
  isFair: readonly boolean[],
): StateGraph => {
  const ordered = edges.toSorted((a, b) => a.source - b.source)
  return {
    states,
    labels: isFair.length,
    starts: Int32Array.from(starts),
    offsets: Int32Array.from(
      { length: states + 1 },
      (_, state) => ordered.filter(({ source }) => source < state).length,
    ),
    targets: Int32Array.from(ordered, ({ target }) => target),
    labelOf: Int32Array.from(ordered, ({ label }) => label),
    isSuffix: Uint8Array.from(ordered, ({ isSuffix }) => Number(isSuffix)),
    isFair: Uint8Array.from(isFair, Number),
  }
}

/** A bitmap of so many states: these alone. */
export const only = (states: number, those: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: states }, (_, state) => Number(those.includes(state)))

/** A bitmap of so many states: all but these. */
export const allBut = (states: number, those: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: states }, (_, state) => Number(!those.includes(state)))

/** A lasso in one line: "0 crash! 1 (a 2 b 1)", or "0 a 1 ()" where it does nothing any more. */
export const drawn = ({ graph, labels }: Toy, { start, stem, entry, loop }: Lasso): string => {
  const edge = (number: number): string => `${labels[graph.labelOf[number] ?? -1]} ${graph.targets[number]}`
  const end = stem.reduce((_, number) => graph.targets[number] ?? -1, start)
  if (end !== entry) return `the stem ends in ${end}, and the loop begins in ${entry}`
  return [`${start}`, ...stem.map(edge), `(${loop.map(edge).join(" ")})`].join(" ")
}

/** The edges of a graph, read back from its arrays. */
export const edgesOf = (graph: StateGraph): readonly Edge[] =>
  Array.from({ length: graph.offsets[graph.states] ?? 0 }, (_, edge) => ({
    source: sourceOf(graph, edge),
    label: graph.labelOf[edge] as number,
    target: graph.targets[edge] as number,
    isSuffix: graph.isSuffix[edge] === 1,
  }))
