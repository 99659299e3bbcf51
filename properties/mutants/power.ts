import { guarding } from "../../model/change.ts"
import { plainConfig } from "../../model/config.ts"
import { currentPrimary } from "../../model/pair.ts"
import type { Check } from "../../model/protocol.ts"
import { hasStorage, pairOf } from "../../model/state.ts"
import type { OfPair } from "../../model/subject.ts"
import { altered, amendingIn, changingPair, checking, guarded, type Mutant } from "./mutant.ts"

/** No copy of the lock's generation may run: the stale ones are forgotten. */
const noCurrentCopyMayRun: Check<OfPair> = {
  id: "may-run",
  holds: ({ pair }, state) =>
    !pair.copies.some((copy) => copy.generation === pair.lock.generation && hasStorage(state, copy.host)),
}

const nobodyHoldsLock: Check<OfPair> = { id: "may-run", holds: ({ pair }) => pair.lock.holder === null }

export const powerMutants: readonly Mutant[] = [
  {
    name: "PowerOffWithoutFence",
    story: "Power-off halts the Primary and leaves the lock alone.",
    breaks: ["FT-01", "FT-11"],
    killedBy: { S11: 3 },
    change: altered("PowerOff", (after, { pair: id }, before) =>
      changingPair(after, id, (pair) => ({ ...pair, lock: { ...pairOf(before, id).lock, holder: null } })),
    ),
  },
  {
    name: "PowerOffBumpsOnly",
    story: "Power-off advances the lock, and does not halt a Primary in lockstep.",
    breaks: ["FT-01"],
    killedBy: { L3: 5 },
    change: amendingIn("PowerOff", ({ halts }) => ({
      halts: (pair, isHalted) => halts(pair, (copy) => isHalted(copy) && copy.phase !== "lockstep"),
    })),
    // With entries to record the Primary is not quiescent before its log is full: 9 steps in the core scope.
    scope: plainConfig(3, 1, { log: 0, generations: 5, faults: 2 }),
  },
  {
    name: "PowerOnIgnoresStale",
    story: "Power-on looks only at copies of the lock's generation.",
    breaks: ["FT-08"],
    killedBy: { S5: 10 },
    change: guarded("PowerOn", noCurrentCopyMayRun),
  },
  {
    name: "PowerOnResetsLock",
    story: "Power-on begins again with a fresh lock, at generation 1.",
    breaks: ["FT-11"],
    killedBy: { S10: 3 },
    change: amendingIn("PowerOn", ({ boots }) => ({ boots: (pair, host) => boots(pair, host, 1) })),
  },
  {
    name: "HaRestartOnSuspicion",
    story: "HA restarts a VM as soon as no current Primary has storage.",
    breaks: ["FT-05", "FT-08"],
    killedBy: { S13: 6, S19: 6 },
    change: checking("HaRestart", "may-run", ({ pair }: OfPair, state) => {
      const primary = currentPrimary(pair)
      return primary === null || !hasStorage(state, primary.host)
    }),
  },
  {
    name: "HaIgnoresStale",
    story: "HA looks only at copies of the lock's generation.",
    breaks: ["FT-08"],
    killedBy: { S5: 10 },
    change: guarded("HaRestart", noCurrentCopyMayRun),
  },
  {
    name: "HolderBlocksRestart",
    story: "HA waits for the copy that holds the lock, though it has lost its storage.",
    breaks: ["FT-12"],
    killedBy: { L1: 2, L6: 2 },
    change: guarding("HaRestart", nobodyHoldsLock, "may-run"),
  },
  {
    name: "HaNoBump",
    story: "An HA restart takes the lock over without advancing it.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    change: amendingIn("HaRestart", ({ boots }) => ({
      boots: (pair, host) => boots(pair, host, pair.lock.generation),
    })),
  },
  {
    name: "HaFromEmpty",
    story: "An HA restart boots with an empty log, as if the world had seen nothing.",
    breaks: ["FT-08"],
    killedBy: { S5: 5 },
    change: amendingIn("HaRestart", ({ boots }) => ({
      boots: (pair, ...given) => ({ ...boots({ ...pair, observed: [] }, ...given), observed: pair.observed }),
    })),
  },
  {
    name: "StorageLossUnvalidated",
    story: "Copies that lose their storage go on as if nothing had happened.",
    breaks: ["FT-11"],
    killedBy: { S1: 3, S2: 8 },
    change: amendingIn("LoseStorage", () => ({ contends: (pair) => pair })),
  },
]
