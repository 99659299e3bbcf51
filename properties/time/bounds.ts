import type { Config } from "../../model/config.ts"
import type { Role } from "../../model/copy.ts"

// The bounds that follow from the times of a configuration: written from docs/spec/time.md, apart from the model's own reading of
// them, which they judge.

/** How long things take in a cluster, in ticks. */
export type Times = NonNullable<Config["time"]>

/** The length of a tick, in milliseconds. */
export const tickOf = ({ tick = 100 }: Times): number => tick

type ByRole = Readonly<Record<Role, number>>

/** By how much a clock may be wrong after so many ticks: by one for each `driftEvery` that have begun. */
const drift = ({ driftEvery }: Times, ticks: number): number =>
  driftEvery > 0 ? Math.ceil(ticks / driftEvery) : 0

/** The least and the most that a timer takes. */
const timer = (times: Times, ticks: number) => ({
  least: ticks - drift(times, ticks),
  most: ticks + drift(times, ticks),
})

/** A detector: the least silence at its source with which it may act, and that with which it must have acted. */
const detector = (times: Times, timeout: number, period: number) => ({
  least: timeout - times.delayMax - (period - 1) - drift(times, timeout),
  most: timeout + times.delayMax + drift(times, timeout),
})

type Detector = ReturnType<typeof detector>

/** The detectors of a copy in each role. */
export const detectorsOf = (
  times: Times,
): Readonly<Record<Role, { readonly heartbeats: Detector; readonly log: Detector }>> => {
  const of = (role: Role) => ({
    heartbeats: detector(times, times.heartbeatTimeout[role], times.heartbeatPeriod),
    log: detector(times, times.silenceTimeout[role], times.logPeriod),
  })
  return { primary: of("primary"), secondary: of("secondary") }
}

/** What one fault may befall: a host of a running pair; a copy, by itself or by the loss of its storage; the link between them. */
export type Misfortune = "primaryHost" | "primaryCopy" | "secondaryHost" | "secondaryCopy" | "link"

/** How long it takes after a fault until a copy is live again, and until the pair is running again. */
export type Recovery = { readonly live: number; readonly running: number }

/**
 * What holds of every run in clusters with these times.
 *
 * Shape  `goLiveLeast` and `goLiveMost`, `haLeast` and `haMost`: what the go-live delay and that of HA take. `dualExecution`: for how long
 *        a stale Primary executes beside a newer one; `isSingleExecution`: not even for a moment. `isWithoutFalseAlarms`: no
 *        detector may act on delays alone. `failover`: for how long nobody executes while a Secondary could. `staleGone`: for how
 *        long a stale copy stays that has storage. `restored`: how long after the last disturbance a pair is
 *        running that can. `answered`: how long a contender with storage waits for the lock. `after`: what one fault of a running
 *        pair costs, if it stays; `afterPassing`: if it may be undone at any time.
 * Units  All in ticks.
 */
export type TimeBounds = {
  readonly goLiveLeast: number
  readonly goLiveMost: number
  readonly haLeast: number
  readonly haMost: number
  readonly dualExecution: number
  readonly isSingleExecution: boolean
  readonly isWithoutFalseAlarms: boolean
  readonly failover: number
  readonly staleGone: number
  readonly restored: number
  readonly answered: ByRole
  readonly after: Readonly<Record<Misfortune, Recovery>>
  readonly afterPassing: Readonly<Record<Misfortune, Recovery>>
}

export const boundsOf = (times: Times): TimeBounds => {
  const { lockMax, syncMax, respawnMax } = times
  const { primary, secondary } = detectorsOf(times)
  const goLive = timer(times, times.goLiveDelay)
  const ha = timer(times, times.haDelay)
  const answered = { primary: lockMax, secondary: goLive.most + lockMax }
  const staleGone = lockMax + Math.max(secondary.log.most + goLive.most, primary.log.most - goLive.least)
  const byLog = recoveries(times, answered, primary.log.most, secondary.log.most)
  const byEither = recoveries(
    times,
    answered,
    Math.min(primary.heartbeats.most, primary.log.most),
    Math.min(secondary.heartbeats.most, secondary.log.most),
  )
  return {
    goLiveLeast: goLive.least,
    goLiveMost: goLive.most,
    haLeast: ha.least,
    haMost: ha.most,
    dualExecution: Math.max(0, primary.log.most - goLive.least),
    isSingleExecution: goLive.least > primary.log.most,
    isWithoutFalseAlarms: [primary, secondary].every(
      ({ heartbeats, log }) => heartbeats.least > 0 && log.least > 0,
    ),
    failover: secondary.log.most + answered.secondary,
    staleGone,
    restored: Math.max(primary.log.most + lockMax, staleGone + ha.most) + respawnMax + syncMax,
    answered,
    after: {
      primaryHost: byEither.ofPrimary,
      primaryCopy: byLog.ofPrimary,
      secondaryHost: byEither.ofSecondary,
      secondaryCopy: byLog.ofSecondary,
      link: byEither.ofLink,
    },
    afterPassing: {
      primaryHost: byLog.ofPrimary,
      primaryCopy: byLog.ofPrimary,
      secondaryHost: byLog.ofSecondary,
      secondaryCopy: byLog.ofSecondary,
      link: byLog.ofLink,
    },
  }
}

/** What the loss of either copy costs, and of the link, where each copy takes so long to find out. */
const recoveries = (
  { respawnMax, syncMax }: Times,
  answered: ByRole,
  byPrimary: number,
  bySecondary: number,
) => {
  const alive = (live: number): Recovery => ({ live, running: live + respawnMax + syncMax })
  const ofPrimary = alive(bySecondary + answered.secondary)
  const ofSecondary = alive(byPrimary + answered.primary)
  return { ofPrimary, ofSecondary, ofLink: alive(Math.min(ofPrimary.live, ofSecondary.live)) }
}

/** The shortest go-live delay with which no two copies ever execute at once. */
export const shortestGoLiveDelay = (times: Times): number => {
  const { primary } = detectorsOf(times)
  const { driftEvery } = times
  const needed = primary.log.most + 1
  return driftEvery === 0 ? needed : Math.ceil((needed * driftEvery) / (driftEvery - 1))
}
