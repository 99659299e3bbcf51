import type { System } from "./system.ts"

/**
 * A graph of numbered states and labelled steps, as flat arrays, independent of the system it came from. The edges that
 * leave state s are those from `offsets[s]` up to, and without, `offsets[s + 1]`; the arrays may be longer.
 *
 * A run takes any edges from a start, and then for ever edges of the suffix alone: what may still happen once faults
 * and operators have stopped. A label is what fairness is about, so in two states that count as one it must stand for
 * the same action.
 *
 * Shape  `starts`: states; `offsets`: states + 1; by edge, `targets`: state, `labelOf`: label, `isSuffix`: 0 or 1; by
 *        label, `isFair`: 0 or 1; `stems`: the shortest paths, where the maker of the graph knows them.
 */
export type StateGraph = {
  readonly states: number
  readonly labels: number
  readonly starts: Int32Array
  readonly offsets: Int32Array
  readonly targets: Int32Array
  readonly labelOf: Int32Array
  readonly isSuffix: Uint8Array
  readonly isFair: Uint8Array
  readonly stems?: Stems
}

/**
 * A shortest path to each state.
 *
 * Shape  By state. `depths`: edges from the nearest start, -1 out of reach; `parents`: the last of them, -1 for none.
 */
export type Stems = { readonly depths: Int32Array; readonly parents: Int32Array }

/** A graph with what its numbers stand for: states by state, labels by label, actions by edge. */
export type NamedGraph<S, A> = {
  readonly graph: StateGraph
  readonly states: readonly S[]
  readonly labels: readonly string[]
  readonly actions: readonly A[]
}

/**
 * What a system's graph needs to know of its actions: under which label they go, which are fair (as said by the first
 * of each label), and which steps belong to the suffix: all of them, if left out.
 */
export type Reading<S, A> = {
  readonly labelOf: (action: A) => string
  readonly isFair: (action: A) => boolean
  readonly isSuffix?: (before: S, action: A, after: S) => boolean
  readonly statesMax?: number
}

/** The graph of all that a system can reach, breadth first; "unknown" if `statesMax` states are not enough. */
export const graphOf = <S, A>(system: System<S, A>, reading: Reading<S, A>): NamedGraph<S, A> | "unknown" => {
  const draft = emptyDraft<S, A>()
  const starts = new Set(system.starts.map((start) => stateNumber(draft, system, start, 0, -1)))
  for (let i = 0; i < draft.states.length; i += 1) {
    if (draft.states.length > (reading.statesMax ?? Infinity)) return "unknown"
    drawEdges(draft, system, reading, i)
  }
  const { states, actions, labelNumbers, targets, labelOf, isSuffix, isFair, depths, parents } = draft
  const graph: StateGraph = {
    states: states.length,
    labels: labelNumbers.size,
    starts: Int32Array.from(starts),
    offsets: Int32Array.from(draft.offsets),
    targets: Int32Array.from(targets),
    labelOf: Int32Array.from(labelOf),
    isSuffix: Uint8Array.from(isSuffix),
    isFair: Uint8Array.from(isFair),
    stems: { depths: Int32Array.from(depths), parents: Int32Array.from(parents) },
  }
  return { graph, states, labels: [...labelNumbers.keys()], actions }
}

/** A graph under construction, as lists that grow. */
type Draft<S, A> = {
  readonly states: S[]
  readonly actions: A[]
  readonly stateNumbers: Map<string, number>
  readonly labelNumbers: Map<string, number>
  readonly offsets: number[]
  readonly targets: number[]
  readonly labelOf: number[]
  readonly isSuffix: number[]
  readonly isFair: number[]
  readonly depths: number[]
  readonly parents: number[]
}

const emptyDraft = <S, A>(): Draft<S, A> => ({
  states: [],
  actions: [],
  stateNumbers: new Map(),
  labelNumbers: new Map(),
  offsets: [0],
  targets: [],
  labelOf: [],
  isSuffix: [],
  isFair: [],
  depths: [],
  parents: [],
})

const drawEdges = <S, A>(
  draft: Draft<S, A>,
  system: System<S, A>,
  reading: Reading<S, A>,
  source: number,
): void => {
  const before = draft.states[source] as S
  const depth = (draft.depths[source] as number) + 1
  for (const { action, state } of system.successors(before)) {
    const edge = draft.actions.push(action) - 1
    draft.targets.push(stateNumber(draft, system, state, depth, edge))
    draft.labelOf.push(labelNumber(draft, reading, action))
    draft.isSuffix.push((reading.isSuffix?.(before, action, state) ?? true) ? 1 : 0)
  }
  draft.offsets.push(draft.targets.length)
}

const stateNumber = <S, A>(
  draft: Draft<S, A>,
  system: System<S, A>,
  state: S,
  depth: number,
  parent: number,
): number => {
  const key = system.key(state)
  const known = draft.stateNumbers.get(key)
  if (known !== undefined) return known
  draft.stateNumbers.set(key, draft.states.length)
  draft.depths.push(depth)
  draft.parents.push(parent)
  return draft.states.push(state) - 1
}

const labelNumber = <S, A>(
  { labelNumbers, isFair }: Draft<S, A>,
  reading: Reading<S, A>,
  action: A,
): number => {
  const label = reading.labelOf(action)
  const known = labelNumbers.get(label)
  if (known !== undefined) return known
  labelNumbers.set(label, labelNumbers.size)
  return isFair.push(reading.isFair(action) ? 1 : 0) - 1
}

/** The states for which a predicate is true, as a bitmap. */
export const marked = <S>(states: readonly S[], isMarked: (state: S) => boolean): Uint8Array =>
  Uint8Array.from(states, (state) => (isMarked(state) ? 1 : 0))

/** The shortest paths from the starts, over all edges: those that the graph brings along, or else looked for. */
export const stemsOf = (graph: StateGraph): Stems => graph.stems ?? shortestStems(graph)

const shortestStems = ({ states, starts, offsets, targets }: StateGraph): Stems => {
  const depths = new Int32Array(states).fill(-1)
  const parents = new Int32Array(states).fill(-1)
  const queue = new Int32Array(states)
  let filled = 0
  const reach = (state: number, depth: number, parent: number): void => {
    if (depths[state] !== -1) return
    depths[state] = depth
    parents[state] = parent
    queue[filled++] = state
  }
  for (const start of starts) reach(start, 0, -1)
  for (let i = 0; i < filled; i += 1) {
    const state = queue[i] as number
    const end = offsets[state + 1] as number
    for (let edge = offsets[state] as number; edge < end; edge += 1)
      reach(targets[edge] as number, (depths[state] as number) + 1, edge)
  }
  return { depths, parents }
}

/** The edges of a shortest path to a state, the first one first. */
export const stemTo = (graph: StateGraph, { parents }: Stems, state: number): readonly number[] => {
  const stem: number[] = []
  for (let edge = parents[state] as number; edge !== -1;) {
    stem.push(edge)
    edge = parents[sourceOf(graph, edge)] as number
  }
  return stem.reverse()
}

/** The state that an edge leaves. */
export const sourceOf = ({ states, offsets }: StateGraph, edge: number): number => {
  let low = 0
  let high = states
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((offsets[middle] as number) <= edge) low = middle
    else high = middle
  }
  return low
}

/**
 * The strongly connected components of the suffix, restricted to the chosen set of states. A state to which no such
 * edge leads back is a component by itself.
 *
 * Shape  `of`: component by state, -1 for a state outside the set; component c has the `members` from `offsets[c]` up
 *        to, and without, `offsets[c + 1]`.
 */
export type Components = {
  readonly count: number
  readonly of: Int32Array
  readonly members: Int32Array
  readonly offsets: Int32Array
}

/** The components of the suffix among the states with a 1; among all states, if none are named. Tarjan's, no recursion. */
export const componentsOf = (
  { states, offsets, targets, isSuffix }: StateGraph,
  among: Uint8Array | null = null,
): Components => {
  const of = new Int32Array(states).fill(-1)
  const members = new Int32Array(states)
  const bounds = new Int32Array(states + 1)
  let count = 0
  let placed = 0

  const found = new Int32Array(states)
  const low = new Int32Array(states)
  const nextEdge = Int32Array.from(offsets.subarray(0, states))
  const path = new Int32Array(states)
  const open = new Int32Array(states)
  let visited = 0
  let pathLength = 0
  let opened = 0

  const enter = (state: number): void => {
    visited += 1
    found[state] = low[state] = visited
    path[pathLength++] = open[opened++] = state
  }
  const lower = (state: number, to: number): void => {
    if (to < (low[state] as number)) low[state] = to
  }
  const follow = (state: number, edge: number): void => {
    nextEdge[state] = edge + 1
    const target = targets[edge] as number
    if (isSuffix[edge] === 0 || among?.[target] === 0) return
    if (found[target] === 0) enter(target)
    else if (of[target] === -1) lower(state, found[target] as number)
  }
  const close = (root: number): void => {
    let state
    do {
      state = open[--opened] as number
      of[state] = count
      members[placed++] = state
    } while (state !== root)
    bounds[++count] = placed
  }
  const leave = (state: number): void => {
    pathLength -= 1
    if (low[state] === found[state]) close(state)
    else lower(path[pathLength - 1] as number, low[state] as number)
  }

  for (let root = 0; root < states; root += 1) {
    if (found[root] !== 0 || among?.[root] === 0) continue
    enter(root)
    while (pathLength > 0) {
      const state = path[pathLength - 1] as number
      const edge = nextEdge[state] as number
      if (edge < (offsets[state + 1] as number)) follow(state, edge)
      else leave(state)
    }
  }
  return { count, of, members: members.slice(0, placed), offsets: bounds.slice(0, count + 1) }
}
