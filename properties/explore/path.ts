import { alphabet, kinds } from "../../model/action.ts"
import type { ActionCode } from "../../impl/engine/action-code.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { crowded } from "../../impl/engine/guards.ts"
import { monitorOf } from "../../impl/engine/monitor.ts"
import {
  idsIn,
  includes,
  intersection,
  only,
  setOf,
  union,
  watched,
  type PropertySet,
  type Watched,
} from "../../impl/engine/property-set.ts"
import { symmetryOf } from "../../impl/engine/symmetry.ts"
import { asksRest, engineFor, type Scope } from "./scope.ts"

/** A shortest run that ends in a breach of a property. */
export type ShortestRun = { readonly property: Watched; readonly codes: readonly ActionCode[] }

/** A state that was met, by the one before it. */
type Node = { readonly key: Int32Array; readonly from: Node | null }

/** The end of a run that breaches: in the state of `node`, or in the step from it by `code`. */
type End = { readonly node: Node; readonly code: ActionCode | null }

/**
 * The shortest runs of a scope that breach a property, one for each that is breached at the least length, in
 * the order of the catalogue. Breadth first, and without the reduction, which keeps verdicts but not lengths.
 * Empty if nothing is breached within `lengthMax` steps.
 */
export const shortestRuns = (scope: Scope, lengthMax: number): readonly ShortestRun[] => {
  const engine = engineFor(scope)
  const search = searchOf(engine, scope)
  let layer = search.start()
  for (let length = 0; layer.length > 0 && length <= lengthMax; length += 1) {
    const { ends, next } = search.expand(layer)
    const here = [...ends].filter(([, end]) => end.code === null)
    const found = here.length > 0 ? here : length < lengthMax ? [...ends] : []
    // A breach in a step is one step longer than one in the state before it; the next layer's own are as long.
    if (here.length === 0 && found.length > 0) {
      const resting = [...search.expand(next).ends].filter(([id, end]) => end.code === null && !ends.has(id))
      found.push(...resting)
    }
    if (found.length > 0)
      return found
        .sort(([a], [b]) => watched.indexOf(a) - watched.indexOf(b))
        .map(([property, end]) => ({ property, codes: runTo(engine, scope, end, property) }))
    layer = next
  }
  return []
}

const searchOf = (engine: Engine, scope: Scope) => {
  const { machine, view, layout } = engine
  const monitor = monitorOf(engine)
  const represent = representativeOf(engine, scope)
  const asked = setOf(scope.properties)
  const rests = asksRest({ ...scope, reduction: false })
  const isProtocol = kinds.map((kind) => alphabet[kind].actor === "protocol")
  const seen = new Set<string>()

  const start = (): readonly Node[] => {
    seen.add(wordsOf(represent(), layout.words))
    return [{ key: represent().slice(0, layout.words), from: null }]
  }

  const expand = (layer: readonly Node[]) => {
    const ends = new Map<Watched, End>()
    const next: Node[] = []
    const note = (found: PropertySet, node: Node, code: ActionCode | null): void => {
      for (const id of idsIn(intersection(found, asked)))
        if (!ends.has(id) || (code === null && ends.get(id)?.code !== null)) ends.set(id, { node, code })
    }
    for (const node of layer) {
      machine.load(node.key, 0)
      note(union(monitor.ofState(), monitor.ofRefusals()), node, null)
      monitor.begin()
      const faults = view.faultsSoFar()
      const before = wordsOf(machine.key, layout.words)
      let owed = 0
      engine.expand((kind, a, b, answer) => {
        const found = answer === crowded ? only.S7 : monitor.ofStep(kind, a, b)
        if (found !== 0) note(found, node, { kind, a, b })
        const moves = wordsOf(machine.key, layout.words) !== before
        if (isProtocol[kind] === true && view.faultsSoFar() === faults && moves) owed += 1
        if (answer === crowded) return
        const key = represent()
        const words = wordsOf(key, layout.words)
        if (seen.has(words)) return
        seen.add(words)
        next.push({ key: key.slice(0, layout.words), from: node })
      })
      if (rests && owed === 0 && monitor.isJudged()) note(monitor.atRest(), node, null)
    }
    return { ends, next }
  }

  return { start, expand }
}

/** The key that stands for the state that the machine is at. */
const representativeOf = ({ machine, view }: Engine, { symmetry }: Scope): (() => Int32Array) => {
  const { order, canonical } = symmetryOf(view)
  return symmetry && order > 1 ? canonical : () => machine.key
}

/**
 * The run itself: from the start, at each step an action that leads to a state for which the next key on the way
 * stands. It ends in the state of the end, or with a step that breaches what the end breaches.
 */
const runTo = (
  engine: Engine,
  scope: Scope,
  { node, code }: End,
  property: Watched,
): readonly ActionCode[] => {
  const represent = representativeOf(engine, scope)
  const fresh = engineFor(scope)
  engine.machine.load(fresh.machine.key, 0)
  const monitor = monitorOf(engine)
  const codes: ActionCode[] = []
  for (const key of keysTo(node).slice(1)) codes.push(take(engine, () => isSame(represent(), key)))
  if (code === null) return codes
  monitor.begin()
  const breaches = (kind: number, a: number, b: number, answer: number): boolean =>
    includes(answer === crowded ? only.S7 : monitor.ofStep(kind, a, b), property)
  return [...codes, take(engine, breaches)]
}

/** Takes the first action whose successor is wanted, and tells it. */
const take = (
  engine: Engine,
  isWanted: (kind: number, a: number, b: number, answer: number) => boolean,
): ActionCode => {
  const found: ActionCode[] = []
  engine.expand((kind, a, b, answer) => {
    if (found.length === 0 && isWanted(kind, a, b, answer)) found.push({ kind, a, b })
  })
  const [code] = found
  if (code === undefined) throw new Error("defect: a run that was found cannot be walked again")
  engine.step(code.kind, code.a, code.b)
  engine.machine.commit()
  return code
}

const keysTo = (end: Node): readonly Int32Array[] => {
  const keys: Int32Array[] = []
  for (let node: Node | null = end; node !== null; node = node.from) keys.push(node.key)
  return keys.reverse()
}

const wordsOf = (key: Int32Array, words: number): string => {
  let text = ""
  for (let word = 0; word < words; word += 1) text += `${key[word]},`
  return text
}

const isSame = (key: Int32Array, wanted: Int32Array): boolean => wanted.every((word, n) => key[n] === word)
