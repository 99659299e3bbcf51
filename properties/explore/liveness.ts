import { kinds, type Kind } from "../../model/action.ts"
import { codesOf, type ActionCode } from "../../impl/engine/action-code.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { monitorOf } from "../packed/monitor.ts"
import { includes, type PropertySet, type Watched } from "../packed/property-set.ts"
import { neededFairness, suffixOf, type Lasso } from "./fairness.ts"
import type { StateGraph } from "./graph.ts"
import { checksQuiescence, engineFor, isFair, type Scope } from "./scope.ts"
import { finished } from "./turns.ts"

/** What the state graph says of one liveness property. */
export type LivenessVerdict = {
  readonly property: Watched
  readonly violation: LassoRun | null
  /** The kinds whose fairness it needs: without one of them alone, some fair run violates it. */
  readonly needs: readonly Kind[]
}

/**
 * A fair run that violates: the stem, and then the loop for ever; with an empty loop nothing happens any more.
 * `fairness` describes each fair action that is enabled anywhere in the loop, or taken in it.
 */
type LassoRun = {
  readonly stem: readonly ActionCode[]
  readonly loop: readonly ActionCode[]
  readonly fairness: readonly {
    readonly action: ActionCode
    readonly enabled: "always" | "sometimes" | "never"
    readonly taken: boolean
  }[]
}

/** The properties that are checked on the graph. */
const liveness = ["L1", "L2", "L3", "L4"] as const satisfies readonly Watched[]

/**
 * Checks liveness in a scope, exactly: on the graph of its states, where from some point on only the protocol acts, and
 * every weakly fair action gets its turn. Neither symmetry nor reduction is used, as they would mix up the actions that
 * fairness is about. "unknown" if the scope has more than `statesMax` states, or the search was stopped.
 */
export function* judgingLiveness(
  scope: Scope,
  { statesMax, isStopped }: { readonly statesMax: number; readonly isStopped: () => boolean },
): Generator<void, readonly LivenessVerdict[] | "unknown", void> {
  const engine = engineFor({ ...scope, properties: [] })
  const drawn = yield* graphOf(engine, statesMax, isStopped)
  if (drawn === "unknown") return "unknown"
  const { graph, codes, judged, whenQuiescent } = drawn
  const suffix = suffixOf(graph, judged)
  const isReported = checksQuiescence({ ...scope, reduction: false })
  return liveness
    .filter((property) => isReported && scope.properties.includes(property))
    .map((property) => {
      const good = Uint8Array.from(whenQuiescent, (violated) => (includes(violated, property) ? 0 : 1))
      const code = (label: number): ActionCode => codes[label] as ActionCode
      const { lasso, needs } = neededFairness(suffix, good, (label) => kinds[code(label).kind] as string)
      const run = (found: Lasso): LassoRun => ({
        stem: found.stem.map((edge) => code(graph.labelOf[edge] as number)),
        loop: found.loop.map((edge) => code(graph.labelOf[edge] as number)),
        fairness: found.fairness
          .filter(({ enabled, taken }) => enabled !== "never" || taken)
          .map(({ label, enabled, taken }) => ({ action: code(label), enabled, taken })),
      })
      return {
        property,
        violation: lasso === null ? null : run(lasso),
        needs: needs.map(({ group }) => group as Kind),
      }
    })
}

/** The same, without yielding. */
export const livenessOf = (scope: Scope, statesMax: number): readonly LivenessVerdict[] | "unknown" =>
  finished(judgingLiveness(scope, { statesMax, isStopped: () => false }))

type DrawnGraph = {
  readonly graph: StateGraph
  readonly codes: readonly ActionCode[]
  readonly judged: Uint8Array
  readonly whenQuiescent: readonly PropertySet[]
}

/**
 * The graph of all states of an engine. A label is an action by what it names: a copy by its place. What a state would
 * violate if it were quiescent, in `whenQuiescent`; whether liveness is checked in it, in `judged`.
 */
function* graphOf(
  engine: Engine,
  statesMax: number,
  isStopped: () => boolean,
): Generator<void, DrawnGraph | "unknown", void> {
  const { machine, view, layout } = engine
  const { words } = layout
  const monitor = monitorOf(engine)
  const codes = codesOf(layout)
  const labels = new Map(codes.map((code, n) => [labelKey(code.kind, code.a, code.b), n]))
  const numbers = new Map<string, number>()
  const keys: Int32Array[] = []
  const offsets: number[] = []
  const targets: number[] = []
  const labelOf: number[] = []
  const isSuffix: number[] = []
  const whenQuiescent: PropertySet[] = []
  const judged: number[] = []

  const numberOf = (): number => {
    let text = ""
    for (let word = 0; word < words; word += 1) text += `${machine.key[word]},`
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, keys.length)
    keys.push(machine.key.slice(0, words))
    return keys.length - 1
  }

  numberOf()
  for (let state = 0; state < keys.length; state += 1) {
    if ((state & 4095) === 4095) yield
    if (keys.length > statesMax || ((state & 4095) === 4095 && isStopped())) return "unknown"
    machine.load(keys[state] as Int32Array, 0)
    offsets.push(targets.length)
    whenQuiescent.push(monitor.whenQuiescent())
    judged.push(monitor.isJudged() ? 1 : 0)
    const faults = view.faultsSoFar()
    engine.expand((kind, a, b, answer) => {
      if (answer !== 0) return
      const target = numberOf()
      targets.push(target)
      labelOf.push(labels.get(labelKey(kind, a, b)) as number)
      // What leaves the state as it is, such as a retry that fails, is no progress, and not fair.
      const isProgress = isFair[kind] === true && view.faultsSoFar() === faults && target !== state
      isSuffix.push(isProgress ? 1 : 0)
    })
  }
  offsets.push(targets.length)
  const graph: StateGraph = {
    states: keys.length,
    labels: codes.length,
    starts: Int32Array.of(0),
    offsets: Int32Array.from(offsets),
    targets: Int32Array.from(targets),
    labelOf: Int32Array.from(labelOf),
    isSuffix: Uint8Array.from(isSuffix),
    isFair: Uint8Array.from(codes, ({ kind }) => (isFair[kind] === true ? 1 : 0)),
  }
  return { graph, codes, judged: Uint8Array.from(judged), whenQuiescent }
}

const labelKey = (kind: number, a: number, b: number): string => `${kind},${a},${b}`
