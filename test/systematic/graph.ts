import { coreKinds, kinds, subjectOf, type Kind } from "../../model/action.ts"
import { plainConfig, unbounded, type Config } from "../../model/config.ts"
import { codesOf } from "../../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../../impl/engine/engine.ts"
import { refusal, taken } from "../../impl/engine/guards.ts"
import { layoutOf, type Layout } from "../../impl/engine/layout.ts"
import { clusterOf, stateOf } from "../../conform/adapters/typescript/cluster.ts"
import type { MakeEngine } from "./made.ts"

/** A small cluster: every state that the kinds in `followed` reach is met, and in each every kind is asked. */
type GraphScope = {
  readonly name: string
  readonly config: Config
  readonly followed: readonly Kind[]
}

const tests: readonly Kind[] = ["TestFailover", "TestRestartSecondary"]

/** The scopes in which a mutant is held against the protocol. */
export const graphScopes: readonly GraphScope[] = [
  {
    name: "3 hosts, 1 pair, log 1, 1 fault; core and tests",
    config: scopeConfig(3, 1, 1),
    followed: [...coreKinds, ...tests],
  },
  {
    name: "2 hosts, 1 pair, log 2, 1 fault; core and tests",
    config: scopeConfig(2, 2, 1),
    followed: [...coreKinds, ...tests],
  },
  { name: "3 hosts, 1 pair, log 1, no fault; all kinds", config: scopeConfig(3, 1, 0), followed: kinds },
]

function scopeConfig(hosts: number, log: number, faults: number): Config {
  return plainConfig(hosts, 1, { log, faults, generations: 4, powerOffUpTo: 1, fencesUpTo: 1 })
}

/** Whether a mutant differs from the protocol in a scope; then, how many asks show it at the least. */
export type Comparison =
  { readonly tag: "equal" } | { readonly tag: "differs"; readonly scope: string; readonly shortest: number }

/** The states of a scope, the nearest to the start first; as many as have been met so far. */
type Walk = {
  readonly scope: GraphScope
  readonly engine: Engine
  readonly states: { readonly key: Int32Array; readonly depth: number }[]
  readonly seen: Set<string>
  expanded: number
}

const walks = new Map<GraphScope, Walk>()

const walkOf = (scope: GraphScope): Walk => {
  const made = walks.get(scope)
  if (made !== undefined) return made
  const engine = engineOf(layoutFor(scope.config, true))
  const key = engine.machine.key.slice()
  const walk: Walk = { scope, engine, states: [{ key, depth: 0 }], seen: new Set([key.join()]), expanded: 0 }
  walks.set(scope, walk)
  return walk
}

/** The layout of a scope's states, with room to go beyond its bounds; with them, or without. */
const layoutFor = (config: Config, isBounded: boolean): Layout => {
  const capacity = { log: config.bounds.log + 2, generations: config.bounds.generations + 2, faults: 7 }
  const layout = layoutOf({ ...config, bounds: unbounded }, { registered: true, reason: true, capacity })
  return isBounded ? { ...layout, config } : layout
}

/** Where both are after the same asks: in one state, or in two that look alike. */
type Place = { readonly key: Int32Array; readonly mutantKey: Int32Array; readonly depth: number }

/**
 * Asks a mutant everything in every state of a scope, the nearest to the start first, up to the first answer that
 * shows a difference: it takes what the protocol refuses, or the other way round, or ends in a state that looks
 * different. By which guard it refuses is not compared, nor the count of faults, which nobody sees; what is beyond the
 * bounds is not asked. States that only look alike are followed side by side.
 */
const compared = (
  make: MakeEngine,
  scope: GraphScope,
  beat: () => void = () => {},
  shorterThan = Infinity,
): Comparison => {
  const walk = walkOf(scope)
  const { engine } = walk
  const mutant = make(layoutFor(scope.config, false))
  const codes = codesOf(engine.layout)
  const astray: Place[] = []
  const seenAstray = new Set<string>()
  let n = 0
  let m = 0
  const nextPlace = (): Place | null => {
    const [whole, apart] = [walk.states[n], astray[m]]
    if (whole === undefined || (apart !== undefined && apart.depth < whole.depth)) {
      m += 1
      return apart ?? null
    }
    n += 1
    return { ...whole, mutantKey: whole.key }
  }
  for (let place = nextPlace(); place !== null && place.depth + 1 < shorterThan; place = nextPlace()) {
    const { key, mutantKey, depth } = place
    if ((n + m) % 500 === 0) beat()
    engine.machine.load(key, 0)
    mutant.machine.load(mutantKey, 0)
    const isNew = key === mutantKey && n > walk.expanded
    for (const { kind, a, b } of codes) {
      if (isOfNobody(engine, kind, a)) continue
      const answer = engine.step(kind, a, b)
      const difference = answer === refusal.bound ? "none" : differenceOf(engine, answer, mutant, kind, a, b)
      if (difference === "shows") return { tag: "differs", scope: scope.name, shortest: depth + 1 }
      if (answer === taken && isNew) follow(walk, kind, depth + 1)
      if (answer === taken && difference === "hidden" && isFollowed(scope, kind)) {
        const apart = { key: keyAt(engine), mutantKey: keyAt(mutant), depth: depth + 1 }
        const text = `${apart.key.join()} ${apart.mutantKey.join()}`
        if (!seenAstray.has(text)) astray.push(apart)
        seenAstray.add(text)
      }
      engine.machine.undo()
      mutant.machine.undo()
    }
    if (isNew) walk.expanded = n
  }
  return { tag: "equal" }
}

const keyAt = ({ machine }: Engine): Int32Array => machine.key.slice()

const isFollowed = ({ followed }: GraphScope, kind: number): boolean => followed.includes(kinds[kind] as Kind)

/** A slot without a copy has no name by which it could be asked. */
const isOfNobody = ({ view }: Engine, kind: number, a: number): boolean =>
  subjectOf(kinds[kind] as Kind) === "copy" && view.controlOf(a) === 0

/** Asks the mutant what the protocol has just answered, and holds both against each other. */
const differenceOf = (
  engine: Engine,
  answer: number,
  mutant: Engine,
  kind: number,
  a: number,
  b: number,
): "none" | "hidden" | "shows" => {
  try {
    const other = mutant.step(kind, a, b)
    if (answer > taken || other > taken) return answer > taken === other > taken ? "none" : "shows"
    if (answer !== other) return "shows"
    if (isSame(engine, mutant)) return "none"
    return shownOf(engine) === shownOf(mutant) ? "hidden" : "shows"
  } catch {
    return "shows"
  }
}

const isSame = ({ machine: { cells, layout } }: Engine, mutant: Engine): boolean => {
  for (let cell = 0; cell < cells.length; cell += 1)
    if (cell !== layout.faults && cells[cell] !== mutant.machine.cells[cell]) return false
  return true
}

/** The whole state as it shows, with the copies named by their slots. */
const shownOf = (engine: Engine): string => {
  const cluster = clusterOf(engine)
  for (let slot = 0; slot < cluster.names.length; slot += 1)
    cluster.names[slot] = engine.view.controlOf(slot) === 0 ? null : `p1.${BigInt(slot + 1)}`
  return JSON.stringify(stateOf(cluster))
}

const follow = ({ scope, engine, states, seen }: Walk, kind: number, depth: number): void => {
  if (!isFollowed(scope, kind)) return
  const text = engine.machine.key.subarray(0, engine.layout.words).join()
  if (seen.has(text)) return
  seen.add(text)
  states.push({ key: keyAt(engine), depth })
}

/** How a mutant compares in all scopes, with the fewest asks that show it in any. */
export const comparedInAll = (make: MakeEngine, beat: () => void = () => {}): Comparison => {
  let best: Comparison = { tag: "equal" }
  for (const scope of graphScopes) {
    const found = compared(make, scope, beat, best.tag === "differs" ? best.shortest : Infinity)
    if (found.tag === "differs") best = found
  }
  return best
}
