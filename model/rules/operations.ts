import type { Config } from "../config.ts"
import type { Copy } from "../copy.ts"
import { ftState } from "../ft-state.ts"
import type { HostId } from "../ids.ts"
import { next, refused } from "../outcome.ts"
import { currentPrimary, halted, peerOf, primaryOf, testAndSet, withCopy, type Pair } from "../pair.ts"
import { ineligible } from "../placement.ts"
import { rule } from "../rule.ts"
import { hasStorage, hostOf, pairOf, pairsOf, reachable, running, withHost, withPair } from "../state.ts"

/** vSphere's *Test Failover*: the Primary of a running pair halts, and the rest is a failover. */
export const testFailover = rule("TestFailover", {
  serves: ["FT-05", "FT-06"],
  guards: ["not-running", "bound"],
  apply: (config, state, action) => {
    const pair = pairOf(state, action.pair)
    const primary = currentPrimary(pair)
    if (primary === null || ftState(pair) !== "running") return refused("not-running")
    if (isFenceBeyond(config, pair)) return refused("bound")

    return next(withPair(state, { ...halted(pair, primary), interventions: pair.interventions + 1 }))
  },
})

/**
 * vSphere's *Test Restart Secondary*: a Primary in lockstep fences its Secondary by its own test-and-set. It
 * wins: it goes on alone, and its Secondary halts if it can be reached. It loses: it was stale, and halts.
 */
export const testRestartSecondary = rule("TestRestartSecondary", {
  serves: ["FT-01", "FT-11", "FT-12"],
  guards: ["copy", "primary-only", "phase", "storage", "power", "bound"],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: primary } = found
    if (primary.role !== "primary") return refused("primary-only")
    if (primary.phase !== "lockstep") return refused("phase")
    if (!hasStorage(state, primary.host)) return refused("storage")
    if (pair.power === "off") return refused("power")
    const wins = pair.lock.generation === primary.generation
    if (wins && isFenceBeyond(config, pair)) return refused("bound")

    const peer = peerOf(pair, primary)
    const fenced = testAndSet(pair, primary)
    if (!wins) return next(withPair(state, fenced))
    const near = peer !== null && reachable(state, primary.host, peer.host) ? peer : null
    const after = near === null ? fenced : halted(fenced, near)
    return next(withPair(state, { ...after, interventions: pair.interventions + 1 }))
  },
})

/** vMotion of one copy, in one step: it stays the same copy, and its channel moves with it. */
export const migrate = rule("Migrate", {
  serves: ["FT-09", "FT-10"],
  guards: [
    "copy",
    "phase",
    "storage",
    "peer",
    "unreachable",
    "maintenance",
    "anti-affinity",
    "rule",
    "limits",
  ],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy } = found
    if (copy.phase !== "lockstep" && copy.phase !== "live") return refused("phase")
    if (!hasStorage(state, copy.host)) return refused("storage")
    const otherEnd = otherEndOf(pair, copy)
    if (copy.phase === "live" ? copy.channel !== null : otherEnd === null) return refused("peer")
    if (otherEnd !== null && !reachable(state, copy.host, otherEnd.host)) return refused("unreachable")
    const reason = ineligible(config, state, pair, action.host, otherEnd?.host ?? null)
    if (reason !== null) return refused(reason)

    return next(
      withPair(state, registeredWhere(withCopy(pair, { ...copy, host: action.host }), copy, action.host)),
    )
  },
})

/** The copy at the other end of the channel: a Primary's peer, or the lockstep Primary whose peer a Secondary is. */
export const otherEndOf = (pair: Pair, copy: Copy): Copy | null => {
  if (copy.role === "primary") return peerOf(pair, copy)
  const primary = primaryOf(pair, copy)
  return primary !== null && primary.phase === "lockstep" ? primary : null
}

/** The registration follows the current Primary and its peer, and no other copy. */
const registeredWhere = (pair: Pair, moved: Copy, host: HostId): Pair => {
  const primary = currentPrimary(pair)
  if (primary?.id === moved.id) return { ...pair, registered: { ...pair.registered, primary: host } }
  if (primary?.channel?.peer === moved.id)
    return { ...pair, registered: { ...pair.registered, secondary: host } }
  return pair
}

/** A host is taken out of service. It must run no copy of any pair, waiting and stale ones included. */
export const enterMaintenance = rule("EnterMaintenance", {
  serves: ["FT-06"],
  guards: ["maintenance", "runs-copy"],
  apply: (_config, state, action) => {
    if (hostOf(state, action.host).maintenance) return refused("maintenance")
    const runsCopy = pairsOf(state).some((pair) => pair.copies.some((copy) => copy.host === action.host))
    if (runsCopy) return refused("runs-copy")

    return next(withHost(state, action.host, { maintenance: true }))
  },
})

/** A host is back in service. */
export const exitMaintenance = rule("ExitMaintenance", {
  serves: ["FT-06"],
  guards: ["maintenance"],
  apply: (_config, state, action) => {
    if (!hostOf(state, action.host).maintenance) return refused("maintenance")

    return next(withHost(state, action.host, { maintenance: false }))
  },
})

/** Whether an operation that costs a generation goes beyond the bounds of the exploration. */
const isFenceBeyond = ({ bounds }: Config, pair: Pair): boolean =>
  pair.lock.generation > bounds.fencesUpTo || pair.lock.generation >= bounds.generations
