import type { Copy } from "../copy.ts"
import { ftState } from "../ft-state.ts"
import type { HostId } from "../ids.ts"
import { inPhase, isOn, isPrimary, withStorage } from "../guards.ts"
import { fenced } from "../fence.ts"
import { halted } from "../lifecycle.ts"
import { currentPrimary, peerOf, primaryOf, withCopy, type Pair } from "../pair.ts"
import { eligible } from "../placement.ts"
import { rule } from "../rule.ts"
import { pairsOf, withHost, withPair } from "../state.ts"
import {
  copyAndHost,
  copyNamed,
  itRuns,
  itRunsAndGoes,
  theHost,
  thePair,
  theRule,
  type OfPair,
  type ToHost,
} from "../subject.ts"

/** vSphere's *Test Failover*: the Primary of a running pair halts, and the rest is a failover. */
export const testFailover = rule("TestFailover", ["FT-05", "FT-06"], thePair)
  .find({
    id: "not-running",
    find: ({ pair }) => {
      const primary = currentPrimary(pair)
      return primary === null || ftState(pair) !== "running" ? null : { pair, primary }
    },
  })
  .effect(({ pair, primary }, state, { lifecycle }) => withPair(state, halted(lifecycle, pair, primary)))

/**
 * vSphere's *Test Restart Secondary*: a Primary in lockstep fences its Secondary by its own test-and-set. It
 * wins: it goes on alone, and its Secondary halts if it can be reached. It loses: it was stale, and halts.
 */
export const testRestartSecondary = rule("TestRestartSecondary", ["FT-01", "FT-11", "FT-12"], copyNamed)
  .find(itRuns)
  .when(isPrimary, inPhase("lockstep"), withStorage, isOn)
  .effect(({ pair, copy }, state, protocol) => withPair(state, fenced(pair, copy, state, protocol)))

/** vMotion of one copy, in one step: it stays the same copy, and its channel moves with it. */
export const migrate = rule("Migrate", ["FT-09", "FT-10"], copyAndHost)
  .find(itRunsAndGoes)
  .when(inPhase("lockstep", "live"), withStorage)
  .find({
    id: "peer",
    find: (about) => {
      const otherEnd = otherEndOf(about.pair, about.copy)
      const lacksIt = about.copy.phase === "live" ? about.copy.channel !== null : otherEnd === null
      return lacksIt ? null : { ...about, otherEnd: otherEnd?.host ?? null }
    },
  })
  .when(
    {
      id: "unreachable",
      holds: ({ pair, copy, otherEnd }, state, { relations }) =>
        otherEnd === null || relations.reaches(state, copy.host, otherEnd, pair),
    },
    ...eligible<OfPair & ToHost & { readonly otherEnd: HostId | null }>(({ otherEnd }) => otherEnd),
  )
  .effect(({ pair, copy, host }, state) => withPair(state, withCopy(pair, { ...copy, host })))

/** The copy at the other end of the channel: a Primary's peer, or the lockstep Primary whose peer a Secondary is. */
export const otherEndOf = (pair: Pair, copy: Copy): Copy | null => {
  if (copy.role === "primary") return peerOf(pair, copy)
  const primary = primaryOf(pair, copy)
  return primary !== null && primary.phase === "lockstep" ? primary : null
}

/** A host is taken out of service. It must run no copy of any pair, waiting and stale ones included. */
export const enterMaintenance = rule("EnterMaintenance", ["FT-06"], theHost)
  .when(
    { id: "maintenance", holds: ({ maintenance }) => !maintenance },
    {
      id: "runs-copy",
      holds: ({ id }, state) => pairsOf(state).every((pair) => pair.copies.every((copy) => copy.host !== id)),
    },
  )
  .effect(({ id }, state) => withHost(state, id, { maintenance: true }))

/** A host is back in service. */
export const exitMaintenance = rule("ExitMaintenance", ["FT-06"], theHost)
  .when({ id: "maintenance", holds: ({ maintenance }) => maintenance })
  .effect(({ id }, state) => withHost(state, id, { maintenance: false }))

/** An affinity rule comes into force. It binds the next placement: no copy moves for it. */
export const activateRule = rule("ActivateRule", ["FT-10"], theRule)
  .when({ id: "in-force", holds: ({ isInForce }) => !isInForce })
  .effect(({ n }, state) => ({ ...state, rules: state.rules.with(n, true) }))

/** An affinity rule is no longer in force. */
export const deactivateRule = rule("DeactivateRule", ["FT-10"], theRule)
  .when({ id: "in-force", holds: ({ isInForce }) => isInForce })
  .effect(({ n }, state) => ({ ...state, rules: state.rules.with(n, false) }))
