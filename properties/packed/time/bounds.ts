import type { Config } from "../../../model/config.ts"

// What is promised where time passes, in ticks: read from docs/spec/time.md once more, for packed states.

type Time = NonNullable<Config["time"]>
export type Role = "primary" | "secondary"
type Recovery = { readonly live: number; readonly running: number }

/** By how much a clock may be wrong after so many ticks. */
const error = ({ driftEvery }: Time, ticks: number): number =>
  driftEvery === 0 ? 0 : Math.ceil(ticks / driftEvery)

/** The least silence at its source after which a detector of this timeout may act, and the most before it must have. */
const detector = (time: Time, timeout: number, period: number) => ({
  early: timeout - error(time, timeout) - time.delayMax - (period - 1),
  late: timeout + error(time, timeout) + time.delayMax,
})

const detectors = (time: Time, role: Role) => ({
  heartbeats: detector(time, time.heartbeatTimeout[role], time.heartbeatPeriod),
  log: detector(time, time.silenceTimeout[role], time.logPeriod),
})

/** What befalls a running pair, by number: 0 is nothing. */
export const misfortunes = [
  "none",
  "primaryHost",
  "primaryCopy",
  "secondaryHost",
  "secondaryCopy",
  "link",
  "elsewhere",
] as const

export type Misfortune = (typeof misfortunes)[number]

/** What one fault costs where it takes the copies so long to find out; by what it befalls. */
const recoveries = (
  time: Time,
  answer: Readonly<Record<Role, number>>,
  found: (host: boolean, role: Role) => number,
) => {
  const from = (live: number): Recovery => ({ live, running: live + time.respawnMax + time.syncMax })
  const ofPrimary = (host: boolean): Recovery => from(found(host, "secondary") + answer.secondary)
  const ofSecondary = (host: boolean): Recovery => from(found(host, "primary") + answer.primary)
  const none = { live: 0, running: 0 }
  const costs: Readonly<Record<Misfortune, Recovery>> = {
    none,
    primaryHost: ofPrimary(true),
    primaryCopy: ofPrimary(false),
    secondaryHost: ofSecondary(true),
    secondaryCopy: ofSecondary(false),
    link: from(Math.min(ofPrimary(true).live, ofSecondary(true).live)),
    elsewhere: none,
  }
  return misfortunes.map((what) => costs[what])
}

export type Bounds = ReturnType<typeof boundsOf>

/**
 * The bounds of a cluster.
 *
 * Shape  `after` and `afterPassing` are by the number of a misfortune: of one that stays, and of one that may be undone at any time.
 */
export const boundsOf = (time: Time) => {
  const primary = detectors(time, "primary")
  const secondary = detectors(time, "secondary")
  const waitLeast = time.goLiveDelay - error(time, time.goLiveDelay)
  const waitMost = time.goLiveDelay + error(time, time.goLiveDelay)
  const answer = { primary: time.lockMax, secondary: waitMost + time.lockMax }
  const stale = time.lockMax + Math.max(secondary.log.late + waitMost, primary.log.late - waitLeast)
  const haMost = time.haDelay + error(time, time.haDelay)
  const byRole = { primary, secondary }
  const foundByLog = (_host: boolean, role: Role): number => byRole[role].log.late
  const foundByEither = (host: boolean, role: Role): number => {
    const { heartbeats, log } = byRole[role]
    return host ? Math.min(heartbeats.late, log.late) : log.late
  }
  return {
    detectors: byRole,
    answer,
    haLeast: time.haDelay - error(time, time.haDelay),
    overlap: Math.max(0, primary.log.late - waitLeast),
    isNeverDual: waitLeast > primary.log.late,
    mayAlarmFalsely: [primary, secondary].some(
      ({ heartbeats, log }) => heartbeats.early <= 0 || log.early <= 0,
    ),
    failover: secondary.log.late + answer.secondary,
    stale,
    restored: Math.max(primary.log.late + time.lockMax, stale + haMost) + time.respawnMax + time.syncMax,
    after: recoveries(time, answer, foundByEither),
    afterPassing: recoveries(time, answer, foundByLog),
  }
}
