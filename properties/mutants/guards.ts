import type { Kind } from "../../model/action.ts"
import { ruled } from "../../model/change.ts"
import type { GuardId } from "../../model/guard-id.ts"
import type { Change, Protocol, Rule } from "../../model/protocol.ts"

/** A mutant that follows from the rules: one guard of one of them is not checked. */
export type GuardMutant = {
  readonly name: string
  readonly kind: Kind
  readonly guard: GuardId
  readonly change: Change
}

/**
 * A mutant for each guard that decides, of each rule: the rule without it. A guard that finds something is left, as what follows
 * is about what it finds.
 */
export const guardMutants = ({ rules }: Protocol): readonly GuardMutant[] =>
  Object.values(rules).flatMap((rule: Rule) =>
    rule.guards.flatMap((guard, place) =>
      "holds" in guard
        ? [
            {
              name: `${rule.kind}/${place + 1}/${guard.id}`,
              kind: rule.kind,
              guard: guard.id,
              change: ruled(rule.kind, (whole) => ({ ...whole, guards: whole.guards.toSpliced(place, 1) })),
            },
          ]
        : [],
    ),
  )
