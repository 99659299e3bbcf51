import * as Effect from "effect/Effect"
import { kinds, type Action, type Kind } from "../../model/action.ts"
import { initial, type State } from "../../model/state.ts"
import { step, successors } from "../../model/step.ts"
import { actionOf, type ActionCode } from "../../impl/engine/action-code.ts"
import { watched } from "../packed/property-set.ts"
import { watchedWitnesses } from "../packed/witnesses.ts"
import { catalogue } from "../catalogue.ts"
import { isLiveness } from "../property.ts"
import type { WorkerFailed } from "../check/campaign.ts"
import { sweepWith, type SweepProgress } from "./worker-pool.ts"
import type { Census, KindCount } from "./enumerate.ts"
import { judgingLiveness, type LivenessVerdict } from "./liveness.ts"
import { modelSweeping } from "./model-sweep.ts"
import { judgingPremises, type Premises } from "../quotient/premises.ts"
import { weighing } from "../quotient/weights.ts"
import { comparing, type Comparison } from "./comparison.ts"
import { violatingRuns, type ViolatingRun } from "./path.ts"
import { engineFor, modelOf, runModelOf, type Scope } from "./scope.ts"
import { sweeping } from "./sweep.ts"
import type { SweepEnd, Swept } from "./sweep-end.ts"
import { shortest, type Tally } from "./tally.ts"
import { inTurns } from "./turns.ts"

/**
 * What is to be explored, and how.
 *
 * Shape  `engine`: the packed engine, or the model alone, slowly. `liveness`: on the state graph, besides. More
 *        workers than one are used only where a scope turns out to be large. `weighs`: S18 of every run, by weights.
 */
export type Exploration = {
  readonly scope: Scope
  readonly engine: "packed" | "model"
  readonly liveness: boolean
  readonly weighs: boolean
  readonly statesMax: number
  readonly fingerprint: boolean
  readonly workers: number
}

/**
 * What an exploration has found.
 *
 * Shape  `scope` is the one that was explored: without symmetry, and `isAsymmetric`, where that was on and the rules at
 *        hand do not treat hosts and pairs alike. `standsFor` counts all states that those met stand for by symmetry.
 *        `waiting` counts states that were found and not looked at. `kinds` counts, for each kind, the states first
 *        reached by it and its steps. `witnessedAt`: the depth at which each witness was first seen, null for never;
 *        those that need a run's past are left out. `suspected`: the properties that the sweep found violated;
 *        `violations`: runs that do so, of which there may be none where none could be found again. `liveness` is null
 *        where it was not checked, "unknown" where the graph was too large. `compared` says how the engine compares
 *        with the model; null where the model alone was explored, and for a mutant, of which the two may differ beyond
 *        what it violates. `premises` is what was seen of what a verdict about every run rests on; null where bounds were explored. `bytes` is null where it was not counted.
 */
export type Explored = {
  readonly scope: Scope
  readonly isAsymmetric: boolean
  readonly end: Exclude<SweepEnd, "asymmetric">
  readonly states: number
  readonly standsFor: number
  readonly transitions: number
  readonly depth: number
  readonly mostSuccessors: number
  readonly terminalStates: number
  readonly deadlocks: number
  readonly waiting: number
  readonly highestGeneration: number | null
  readonly kinds: Readonly<Partial<Record<Kind, KindCount>>>
  readonly witnessedAt: Readonly<Record<string, number | null>>
  readonly suspected: readonly string[]
  readonly violations: readonly ExploredViolation[]
  readonly liveness: readonly LivenessVerdict[] | "unknown" | null
  readonly compared: Comparison | null
  readonly premises: Premises | null
  readonly bytes: number | null
  readonly workers: number
}

/** A property that is violated, by a run: "shortest" if no shorter one violates any. */
export type ExploredViolation = {
  readonly property: string
  readonly actions: readonly Action[]
  readonly minimality: "shortest" | "found"
}

/** Who hears of an exploration's progress, and who may stop it: what it has covered by then is reported all the same. */
export type Company = {
  readonly onProgress?: (progress: SweepProgress) => void
  readonly signal?: AbortSignal
}

/** Up to how many states a scope is swept on one thread: it is done before workers would have started. */
const statesForOne = 250_000

/** How large a graph liveness is checked on at the most. */
const graphStatesMax = 3_000_000

/** Explores a scope. */
export const explore = (
  exploration: Exploration,
  company: Company = {},
): Effect.Effect<Explored, WorkerFailed> =>
  exploration.engine === "model"
    ? Effect.promise(() => exploredByModel(exploration, company))
    : exploredByEngine(exploration, company)

/** Without symmetry, once more, where the rules at hand turn out not to be symmetric. */
const exploredByEngine = (
  exploration: Exploration,
  company: Company,
): Effect.Effect<Explored, WorkerFailed> =>
  Effect.gen(function* () {
    const { scope } = exploration
    const outcome = yield* swept(exploration, company)
    const { end, tally, waiting, bytes, workers } = outcome
    const unpaid = end === "complete" ? yield* Effect.promise(() => weighedIn(exploration, company)) : []
    if (unpaid === "interrupted")
      return { ...(yield* exploredByEngine({ ...exploration, weighs: false }, company)), end: "interrupted" }
    const runs = end === "violation" ? yield* Effect.promise(() => runsOf(exploration, tally, company)) : []
    if (end === "asymmetric" || runs === "astray") {
      if (!scope.symmetry) throw new Error("defect: a run that was found cannot be walked again")
      const explored = yield* exploredByEngine(
        { ...exploration, scope: { ...scope, symmetry: false } },
        company,
      )
      return { ...explored, isAsymmetric: true }
    }
    return {
      scope,
      isAsymmetric: false,
      end,
      ...countsOf(scope, tally),
      waiting,
      suspected: watched.filter((id) => [...tally.violated.values()].some((ids) => ids.includes(id))),
      violations: [...runs, ...unpaid],
      liveness: yield* Effect.promise(() => livenessIn(exploration, end, company)),
      compared: yield* Effect.promise(() => comparedIn(exploration, company)),
      premises: yield* Effect.promise(() => premisesOf(exploration, company)),
      bytes,
      workers,
    }
  })

type Outcome = Swept & { readonly workers: number }

const swept = (
  { scope, statesMax, fingerprint, workers }: Exploration,
  { onProgress = () => {}, signal }: Company,
): Effect.Effect<Outcome, WorkerFailed> =>
  Effect.gen(function* () {
    const isForOne = workers === 1 || scope.sides !== undefined
    const alone = isForOne ? statesMax : Math.min(statesMax, statesForOne)
    const sweep = sweeping(scope, {
      statesMax: alone,
      fingerprint,
      onLevel: ({ depth }, waiting) => {
        onProgress({ depth, waiting })
      },
      isStopped: () => signal?.aborted === true,
    })
    const first = yield* Effect.promise(() => inTurns(sweep))
    if (first.end !== "too many states" || alone === statesMax) return { ...first, workers: 1 }
    const reached = first.tally.depth
    const limits = { workers, statesMax, fingerprint, reached, ...(signal === undefined ? {} : { signal }) }
    return { ...(yield* sweepWith(scope, limits, onProgress)), workers }
  })

const countsOf = ({ among }: Scope, tally: Tally) => ({
  states: tally.states,
  standsFor: tally.standsFor,
  transitions: tally.transitions,
  depth: tally.depth,
  mostSuccessors: tally.mostSuccessors,
  terminalStates: tally.terminalStates,
  deadlocks: tally.deadlocks,
  highestGeneration: tally.highestGeneration,
  kinds: Object.fromEntries(
    kinds
      .map((kind, n): [Kind, KindCount] => [
        kind,
        { distinct: tally.distinct[n] as number, generated: tally.generated[n] as number },
      ])
      .filter(([kind]) => among.includes(kind)),
  ),
  witnessedAt: Object.fromEntries(
    watchedWitnesses.map((witness, n) => [
      witness,
      (tally.witnessedAt[n] as number) < 0 ? null : (tally.witnessedAt[n] as number),
    ]),
  ),
})

/**
 * The runs of a sweep that ended in a violation. They are searched for in full, without the reduction, which keeps
 * verdicts and no lengths. Where that takes too many states, or too long, a run of the reduced sweep has to do.
 */
const runsOf = async (
  { scope, statesMax }: Exploration,
  tally: Tally,
  { signal }: Company,
): Promise<readonly ExploredViolation[] | "astray"> => {
  const reported = (runs: readonly ViolatingRun[], minimality: ExploredViolation["minimality"]) =>
    runs.map(({ property, codes }) => ({ property, actions: actionsOf(scope, codes), minimality }))
  const full = await inTurns(
    violatingRuns(
      { ...scope, reduction: false },
      {
        lengthMax: scope.reduction ? Infinity : shortest(tally),
        statesMax,
        // What a sweep in full has found is soon found again.
        isStopped: () => scope.reduction && signal?.aborted === true,
      },
    ),
  )
  if (full === "astray") return full
  if (typeof full !== "string") return reported(full, "shortest")
  const reduced = await inTurns(
    violatingRuns(scope, { lengthMax: Infinity, statesMax: Infinity, isStopped: () => false }),
  )
  return typeof reduced !== "string" ? reported(reduced, "found") : reduced === "astray" ? reduced : []
}

/** Where a number has outgrown its field there is no whole graph to check. */
const livenessIn = async (
  { scope, liveness }: Exploration,
  end: Explored["end"],
  { signal }: Company,
): Promise<Explored["liveness"]> => {
  if (!liveness) return null
  if (end === "outgrown") return "unknown"
  const isStopped = (): boolean => signal?.aborted === true
  return await inTurns(judgingLiveness(scope, { statesMax: graphStatesMax, isStopped }))
}

/** For a mutant, null: beyond what it violates the two may differ. */
const comparedIn = async ({ scope }: Exploration, { signal }: Company): Promise<Explored["compared"]> =>
  scope.mutant === null ? await inTurns(comparing(scope, () => signal?.aborted === true)) : null

const premisesOf = async ({ scope }: Exploration, { signal }: Company): Promise<Explored["premises"]> =>
  scope.quotient === undefined
    ? null
    : await inTurns(judgingPremises({ ...scope, quotient: scope.quotient }, () => signal?.aborted === true))

/** Runs that use up a generation which nothing pays for: S18 of every run. */
const weighedIn = async (
  { scope, weighs }: Exploration,
  { signal }: Company,
): Promise<readonly ExploredViolation[] | "interrupted"> => {
  const { quotient } = scope
  if (!weighs || quotient === undefined) return []
  const weighed = await inTurns(weighing({ ...scope, quotient }, () => signal?.aborted === true))
  if (weighed.tag === "interrupted") return weighed.tag
  return weighed.tag === "paid"
    ? []
    : [{ property: "S18", actions: actionsOf(scope, weighed.codes), minimality: "found" }]
}

const exploredByModel = async (exploration: Exploration, company: Company): Promise<Explored> => {
  const { scope, statesMax } = exploration
  const { among, properties } = scope
  const checked = catalogue.filter(({ id }) => properties.includes(id))
  const isStopped = (): boolean => company.signal?.aborted === true
  const census = await inTurns(modelSweeping(modelOf(scope), among, checked, { statesMax, isStopped }))
  const { violation } = census
  return {
    scope,
    isAsymmetric: false,
    end: census.end,
    states: census.states,
    standsFor: census.states,
    transitions: census.transitions,
    depth: census.depth,
    mostSuccessors: census.outDegree.max,
    terminalStates: census.deadlocks,
    deadlocks: isDeadlock(scope, violation) ? 1 : 0,
    waiting: 0,
    highestGeneration: null,
    kinds: Object.fromEntries(
      among.map((kind) => [kind, census.kinds[kind] ?? { distinct: 0, generated: 0 }]),
    ),
    witnessedAt: {},
    suspected: violation === null ? [] : [violation.why],
    violations:
      violation === null
        ? []
        : [
            {
              property: violation.why,
              actions: violation.path.moves.map(({ action }) => action),
              minimality: "shortest",
            },
          ],
    liveness: await livenessIn(exploration, census.end, company),
    compared: null,
    premises: null,
    bytes: null,
    workers: 1,
  }
}

/** Whether the model's run ends in a terminal state that violates a liveness property. */
const isDeadlock = (
  scope: Scope,
  violation: Census<{ readonly state: State }, Action>["violation"],
): boolean => {
  const last = violation?.path.moves.at(-1)?.state.state
  return (
    last !== undefined &&
    catalogue.some((property) => property.id === violation?.why && isLiveness(property)) &&
    successors(modelOf(scope), last, scope.among).length === 0
  )
}

/**
 * A run of the engine in the model's words, as far as the model allows it: where the model refuses an action,
 * that one is the last.
 */
export const actionsOf = (scope: Scope, codes: readonly ActionCode[]): readonly Action[] => {
  const { layout } = engineFor(scope)
  const protocol = runModelOf(scope)
  let state = initial(protocol.config)
  const actions: Action[] = []
  for (const code of codes) {
    const action = actionOf(layout, state, code)
    const outcome = step(protocol, state, action)
    actions.push(action)
    if (outcome.tag === "refused") break
    state = outcome.state
  }
  return actions
}
