import * as fc from "fast-check"
import type { Config } from "../model/config.ts"

/** How long things take in a cluster in which time passes. */
export type Time = NonNullable<Config["time"]>

/** Whether an implementation that takes these kinds is asked in a cluster: where time passes, only one that lets it. */
export const isOffered = ({ time }: Config, kinds: readonly string[]): boolean =>
  time === undefined || kinds.includes("Tick")

/** The same cluster, without time or with these times. */
export const withTimes = ({ time: _, ...config }: Config, time: Time | undefined): Config =>
  time === undefined ? config : { ...config, time }

/** How likely a tick is beside the other kinds: about as the steps of a protocol that goes on at a good pace. */
export const tickWeight = 12

const timeouts = (min: number, max: number): fc.Arbitrary<Time["silenceTimeout"]> => {
  const ticks = fc.integer({ min, max })
  return fc.record({ primary: ticks, secondary: ticks })
}

/** None in two of three clusters; else times that are so short that much of what takes time happens in one case. */
export const arbitraryTimes: fc.Arbitrary<Time | undefined> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({
      heartbeatPeriod: fc.constantFrom(1, 1, 2),
      logPeriod: fc.constantFrom(1, 1, 2),
      delayMax: fc.constantFrom(0, 0, 1, 2),
      heartbeatTimeout: timeouts(1, 4),
      silenceTimeout: timeouts(1, 4),
      goLiveDelay: fc.constantFrom(0, 2, 4, 5),
      lockMax: fc.nat(2),
      syncMax: fc.nat(2),
      respawnMax: fc.nat(2),
      haDelay: fc.nat(3),
      driftEvery: fc.constantFrom(0, 0, 2, 4),
    }),
  },
)
