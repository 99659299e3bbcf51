import { fairKinds, kinds, kindsOf, type Kind } from "../../model/action.ts"
import { unbounded, type Config } from "../../model/config.ts"
import type { Protocol } from "../../model/protocol.ts"
import { engineOf, type Engine } from "../../impl/engine/engine.ts"
import type { Reads } from "../../impl/engine/environment.ts"
import { formerOf, type Former, type Quotient } from "../../impl/engine/quotient.ts"
import { layoutOf, wholly, type Layout } from "../../impl/engine/layout.ts"
import { readsInterventions, readsReasons, readsRegistrationsIn } from "../distinctions.ts"
import { ghostCarrierOf } from "../packed/time/carrier.ts"
import { ghostFieldsFor } from "../packed/time/ghosts.ts"
import { sidesNamed, type Sides } from "./sides.ts"

/**
 * What is explored, in words that can be sent to a worker.
 *
 * Shape  `mutant` names a mutant, or null for the protocol itself. `among` are the kinds of action that may be taken.
 *        `properties` are the ids that are checked. `symmetry`: one state stands for all that differ only in which
 *        host, or which pair, is which. `reduction`: steps that only make more possible are taken at once. `sides`: a
 *        protocol of one's own on both sides, in place of the one that `mutant` names; it is made of functions, which
 *        cannot be sent to a worker, so one thread explores it. `quotient`: every run is explored, and the states are forms; the
 *        bounds of `config` are then what makes of them: room for one fault at a time, and the window of the log.
 */
export type Scope = {
  readonly config: Config
  readonly among: readonly Kind[]
  readonly mutant: string | null
  readonly properties: readonly string[]
  readonly symmetry: boolean
  readonly reduction: boolean
  readonly quotient?: Quotient
  readonly sides?: Sides
}

/** What a scope explores, on both sides. */
const sidesOf = ({ mutant, sides }: Scope): Sides => sides ?? sidesNamed(mutant)

/** The protocol of the model that is explored. */
export const modelOf = (scope: Scope): Protocol => sidesOf(scope).model(scope.config)

/** The configuration of the runs that are explored: without bounds, where every run is. */
export const runConfigOf = ({ config, quotient }: Scope): Config =>
  quotient === undefined ? config : { ...config, bounds: unbounded }

/** The protocol of the model by which runs are taken. */
export const runModelOf = (scope: Scope): Protocol => sidesOf(scope).model(runConfigOf(scope))

/** The layout of a scope's states. It keeps of the past what the properties need, which then distinguishes states. */
export const layoutFor = (scope: Scope): Layout => {
  const { config, among, properties } = scope
  const { model: _model, mutation: _mutation, ...room } = sidesOf(scope)
  return layoutOf(config, {
    among,
    ...room,
    interventions: readsInterventions(properties) && mayIntervene(config, among),
    singleFault: properties.includes("S19"),
    registered: readsRegistrationsIn(properties) ? "stored" : false,
    reason: readsReasons(properties) ? "stored" : false,
    ghosts: ghostFieldsFor(config, properties),
  })
}

/**
 * The engine of a scope. Use a single one where speed matters: the compiler makes the most of functions that there are
 * but once.
 */
export const engineFor = (scope: Scope, reads: Reads | null = null): Engine =>
  engineOf(layoutFor(scope), sidesOf(scope).mutation, reads, ghostCarrierFor(scope))

/** What puts the states of a scope into their forms; null where each stands for itself. */
export const formerFor = ({ quotient }: Scope, { view }: Engine): Former | null =>
  quotient === undefined ? null : formerOf(view, quotient)

/** What sets the ghosts of a scope; null where its states have none. */
const ghostCarrierFor = (scope: Scope) => (carriesGhosts(scope) ? ghostCarrierOf : null)

/** Whether the states of a scope are told apart by what properties need of the past beside them. */
export const carriesGhosts = ({ config, properties }: Scope): boolean =>
  ghostFieldsFor(config, properties) !== null

/** The engine of a scope that keeps all that a state of the model holds, as it is compared with the model. */
export const wholeEngineFor = (scope: Scope): Engine => {
  const { model: _model, mutation, ...room } = sidesOf(scope)
  return engineOf(layoutOf(scope.config, { ...wholly, among: scope.among, ...room }), mutation)
}

/** What operators ask of a Primary that may cost a generation. */
const fences: readonly Kind[] = ["TestFailover", "TestRestartSecondary", "SuspendFT", "TurnOffFT"]

/** Whether operators can do, in a scope, what costs a generation: S18 counts it. */
export const mayIntervene = ({ bounds }: Config, among: readonly Kind[]): boolean =>
  (bounds.powerOffUpTo > 0 && among.includes("PowerOff")) ||
  (bounds.fencesUpTo > 0 && fences.some((kind) => among.includes(kind)))

/**
 * Whether a scope can recognise quiescent states: every protocol action must be offered, and ticks where time passes, and the
 * reduction must be off.
 */
export const checksQuiescence = ({ config, among, reduction }: Scope): boolean =>
  !reduction &&
  [...kindsOf("protocol"), ...(config.time === undefined ? [] : kindsOf("time"))].every((kind) =>
    among.includes(kind),
  )

/** Which kinds are weakly fair where they change anything, by number: those of the protocol, and the passing of time. */
export const isFair = kinds.map((kind) => fairKinds.includes(kind))
