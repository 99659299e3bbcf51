import type { Action, Kind } from "./action.ts"
import type { GuardId } from "./guard-id.ts"
import { refused, type Refused } from "./outcome.ts"
import type { Check, Finding, Protocol, Reading, RequirementId, Rule } from "./protocol.ts"
import type { State } from "./state.ts"

/**
 * A rule that is being written down: each guard may rely on what those before it have found. `faultIf`, after the
 * guards, says when the action counts as a fault; without it, it never does.
 */
type Draft<K extends Kind, A> = {
  readonly find: <B>(finding: Finding<A, B>) => Draft<K, B>
  readonly when: (...checks: readonly Check<A>[]) => Draft<K, A>
  readonly faultIf: (isFault: Rule<K, A>["isFault"]) => Pick<Draft<K, A>, "effect">
  readonly effect: (effect: Rule<K, A>["effect"]) => Rule<K, A>
}

/** The rule of `kind`, which serves these requirements and is about this subject: guards and effect are to follow. */
export const rule = <K extends Kind, A>(
  kind: K,
  serves: readonly RequirementId[],
  subject: Reading<Action<K>, A>,
): Draft<K, A> => drafted({ kind, serves, subject, guards: [] })

const drafted = <K extends Kind, A>(head: Omit<Rule<K>, "effect" | "isFault">): Draft<K, A> => ({
  find: (finding) => drafted({ ...head, guards: [...head.guards, finding] }),
  when: (...checks) => drafted({ ...head, guards: [...head.guards, ...checks] }),
  faultIf: (isFault) => ({ effect: (effect) => ({ ...head, effect, isFault }) }),
  effect: (effect) => ({ ...head, effect, isFault: () => false }),
})

/** Faults are counted, whatever they do. */
export const always = (): boolean => true

/** What the protocol says of an action before its effect: by which rule and what it is about, or the first guard that fails. */
type Decision = { readonly tag: "allowed"; readonly rule: Rule; readonly about: never } | Refused

/**
 * Checks the guards of an action's rule in their order; what has no rule is unknown. Guards of the id `unchecked` that only
 * decide are left out; one that finds what later guards need cannot be.
 */
export const decide = (
  protocol: Protocol,
  state: State,
  action: Action,
  unchecked: GuardId | null = null,
): Decision => {
  const rule: Rule | undefined = protocol.rules[action.kind]
  if (rule === undefined) return refused("unknown")
  const { subject, guards } = rule
  // What a guard is about is what its rule has it be about; in a table the two types are no longer seen together.
  let about = subject.read(action as never, state) as never
  for (const guard of guards) {
    if ("holds" in guard) {
      if (guard.id !== unchecked && !guard.holds(about, state, protocol)) return refused(guard.id)
      continue
    }
    const found = guard.find(about, state, protocol)
    if (found === null) return refused(guard.id)
    about = found as never
  }
  return { tag: "allowed", rule, about }
}

/** The ids by which a rule may refuse, each once, in the order in which they are first checked. */
export const guardIdsOf = ({ guards }: Pick<Rule, "guards">): readonly GuardId[] => [
  ...new Set(guards.map(({ id }) => id)),
]
