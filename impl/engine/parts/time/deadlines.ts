import type { Config } from "../../../../model/config.ts"

/** How long things take in a cluster, in ticks. */
export type Time = NonNullable<Config["time"]>

export type Role = "primary" | "secondary"

/** A number of ticks for a Primary, and one for a Secondary: a former one, where it is about a contender. */
type ByRole = Readonly<Record<Role, number>>

/**
 * By when what is timed may be done, and must have been, in ticks that its clock shows.
 *
 * Shape  of the two detectors, by the copy's role, `may` is the least silence with which a copy may act (below 0: any), and `must` the
 *        silence with which it has to; `lock`, `restart`: the same for a contender, and for HA. `sync` and `respawn` must
 *        be over by then, and may be at any time.
 */
export type Deadlines = {
  readonly heartbeats: { readonly may: ByRole; readonly must: ByRole }
  readonly log: { readonly may: ByRole; readonly must: ByRole }
  readonly lock: { readonly may: ByRole; readonly must: ByRole }
  readonly restart: { readonly may: number; readonly must: number }
  readonly sync: number
  readonly respawn: number
}

export const deadlinesOf = (time: Time): Deadlines => {
  const { delayMax, goLiveDelay, haDelay, lockMax } = time
  /** By how much a timer of so many ticks may be wrong. */
  const error = (ticks: number): number => (time.driftEvery === 0 ? 0 : Math.ceil(ticks / time.driftEvery))
  const detector = (timeouts: ByRole, period: number) => ({
    may: byRole((role) => timeouts[role] - error(timeouts[role]) - delayMax - (period - 1)),
    must: byRole((role) => timeouts[role] + error(timeouts[role]) + delayMax),
  })
  return {
    heartbeats: detector(time.heartbeatTimeout, time.heartbeatPeriod),
    log: detector(time.silenceTimeout, time.logPeriod),
    lock: {
      may: { primary: 0, secondary: goLiveDelay - error(goLiveDelay) },
      must: { primary: lockMax, secondary: goLiveDelay + error(goLiveDelay) + lockMax },
    },
    restart: { may: haDelay - error(haDelay), must: haDelay + error(haDelay) },
    sync: time.syncMax,
    respawn: time.respawnMax,
  }
}

const byRole = (ticks: (role: Role) => number): ByRole => ({
  primary: ticks("primary"),
  secondary: ticks("secondary"),
})
