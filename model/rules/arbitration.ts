import { match, P } from "ts-pattern"
import type { Copy } from "../copy.ts"
import { next, refused } from "../outcome.ts"
import { contending, peerOf, primaryOf, testAndSet, type Pair } from "../pair.ts"
import { fault, rule } from "../rule.ts"
import { hasStorage, reachable, running, withPair, type State } from "../state.ts"

/**
 * A half of a pair concludes that its partner is lost, and begins to contend. Unjustified, it is a fault: an
 * asynchronous network cannot tell slow from dead. Detection never entitles to anything; the lock does.
 */
export const suspect = rule("Suspect", {
  serves: ["FT-04", "FT-05", "FT-07"],
  guards: ["copy", "phase", "bound"],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy } = found
    if (copy.phase !== "lockstep") return refused("phase")

    const after = withPair(state, contending(pair, copy))
    return isSuspicionJustified(state, pair, copy) ? next(after) : fault(config, state, after)
  },
})

/**
 * Whether a copy in lockstep is right to suspect. A Primary is, if its peer is gone, or unreachable, or neither
 * in lockstep as its Secondary nor syncing (it does not suspect one that it waits for, or it would never get
 * one). A Secondary is, if no reachable Primary in lockstep has it as peer.
 */
const isSuspicionJustified = (state: State, pair: Pair, copy: Copy): boolean => {
  if (copy.role === "secondary") {
    const primary = primaryOf(pair, copy)
    return primary === null || primary.phase !== "lockstep" || !reachable(state, primary.host, copy.host)
  }
  const peer = peerOf(pair, copy)
  if (peer === null || !reachable(state, copy.host, peer.host)) return true
  return match([peer.role, peer.phase])
    .with(["secondary", P.union("lockstep", "syncing")], () => false)
    .with(["secondary", P.union("contending", "live")], ["primary", P.any], () => true)
    .exhaustive()
}

/**
 * One atomic test-and-set. The winner goes live at the next generation with all it has and its own count of
 * what was released; the loser halts. Without an answer from storage a contender waits: neither win nor loss.
 */
export const tryLock = rule("TryLock", {
  serves: ["FT-05", "FT-07", "FT-11"],
  guards: ["copy", "phase", "storage", "bound"],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy } = found
    if (copy.phase !== "contending") return refused("phase")
    if (!hasStorage(state, copy.host)) return refused("storage")
    const wins = pair.lock.generation === copy.generation
    if (wins && pair.lock.generation >= config.bounds.generations) return refused("bound")

    return next(withPair(state, registeredAfterFailover(testAndSet(pair, copy), pair, copy)))
  },
})

/** A Secondary that wins is registered as the Primary from now on, and the two registrations change places. */
const registeredAfterFailover = (after: Pair, before: Pair, copy: Copy): Pair =>
  copy.role === "secondary" && after.lock.holder === copy.id
    ? { ...after, registered: { primary: copy.host, secondary: before.registered.primary } }
    : after
