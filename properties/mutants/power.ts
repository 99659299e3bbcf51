import { plainConfig } from "../../model/config.ts"
import { someCopyMayRun } from "../../model/guards.ts"
import { freshLock } from "../../model/lock.ts"
import { copyIn, copyOn, currentPrimary, withCopy, type Pair } from "../../model/pair.ts"
import { hasStorage, pairOf, pairsOf, withPair, type State } from "../../model/state.ts"
import type { OfPair, ToHost } from "../../model/subject.ts"
import { altered, changingPair, checking, effecting, type Mutant } from "./mutant.ts"

/** Whether a copy of the lock's generation may run: the check that forgets the stale ones. */
const someCurrentCopyMayRun = (state: State, pair: Pair): boolean =>
  pair.copies.some((copy) => copy.generation === pair.lock.generation && hasStorage(state, copy.host))

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
    change: altered("PowerOff", (after, { pair: id }, before) => {
      const earlier = pairOf(before, id)
      const primary = currentPrimary(earlier)
      if (primary?.phase !== "lockstep") return after
      return changingPair(after, id, (pair) => ({ ...pair, copies: earlier.copies }))
    }),
    // With entries to record the Primary is not quiescent before its log is full: 9 steps in the core scope.
    scope: plainConfig(3, 1, { log: 0, generations: 5, faults: 2 }),
  },
  {
    name: "PowerOnIgnoresStale",
    story: "Power-on looks only at copies of the lock's generation.",
    breaks: ["FT-08"],
    killedBy: { S5: 10 },
    change: checking("PowerOn", "may-run", ({ pair }: OfPair, state) => !someCurrentCopyMayRun(state, pair)),
  },
  {
    name: "PowerOnResetsLock",
    story: "Power-on begins again with a fresh lock, at generation 1.",
    breaks: ["FT-11"],
    killedBy: { S10: 3 },
    change: altered("PowerOn", (after, { pair: id }) =>
      changingPair(after, id, (pair) => {
        const newest = copyIn(pair, pair.lock.holder ?? "p0.0")
        const lock = { ...freshLock, holder: pair.lock.holder }
        return newest === null
          ? pair
          : withCopy({ ...pair, lock }, { ...newest, generation: lock.generation })
      }),
    ),
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
    change: checking(
      "HaRestart",
      "may-run",
      ({ pair }: OfPair, state) => !someCurrentCopyMayRun(state, pair),
    ),
  },
  {
    name: "HolderBlocksRestart",
    story: "HA waits for the copy that holds the lock, though it has lost its storage.",
    breaks: ["FT-12"],
    killedBy: { L1: 2, L6: 2 },
    change: checking(
      "HaRestart",
      "may-run",
      ({ pair }: OfPair, state) => !someCopyMayRun(state, pair) && pair.lock.holder === null,
    ),
  },
  {
    name: "HaNoBump",
    story: "An HA restart takes the lock over without advancing it.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    change: effecting("HaRestart", ({ pair, host }: OfPair & ToHost, state, { lifecycle }) =>
      withPair(state, lifecycle.boots(pair, host, pair.lock.generation)),
    ),
  },
  {
    name: "HaFromEmpty",
    story: "An HA restart boots with an empty log, as if the world had seen nothing.",
    breaks: ["FT-08"],
    killedBy: { S5: 5 },
    change: altered("HaRestart", (after, { pair: id, host }) =>
      changingPair(after, id, (pair) => {
        const newest = copyOn(pair, host)
        return newest === null ? pair : withCopy(pair, { ...newest, log: [], released: 0 })
      }),
    ),
  },
  {
    name: "StorageLossUnvalidated",
    story: "Copies that lose their storage go on as if nothing had happened.",
    breaks: ["FT-11"],
    killedBy: { S1: 3, S2: 8 },
    change: altered("LoseStorage", (after, { host }, before) => {
      let state = after
      for (const pair of pairsOf(before)) {
        const copy = copyOn(pair, host)
        if (copy === null || copy.phase === "syncing") continue
        state = withPair(state, pair)
      }
      return state
    }),
  },
]
