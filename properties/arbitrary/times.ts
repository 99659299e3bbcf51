import * as fc from "fast-check"
import { shortestGoLiveDelay, type Times } from "../time/bounds.ts"
import { usualTimes } from "../time/usual.ts"
import { mostly } from "./mostly.ts"

/** Times but the go-live delay. */
type Given = Omit<Times, "goLiveDelay">

/** By how many ticks the go-live delay is longer than the shortest with which no two copies execute at once; null: there is none. */
type Beyond = number | null

const withGoLiveDelay = ({ given, beyond }: { readonly given: Given; readonly beyond: Beyond }): Times => ({
  ...given,
  goLiveDelay: beyond === null ? 0 : Math.max(0, shortestGoLiveDelay({ ...given, goLiveDelay: 0 }) + beyond),
})

const beyond = fc.constantFrom<Beyond[]>(null, null, null, 0, 0, 1, -1, -2)

const byRole = (ticks: fc.Arbitrary<number>) => fc.record({ primary: ticks, secondary: ticks })

const moreOrNot = fc.constantFrom(0, 0, 1)
const duration = fc.integer({ min: 0, max: 2 })

type ByRole = Times["silenceTimeout"]

const longerThan = (least: number, { primary, secondary }: ByRole): ByRole => ({
  primary: least + primary,
  secondary: least + secondary,
})

/** Timeouts that differ by a tick at the most: else there is nearly always one so short that no outage goes unnoticed. */
const similarTimeouts = fc
  .record({
    least: fc.constantFrom(1, 1, 2, 3, 4),
    more: fc.record({ heartbeatTimeout: byRole(moreOrNot), silenceTimeout: byRole(moreOrNot) }),
  })
  .map(({ least, more: { heartbeatTimeout, silenceTimeout } }) => ({
    heartbeatTimeout: longerThan(least, heartbeatTimeout),
    silenceTimeout: longerThan(least, silenceTimeout),
  }))

const fewTicks: fc.Arbitrary<Times> = fc
  .record({
    given: fc
      .record({
        heartbeatPeriod: mostly(1, fc.constant(2)),
        logPeriod: mostly(1, fc.constant(2)),
        delayMax: fc.constantFrom(0, 0, 0, 0, 1, 2),
        timeouts: similarTimeouts,
        lockMax: duration,
        syncMax: duration,
        respawnMax: duration,
        haDelay: duration,
        driftEvery: mostly(0, fc.integer({ min: 2, max: 8 })),
      })
      .map(({ heartbeatPeriod, logPeriod, delayMax, timeouts, ...durations }): Given => ({
        heartbeatPeriod,
        logPeriod,
        delayMax,
        ...timeouts,
        ...durations,
      })),
    beyond,
  })
  .map(withGoLiveDelay)

/** Times of a real cluster, in milliseconds. */
const realTimes: fc.Arbitrary<Times> = fc
  .record({
    given: fc
      .record({
        tick: fc.constantFrom(500, 250, 100),
        heartbeatPeriod: fc.integer({ min: 100, max: 1000 }),
        logPeriod: fc.integer({ min: 1, max: 100 }),
        delayMax: fc.integer({ min: 1, max: 200 }),
        heartbeatTimeout: byRole(fc.integer({ min: 1500, max: 4000 })),
        silenceTimeout: byRole(fc.integer({ min: 1500, max: 4000 })),
        lockMax: fc.integer({ min: 10, max: 1000 }),
        syncMax: fc.integer({ min: 1000, max: 8000 }),
        respawnMax: fc.integer({ min: 100, max: 2000 }),
        haDelay: fc.integer({ min: 5000, max: 15_000 }),
        driftEvery: fc.constantFrom(0, 1000, 100_000),
      })
      .map(inTicks),
    beyond,
  })
  .map(withGoLiveDelay)

/** What is given in milliseconds, in ticks: rounded up, and so no bound is shorter than in the cluster. */
function inTicks({ tick, driftEvery, ...millis }: Given & { readonly tick: number }): Given {
  const ticks = (ms: number): number => Math.ceil(ms / tick)
  const ofRoles = ({ primary, secondary }: Given["silenceTimeout"]) => ({
    primary: ticks(primary),
    secondary: ticks(secondary),
  })
  return {
    tick,
    heartbeatPeriod: ticks(millis.heartbeatPeriod),
    logPeriod: ticks(millis.logPeriod),
    delayMax: ticks(millis.delayMax),
    heartbeatTimeout: ofRoles(millis.heartbeatTimeout),
    silenceTimeout: ofRoles(millis.silenceTimeout),
    lockMax: ticks(millis.lockMax),
    syncMax: ticks(millis.syncMax),
    respawnMax: ticks(millis.respawnMax),
    haDelay: ticks(millis.haDelay),
    driftEvery,
  }
}

/**
 * How long things take in a cluster that is drawn. Mostly a few ticks, so that a short run reaches each deadline; now and then the
 * times of a real cluster, in milliseconds, or the usual ones. With exact clocks and with some that drift, with false alarms and
 * without, with no go-live delay and with one around the shortest that rules out two Primaries at once. Shrinks towards fewer
 * ticks, exact clocks and messages that take no time.
 */
export const arbitraryTimes: fc.Arbitrary<Times> = fc.oneof(
  { withCrossShrink: true },
  { weight: 10, arbitrary: fewTicks },
  { weight: 1, arbitrary: fc.oneof(realTimes, fc.constant(usualTimes)) },
)
