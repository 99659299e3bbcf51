import type { Copy } from "../copy.ts"
import type { HostId } from "../ids.ts"
import { prefix } from "../log.ts"
import { next, refused } from "../outcome.ts"
import { halted, nextCopyId, peerOf, primaryOf, withCopy, withNewCopy, type Pair } from "../pair.ts"
import { ineligible } from "../placement.ts"
import { rule } from "../rule.ts"
import { reachable, running, withPair } from "../state.ts"

/** The live Primary starts a new Secondary on another host, where no copy of the pair runs, stale ones included. */
export const spawnSecondary = rule("SpawnSecondary", {
  serves: ["FT-06", "FT-07", "FT-09", "FT-10", "FT-12", "FT-13"],
  guards: [
    "copy",
    "primary-only",
    "phase",
    "peer",
    "power",
    "storage",
    "maintenance",
    "anti-affinity",
    "unreachable",
    "rule",
    "limits",
  ],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: primary } = found
    if (primary.role !== "primary") return refused("primary-only")
    if (primary.phase !== "live") return refused("phase")
    if (primary.channel !== null) return refused("peer")
    if (pair.power === "off") return refused("power")
    const reason = ineligible(config, state, pair, action.host, primary.host)
    if (reason !== null) return refused(reason)

    return next(withPair(state, withSecondary(pair, primary, action.host)))
  },
})

/** The pair with a new Secondary, syncing on `host`, as the peer of `primary`. */
export const withSecondary = (pair: Pair, primary: Copy, host: HostId): Pair => {
  const channel = { peer: nextCopyId(pair), delivered: 0, acked: 0 }
  const registered = { ...pair.registered, secondary: host }
  return withNewCopy(withCopy({ ...pair, registered }, { ...primary, channel }), {
    host,
    role: "secondary",
    phase: "syncing",
    generation: primary.generation,
    log: [],
    released: 0,
    channel: null,
  })
}

/** The checkpoint: all that is recorded so far counts as delivered, and from here on outputs are withheld. */
export const beginLockstep = rule("BeginLockstep", {
  serves: ["FT-02", "FT-06"],
  guards: ["copy", "primary-only", "phase", "peer", "unreachable"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: primary } = found
    if (primary.role !== "primary") return refused("primary-only")
    if (primary.phase !== "live") return refused("phase")
    const peer = peerOf(pair, primary)
    if (peer === null || peer.phase !== "syncing") return refused("peer")
    if (!reachable(state, primary.host, peer.host)) return refused("unreachable")

    const channel = { peer: peer.id, delivered: primary.log.length, acked: primary.log.length }
    return next(withPair(state, withCopy(pair, { ...primary, phase: "lockstep", channel })))
  },
})

/** The Secondary has the checkpoint and joins: only now, when its Primary withholds outputs, may it ever contend. */
export const joinLockstep = rule("JoinLockstep", {
  serves: ["FT-01", "FT-02", "FT-06"],
  guards: ["copy", "phase", "primary", "unreachable"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: secondary } = found
    if (secondary.phase !== "syncing") return refused("phase")
    const primary = primaryOf(pair, secondary)
    if (primary === null || primary.phase !== "lockstep" || primary.channel === null)
      return refused("primary")
    if (!reachable(state, primary.host, secondary.host)) return refused("unreachable")

    const log = prefix(primary.log, primary.channel.delivered)
    return next(
      withPair(state, withCopy(pair, { ...secondary, phase: "lockstep", log, released: primary.released })),
    )
  },
})

/** A live Primary gives up a Secondary that will not come up, and is free to start another. */
export const abandonSync = rule("AbandonSync", {
  serves: ["FT-06", "FT-12"],
  guards: ["copy", "primary-only", "phase", "peer", "needed"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: primary } = found
    if (primary.role !== "primary") return refused("primary-only")
    if (primary.phase !== "live") return refused("phase")
    if (primary.channel === null) return refused("peer")
    const peer = peerOf(pair, primary)
    const comesUp = peer !== null && peer.phase === "syncing" && reachable(state, primary.host, peer.host)
    if (comesUp) return refused("needed")

    return next(withPair(state, withCopy(pair, { ...primary, channel: null })))
  },
})

/** A syncing copy that no Primary waits for halts; it has nothing that anyone could need. */
export const syncLost = rule("SyncLost", {
  serves: ["FT-06", "FT-11"],
  guards: ["copy", "phase", "needed"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: secondary } = found
    if (secondary.phase !== "syncing") return refused("phase")
    const primary = primaryOf(pair, secondary)
    if (primary !== null && reachable(state, primary.host, secondary.host)) return refused("needed")

    return next(withPair(state, halted(pair, secondary)))
  },
})
