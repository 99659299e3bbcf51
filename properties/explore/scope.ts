import { kindsOf, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { engineOf, type Engine } from "../../impl/engine/engine.ts"
import { layoutOf } from "../../impl/engine/layout.ts"
import { isIndexed, mutations } from "../../impl/engine/mutations/catalogue.ts"

/**
 * What is explored, in words that can be sent to a worker.
 *
 * Shape  `mutant` names a mutant, or null for the protocol itself. `among` are the kinds of action that may be
 *        taken. `properties` are the ids that are asked. `symmetry`: one state stands for all that differ only in
 *        which host, or which pair, is which. `reduction`: steps that only make more possible are taken at once.
 */
export type Scope = {
  readonly config: Config
  readonly among: readonly Kind[]
  readonly mutant: string | null
  readonly properties: readonly string[]
  readonly symmetry: boolean
  readonly reduction: boolean
}

/** The engine of a scope. It keeps of the past what the properties ask for, which then tells states apart. */
export const engineFor = ({ config, among, mutant, properties }: Scope): Engine =>
  engineOf(
    layoutOf(config, {
      among,
      indexed: mutant !== null && isIndexed(mutant),
      interventions: properties.includes("S18") && mayIntervene(config, among),
      sheltered: properties.includes("S19"),
      registered: properties.includes("S29"),
    }),
    mutant === null ? null : (mutations[mutant] ?? null),
  )

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
