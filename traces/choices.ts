import type { Actor } from "../model/kind.ts"
import { alphabet, isCore, kinds, type Action } from "../model/action.ts"
import type { GuardId } from "../model/guard-id.ts"
import { refusalOf } from "../model/refusals.ts"
import type { State } from "../model/state.ts"
import { candidates, step } from "../model/step.ts"
import type { Protocol } from "../model/protocol.ts"
import { changesOf } from "./diff.ts"

/** An action that the rules allow in a state: who acts, and what it would change. */
export type Allowed = {
  readonly action: Action
  readonly actor: Actor
  readonly changes: readonly string[]
}

/** An action that the rules refuse in a state: by which guard, and when that one refuses. */
export type Refused = { readonly action: Action; readonly guard: GuardId; readonly sentence: string }

/** Everything that could be tried in a state, sorted into what is allowed and what is not. */
type Choices = { readonly enabled: readonly Allowed[]; readonly refused: readonly Refused[] }

/** What may happen next in a state and what may not, kind by kind in the order of the alphabet; the kinds of parts that are off are left out. */
export const choicesIn = (protocol: Protocol, state: State): Choices => {
  const enabled: Allowed[] = []
  const refused: Refused[] = []
  for (const kind of kinds.filter((each) => isCore(each) || protocol.rules[each] !== undefined))
    for (const action of candidates(state, kind)) {
      const outcome = step(protocol, state, action)
      if (outcome.tag === "refused")
        refused.push({ action, guard: outcome.guard, sentence: refusalOf(kind, outcome.guard) })
      else enabled.push({ action, actor: alphabet[kind].actor, changes: changesOf(state, outcome.state) })
    }
  return { enabled, refused }
}
