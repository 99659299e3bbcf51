import { kinds, kindsBesideFt, type Action, type Kind } from "../../model/action.ts"
import { amending, ruled } from "../../model/change.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { protocolOf } from "../../model/core.ts"
import { pairIdOf, type CopyId } from "../../model/ids.ts"
import type { GuardId } from "../../model/guard-id.ts"
import type { Lifecycle } from "../../model/lifecycle.ts"
import { copyIn, withCopy, type Pair } from "../../model/pair.ts"
import type {
  Change,
  Check,
  Finding,
  Guard,
  Protocol,
  ProtocolOf,
  RequirementId,
  Rule,
} from "../../model/protocol.ts"
import { pairOf, withPair, type State } from "../../model/state.ts"

/**
 * A protocol with one thing wrong, on purpose: it shows that the properties can fail.
 *
 * Shape  `killedBy` gives the properties that it must break, each with the length of the shortest run that does so in
 *        `scope`, or null where no search has found it. `change` is what is wrong.
 */
export type Mutant = {
  readonly name: string
  readonly story: string
  readonly breaks: readonly RequirementId[]
  readonly killedBy: Readonly<Record<string, number | null>>
  readonly change: Change
  readonly scope?: Config
}

/** Where the shortest runs of a mutant were measured, unless it says otherwise: three plain hosts and one pair. */
export const coreScope: Config = plainConfig(3, 1, { log: 2, generations: 5, faults: 2 })

/** The kinds that are explored with a mutant: the operations on FT only where its scope is about FT. */
export const kindsWith = ({ scope = coreScope }: Mutant): readonly Kind[] =>
  scope.policy !== "any" || scope.pairs.some(({ ft }) => ft !== "enabled") ? kinds : kindsBesideFt

/** The protocol with the mutant's change; the protocol itself where there is no mutant. */
export const mutated = (mutant: Mutant | null): ProtocolOf =>
  mutant === null ? protocolOf : (config) => mutant.change(protocolOf(config))

/** The rule without its guards of these ids. */
export const without = (kind: Kind, ...ids: readonly GuardId[]): Change =>
  ruled(kind, (rule) => ({ ...rule, guards: rule.guards.filter(({ id }) => !ids.includes(id)) }))

/** The rule with another guard of an id, in the place of the first of those that it has. */
export const guarded = (kind: Kind, guard: Guard): Change =>
  ruled(kind, (rule) => {
    const first = rule.guards.findIndex(({ id }) => id === guard.id)
    const guards: Guard[] = rule.guards.filter(({ id }) => id !== guard.id)
    guards.splice(first === -1 ? guards.length : first, 0, guard)
    return { ...rule, guards }
  })

/** The same, by a guard that decides. */
export const checking = <A>(kind: Kind, id: GuardId, holds: Check<A>["holds"]): Change =>
  guarded(kind, { id, holds })

/** The same, by a guard that finds what the later ones and the effect need. */
export const finding = <A, B>(kind: Kind, id: GuardId, find: Finding<A, B>["find"]): Change =>
  guarded(kind, { id, find })

/** The rule with one guard more, after all others. */
export const requiring = <A>(kind: Kind, id: GuardId, holds: Check<A>["holds"]): Change =>
  ruled(kind, (rule) => ({ ...rule, guards: [...rule.guards, { id, holds }] }))

/** The rule that always refuses. */
export const never = (kind: Kind, id: GuardId): Change =>
  ruled(kind, (rule) => ({ ...rule, guards: [{ id, holds: () => false }] }))

/** The rule with another effect. */
export const effecting = <A>(kind: Kind, effect: Rule<Kind, A>["effect"]): Change =>
  ruled(kind, (rule) => ({ ...rule, effect }))

/** The rule by which something else happens to a copy: given what happens in the protocol, the entries that are replaced. */
export const amendingIn = (kind: Kind, amend: (lifecycle: Lifecycle) => Partial<Lifecycle>): Change =>
  ruled(kind, ({ effect, ...rule }) => ({
    ...rule,
    effect: (about, state, protocol) => effect(about, state, amending(amend)(protocol)),
  }))

/** The rule with its effect, and then `change`. */
export const altered = <K extends Kind>(
  kind: K,
  change: (after: State, action: Action<K>, before: State, protocol: Protocol) => State,
): Change =>
  ruled(kind, (rule) => {
    const { subject, guards, effect, isFault } = rule
    type Kept = { readonly action: Action<K>; readonly about: never }
    return {
      ...rule,
      subject: { read: (action: never, state) => ({ action, about: subject.read(action, state) }) },
      guards: guards.map((guard): Guard =>
        "holds" in guard
          ? { ...guard, holds: ({ about }: Kept, state, protocol) => guard.holds(about, state, protocol) }
          : {
              ...guard,
              find: ({ action, about }: Kept, state, protocol) => {
                const found = guard.find(about, state, protocol)
                return found === null ? null : { action, about: found }
              },
            },
      ),
      effect: ({ action, about }: Kept, state, protocol) =>
        change(effect(about, state, protocol), action, state, protocol),
      isFault: ({ about }: Kept, state, protocol) => isFault(about, state, protocol),
    }
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
