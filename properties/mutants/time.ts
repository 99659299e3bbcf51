import type { Kind } from "../../model/action.ts"
import { together, withdrawing } from "../../model/change.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { protocolOf } from "../../model/core.ts"
import { peerOf, primaryOf, type Pair } from "../../model/pair.ts"
import type { Change } from "../../model/protocol.ts"
import { reachable, withEveryPair, type State } from "../../model/state.ts"
import { detectorsOf, type Times } from "../time/bounds.ts"
import { shortTimes } from "../time/short.ts"
import { isHostSilent } from "../time/silence.ts"
import { altered, changingCopy, readingState, without, type Mutant } from "./mutant.ts"

// Mistakes with time. Where one is about a parameter, the cluster has the right one, and its protocol another.

/** Short times, with others instead. */
const times = (others: Partial<Times> = {}): Times => ({ ...shortTimes, ...others })

/** Three hosts and one pair without entries, in which time passes. */
const scopeOf = (time: Times, faults = 1): Config => ({
  ...plainConfig(3, 1, { log: 0, generations: 5, faults, powerOffUpTo: 0, fencesUpTo: 0 }),
  time,
})

const scopeB = scopeOf(times())
const guarded = times({ goLiveDelay: 4 })
const scopeG = scopeOf(guarded)
const silence = (primary: number, secondary: number) => ({ silenceTimeout: { primary, secondary } })

/** The protocol of a cluster with other times than it has. */
const timedAs =
  (change: (times: Times) => Times): Change =>
  (protocol) => {
    const { config } = protocol
    return config.time === undefined
      ? protocol
      : { ...protocolOf({ ...config, time: change(config.time) }), config }
  }

/** The protocol whose go-live delay is this. */
const delayedBy = (delay: (times: Times) => number): Change =>
  timedAs((right) => ({ ...right, goLiveDelay: delay(right) }))

/** How a mutant sees a copy with its clocks. */
type Sight = (copy: Copy, times: Times) => Copy

/** A former Primary that contends, seen as if it had been a Secondary. */
const likeSecondary: Sight = (copy) => (copy.phase === "contending" ? { ...copy, role: "secondary" } : copy)

/** The guards of time by which a copy, or time itself, decides by the clocks. */
const deciding: readonly Kind[] = ["Suspect", "AbandonSync", "SyncLost", "TryLock"]

/** The rules that see copies so where their clocks decide: whether it is early, and whether time stands still. */
const decidingBy = (sight: Sight): Change =>
  together(...deciding.map((kind) => readingState(kind, "early", seenBy(sight))), dueBy(sight))

/** The same of the passing of time alone. */
const dueBy = (sight: Sight): Change => readingState("Tick", "due", seenBy(sight))

const seenBy =
  (sight: Sight) =>
  (state: State, { time }: Config): State =>
    time === undefined
      ? state
      : withEveryPair(state, (pair) => ({
          ...pair,
          copies: pair.copies.map((copy) => sight(copy, time)),
        }))

/** What a tick has made of a copy, and what it was before. */
type Ticked = {
  readonly copy: Copy
  readonly before: Copy
  readonly pair: Pair
  readonly state: State
  readonly times: Times
}

/** The protocol whose ticks leave some of the clocks otherwise. */
const ticking = (clocks: (ticked: Ticked) => Partial<Copy>): Change =>
  altered("Tick", (after, _tick, state, { config: { time } }) =>
    time === undefined
      ? after
      : withEveryPair(after, (pair) => ({
          ...pair,
          copies: pair.copies.map((copy) => {
            const earlier = state.pairs[pair.id]?.copies.find(({ id }) => id === copy.id) ?? copy
            return { ...copy, ...clocks({ copy, before: earlier, pair, state, times: time }) }
          }),
        })),
  )

const logGoesOn = ({ before, times: { silenceTimeout } }: Ticked): Partial<Copy> => ({
  logSilence: Math.min((before.logSilence ?? 0) + 1, silenceTimeout[before.role] + 1),
})

/** A Primary in lockstep takes what its peer does in such a phase for a sign of life. */
const hearing = (isAlive: (peer: Copy) => boolean): Change =>
  ticking(({ copy, pair, state }) => {
    const peer = copy.role === "primary" && copy.phase === "lockstep" ? peerOf(pair, copy) : null
    return peer !== null && isAlive(peer) && reachable(state, copy.host, peer.host) ? { logSilence: 0 } : {}
  })

/** Whether nothing is under way between a copy in lockstep and its partner. */
const isIdle = (pair: Pair, copy: Copy): boolean => {
  const primary = copy.role === "primary" ? copy : primaryOf(pair, copy)
  const channel = primary?.channel ?? null
  return (
    channel === null || (channel.acked === channel.delivered && channel.delivered === primary?.log.length)
  )
}

export const timeMutants: readonly Mutant[] = [
  {
    name: "HeartbeatOnly",
    story: "The silence of the channel is not used: only that of the heartbeats.",
    breaks: ["FT-04"],
    killedBy: { L5a: 7, L5b: 10 },
    change: decidingBy((copy) => ({ ...copy, logSilence: 0 })),
    scope: scopeB,
  },
  {
    name: "SilenceOnly",
    story: "The silence of heartbeats is not used: only that of the channel.",
    breaks: ["FT-04"],
    killedBy: { L5a: 6, L5d: 10 },
    change: decidingBy((copy) => ({ ...copy, heartbeatSilence: 0 })),
    scope: scopeB,
  },
  {
    name: "BothDetectorsNeeded",
    story: "A copy acts only when neither heartbeats nor anything on its channel has come for long enough.",
    breaks: ["FT-04"],
    killedBy: { L5a: 6 },
    change: decidingBy((copy, right) => {
      const { heartbeats, log } = detectorsOf(right)[copy.role]
      const { heartbeatSilence = 0, logSilence = 0 } = copy
      return heartbeatSilence >= heartbeats.least && logSilence >= log.least
        ? copy
        : { ...copy, heartbeatSilence: 0, logSilence: 0 }
    }),
    scope: scopeB,
  },
  {
    name: "HeartbeatCountsAsLog",
    story: "Any packet from the other host counts as a sign of life of the copy there.",
    breaks: ["FT-04"],
    killedBy: { L5b: 10, L5e: 12 },
    change: ticking(({ copy, state }) =>
      copy.watch != null && !isHostSilent(state, copy.watch, copy.host) ? { logSilence: 0 } : {},
    ),
    scope: scopeB,
  },
  {
    name: "NoGoLiveWait",
    story: "A former Secondary tries the lock at once, whatever its go-live delay.",
    breaks: ["FT-11"],
    killedBy: { S3b: 7 },
    change: without("TryLock", "early"),
    scope: scopeG,
  },
  {
    name: "ContenderAcks",
    story: "A Secondary that contends goes on acknowledging until it has won.",
    breaks: ["FT-11"],
    killedBy: { S3b: 11 },
    change: hearing(({ phase }) => phase === "contending"),
    scope: scopeG,
  },
  {
    name: "WaitTooShort",
    story: "The go-live delay is as long as the Primary's silence timeout, and not longer.",
    breaks: ["FT-11"],
    killedBy: { S3b: 10 },
    change: delayedBy((right) => detectorsOf(right).primary.log.most),
    scope: scopeG,
  },
  {
    name: "WaitsForHeartbeatTimeout",
    story: "The go-live delay outlasts the Primary's heartbeat timeout, and not its silence timeout.",
    breaks: ["FT-11"],
    killedBy: { S3b: 10 },
    change: delayedBy((right) => detectorsOf(right).primary.heartbeats.most + 1),
    scope: scopeG,
  },
  {
    name: "WaitsOutOwnTimeout",
    story: "The go-live delay outlasts the Secondary's own silence timeout, and not the Primary's.",
    breaks: ["FT-11"],
    killedBy: { S3b: 10 },
    change: delayedBy((right) => detectorsOf(right).secondary.log.most + 1),
    scope: scopeOf(times({ ...silence(4, 2), goLiveDelay: 5 })),
  },
  {
    name: "RolesMixedUp",
    story: "The Primary waits for as long as the Secondary should.",
    breaks: ["FT-11"],
    killedBy: { S3b: 11 },
    change: timedAs((right) => ({
      ...right,
      silenceTimeout: { ...right.silenceTimeout, primary: right.silenceTimeout.secondary },
      heartbeatTimeout: { ...right.heartbeatTimeout, primary: right.heartbeatTimeout.secondary },
    })),
    scope: scopeOf({ ...guarded, ...silence(3, 5) }),
  },
  {
    name: "DriftForgotten",
    story: "The go-live delay is made for exact clocks, where these gain and lose.",
    breaks: ["FT-11"],
    killedBy: { S3b: 10 },
    change: delayedBy(({ silenceTimeout, delayMax }) => silenceTimeout.primary + delayMax + 1),
    scope: scopeOf(times({ ...silence(4, 3), driftEvery: 4, goLiveDelay: 8 })),
  },
  {
    name: "DelayForgotten",
    story: "The go-live delay is made for messages that take no time.",
    breaks: ["FT-11"],
    killedBy: { S3b: 11 },
    change: delayedBy(({ silenceTimeout }) => silenceTimeout.primary + 1),
    scope: scopeOf(times({ delayMax: 1, goLiveDelay: 5 })),
  },
  {
    name: "MigrateResetsClocks",
    story: "A copy that migrates begins to listen anew.",
    breaks: ["FT-11"],
    killedBy: { S3b: 12 },
    change: altered("Migrate", (after, { copy }) =>
      changingCopy(after, copy, (moved) => ({ ...moved, heartbeatSilence: 0, logSilence: 0, obligation: 0 })),
    ),
    about: ["Migrate"],
    scope: scopeG,
  },
  {
    name: "FooledByFormerSecondary",
    story: "A stale Primary takes what its former Secondary, now a Primary in lockstep, sends for its own.",
    breaks: ["FT-11"],
    killedBy: { S3a: 14, L5c: 15 },
    change: hearing(({ role, phase }) => role === "primary" && phase === "lockstep"),
    scope: scopeB,
  },
  {
    name: "LockNotUrgent",
    story: "A contender may wait for ever before it tries the lock.",
    breaks: ["FT-05"],
    killedBy: { L5f: 5, L5d: 10, L5b: 11 },
    change: dueBy((copy) => (copy.phase === "contending" ? { ...copy, obligation: 0 } : copy)),
    scope: scopeB,
  },
  {
    name: "PrimaryWaitsToo",
    story: "A former Primary waits out the go-live delay like a former Secondary.",
    breaks: ["FT-07"],
    killedBy: { L5f: 5 },
    change: decidingBy(likeSecondary),
    scope: scopeG,
  },
  {
    name: "SyncHasNoTimeout",
    story: "A copy that synchronises waits for its Primary for ever.",
    breaks: ["FT-06"],
    killedBy: { L5a: 6, L5c: 13 },
    change: withdrawing("SyncLost"),
    scope: scopeB,
  },
  {
    name: "NoUrgency",
    story: "Time goes on whatever is due.",
    breaks: ["FT-05"],
    killedBy: { L5f: 5, L5a: 6 },
    change: without("Tick", "due"),
    scope: scopeB,
  },
  {
    name: "SyncingIsSilent",
    story: "A Primary in lockstep counts as silence that its Secondary still synchronises.",
    breaks: ["FT-04"],
    killedBy: { TIME1: 7, S18: 8 },
    change: ticking((ticked) => {
      const { copy, pair } = ticked
      return copy.phase === "lockstep" && peerOf(pair, copy)?.phase === "syncing" ? logGoesOn(ticked) : {}
    }),
    scope: scopeOf(times({ syncMax: 3 }), 0),
  },
  {
    name: "IdleGuestSilent",
    story: "Nothing comes over a channel unless the guest has something to record.",
    breaks: ["FT-04"],
    killedBy: { TIME1: 8, S18: 9 },
    change: ticking((ticked) =>
      ticked.copy.phase === "lockstep" && isIdle(ticked.pair, ticked.copy) ? logGoesOn(ticked) : {},
    ),
    scope: scopeOf(times(), 0),
  },
  {
    name: "DelayReachesTimeout",
    story: "A message may take as long as a timeout, and no go-live delay makes up for it.",
    breaks: ["FT-04"],
    killedBy: { TIME1: 4, S18: 5, S3b: 6 },
    change: timedAs((right) => ({
      ...right,
      delayMax: right.heartbeatTimeout.primary,
      goLiveDelay: 0,
    })),
    scope: scopeOf(guarded, 0),
  },
  {
    name: "AgesAddUp",
    story: "Short outages add up: a clock keeps its value while there is something to be heard.",
    breaks: ["FT-04"],
    killedBy: { TIME2: 10 },
    change: ticking(({ copy, before }) => ({
      heartbeatSilence: Math.max(copy.heartbeatSilence ?? 0, before.heartbeatSilence ?? 0),
      logSilence: Math.max(copy.logSilence ?? 0, before.logSilence ?? 0),
    })),
    scope: scopeOf(times(), 2),
  },
  {
    name: "HaImpatient",
    story: "HA restarts a pair as soon as it can.",
    breaks: ["FT-12"],
    killedBy: { TIME3: 3 },
    change: without("HaRestart", "early"),
    scope: scopeB,
  },
  {
    name: "DeadlineBeforeDelay",
    story: "A former Primary must have tried the lock before it may: time stands still for it.",
    breaks: ["FT-07"],
    killedBy: { TIME0: 4 },
    change: readingState("TryLock", "early", seenBy(likeSecondary)),
    scope: scopeG,
  },
]
