/**
 * How long things take in a cluster, in ticks: whole numbers, rounded up where they come from milliseconds.
 *
 * Units  `tick` is the length of a tick in milliseconds, 100 if nothing is said; all others are ticks.
 *        `heartbeatPeriod` and `logPeriod` lie between two heartbeats of a host, and between two messages on a logging
 *        channel; `delayMax` is the longest way of either. `heartbeatTimeout` and `silenceTimeout` are the silence of
 *        heartbeats, and of the log or its acknowledgements, after which a copy in that role acts. `goLiveDelay` is what a
 *        former Secondary waits before it tries the lock; `haDelay`, what the cluster waits before it restarts a pair.
 *        `lockMax`, `syncMax` and `respawnMax` are the longest that the lock's answer takes, that a new Secondary takes to
 *        join, and that it takes to start one. `driftEvery` says in how many ticks a clock may gain or lose one; 0: never.
 */
export type Time = {
  readonly tick?: number
  readonly heartbeatPeriod: number
  readonly logPeriod: number
  readonly delayMax: number
  readonly heartbeatTimeout: Timeouts
  readonly silenceTimeout: Timeouts
  readonly goLiveDelay: number
  readonly lockMax: number
  readonly syncMax: number
  readonly respawnMax: number
  readonly haDelay: number
  readonly driftEvery: number
}

/** How long a copy in each role waits. */
type Timeouts = { readonly primary: number; readonly secondary: number }

type Drifting = Pick<Time, "driftEvery">
type Delayed = Pick<Time, "driftEvery" | "delayMax">

/** By how much a clock may be wrong after so many ticks. */
const driftIn = ({ driftEvery }: Drifting, ticks: number): number =>
  driftEvery === 0 ? 0 : Math.ceil(ticks / driftEvery)

/** The least that a timer of so many ticks may take. */
export const shortest = (time: Drifting, ticks: number): number => ticks - driftIn(time, ticks)

/** The most that it may take. */
export const longest = (time: Drifting, ticks: number): number => ticks + driftIn(time, ticks)

/**
 * The least silence at its source with which a detector may act: what it last heard may have been under way for
 * `delayMax`, and the message that it misses was due a period later.
 */
export const early = (time: Delayed, timeout: number, period: number): number =>
  shortest(time, timeout) - time.delayMax - (period - 1)

/** The silence at its source with which a detector must have acted: the last message may have come with the longest delay. */
export const late = (time: Delayed, timeout: number): number => longest(time, timeout) + time.delayMax
