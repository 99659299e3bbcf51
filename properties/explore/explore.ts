import * as Effect from "effect/Effect"
import { kinds, type Action, type Kind } from "../../model/action.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { actionOf, type ActionCode } from "../../impl/engine/action-code.ts"
import { sights } from "../../impl/engine/sights.ts"
import { catalogue } from "../catalogue.ts"
import type { WorkerFailed } from "../check/campaign.ts"
import { mutantNamed } from "../mutants/catalogue.ts"
import { rulesOf } from "../mutants/mutant.ts"
import { sweepWith, type SweepProgress } from "./crew.ts"
import type { KindCount } from "./enumerate.ts"
import { livenessOf, type LivenessVerdict } from "./liveness.ts"
import { modelSweep } from "./model-sweep.ts"
import { shortestRuns } from "./path.ts"
import { engineFor, type Scope } from "./scope.ts"
import { shortest, sweep, type SweepEnd, type Swept } from "./sweep.ts"

/**
 * What is to be explored, and how.
 *
 * Shape  `engine`: the packed engine, or the model alone, slowly. `liveness`: on the state graph, besides. More
 *        workers than one are used only where a scope turns out to be large.
 */
export type Exploration = {
  readonly scope: Scope
  readonly engine: "packed" | "model"
  readonly liveness: boolean
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly workers: number
}

/**
 * What an exploration has found.
 *
 * Shape  `standsFor` counts all states that those met stand for by symmetry. `waiting` counts states that were
 *        found and not looked at. `kinds` counts, for each kind, the states first reached by it and its steps.
 *        `sightedAt`: the depth at which each witness was first seen, null for never; those that need a run's
 *        past are left out. `breaches`: shortest runs. `liveness` is null where it was not asked, "unknown"
 *        where the graph was too large. `bytes` is null where nobody counted.
 */
export type Explored = {
  readonly end: SweepEnd
  readonly states: number
  readonly standsFor: number
  readonly transitions: number
  readonly depth: number
  readonly mostSuccessors: number
  readonly ends: number
  readonly deadlocks: number
  readonly waiting: number
  readonly highestGeneration: number | null
  readonly kinds: Readonly<Partial<Record<Kind, KindCount>>>
  readonly sightedAt: Readonly<Record<string, number | null>>
  readonly breaches: readonly ExploredBreach[]
  readonly liveness: readonly LivenessVerdict[] | "unknown" | null
  readonly bytes: number | null
  readonly workers: number
}

/** A property that is breached, by a run that no shorter one matches. */
export type ExploredBreach = { readonly property: string; readonly actions: readonly Action[] }

/** Up to how many states a scope is swept on one thread: it is done before workers would have started. */
const statesForOne = 250_000

/** How large a graph liveness is asked on at the most. */
export const graphStatesMax = 3_000_000

/** Explores a scope. */
export const explore = (
  exploration: Exploration,
  onProgress: (progress: SweepProgress) => void = () => {},
): Effect.Effect<Explored, WorkerFailed> =>
  exploration.engine === "model"
    ? Effect.sync(() => exploredByModel(exploration))
    : Effect.map(swept(exploration, onProgress), (outcome) => exploredByEngine(exploration, outcome))

type Outcome = Swept & { readonly workers: number }

const swept = (
  { scope, statesMax, fingerprint, workers }: Exploration,
  onProgress: (progress: SweepProgress) => void,
): Effect.Effect<Outcome, WorkerFailed> =>
  Effect.gen(function* () {
    const alone = workers === 1 ? statesMax : Math.min(statesMax, statesForOne)
    const first = sweep(scope, {
      statesMax: alone,
      fingerprint,
      onLayer: ({ depth }, waiting) => {
        onProgress({ depth, waiting })
      },
    })
    if (first.end !== "too many states" || alone === statesMax) return { ...first, workers: 1 }
    return { ...(yield* sweepWith(scope, { workers, statesMax, fingerprint }, onProgress)), workers }
  })

const exploredByEngine = (
  { scope, liveness }: Exploration,
  { end, tally, waiting, bytes, workers }: Outcome,
): Explored => {
  const found = shortest(tally)
  const counts = kinds.map((kind, n): [Kind, KindCount] => [
    kind,
    { distinct: tally.distinct[n] as number, generated: tally.generated[n] as number },
  ])
  return {
    end,
    states: tally.states,
    standsFor: tally.standsFor,
    transitions: tally.transitions,
    depth: tally.depth,
    mostSuccessors: tally.mostSuccessors,
    ends: tally.ends,
    deadlocks: tally.deadlocks,
    waiting,
    highestGeneration: tally.highestGeneration,
    kinds: Object.fromEntries(counts.filter(([kind]) => scope.among.includes(kind))),
    sightedAt: Object.fromEntries(
      sights.map((sight, n) => [
        sight,
        (tally.sightedAt[n] as number) < 0 ? null : (tally.sightedAt[n] as number),
      ]),
    ),
    breaches:
      found === Infinity
        ? []
        : shortestRuns(scope, found).map(({ property, codes }) => ({
            property,
            actions: actionsOf(scope, codes),
          })),
    liveness: liveness ? livenessOf(scope, graphStatesMax) : null,
    bytes,
    workers,
  }
}

const exploredByModel = ({ scope, liveness, statesMax }: Exploration): Explored => {
  const { config, among, mutant, properties } = scope
  const asked = catalogue.filter(({ id }) => properties.includes(id))
  const census = modelSweep(rulesFor(mutant), config, among, asked, statesMax)
  const { breach } = census
  return {
    end: census.end,
    states: census.states,
    standsFor: census.states,
    transitions: census.transitions,
    depth: census.depth,
    mostSuccessors: census.outDegree.max,
    ends: census.deadlocks,
    deadlocks: 0,
    waiting: 0,
    highestGeneration: null,
    kinds: Object.fromEntries(
      among.map((kind) => [kind, census.kinds[kind] ?? { distinct: 0, generated: 0 }]),
    ),
    sightedAt: {},
    breaches:
      breach === null
        ? []
        : [{ property: breach.why, actions: breach.path.moves.map(({ action }) => action) }],
    liveness: liveness ? livenessOf(scope, graphStatesMax) : null,
    bytes: null,
    workers: 1,
  }
}

const rulesFor = (mutant: string | null) => rulesOf(mutant === null ? null : mutantNamed(mutant))

/**
 * A run of the engine in the model's words, as far as the model allows it: where the model refuses an action,
 * that one is the last.
 */
export const actionsOf = (scope: Scope, codes: readonly ActionCode[]): readonly Action[] => {
  const { layout } = engineFor(scope)
  const rules = rulesFor(scope.mutant)
  let state = initial(scope.config)
  const actions: Action[] = []
  for (const code of codes) {
    const action = actionOf(layout, state, code)
    const outcome = step(rules, scope.config, state, action)
    actions.push(action)
    if (outcome.tag === "refused") break
    state = outcome.state
  }
  return actions
}
