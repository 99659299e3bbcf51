import type { Action, Kind } from "./action.ts"
import type { Registration } from "./config.ts"
import { ftState } from "./ft-state.ts"
import { currentPrimary, copyIn, type Pair } from "./pair.ts"
import type { NeedSecondaryReason } from "./reason.ts"
import { withPair, type State } from "./state.ts"

/**
 * What is written down of each pair after each step that changed it: where it is registered, why it needs a Secondary,
 * and how often operators have intervened. Guards read where it is registered, and nothing else of it.
 */
export type Bookkeeping = {
  readonly [F in "registered" | "reason" | "interventions"]: (
    before: Pair,
    action: Action,
    after: Pair,
  ) => Pair[F]
}

/** What follows for a pair that a step has changed: where parts see to their own fields, whatever it was that happened. */
export type Follows = (before: Pair, action: Action, after: Pair) => Pair

export const coreBookkeeping: Bookkeeping = {
  registered: registeredAfter,
  reason: reasonAfter,
  interventions: interventionsAfter,
}

/** `after`, with what follows for each pair that the step has changed, and the books kept of it. */
export const written = (
  { bookkeeping: books, follows }: { readonly bookkeeping: Bookkeeping; readonly follows: Follows },
  before: State,
  action: Action,
  after: State,
): State => {
  if (before.pairs === after.pairs) return after
  let state = after
  for (const pair of Object.values(after.pairs)) {
    const earlier = before.pairs[pair.id]
    if (earlier === undefined || earlier === pair) continue
    const registered = books.registered(earlier, action, pair)
    const reason = books.reason(earlier, action, pair)
    const interventions = books.interventions(earlier, action, pair)
    const followed = follows(earlier, action, pair)
    if (
      followed !== pair ||
      registered !== pair.registered ||
      reason !== pair.reason ||
      interventions !== pair.interventions
    )
      state = withPair(state, { ...followed, registered, reason, interventions })
  }
  return state
}

/** The registration follows the current Primary and its peer, and no other copy. */
function registeredAfter(before: Pair, action: Action, after: Pair): Registration {
  const { registered } = before
  switch (action.kind) {
    case "PowerOn":
    case "HaRestart":
      return { ...registered, primary: action.host }
    case "SpawnSecondary":
      return { ...registered, secondary: action.host }
    case "TurnOnFT":
      return { ...registered, secondary: registered.primary }
    case "TurnOffFT":
      return after.ft === "notConfigured" ? { ...registered, secondary: null } : registered
    case "Register":
      return after.registered
    case "TryLock": {
      const winner = after.lock.holder === action.copy ? copyIn(before, action.copy) : null
      return winner?.role === "secondary"
        ? { primary: winner.host, secondary: registered.primary }
        : registered
    }
    case "Migrate": {
      const primary = currentPrimary(before)
      if (primary?.id === action.copy) return { ...registered, primary: action.host }
      return primary?.channel?.peer === action.copy ? { ...registered, secondary: action.host } : registered
    }
    default:
      return registered
  }
}

/** What operators have done that costs a generation, now or in the failover that follows. */
function interventionsAfter({ interventions, lock }: Pair, { kind }: Action, after: Pair): number {
  const costs =
    kind === "PowerOff" ||
    kind === "TestFailover" ||
    (isFence(kind) && after.lock.generation > lock.generation)
  return costs ? interventions + 1 : interventions
}

/** Why the pair needs a Secondary: the first cause, until it needs none any more. */
function reasonAfter(before: Pair, action: Action, after: Pair): NeedSecondaryReason | null {
  if (ftState(after) !== "needSecondary") return null
  return initializes(action) || ftState(before) !== "needSecondary" ? reasonOf(before, action) : before.reason
}

/** What an operator asks of a Primary that then fences its Secondary. */
const isFence = (kind: Kind): boolean =>
  kind === "TestRestartSecondary" || kind === "SuspendFT" || kind === "TurnOffFT"

const initializes = ({ kind }: Action): boolean =>
  kind === "PowerOn" || kind === "HaRestart" || kind === "TurnOnFT" || kind === "ResumeFT"

const reasonOf = (before: Pair, action: Action): NeedSecondaryReason => {
  if (initializes(action)) return "initializing"
  switch (action.kind) {
    case "TestFailover":
    case "TestRestartSecondary":
      return "userAction"
    case "LoseStorage":
      return "partialHardwareFailure"
    case "FailHost":
    case "Suspect":
      return "lostConnection"
    case "CrashCopy":
      return action.reason ?? (currentPrimary(before)?.id === action.copy ? "lostConnection" : "other")
    default:
      return "other"
  }
}
