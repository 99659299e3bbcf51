import type { Copy } from "../../model/copy.ts"
import { advanced } from "../../model/lock.ts"
import { next, refused } from "../../model/outcome.ts"
import { contending, halted, peerOf, withCopy, type Pair } from "../../model/pair.ts"
import { hasStorage, reachable, running, withPair } from "../../model/state.ts"
import { rules } from "../../model/step.ts"
import { altered, broken, changingCopy, changingPair, type Mutant } from "./mutant.ts"

/** Live at `generation`, with the lock as it is. */
const live = (copy: Copy, generation = copy.generation): Copy => ({
  ...copy,
  role: "primary",
  phase: "live",
  generation,
  channel: null,
})

/** The pair in which `copy` has advanced the lock, whatever the lock says. */
const taken = (pair: Pair, copy: Copy): Pair => {
  const lock = advanced(pair.lock, copy.id)
  return withCopy({ ...pair, lock }, live(copy, lock.generation))
}

export const arbitrationMutants: readonly Mutant[] = [
  {
    name: "PrimarySkipsLock",
    story:
      "A Primary that suspects goes live at once, at its own generation: it already is the Primary, after all.",
    breaks: ["FT-11"],
    killedBy: { S1: 7 },
    broken: altered("Suspect", (after, { copy }) =>
      changingCopy(after, copy, (suspecting) =>
        suspecting.role === "primary" ? live(suspecting) : suspecting,
      ),
    ),
  },
  {
    name: "SecondarySkipsLock",
    story: "A Secondary that suspects goes live at once, at the next generation, without asking the lock.",
    breaks: ["FT-11"],
    killedBy: { S1: 5, S15: 5 },
    broken: altered("Suspect", (after, { copy }) =>
      changingCopy(after, copy, (suspecting) =>
        suspecting.role === "secondary" ? live(suspecting, suspecting.generation + 1) : suspecting,
      ),
    ),
  },
  {
    name: "NonAtomicLock",
    story: "The lock is read in one step and written in the next, whatever has happened in between.",
    breaks: ["FT-11"],
    killedBy: { S11: 6, S1: 8 },
    broken: broken("TryLock", (config, state, action) => {
      const found = running(state, action.copy)
      if (found === null) return refused("copy")
      const { pair, copy } = found
      if (copy.phase !== "contending") return refused("phase")
      if (!hasStorage(state, copy.host)) return refused("storage")
      // A contender has no channel in the protocol. Here one stands for "has read the lock, and found it free".
      if (copy.channel === null) {
        const read: Copy = { ...copy, channel: { peer: "gone", delivered: 0, acked: 0 } }
        const isFree = pair.lock.generation === copy.generation
        return next(withPair(state, isFree ? withCopy(pair, read) : halted(pair, copy)))
      }
      if (copy.generation >= config.bounds.generations) return refused("bound")
      const lock = { generation: copy.generation + 1, holder: copy.id }
      return next(withPair(state, withCopy({ ...pair, lock }, live(copy, lock.generation))))
    }),
  },
  {
    name: "LockIgnoresGeneration",
    story: "Whoever tries the lock gets it: the test of test-and-set is missing.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    broken: broken("TryLock", (config, state, action) => {
      const found = running(state, action.copy)
      if (found === null) return refused("copy")
      const { pair, copy } = found
      if (copy.phase !== "contending") return refused("phase")
      if (!hasStorage(state, copy.host)) return refused("storage")
      if (pair.lock.generation >= config.bounds.generations) return refused("bound")
      return next(withPair(state, taken(pair, copy)))
    }),
  },
  {
    name: "LoserKeepsRunning",
    story: "A copy that has lost the race goes on all the same, at its old generation.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    broken: altered("TryLock", (after, { copy: id }, before) => {
      const found = running(before, id)
      if (found === null || running(after, id) !== null) return after
      return withPair(before, withCopy(found.pair, live(found.copy)))
    }),
  },
  {
    name: "LoserRetries",
    story: "A copy that has lost the race tries again, and again.",
    breaks: ["FT-11"],
    killedBy: { L3: 4 },
    broken: altered("TryLock", (after, { copy }, before) => (running(after, copy) === null ? before : after)),
  },
  {
    name: "WinWithoutBump",
    story: "The winner goes live and leaves the generation as it was.",
    breaks: ["FT-11"],
    killedBy: { S1: 6 },
    broken: altered("TryLock", (after, { copy: id }, before) => {
      const found = running(before, id)
      if (found === null || running(after, id) === null) return after
      const lock = { ...found.pair.lock, holder: id }
      return withPair(before, withCopy({ ...found.pair, lock }, live(found.copy)))
    }),
  },
  {
    name: "SuspectWhileSyncing",
    story: "A Primary in lockstep suspects the Secondary for which it is still waiting to join.",
    breaks: ["FT-04"],
    killedBy: { S18: 5 },
    broken: broken("Suspect", (config, state, action) => {
      const found = running(state, action.copy)
      const peer = found === null ? null : peerOf(found.pair, found.copy)
      if (found?.copy.phase === "lockstep" && found.copy.role === "primary" && peer?.phase === "syncing")
        return next(withPair(state, contending(found.pair, found.copy)))
      return rules.Suspect.apply(config, state, action)
    }),
  },
  {
    name: "SuspectsForNothing",
    story: "A half of a healthy pair suspects its partner without any fault, and feels justified.",
    breaks: ["FT-04"],
    killedBy: { S18: 5, L0: null },
    broken: altered("Suspect", (after, _action, before) => ({ ...after, faults: before.faults })),
  },
  {
    name: "SecondaryNeverSuspects",
    story: "Only the Primary monitors its partner; a Secondary waits for ever.",
    breaks: ["FT-04", "FT-05"],
    killedBy: { L2: 5 },
    broken: broken("Suspect", (config, state, action) =>
      running(state, action.copy)?.copy.role === "secondary"
        ? refused("phase")
        : rules.Suspect.apply(config, state, action),
    ),
  },
  {
    name: "StaleNeverSuspects",
    story: "A copy that the lock has passed by waits for its partner for ever.",
    breaks: ["FT-11"],
    killedBy: { L3: 5 },
    broken: broken("Suspect", (config, state, action) => {
      const found = running(state, action.copy)
      const isStale = found !== null && found.copy.generation < found.pair.lock.generation
      return isStale ? refused("phase") : rules.Suspect.apply(config, state, action)
    }),
  },
  {
    name: "GoLiveDiscardsReceived",
    story: "A Secondary goes live without what it has received.",
    breaks: ["FT-08"],
    killedBy: { S5: 8 },
    broken: altered("TryLock", (after, { copy: id }, before) =>
      running(before, id)?.copy.role === "secondary"
        ? changingCopy(after, id, (copy) => ({ ...copy, log: [] }))
        : after,
    ),
  },
  {
    name: "NoReRelease",
    story: "A new Primary takes all that it has in its log for released.",
    breaks: ["FT-08"],
    killedBy: { S14: 7, S5: 9 },
    broken: altered("TryLock", (after, { copy: id }, before) =>
      running(before, id)?.copy.role === "secondary"
        ? changingCopy(after, id, (copy) => ({ ...copy, released: copy.log.length }))
        : after,
    ),
  },
  {
    name: "DropSecondaryWithoutFence",
    story: "A test restart drops the Secondary and goes live, without the lock.",
    breaks: ["FT-11"],
    killedBy: { S1: 7 },
    broken: broken("TestRestartSecondary", (config, state, action) => {
      const outcome = rules.TestRestartSecondary.apply(config, state, action)
      const found = running(state, action.copy)
      if (outcome.tag === "refused" || found === null) return outcome
      const { pair, copy } = found
      const peer = peerOf(pair, copy)
      const near = peer !== null && reachable(state, copy.host, peer.host) ? halted(pair, peer) : pair
      return next(withPair(state, withCopy(near, live(copy))))
    }),
  },
  {
    name: "FenceNotTestAndSet",
    story:
      "A test restart advances the lock without looking at it: a stale Primary takes it from the new one.",
    breaks: ["FT-11"],
    killedBy: { S1: 8 },
    broken: broken("TestRestartSecondary", (config, state, action) => {
      const outcome = rules.TestRestartSecondary.apply(config, state, action)
      const found = running(state, action.copy)
      if (outcome.tag === "refused" || found === null) return outcome
      if (found.pair.lock.generation >= config.bounds.generations) return refused("bound")
      const { pair, copy } = found
      const peer = peerOf(pair, copy)
      const fenced = taken(pair, copy)
      const isNear = peer !== null && reachable(state, copy.host, peer.host)
      const after = isNear ? halted(fenced, peer) : fenced
      return next(withPair(state, { ...after, interventions: pair.interventions + 1 }))
    }),
  },
  {
    name: "TestFailoverFences",
    story: "A test failover advances the lock itself, so that the Secondary which should take over loses.",
    breaks: ["FT-05"],
    killedBy: { S18: 8 },
    broken: altered("TestFailover", (after, { pair: id }) =>
      changingPair(after, id, (pair) => ({ ...pair, lock: advanced(pair.lock, null) })),
    ),
  },
]
