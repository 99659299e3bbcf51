import type { Time } from "../../../model/parts/time/parameters.ts"
import { base, guarded } from "./clusters.ts"

// The counts of docs/spec/time.md, on which two independent explorers agree. One changes only with the rule that moved it.

/** One scope, and how many states, transitions, ticks among these and BFS levels it has. */
type Row = readonly [
  faults: number,
  log: number,
  powerOffUpTo: number,
  what: string,
  time: Time,
  states: number,
  transitions: number,
  ticks: number,
  depth: number,
]

export const delayed: Time = { ...base, delayMax: 1, goLiveDelay: 5 }
export const uneven: Time = {
  ...base,
  heartbeatTimeout: { primary: 3, secondary: 2 },
  silenceTimeout: { primary: 4, secondary: 2 },
  goLiveDelay: 5,
  lockMax: 2,
  respawnMax: 2,
  syncMax: 3,
  haDelay: 3,
}
export const drifting: Time = {
  ...base,
  silenceTimeout: { primary: 4, secondary: 3 },
  driftEvery: 4,
  goLiveDelay: 8,
}

export const rows: readonly Row[] = [
  [0, 0, 0, "B", base, 37, 61, 22, 4],
  [0, 1, 0, "B", base, 139, 295, 88, 6],
  [1, 0, 0, "B", base, 2306, 5083, 1141, 14],
  [1, 1, 0, "B", base, 15_638, 42_195, 7257, 17],
  [2, 0, 0, "B", base, 38_409, 116_085, 18_075, 22],
  [1, 0, 1, "B", base, 5497, 13_496, 2828, 16],
  [1, 0, 0, "G", guarded, 2402, 5017, 1297, 18],
  [1, 0, 1, "G", guarded, 5977, 14_222, 3404, 20],
  [2, 0, 0, "G", guarded, 44_715, 129_675, 23_901, 26],
  [1, 0, 0, "B with delays", delayed, 3659, 8602, 2062, 18],
  [1, 0, 0, "the same with a long period of the log", { ...delayed, logPeriod: 2 }, 3659, 8776, 2062, 18],
  [1, 0, 0, "B with drift", drifting, 4131, 9659, 2408, 23],
  [1, 0, 0, "timeouts by role", uneven, 3540, 8285, 2495, 20],
]
