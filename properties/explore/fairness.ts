import {
  componentsOf,
  sourceOf,
  stemsOf,
  stemTo,
  type Components,
  type StateGraph,
  type Stems,
} from "./graph.ts"

/**
 * The part of a graph in which runs go on for ever. It is computed once, and used by every question about the graph.
 *
 * A _component_ is a strongly connected component (SCC) of the graph. A _label_ is the number of an action: edges that
 * take the same action have the same label, and a label is what fairness is about.
 */
export type Suffix = {
  readonly graph: StateGraph
  readonly components: Components
  readonly stems: Stems
}

/**
 * The suffix of a graph: linear in it. `judged` has a 1 for each state that a loop may pass, and null lets it pass them
 * all. What leads out of them counts all the same.
 */
export const suffixOf = (graph: StateGraph, judged: Uint8Array | null = null): Suffix => ({
  graph,
  components: componentsOf(graph, judged),
  stems: stemsOf(graph),
})

/**
 * A run that is fair, and bad again and again: the `stem` from `start` to `entry`, and then the `loop` from there,
 * and back there, for ever. Without a loop, nothing happens any more.
 *
 * Shape  `start`, `entry`: states; `stem`, `loop`: edges; `fairness`: each fair label, in order.
 */
export type Lasso = {
  readonly start: number
  readonly stem: readonly number[]
  readonly entry: number
  readonly loop: readonly number[]
  readonly fairness: readonly FairLabel[]
}

/** Why a loop is fair to a label: the label is disabled somewhere in it, or it is taken. */
export type FairLabel = {
  readonly label: number
  readonly enabled: "always" | "sometimes" | "never"
  readonly taken: boolean
}

/**
 * A weakly fair run that does not stay good for ever from some point on. Exact, also on graphs with cycles: null means
 * that every weakly fair run is eventually always good. The run has a shortest stem.
 *
 * A run takes any edges from a start, and then edges of the suffix; it may also stay in a state for ever. It is weakly
 * fair if each fair label is, again and again, disabled (no edge of the suffix that leaves the state has it) or taken;
 * an edge from a state to itself counts as taken.
 *
 * The states and edges that a run visits infinitely often are a strongly connected set, or one state in which it stays.
 * Conversely every such set belongs to a run that goes round it for ever. A larger set contains every bad state, every
 * state that disables a label and every edge that takes one of the smaller sets within it. So if any set is a
 * violation, the maximal one around it is, and only these need to be checked.
 *
 * Shape  `good`: 0 or 1 by state; `isFair`: 0 or 1 by label.
 */
export const lassoAgainst = (
  suffix: Suffix,
  good: Uint8Array,
  isFair: Uint8Array = suffix.graph.isFair,
): Lasso | null => {
  const withheld = withheldIn(suffix, isFair)
  let best: Candidate | null = null
  for (let component = 0; component < suffix.components.count; component += 1) {
    const candidate = candidateOf(suffix, good, component)
    if (candidate !== null && isSooner(candidate, best) && withheld(component).length === 0) best = candidate
  }
  return best === null ? null : lassoIn(suffix, good, isFair, best)
}

/**
 * What fairness a property needs: the groups of labels of which each, when it alone is no longer fair, lets a run
 * violate the property, with such a run. If the property fails anyway, nothing is needed, and `lasso` says how it
 * fails. That no group is needed by itself does not mean that the property holds without any: one may stand in for
 * another.
 */
export type NeededFairness = {
  readonly lasso: Lasso | null
  readonly needs: readonly { readonly group: string; readonly lasso: Lasso }[]
}

/** What fairness a property needs, all groups in one go: without its fairness a group has nothing to withhold. */
export const neededFairness = (
  suffix: Suffix,
  good: Uint8Array,
  groupOf: (label: number) => string,
): NeededFairness => {
  const { graph, components } = suffix
  const withheld = withheldIn(suffix, graph.isFair)
  const bests = new Map<string, Candidate>()
  for (let component = 0; component < components.count; component += 1) {
    const candidate = candidateOf(suffix, good, component)
    if (candidate === null) continue
    const [group, ...others] = new Set(withheld(component).map(groupOf))
    if (group === undefined) return { lasso: lassoAgainst(suffix, good), needs: [] }
    if (others.length === 0 && isSooner(candidate, bests.get(group) ?? null)) bests.set(group, candidate)
  }
  const needs = [...bests].map(([group, best]) => {
    const isFair = graph.isFair.map((fair, label) => (fair === 1 && groupOf(label) !== group ? 1 : 0))
    return { group, lasso: lassoIn(suffix, good, isFair, best) }
  })
  return { lasso: null, needs: needs.sort((a, b) => (a.group < b.group ? -1 : 1)) }
}

/** A component with a bad state, and the first of its states that a run can reach. */
type Candidate = {
  readonly component: number
  readonly entry: number
  readonly depth: number
  readonly size: number
}

const candidateOf = (
  { components, stems }: Suffix,
  good: Uint8Array,
  component: number,
): Candidate | null => {
  const [from, to] = boundsOf(components, component)
  let entry = -1
  let depth = Infinity
  let isBad = false
  for (let i = from; i < to; i += 1) {
    const state = components.members[i] as number
    const reached = stems.depths[state] as number
    if (reached === -1) return null
    if (reached < depth || (reached === depth && state < entry)) [entry, depth] = [state, reached]
    isBad ||= good[state] === 0
  }
  return isBad ? { component, entry, depth, size: to - from } : null
}

const boundsOf = ({ offsets }: Components, component: number): readonly [from: number, to: number] => [
  offsets[component] as number,
  offsets[component + 1] as number,
]

/** Of two components with stems of one length, the smaller gives the shorter loop as a rule. */
const isSooner = (a: Candidate, b: Candidate | null): boolean =>
  b === null || (a.depth - b.depth || a.size - b.size || a.entry - b.entry) < 0

/**
 * The labels that a run which stays in a component never takes: fair, enabled all over it, and never taken inside it.
 * The check costs no more than to read the component's edges.
 */
const withheldIn = (suffix: Suffix, isFair: Uint8Array): ((component: number) => readonly number[]) => {
  const { graph, components } = suffix
  const enabledAt = new Int32Array(graph.labels).fill(-1)
  const takenIn = new Int32Array(graph.labels).fill(-1)

  const read = (state: number, component: number): void => {
    const end = graph.offsets[state + 1] as number
    for (let edge = graph.offsets[state] as number; edge < end; edge += 1) {
      if (graph.isSuffix[edge] === 0) continue
      const label = graph.labelOf[edge] as number
      enabledAt[label] = state
      if (components.of[graph.targets[edge] as number] === component) takenIn[label] = component
    }
  }
  return (component) => {
    const [from, to] = boundsOf(components, component)
    let withheld: readonly number[] = fairLabelsAt(graph, isFair, components.members[from] as number)
    for (let i = from; i < to && withheld.length > 0; i += 1) {
      const state = components.members[i] as number
      read(state, component)
      withheld = withheld.filter((label) => enabledAt[label] === state && takenIn[label] !== component)
    }
    return withheld
  }
}

function* suffixEdges({ offsets, isSuffix }: StateGraph, state: number): Generator<number, void> {
  const end = offsets[state + 1] as number
  for (let edge = offsets[state] as number; edge < end; edge += 1) if (isSuffix[edge] === 1) yield edge
}

const fairLabelsAt = (graph: StateGraph, isFair: Uint8Array, state: number): readonly number[] => {
  const labels = new Set<number>()
  for (const edge of suffixEdges(graph, state)) {
    const label = graph.labelOf[edge] as number
    if (isFair[label] === 1) labels.add(label)
  }
  return [...labels]
}

const lassoIn = (suffix: Suffix, good: Uint8Array, isFair: Uint8Array, candidate: Candidate): Lasso => {
  const { graph, stems } = suffix
  const stem = stemTo(graph, stems, candidate.entry)
  const loop = loopIn(suffix, good, isFair, candidate)
  return {
    start: stem[0] === undefined ? candidate.entry : sourceOf(graph, stem[0]),
    stem,
    entry: candidate.entry,
    loop,
    fairness: fairnessOf(graph, isFair, candidate.entry, loop),
  }
}

/**
 * A loop of a component from its entry. It goes on to the nearest of what is still missing, a bad state or fairness to
 * a label, until nothing is missing, and back. It is short, but not always shortest.
 */
const loopIn = (
  suffix: Suffix,
  good: Uint8Array,
  isFair: Uint8Array,
  { component, entry }: Candidate,
): readonly number[] => {
  const { graph } = suffix
  const loop: number[] = []
  let isBad = good[entry] === 0
  let missing = fairLabelsAt(graph, isFair, entry)
  let at = entry

  const missingAfter = (edge: number): readonly number[] => {
    const enabled = new Set(fairLabelsAt(graph, isFair, graph.targets[edge] as number))
    return missing.filter((label) => label !== graph.labelOf[edge] && enabled.has(label))
  }
  const isBadAfter = (edge: number): boolean => isBad || good[graph.targets[edge] as number] === 0
  const helps = (edge: number): boolean =>
    isBadAfter(edge) !== isBad || missingAfter(edge).length < missing.length
  const go = (edges: readonly number[]): void => {
    for (const edge of edges) {
      missing = missingAfter(edge)
      isBad = isBadAfter(edge)
      at = graph.targets[edge] as number
      loop.push(edge)
    }
  }

  while (!isBad || missing.length > 0) go(wayWithin(suffix, component, at, helps))
  if (at !== entry) go(wayWithin(suffix, component, at, (edge) => graph.targets[edge] === entry))
  return loop
}

/** A shortest path inside a component, from one of its states, whose last edge is as required. */
const wayWithin = (
  { graph, components }: Suffix,
  component: number,
  from: number,
  isLast: (edge: number) => boolean,
): readonly number[] => {
  const cameBy = new Map<number, number>([[from, -1]])
  for (const state of cameBy.keys())
    for (const edge of suffixEdges(graph, state)) {
      const target = graph.targets[edge] as number
      if (components.of[target] !== component) continue
      if (isLast(edge)) return wayBy(graph, cameBy, edge)
      if (!cameBy.has(target)) cameBy.set(target, edge)
    }
  throw new Error(`nothing in component ${component} is what it was chosen for`)
}

const wayBy = (graph: StateGraph, cameBy: ReadonlyMap<number, number>, last: number): readonly number[] => {
  const way: number[] = []
  for (let edge = last; edge !== -1; edge = cameBy.get(sourceOf(graph, edge)) as number) way.push(edge)
  return way.reverse()
}

const fairnessOf = (
  graph: StateGraph,
  isFair: Uint8Array,
  entry: number,
  loop: readonly number[],
): readonly FairLabel[] => {
  const visited = [...new Set([entry, ...loop.map((edge) => graph.targets[edge] as number)])]
  const enabled = visited.map((state) => new Set(fairLabelsAt(graph, isFair, state)))
  const taken = new Set(loop.map((edge) => graph.labelOf[edge]))
  const fairness: FairLabel[] = []
  for (let label = 0; label < graph.labels; label += 1) {
    if (isFair[label] === 0) continue
    const places = enabled.filter((labels) => labels.has(label)).length
    fairness.push({
      label,
      enabled: places === 0 ? "never" : places === visited.length ? "always" : "sometimes",
      taken: taken.has(label),
    })
  }
  return fairness
}
