import type { Action, Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { next, type Outcome } from "../../model/outcome.ts"
import { copyIn, withCopy, type Pair } from "../../model/pair.ts"
import type { RequirementId, Rule } from "../../model/rule.ts"
import { pairIdOf, type CopyId } from "../../model/ids.ts"
import { pairOf, withPair, type State } from "../../model/state.ts"
import { rules, type Rules } from "../../model/step.ts"

/**
 * A protocol with one thing wrong, on purpose: it shows that the properties can fail.
 *
 * Shape  `killedBy` gives the properties that it must break, each with the length of the shortest run that does
 *        so in `scope`, or null where no search has settled it. `broken` holds the entries of the rule table that are replaced.
 */
export type Mutant = {
  readonly name: string
  readonly story: string
  readonly breaks: readonly RequirementId[]
  readonly killedBy: Readonly<Record<string, number | null>>
  readonly broken: Partial<Rules>
  readonly scope?: Config
}

/** Where the shortest runs of a mutant were measured, unless it says otherwise: three plain hosts and one pair. */
export const coreScope: Config = plainConfig(3, 1, { log: 2, generations: 5, faults: 2 })

/** The rule table with the mutant's entries in place; the protocol's own where there is no mutant. */
export const rulesOf = (mutant: Mutant | null): Rules => ({ ...rules, ...mutant?.broken })

type Apply<K extends Kind> = (config: Config, state: State, action: Action<K>) => Outcome

/** The protocol's rule of this kind with another `apply`. */
export const broken = <K extends Kind>(kind: K, apply: Apply<K>): Partial<Rules> => ({
  [kind]: { ...rules[kind], apply },
})

/** The protocol's rule, and then `change` wherever it would have led to a next state. */
export const altered = <K extends Kind>(
  kind: K,
  change: (after: State, action: Action<K>, before: State) => State,
): Partial<Rules> =>
  broken(kind, (config, state, action) => {
    const outcome = (rules[kind] as Rule<K>).apply(config, state, action)
    return outcome.tag === "next" ? next(change(outcome.state, action, state)) : outcome
  })

/** The state with one pair changed. */
export const changingPair = (state: State, id: Pair["id"], change: (pair: Pair) => Pair): State =>
  withPair(state, change(pairOf(state, id)))

/** The state with one copy changed, if it still runs. */
export const changingCopy = (state: State, id: CopyId, change: (copy: Copy) => Copy): State =>
  changingPair(state, pairIdOf(id), (pair) => {
    const copy = copyIn(pair, id)
    return copy === null ? pair : withCopy(pair, change(copy))
  })
