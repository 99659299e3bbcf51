import type { Times } from "./bounds.ts"

/** The times that docs/spec/time.md calls B: short timeouts, everything within a few ticks, and no go-live delay. */
export const shortTimes: Times = {
  heartbeatPeriod: 1,
  logPeriod: 1,
  delayMax: 0,
  heartbeatTimeout: { primary: 2, secondary: 2 },
  silenceTimeout: { primary: 3, secondary: 3 },
  goLiveDelay: 0,
  lockMax: 1,
  syncMax: 1,
  respawnMax: 1,
  haDelay: 2,
  driftEvery: 0,
}
