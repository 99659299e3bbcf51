import type { CopyId } from "../../model/ids.ts"
import { hostOf } from "./action.ts"
import type { Event } from "./event.ts"

/** How a copy's host may have died. */
type Death = "killed" | "silenced"

/**
 * A belief that was overtaken: another copy acquired the lock while this one, awake before its belief ended, still
 * believed that it was the holder.
 *
 * Shape  `tokens`: how the two tokens compare, the later with the earlier; anything but "rising" is useless to a
 *        resource that checks them. `first`: what the overtaken copy did first, write or learn of its loss.
 *        `writes`: each of its writes from then on until it learned, as a resource that checks tokens takes it:
 *        "refused"; "taken", as no write with a later token has come yet; or "unknown", for want of tokens that rise.
 */
type Overtaking = {
  readonly overtaken: CopyId
  readonly by: CopyId
  readonly tokens: "rising" | "equal" | "falling" | "none"
  readonly first: "wrote" | "learned" | "neither"
  readonly learns: boolean
  readonly writes: readonly ("refused" | "taken" | "unknown")[]
}

/** A copy that was refused to the end of its bound, while nobody but a dead host stood in its way. */
type Blocking = { readonly copy: CopyId; readonly holder: CopyId; readonly death: Death }

export type Verdict = {
  readonly overtakings: readonly Overtaking[]
  readonly blockings: readonly Blocking[]
  /** How often the lock was granted, and how often with a token. */
  readonly grants: number
  readonly tokens: number
}

/** Who believed what, and in which order: nothing here asks how long anything took. */
export const judge = (events: readonly Event[]): Verdict => {
  const history = inOrder(events)
  const beliefs = beliefsIn(history)
  return {
    overtakings: beliefs.flatMap((belief) =>
      beliefs
        .filter((other) => isOvertaken(history, belief, other))
        .map((other) => overtakingOf(history, belief, other)),
    ),
    blockings: blockingsIn(history, beliefs),
    grants: beliefs.length,
    tokens: beliefs.filter(({ token }) => token !== null).length,
  }
}

/** Events by their times. */
export const inOrder = (events: readonly Event[]): readonly Event[] =>
  events.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))

/** From when a copy believes to when it no longer does, and why not; `end` is null if it believes to the last. */
type Belief = {
  readonly copy: CopyId
  readonly token: bigint | null
  readonly tried: bigint
  readonly from: bigint
  readonly end: { readonly at: bigint; readonly why: "lost" | "released" | Death } | null
}

const beliefsIn = (history: readonly Event[]): readonly Belief[] =>
  history
    .filter((event) => event.kind === "acquired")
    .map((acquired) => ({
      copy: acquired.copy,
      token: acquired.token,
      tried: triedBefore(history, acquired),
      from: acquired.at,
      end: endOf(history, acquired.copy, acquired.at),
    }))

const endOf = (history: readonly Event[], copy: CopyId, from: bigint): Belief["end"] => {
  for (const event of history) {
    if (event.at <= from) continue
    if ((event.kind === "lost" || event.kind === "released") && event.copy === copy)
      return { at: event.at, why: event.kind }
    if ((event.kind === "killed" || event.kind === "silenced") && event.host === hostOf(copy))
      return { at: event.at, why: event.kind }
  }
  return null
}

const isOvertaken = (history: readonly Event[], belief: Belief, other: Belief): boolean =>
  other.copy !== belief.copy &&
  comesAfter(other, belief) &&
  (belief.end === null || other.from < belief.end.at) &&
  isAwakeAfter(history, belief, latest(belief.from, other.from))

/** Of two who have tried at the same time, the lock's own order is that of their tokens; else it is that of time. */
const comesAfter = (belief: Belief, other: Belief): boolean => {
  const isConcurrent = belief.tried < other.from && other.tried < belief.from
  if (isConcurrent && belief.token !== null && other.token !== null && belief.token !== other.token)
    return belief.token > other.token
  return belief.from === other.from ? belief.copy > other.copy : belief.from > other.from
}

const latest = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** Whether the believer's host ran at some time from `at` until the belief ended. */
const isAwakeAfter = (history: readonly Event[], { copy, end }: Belief, at: bigint): boolean => {
  const turns = history.filter(
    (event) => (event.kind === "paused" || event.kind === "resumed") && event.host === hostOf(copy),
  )
  if (turns.findLast((turn) => turn.at <= at)?.kind !== "paused") return true
  return turns.some((turn) => turn.kind === "resumed" && turn.at > at && (end === null || turn.at < end.at))
}

const overtakingOf = (history: readonly Event[], belief: Belief, other: Belief): Overtaking => {
  const tokens = comparison(belief.token, other.token)
  const until = belief.end?.at
  const writes = history.filter(
    (event) =>
      event.kind === "wrote" &&
      event.copy === belief.copy &&
      event.at > other.from &&
      (until === undefined || event.at < until),
  )
  const learns = belief.end?.why === "lost"
  return {
    overtaken: belief.copy,
    by: other.copy,
    tokens,
    first: writes.length > 0 ? "wrote" : learns ? "learned" : "neither",
    learns,
    writes: writes.map((write) =>
      tokens !== "rising" ? "unknown" : hasLaterWrite(history, belief.token, write.at) ? "refused" : "taken",
    ),
  }
}

const comparison = (earlier: bigint | null, later: bigint | null): Overtaking["tokens"] => {
  if (earlier === null || later === null) return "none"
  if (earlier === later) return "equal"
  return earlier < later ? "rising" : "falling"
}

/** Whether the resource has seen a token later than `token` before `at`. */
const hasLaterWrite = (history: readonly Event[], token: bigint | null, at: bigint): boolean =>
  history.some(
    (event) =>
      event.kind === "wrote" &&
      event.at < at &&
      event.token !== null &&
      token !== null &&
      event.token > token,
  )

const blockingsIn = (history: readonly Event[], beliefs: readonly Belief[]): readonly Blocking[] =>
  history
    .filter((event) => event.kind === "refused")
    .flatMap((refused) => {
      const tried = triedBefore(history, refused)
      const isRival = ({ copy, tried: from, end }: Belief): boolean =>
        copy !== refused.copy && from < refused.at && (end === null || end.at > tried)
      const holder = beliefs.findLast(({ copy, from }) => copy !== refused.copy && from < tried)
      const death = holder?.end?.why
      return !beliefs.some(isRival) && holder !== undefined && (death === "killed" || death === "silenced")
        ? [{ copy: refused.copy, holder: holder.copy, death }]
        : []
    })

const triedBefore = (history: readonly Event[], { copy, at }: Event<"refused" | "acquired">): bigint =>
  history.findLast((event) => event.kind === "tried" && event.copy === copy && event.at <= at)?.at ?? at
