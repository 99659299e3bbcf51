import type { Move, Path, System } from "./system.ts"
import { finished } from "./turns.ts"

/**
 * What an enumeration does beside counting. `kindOf` names the kind under which an action is counted; `mayEnd` says
 * which states may be without successors: none, if left out. `always` is checked in every distinct state and `onStep`
 * on every step: null where all is well, else the sentence that says what is not. `isStopped` is called now and then.
 */
export type Checks<S, A> = {
  readonly kindOf?: (action: A) => string
  readonly mayEnd?: (state: S) => boolean
  readonly always?: (state: S) => string | null
  readonly onStep?: (before: S, action: A, after: S) => string | null
  readonly statesMax?: number
  readonly isStopped?: () => boolean
}

/**
 * What is reachable from a system's starts. The counts are of everything only if the enumeration is complete: at a
 * violation, where one state more would be too many, and when `isStopped` says so, it stops, and they cover what was
 * seen until then.
 *
 * Units  `states`: distinct; `transitions`: successors generated, duplicates included; `depth`: steps of the
 *        longest of all shortest runs; `outDegree`: transitions of the states whose successors were generated.
 */
export type Census<S, A> = {
  readonly end: "complete" | "violation" | "too many states" | "interrupted"
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly outDegree: { readonly min: number; readonly max: number; readonly mean: number }
  readonly kinds: Readonly<Record<string, KindCount>>
  readonly deadlocks: number
  readonly deadlock: Path<S, A> | null
  readonly violation: Violation<S, A> | null
}

/** How many successors one kind of action generated, and how many of these were new. */
export type KindCount = { readonly distinct: number; readonly generated: number }

/** A shortest run whose last state or step violates a check, and the sentence that says why. */
type Violation<S, A> = { readonly path: Path<S, A>; readonly why: string }

/** Every reachable state of a system, breadth first, without any reduction. */
export const enumerate = <S, A>(system: System<S, A>, checks: Checks<S, A> = {}): Census<S, A> =>
  finished(enumerating(system, checks))

/** How many states are expanded at a time. */
const turn = 64

/** The same as a generator, which yields now and then. */
export function* enumerating<S, A>(
  system: System<S, A>,
  checks: Checks<S, A> = {},
): Generator<void, Census<S, A>, void> {
  const survey = surveyOf(system, checks)
  let level = startsOf(survey)
  while (!isOver(survey) && level.length > 0) {
    const following: Node<S>[] = []
    for (const node of level) {
      expand(survey, node, following)
      if (survey.expanded % turn === 0) {
        yield
        if (survey.end === null && checks.isStopped?.() === true) survey.end = "interrupted"
      }
      if (isOver(survey)) break
    }
    if (following.length > 0) survey.depth += 1
    level = following
  }
  return censusOf(survey)
}

/** A state to be expanded, with its number: the order in which it was found. */
type Node<S> = { readonly id: number; readonly state: S }

/**
 * An enumeration in progress. A state is stored as the number of its parent and the place of the move among the
 * parent's successors (a start: -1, and its place among the starts); it is recomputed by walking there.
 */
type Survey<S, A> = {
  readonly system: System<S, A>
  readonly checks: Checks<S, A>
  readonly seen: Set<string>
  readonly parents: number[]
  readonly places: number[]
  readonly kinds: Map<string, { distinct: number; generated: number }>
  end: "violation" | "too many states" | "interrupted" | null
  expanded: number
  transitions: number
  depth: number
  fewest: number
  most: number
  deadlocks: number
  deadlock: Path<S, A> | null
  violation: Violation<S, A> | null
}

const surveyOf = <S, A>(system: System<S, A>, checks: Checks<S, A>): Survey<S, A> => ({
  system,
  checks,
  seen: new Set(),
  parents: [],
  places: [],
  kinds: new Map(),
  end: null,
  expanded: 0,
  transitions: 0,
  depth: 0,
  fewest: Infinity,
  most: 0,
  deadlocks: 0,
  deadlock: null,
  violation: null,
})

const isOver = <S, A>({ end }: Survey<S, A>): boolean => end !== null

const startsOf = <S, A>(survey: Survey<S, A>): readonly Node<S>[] => {
  const level: Node<S>[] = []
  for (const [place, start] of survey.system.starts.entries()) {
    const key = survey.system.key(start)
    if (survey.seen.has(key)) continue
    const why = survey.checks.always?.(start) ?? null
    if (why !== null) {
      violated(survey, { path: { start, moves: [] }, why })
      break
    }
    const node = entered(survey, key, start, -1, place)
    if (node === null) break
    level.push(node)
  }
  return level
}

const expand = <S, A>(survey: Survey<S, A>, node: Node<S>, following: Node<S>[]): void => {
  const moves = survey.system.successors(node.state)
  countDegree(survey, node, moves.length)
  for (const [place, move] of moves.entries()) {
    const count = countOf(survey, move.action)
    survey.transitions += 1
    count.generated += 1
    const key = survey.system.key(move.state)
    const isNew = !survey.seen.has(key)
    const why = whyOf(survey, node.state, move, isNew)
    if (why !== null) {
      violated(survey, { path: longer(pathTo(survey, node.id), move), why })
      return
    }
    if (!isNew) continue
    const next = entered(survey, key, move.state, node.id, place)
    if (next === null) return
    count.distinct += 1
    following.push(next)
  }
}

const whyOf = <S, A>({ checks }: Survey<S, A>, before: S, move: Move<S, A>, isNew: boolean): string | null =>
  checks.onStep?.(before, move.action, move.state) ?? (isNew ? checks.always?.(move.state) : null) ?? null

const violated = <S, A>(survey: Survey<S, A>, violation: Violation<S, A>): void => {
  survey.violation = violation
  survey.end = "violation"
}

/** A state that was not seen before; null if it is one too many. */
const entered = <S, A>(
  survey: Survey<S, A>,
  key: string,
  state: S,
  parent: number,
  place: number,
): Node<S> | null => {
  if (survey.seen.size >= (survey.checks.statesMax ?? Infinity)) {
    survey.end = "too many states"
    return null
  }
  survey.seen.add(key)
  survey.places.push(place)
  return { id: survey.parents.push(parent) - 1, state }
}

const countDegree = <S, A>(survey: Survey<S, A>, node: Node<S>, degree: number): void => {
  survey.expanded += 1
  survey.fewest = Math.min(survey.fewest, degree)
  survey.most = Math.max(survey.most, degree)
  if (degree > 0 || survey.checks.mayEnd?.(node.state) === true) return
  survey.deadlocks += 1
  survey.deadlock ??= pathTo(survey, node.id)
}

const countOf = <S, A>({ checks, kinds }: Survey<S, A>, action: A) => {
  const kind = checks.kindOf?.(action) ?? "step"
  const count = kinds.get(kind) ?? { distinct: 0, generated: 0 }
  kinds.set(kind, count)
  return count
}

const longer = <S, A>({ start, moves }: Path<S, A>, move: Move<S, A>): Path<S, A> => ({
  start,
  moves: [...moves, move],
})

const pathTo = <S, A>({ system, parents, places }: Survey<S, A>, id: number): Path<S, A> => {
  const way: number[] = []
  let first = id
  for (; parents[first] !== -1; first = parents[first] as number) way.push(places[first] as number)
  const start = system.starts[places[first] as number] as S
  const moves: Move<S, A>[] = []
  for (const place of way.reverse())
    moves.push(system.successors(moves.at(-1)?.state ?? start)[place] as Move<S, A>)
  return { start, moves }
}

const censusOf = <S, A>(survey: Survey<S, A>): Census<S, A> => ({
  end: survey.end ?? "complete",
  states: survey.seen.size,
  transitions: survey.transitions,
  depth: survey.depth,
  outDegree: {
    min: survey.expanded === 0 ? 0 : survey.fewest,
    max: survey.most,
    mean: survey.expanded === 0 ? 0 : survey.transitions / survey.expanded,
  },
  kinds: Object.fromEntries(survey.kinds),
  deadlocks: survey.deadlocks,
  deadlock: survey.deadlock,
  violation: survey.violation,
})
