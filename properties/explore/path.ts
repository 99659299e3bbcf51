import type { ActionCode } from "../../impl/engine/action-code.ts"
import { idsIn, includes, watched, type PropertySet, type Watched } from "../packed/property-set.ts"
import { frontierOf, type Frontier } from "./frontier.ts"
import { engineFor, formerFor, type Scope } from "./scope.ts"
import { codesOn, strideOf, type Stride, type Strider } from "./stride.ts"
import { hashOf, tableOf } from "./table.ts"

/** A run that ends in a violation of a property. */
export type ViolatingRun = { readonly property: Watched; readonly codes: readonly ActionCode[] }

/**
 * What a search has found: for each property that is violated in the first BFS level in which any is, a run, in the
 * order of the catalogue; none if there is no such level. "too many states", "interrupted": it did not get there.
 * "astray": a run that was found cannot be walked again, so the states that were joined were not alike.
 */
export type Search = readonly ViolatingRun[] | "too many states" | "interrupted" | "astray"

/** How far a search may go. */
type SearchLimits = {
  readonly lengthMax: number
  readonly statesMax: number
  readonly isStopped: () => boolean
}

/** Where a run violates: `steps` steps from a state of the last level. */
type End = { readonly key: Int32Array; readonly steps: number; readonly level: number }

/**
 * Runs that violate a property within `lengthMax` steps, breadth first: the shortest there are, if the scope takes no
 * steps at once. Levels are kept, and no parents: a run is found again backwards, level by level.
 */
export function* violatingRuns(
  scope: Scope,
  { lengthMax, statesMax, isStopped }: SearchLimits,
): Generator<void, Search, void> {
  const ends = new Map<Watched, End>()
  let here: Int32Array = new Int32Array(0)
  let depth = 0
  const note = (violated: PropertySet, steps: number): void => {
    if (depth + steps > lengthMax) return
    for (const id of idsIn(violated)) {
      const known = ends.get(id)
      if (known === undefined || depth + steps < known.level + known.steps)
        ends.set(id, { key: here, steps, level: depth })
    }
  }
  let next: Frontier
  const stride = strideOf(scope, {
    onViolation: note,
    onArrival: (keys) => {
      table.offer(keys, 0, hashOf(keys, 0, words), 0)
    },
  })
  const { words, engine } = stride
  const { marker } = engine.layout
  const table = tableOf({ words, marker, fingerprint: false }, (keys, at) => {
    next.add(keys, at)
  })
  next = frontierOf(words)
  const start = stride.start()
  table.offer(start, 0, hashOf(start, 0, words), 0)
  table.flush()
  const levels: Frontier[] = []
  for (; depth <= lengthMax && next.size() > 0; depth += 1) {
    if (table.size() > statesMax)
      return ends.size > 0 ? yield* runsTo(scope, levels, [...ends]) : "too many states"
    const level = next
    levels.push(level)
    next = frontierOf(words)
    for (const { keys, count } of level.chunks()) {
      if (isStopped()) return "interrupted"
      for (let n = 0; n < count; n += 1) {
        here = keys.subarray(n * words, (n + 1) * words)
        stride.expand(keys, n * words)
      }
      yield
    }
    table.flush()
    // A violation in a step is one step longer than one in the state before it; the next level's own are as long.
    const isDue = [...ends.values()].some((end) => lengthOf(end) <= depth)
    if (isDue || (next.size() === 0 && ends.size > 0)) return yield* runsTo(scope, levels, [...ends])
  }
  return []
}

const lengthOf = ({ level, steps }: End): number => level + steps

function* runsTo(
  scope: Scope,
  levels: readonly Frontier[],
  found: readonly (readonly [Watched, End])[],
): Generator<void, Search, void> {
  const minimum = Math.min(...found.map(([, end]) => lengthOf(end)))
  const runs: ViolatingRun[] = []
  for (const [property, end] of found.toSorted(([a], [b]) => watched.indexOf(a) - watched.indexOf(b))) {
    if (lengthOf(end) > minimum) continue
    const keys = yield* keysTo(scope, levels, end)
    const codes = walked(scope, keys, end, property)
    if (codes === null) return "astray"
    runs.push({ property, codes })
  }
  return runs
}

/** The keys on the way to an end: from each, the search has come to the next. */
function* keysTo(
  scope: Scope,
  levels: readonly Frontier[],
  end: End,
): Generator<void, readonly Int32Array[], void> {
  const way = [end.key]
  let wanted = end.key
  let leads = 0
  const hasLed = (): boolean => leads > 0
  const { words, expand } = strideOf(scope, {
    onViolation: () => {},
    onArrival: (keys) => {
      if (isSame(keys, wanted)) leads += 1
    },
  })
  for (let depth = end.level - 1; depth >= 0; depth -= 1) {
    leads = 0
    for (const { keys, count } of (levels[depth] as Frontier).chunks()) {
      for (let n = 0; n < count && !hasLed(); n += 1) {
        expand(keys, n * words)
        if (hasLed()) way.push(keys.slice(n * words, (n + 1) * words))
      }
      if (hasLed()) break
      yield
    }
    wanted = way.at(-1) as Int32Array
  }
  return way.reverse()
}

/** The run itself, to where the way leads, and then what violates. Null if there is none such. */
const walked = (
  scope: Scope,
  way: readonly Int32Array[],
  end: End,
  property: Watched,
): readonly ActionCode[] | null => {
  const run = runAlong(scope, way)
  if (run === null) return null
  const last = firstTrail(scope, run.key, (report) => ({
    onViolation: (violated, steps) => {
      if (includes(violated, property) && steps === end.steps) report()
    },
    onArrival: () => {},
  }))
  return last === null ? null : [...run.codes, ...last]
}

/**
 * A run along keys, from the start on, with the key of the state that it comes to: each time the steps to a state for which the next key
 * stands. Null if there are none such.
 */
export const runAlong = (
  scope: Scope,
  way: readonly Int32Array[],
): { readonly codes: readonly ActionCode[]; readonly key: Int32Array } | null => {
  const codes: ActionCode[] = []
  const engine = engineFor(scope)
  const { machine, step } = engine
  const former = formerFor(scope, engine)
  former?.settle()
  for (const wanted of way.slice(1)) {
    const steps = firstTrail(scope, machine.key, (report) => ({
      onViolation: () => {},
      onArrival: (keys) => {
        if (isSame(keys, wanted)) report()
      },
    }))
    if (steps === null) return null
    codes.push(...steps)
    for (const { kind, a, b } of steps) step(kind, a, b)
    if (former === null) machine.commit()
    else former.settle()
  }
  return { codes, key: machine.key }
}

/** The steps from a state up to the first report of a strider. */
const firstTrail = (
  scope: Scope,
  key: Int32Array,
  striderOf: (report: () => void) => Strider,
): readonly ActionCode[] | null => {
  const found: (readonly ActionCode[])[] = []
  const stride: Stride = strideOf(
    scope,
    striderOf(() => {
      if (found.length === 0) found.push(codesOn(stride.trail))
    }),
  )
  stride.expand(key, 0)
  return found[0] ?? null
}

const isSame = (key: Int32Array, wanted: Int32Array): boolean => {
  for (let word = 0; word < wanted.length; word += 1) if (key[word] !== wanted[word]) return false
  return true
}
