import { hasChannel } from "../copy.ts"
import { inPhase, isOn, isPrimary, itsPrimary, linkTo, withFt } from "../guards.ts"
import { halted } from "../lifecycle.ts"
import { peerOf, primaryOf, withCopy } from "../pair.ts"
import { eligible } from "../placement.ts"
import { isPicked, restartsFirst } from "../policy.ts"
import { rule } from "../rule.ts"
import { withPair } from "../state.ts"
import { copyAndHost, copyNamed, itRuns, itRunsAndGoes, type OfCopy, type ToHost } from "../subject.ts"

/** The live Primary starts a new Secondary on another host, where no copy of the pair runs, stale ones included. */
export const spawnSecondary = rule(
  "SpawnSecondary",
  ["FT-06", "FT-07", "FT-09", "FT-10", "FT-12", "FT-13"],
  copyAndHost,
)
  .find(itRunsAndGoes)
  .when(
    isPrimary,
    inPhase("live"),
    { id: "peer", holds: ({ copy }) => copy.channel === null },
    isOn,
    withFt("enabled"),
    ...eligible<OfCopy & ToHost>(({ copy }) => copy.host),
    isPicked(({ copy }) => copy.host),
    restartsFirst,
  )
  .effect(({ pair, copy, host }, state, { lifecycle }) => withPair(state, lifecycle.spawns(pair, copy, host)))

/** The checkpoint: all that is recorded so far counts as delivered, and from here on outputs are withheld. */
export const beginLockstep = rule("BeginLockstep", ["FT-02", "FT-06"], copyNamed)
  .find(itRuns)
  .when(isPrimary, inPhase("live"))
  .find({
    id: "peer",
    find: ({ pair, copy }) => {
      const peer = peerOf(pair, copy)
      return hasChannel(copy) && peer?.phase === "syncing" ? { pair, copy, peer } : null
    },
  })
  .when(linkTo(({ peer }) => peer))
  .effect(({ pair, copy }, state, { lifecycle }) => withPair(state, lifecycle.checkpoints(pair, copy)))

/** The Secondary has the checkpoint and joins: only now, when its Primary withholds outputs, may it ever contend. */
export const joinLockstep = rule("JoinLockstep", ["FT-01", "FT-02", "FT-06"], copyNamed)
  .find(itRuns)
  .when(inPhase("syncing"))
  .find(itsPrimary)
  .when(linkTo(({ primary }) => primary))
  .effect(({ pair, copy, primary }, state, { lifecycle }) =>
    withPair(state, lifecycle.joins(pair, copy, primary)),
  )

/** A live Primary gives up a Secondary that will not come up, and is free to start another. */
export const abandonSync = rule("AbandonSync", ["FT-06", "FT-12"], copyNamed)
  .find(itRuns)
  .when(
    isPrimary,
    inPhase("live"),
    { id: "peer", holds: ({ copy }) => copy.channel !== null },
    {
      id: "needed",
      holds: ({ pair, copy }, state, { relations }) => {
        const peer = peerOf(pair, copy)
        const comesUp = peer?.phase === "syncing" && relations.reaches(state, copy.host, peer.host, pair)
        return !comesUp
      },
    },
  )
  .effect(({ pair, copy }, state) => withPair(state, withCopy(pair, { ...copy, channel: null })))

/** A syncing copy that no Primary waits for halts; it has nothing that anyone could need. */
export const syncLost = rule("SyncLost", ["FT-06", "FT-11"], copyNamed)
  .find(itRuns)
  .when(inPhase("syncing"), {
    id: "needed",
    holds: ({ pair, copy }, state, { relations }) => {
      const primary = primaryOf(pair, copy)
      return primary === null || !relations.reaches(state, primary.host, copy.host, pair)
    },
  })
  .effect(({ pair, copy }, state, { lifecycle }) => withPair(state, halted(lifecycle, pair, copy)))
