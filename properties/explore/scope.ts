import { kindsOf, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { engineOf, type Engine } from "../../impl/engine/engine.ts"
import { layoutOf, type Layout } from "../../impl/engine/layout.ts"
import { protocolNamed, type Protocol } from "./protocol.ts"

/**
 * What is explored, in words that can be sent to a worker.
 *
 * Shape  `mutant` names a mutant, or null for the protocol itself. `among` are the kinds of action that may be
 *        taken. `properties` are the ids that are asked. `symmetry`: one state stands for all that differ only in
 *        which host, or which pair, is which. `reduction`: steps that only make more possible are taken at once.
 *        `protocol`: rules of one's own, in place of those that `mutant` names; they are functions, which cannot be
 *        sent to a worker, so one thread explores them.
 */
export type Scope = {
  readonly config: Config
  readonly among: readonly Kind[]
  readonly mutant: string | null
  readonly properties: readonly string[]
  readonly symmetry: boolean
  readonly reduction: boolean
  readonly protocol?: Protocol
}

/** The rules of a scope. */
export const protocolOf = ({ mutant, protocol }: Scope): Protocol => protocol ?? protocolNamed(mutant)

/** The layout of a scope's states. It keeps of the past what the properties ask for, which then tells states apart. */
export const layoutFor = (scope: Scope): Layout => {
  const { config, among, properties } = scope
  return layoutOf(config, {
    among,
    indexed: protocolOf(scope).indexed,
    interventions: properties.includes("S18") && mayIntervene(config, among),
    sheltered: properties.includes("S19"),
    registered: properties.includes("S29") ? "stored" : false,
  })
}

/**
 * The engine of a scope. Whoever is in a hurry asks for one only: the compiler makes the most of functions that there
 * are but once.
 */
export const engineFor = (scope: Scope): Engine => engineOf(layoutFor(scope), protocolOf(scope).mutation)

/** Whether operators can do, in a scope, what costs a generation: S18 counts it. */
export const mayIntervene = ({ bounds }: Config, among: readonly Kind[]): boolean =>
  (bounds.powerOffUpTo > 0 && among.includes("PowerOff")) ||
  (bounds.fencesUpTo > 0 && (among.includes("TestFailover") || among.includes("TestRestartSecondary")))

/**
 * Whether a scope can tell where the cluster rests: all that the protocol owes must be offered, and no step taken
 * at once.
 */
export const asksRest = ({ among, reduction }: Scope): boolean =>
  !reduction && kindsOf("protocol").every((kind) => among.includes(kind))
