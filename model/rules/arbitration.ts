import { match, P } from "ts-pattern"
import { inPhase, withStorage } from "../guards.ts"
import { testAndSet } from "../lifecycle.ts"
import { peerOf, primaryOf } from "../pair.ts"
import type { Protocol } from "../protocol.ts"
import { rule } from "../rule.ts"
import { withPair, type State } from "../state.ts"
import { copyNamed, itRuns, type OfCopy } from "../subject.ts"

/**
 * Whether a copy in lockstep is right to suspect. A Primary is, if its peer is gone, or unreachable, or neither
 * in lockstep as its Secondary nor syncing (it does not suspect one that it waits for, or it would never get
 * one). A Secondary is, if no reachable Primary in lockstep has it as peer.
 */
export const isSuspicionJustified = (
  { pair, copy }: OfCopy,
  state: State,
  { relations }: Protocol,
): boolean => {
  if (copy.role === "secondary") {
    const primary = primaryOf(pair, copy)
    return (
      primary === null ||
      primary.phase !== "lockstep" ||
      !relations.reaches(state, primary.host, copy.host, pair)
    )
  }
  const peer = peerOf(pair, copy)
  if (peer === null || !relations.reaches(state, copy.host, peer.host, pair)) return true
  return match([peer.role, peer.phase])
    .with(["secondary", P.union("lockstep", "syncing")], () => false)
    .with(["secondary", P.union("contending", "live")], ["primary", P.any], () => true)
    .exhaustive()
}

/**
 * A half of a pair concludes that its partner is lost, and begins to contend. Unjustified, it is a fault: an
 * asynchronous network cannot distinguish slow from dead. Detection never entitles to anything; the lock does.
 */
export const suspect = rule("Suspect", ["FT-04", "FT-05", "FT-07"], copyNamed)
  .find(itRuns)
  .when(inPhase("lockstep"))
  .faultIf((about, state, protocol) => !isSuspicionJustified(about, state, protocol))
  .effect(({ pair, copy }, state, { lifecycle }) => withPair(state, lifecycle.contends(pair, copy)))

/**
 * One atomic test-and-set. The winner goes live at the next generation with all it has and its own count of
 * what was released; the loser halts. Without an answer from storage a contender waits: neither win nor loss.
 */
export const tryLock = rule("TryLock", ["FT-05", "FT-07", "FT-11"], copyNamed)
  .find(itRuns)
  .when(inPhase("contending"), withStorage)
  .effect(({ pair, copy }, state, { lifecycle }) => withPair(state, testAndSet(lifecycle, pair, copy)))
