import type { Kind } from "./action.ts"
import type { Follows } from "./bookkeeping.ts"
import type { Lifecycle } from "./lifecycle.ts"
import type { GuardId } from "./guard-id.ts"
import type { Change, Guard, Rule, Rules } from "./protocol.ts"

// Changes to a protocol, each a function from one protocol to another: what parts and mutants are made of.

/** One change after the other. */
export const together =
  (...changes: readonly Change[]): Change =>
  (protocol) =>
    changes.reduce((changed, change) => change(changed), protocol)

/** The protocol with another rule of this kind; as it is, where it has none. */
export const ruled = <K extends Kind>(kind: K, change: (rule: Rule<K>) => Rule<K>): Change => {
  return (protocol) => {
    const rule = protocol.rules[kind] as Rule<K> | undefined
    return rule === undefined ? protocol : { ...protocol, rules: { ...protocol.rules, [kind]: change(rule) } }
  }
}

/** The protocol with rules of more kinds. */
export const adding =
  (rules: Rules): Change =>
  (protocol) => ({ ...protocol, rules: { ...protocol.rules, ...rules } })

/** The protocol without the rules of these kinds: nothing of the sort ever happens. */
export const withdrawing =
  (...kinds: readonly Kind[]): Change =>
  (protocol) => ({
    ...protocol,
    rules: Object.fromEntries(
      Object.entries(protocol.rules).filter(([kind]) => !kinds.includes(kind as Kind)),
    ),
  })

/**
 * The rule with one guard more: right after the last that it has of the id `after`, before all others where `after` is
 * null. The rule must have such a guard.
 */
export const guarding = (kind: Kind, guard: Guard, after: GuardId | null): Change =>
  ruled(kind, (rule) => {
    const place = after === null ? 0 : rule.guards.findLastIndex(({ id }) => id === after) + 1
    if (after !== null && place === 0) throw new Error(`defect: ${kind} has no guard ${after}`)
    return { ...rule, guards: rule.guards.toSpliced(place, 0, guard) }
  })

/** The protocol in which something more follows each step that has changed a pair. */
export const following =
  (follow: Follows): Change =>
  (protocol) => ({
    ...protocol,
    follows: (before, action, after) => follow(before, action, protocol.follows(before, action, after)),
  })

/** The protocol in which something else happens to a copy: given what happened so far, the entries that are replaced. */
export const amending =
  (amend: (lifecycle: Lifecycle) => Partial<Lifecycle>): Change =>
  (protocol) => ({ ...protocol, lifecycle: { ...protocol.lifecycle, ...amend(protocol.lifecycle) } })
