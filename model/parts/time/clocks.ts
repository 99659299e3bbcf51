import type { Action } from "../../action.ts"
import type { Follows } from "../../bookkeeping.ts"
import type { Copy } from "../../copy.ts"
import type { HostId } from "../../ids.ts"
import { copyIn, peerOf, primaryOf, withCopy, type Pair } from "../../pair.ts"

// The clocks of a copy and of its pair, and what sets them back. Besides, nothing but a tick touches them.

/** Whether a copy listens to another: in lockstep, while it synchronises, and live with a peer, be it one that is gone. */
export const listens = ({ phase, channel }: Copy): boolean =>
  phase === "lockstep" || phase === "syncing" || (phase === "live" && channel !== null)

/** For how many ticks heartbeats and log have been silent, and an obligation has lasted: 0 for a copy without clocks. */
export const clocksOf = ({ heartbeatSilence = 0, logSilence = 0, obligation = 0 }: Copy) => ({
  heartbeatSilence,
  logSilence,
  obligation,
})

/**
 * A copy whose phase, role or peer has changed has its clocks at 0, and watches the host of whom it then listens to. What
 * migrates keeps its clocks, and so does the other end, which watches the new host. After a restart and a power-off HA waits
 * anew.
 */
export const clocksAfter: Follows = (before, action, after) => {
  let changed = action.kind === "HaRestart" || action.kind === "PowerOff" ? { ...after, haWait: 0 } : after
  for (const copy of after.copies) {
    const earlier = copyIn(before, copy.id)
    const clocked =
      earlier !== null && standsAsBefore(earlier, copy)
        ? afterMigration(after, action, copy)
        : { ...copy, ...fromZero, watch: listens(copy) ? hostOfOther(after, copy, earlier) : null }
    if (clocked !== copy) changed = withCopy(changed, clocked)
  }
  return changed
}

const fromZero = { heartbeatSilence: 0, logSilence: 0, obligation: 0 }

/** Whether phase, role and peer are the same. A peer that is gone since is no other. */
const standsAsBefore = (earlier: Copy, copy: Copy): boolean =>
  earlier.phase === copy.phase &&
  earlier.role === copy.role &&
  (earlier.channel?.peer === copy.channel?.peer ||
    (earlier.channel !== null && copy.channel?.peer === "gone"))

/** Whom a copy listens to: a Primary to its peer, a Secondary to the Primary that has it as peer. */
const otherOf = (pair: Pair, copy: Copy): Copy | null =>
  copy.role === "primary" ? peerOf(pair, copy) : primaryOf(pair, copy)

/** The host of whom a copy listens to; where that one is gone, the host that it has watched. */
const hostOfOther = (pair: Pair, copy: Copy, earlier: Copy | null): HostId | null =>
  otherOf(pair, copy)?.host ?? earlier?.watch ?? null

/** The copy; where the one that it listens to has migrated, watching the new host. */
const afterMigration = (pair: Pair, action: Action, copy: Copy): Copy =>
  action.kind === "Migrate" && listens(copy) && otherOf(pair, copy)?.id === action.copy
    ? { ...copy, watch: action.host }
    : copy
