import {
  ftKinds,
  kinds,
  plainKinds,
  privacyKinds,
  ruleKinds,
  timedKinds,
  type Action,
  type Kind,
} from "../../model/action.ts"
import { amending, ruled, together } from "../../model/change.ts"
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
import { pairOf, running, withPair, type State } from "../../model/state.ts"
import type { OfCopy } from "../../model/subject.ts"

/**
 * A protocol with one thing wrong, on purpose: it shows that the properties can fail.
 *
 * Shape  `killedBy` gives the properties that it must break, each with the length of the shortest run that does so in
 *        `scope`, or null where no search has found it. `change` is what is wrong; `about` are kinds without which it does not show,
 *        though their rules are as they should be. `scopes`: for some properties, another scope.
 */
export type Mutant = {
  readonly name: string
  readonly story: string
  readonly breaks: readonly RequirementId[]
  readonly killedBy: Readonly<Record<string, number | null>>
  readonly change: Change
  readonly about?: readonly Kind[]
  readonly scope?: Config
  readonly scopes?: Readonly<Record<string, Config>>
}

/** Where the shortest runs of a mutant were measured, unless it says otherwise: three plain hosts and one pair. */
export const coreScope: Config = plainConfig(3, 1, { log: 2, generations: 5, faults: 2 })

/** Where the shortest run of a mutant that violates the property was measured. */
export const scopeFor = ({ scope, scopes }: Mutant, property: string): Config =>
  scopes?.[property] ?? scope ?? coreScope

/**
 * The kinds that are explored with a mutant: operations on FT, on rules and on links only where its scope is about these; where
 * time passes, that, the core's, and what the mutant is about.
 */
export const kindsWith = ({ scope = coreScope, about = [] }: Mutant): readonly Kind[] => {
  const { hosts, pairs, exposed, rules, policy, time } = scope
  if (time !== undefined)
    return about.length === 0
      ? timedKinds
      : kinds.filter((kind) => timedKinds.includes(kind) || about.includes(kind))
  const concerned: readonly Kind[] = [
    ...(policy !== "any" || pairs.some(({ ft }) => ft !== "enabled") ? ftKinds : []),
    ...(rules.some(({ active }) => !active) ? ruleKinds : []),
    ...(exposed.length > 0 || hosts.some(({ ftEncryption }) => ftEncryption) ? privacyKinds : []),
  ]
  return kinds.filter((kind) => plainKinds.includes(kind) || concerned.includes(kind))
}

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

/** How a mutant reads the configuration, when a guard asks for it. */
export type ReadingOfConfig<A> = (config: Config, state: State, about: A) => Config

/** The rules of some kinds, with their guards of these ids as they are under another reading of the configuration. */
export const readingConfig = <A>(
  among: readonly Kind[],
  ids: readonly GuardId[],
  reading: ReadingOfConfig<A>,
): Change =>
  together(
    ...among.map((kind) =>
      ruled(kind, (rule) => ({
        ...rule,
        guards: rule.guards.map((guard) =>
          "holds" in guard && ids.includes(guard.id) ? { ...guard, holds: readBy(guard, reading) } : guard,
        ),
      })),
    ),
  )

const readBy =
  <A>({ holds }: Check<never>, reading: ReadingOfConfig<A>): Check<A>["holds"] =>
  (about, state, protocol) =>
    holds(about as never, state, { ...protocol, config: reading(protocol.config, state, about) })

/** The rule with its guards of this id as they are in another state: what they are about stands as it does there. */
export const readingState = (
  kind: Kind,
  id: GuardId,
  reading: (state: State, config: Config) => State,
): Change =>
  ruled(kind, (rule) => ({
    ...rule,
    guards: rule.guards.map((guard): Guard =>
      "holds" in guard && guard.id === id
        ? {
            ...guard,
            holds: (about: object | null, state, protocol) => {
              const seen = reading(state, protocol.config)
              return guard.holds(asIn(seen, about) as never, seen, protocol)
            },
          }
        : guard,
    ),
  }))

/** What a rule is about, as it stands in another state. */
const asIn = (state: State, about: object | null): object | null =>
  about !== null && "copy" in about ? (running(state, (about as OfCopy).copy.id) ?? about) : about

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

/** The protocol that registers nothing anew after a step of this kind. */
export const unregistered =
  (kind: Kind): Change =>
  (protocol) => ({
    ...protocol,
    bookkeeping: {
      ...protocol.bookkeeping,
      registered: (before, action, after) =>
        action.kind === kind ? before.registered : protocol.bookkeeping.registered(before, action, after),
    },
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
