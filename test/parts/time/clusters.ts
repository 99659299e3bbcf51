import { timedKinds, type Kind } from "../../../model/action.ts"
import { plainConfig, type Bounds, type Config } from "../../../model/config.ts"
import type { Time } from "../../../model/parts/time/parameters.ts"

// The clusters of docs/spec/time.md: three hosts, one pair, and how long things take.

/** Base B: short timeouts, every operation within a tick, HA within two, no go-live delay. */
export const base: Time = {
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

/** Base G: a former Secondary waits for longer than its stale Primary may live. */
export const guarded: Time = { ...base, goLiveDelay: 4 }

/** A: timeouts by role, and operations that take their time. */
export const byRole: Time = {
  ...base,
  heartbeatTimeout: { primary: 3, secondary: 2 },
  silenceTimeout: { primary: 5, secondary: 4 },
  goLiveDelay: 6,
  lockMax: 2,
  respawnMax: 3,
  syncMax: 4,
  haDelay: 3,
}

/** D: messages that are late, and clocks that are wrong. */
export const inexact: Time = {
  ...base,
  heartbeatTimeout: { primary: 3, secondary: 3 },
  silenceTimeout: { primary: 4, secondary: 4 },
  delayMax: 1,
  driftEvery: 4,
  goLiveDelay: 10,
}

/** The kinds of the pinned counts, and copies that migrate. */
export const migratingKinds: readonly Kind[] = [...timedKinds, "Migrate"]

/** Three hosts and one pair in which time passes, without power-off and without entries unless said. */
export const timedIn = (time: Time, bounds: Partial<Bounds> = {}): Config => ({
  ...plainConfig(3, 1, { log: 0, generations: 5, faults: 0, powerOffUpTo: 0, fencesUpTo: 0, ...bounds }),
  time,
})
