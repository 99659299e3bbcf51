import type { Action } from "./action.ts"
import { currentPrimary, peerOf, type Pair } from "./pair.ts"
import type { State } from "./state.ts"

/**
 * A pair as vSphere reports it. Derived, never stored; it says nothing of links, so that a pair is `running`
 * until somebody suspects.
 */
export type FtState = "enabled" | "needSecondary" | "starting" | "running"

/** Why a pair is `needSecondary`: the first cause, until the state is left. No guard reads it. */
export type NeedSecondaryReason =
  "initializing" | "userAction" | "partialHardwareFailure" | "lostConnection" | CrashReason

/** What a crashed copy may be said to have crashed of. */
export type CrashReason = "divergence" | "checkpointError" | "other"

/** `enabled` (powered off), `needSecondary`, `starting` (a Secondary is syncing) or `running` (protected). */
export const ftState = (pair: Pair): FtState => {
  if (pair.power === "off") return "enabled"
  const primary = currentPrimary(pair)
  const peer = primary === null ? null : peerOf(pair, primary)
  if (primary === null || peer === null || peer.role !== "secondary") return "needSecondary"
  if (peer.phase === "syncing") return "starting"
  return primary.phase === "lockstep" && peer.phase === "lockstep" ? "running" : "needSecondary"
}

/** `after`, with the reason of each pair that the step has brought to `needSecondary`, or out of it. */
export const withReasons = (before: State, action: Action, after: State): State => {
  let state = after
  if (before.pairs === after.pairs) return after
  for (const pair of Object.values(after.pairs)) {
    const earlier = before.pairs[pair.id]
    if (earlier === undefined || earlier === pair) continue
    const reason = reasonAfter(earlier, action, pair)
    if (reason !== pair.reason)
      state = { ...state, pairs: { ...state.pairs, [pair.id]: { ...pair, reason } } }
  }
  return state
}

const reasonAfter = (before: Pair, action: Action, after: Pair): NeedSecondaryReason | null => {
  if (ftState(after) !== "needSecondary") return null
  const starts = action.kind === "PowerOn" || action.kind === "HaRestart"
  return starts || ftState(before) !== "needSecondary" ? reasonOf(before, action) : before.reason
}

const reasonOf = (before: Pair, action: Action): NeedSecondaryReason => {
  switch (action.kind) {
    case "PowerOn":
    case "HaRestart":
      return "initializing"
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
