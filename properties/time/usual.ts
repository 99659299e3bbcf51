import type { Times } from "./bounds.ts"

/**
 * How long things take in a cluster of today, where a configuration does not say. The published figures are orders of magnitude:
 * timeouts of a few seconds, a heartbeat each second or less, a channel that is never silent for a tenth of one.
 *
 * Units  ticks of 100 ms.
 * Source  docs/time.md, which says of each where it is from.
 */
export const usualTimes: Times = {
  tick: 100,
  heartbeatPeriod: 5,
  logPeriod: 1,
  delayMax: 1,
  heartbeatTimeout: { primary: 20, secondary: 20 },
  silenceTimeout: { primary: 20, secondary: 20 },
  goLiveDelay: 24,
  lockMax: 5,
  syncMax: 50,
  respawnMax: 10,
  haDelay: 150,
  driftEvery: 1000,
}
