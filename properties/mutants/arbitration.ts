import type { Action } from "../../model/action.ts"
import { ruled, together } from "../../model/change.ts"
import type { FtSetting } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { halted } from "../../model/lifecycle.ts"
import { advanced } from "../../model/lock.ts"
import { copyIn, currentPrimary, peerOf, withCopy, type Pair } from "../../model/pair.ts"
import type { Change, Protocol } from "../../model/protocol.ts"
import { isSuspicionJustified } from "../../model/rules/arbitration.ts"
import { pairOf, withPair, type State } from "../../model/state.ts"
import type { OfCopy } from "../../model/subject.ts"
import { altered, amendingIn, effecting, requiring, type Mutant } from "./mutant.ts"

/** Live at `generation`, with the lock as it is. */
const live = (copy: Copy, generation = copy.generation): Copy => ({
  ...copy,
  role: "primary",
  phase: "live",
  generation,
  channel: null,
})

/** A Primary in lockstep fences its Secondary by advancing the lock, whatever it says. */
const fencedRegardless = (
  pair: Pair,
  primary: Copy,
  state: State,
  { lifecycle, relations }: Protocol,
): Pair => {
  const peer = peerOf(pair, primary)
  const isNear = peer !== null && relations.reaches(state, primary.host, peer.host, pair)
  const alone = lifecycle.wins(pair, primary)
  return isNear ? halted(lifecycle, alone, peer) : alone
}

/** An operation on FT for which a Primary in lockstep does so. */
const takenOffRegardless = (kind: "SuspendFT" | "TurnOffFT", ft: FtSetting): Change =>
  altered(kind, (after, { pair: id, copy }: Action<typeof kind>, before, protocol) => {
    const pair = pairOf(before, id)
    const asked = copy === undefined ? currentPrimary(pair) : copyIn(pair, copy)
    return pair.power === "off" || asked?.phase !== "lockstep"
      ? after
      : withPair(before, { ...fencedRegardless(pair, asked, before, protocol), ft })
  })

export const arbitrationMutants: readonly Mutant[] = [
  {
    name: "PrimarySkipsLock",
    story:
      "A Primary that suspects goes live at once, at its own generation: it already is the Primary, after all.",
    breaks: ["FT-11"],
    killedBy: { S1: 7 },
    change: amendingIn("Suspect", ({ contends }) => ({
      contends: (pair, copy) => (copy.role === "primary" ? withCopy(pair, live(copy)) : contends(pair, copy)),
    })),
  },
  {
    name: "SecondarySkipsLock",
    story: "A Secondary that suspects goes live at once, at the next generation, without asking the lock.",
    breaks: ["FT-11"],
    killedBy: { S1: 5, S15: 5 },
    change: amendingIn("Suspect", ({ contends }) => ({
      contends: (pair, copy) =>
        copy.role === "secondary" ? withCopy(pair, live(copy, copy.generation + 1)) : contends(pair, copy),
    })),
  },
  {
    name: "NonAtomicLock",
    story: "The lock is read in one step and written in the next, whatever has happened in between.",
    breaks: ["FT-11"],
    killedBy: { S11: 6, S1: 8 },
    change: effecting("TryLock", ({ pair, copy }: OfCopy, state, { lifecycle }) => {
      // A contender has no channel in the protocol. Here one stands for "has read the lock, and found it free".
      if (copy.channel === null) {
        const read: Copy = { ...copy, channel: { peer: "gone", delivered: 0, acked: 0 } }
        const isFree = pair.lock.generation === copy.generation
        return withPair(state, isFree ? withCopy(pair, read) : halted(lifecycle, pair, copy))
      }
      const lock = { generation: copy.generation + 1, holder: copy.id }
      return withPair(state, withCopy({ ...pair, lock }, live(copy, lock.generation)))
    }),
  },
  {
    name: "LockIgnoresGeneration",
    story: "Every copy that tries the lock gets it: the test of test-and-set is missing.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    change: effecting("TryLock", ({ pair, copy }: OfCopy, state, { lifecycle }) =>
      withPair(state, lifecycle.wins(pair, copy)),
    ),
  },
  {
    name: "LoserKeepsRunning",
    story: "A copy that has lost the race goes on all the same, at its old generation.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    change: amendingIn("TryLock", () => ({
      halts: (pair, isLoser) =>
        pair.copies
          .filter(isLoser)
          .map((copy) => live(copy))
          .reduce(withCopy, pair),
    })),
  },
  {
    name: "LoserRetries",
    story: "A copy that has lost the race tries again, and again.",
    breaks: ["FT-11"],
    killedBy: { L3: 4 },
    change: amendingIn("TryLock", () => ({ halts: (pair) => pair })),
  },
  {
    name: "WinWithoutBump",
    story: "The winner goes live and leaves the generation as it was.",
    breaks: ["FT-11"],
    killedBy: { S1: 6 },
    change: amendingIn("TryLock", () => ({
      wins: (pair, copy) => withCopy({ ...pair, lock: { ...pair.lock, holder: copy.id } }, live(copy)),
    })),
  },
  {
    name: "SuspectWhileSyncing",
    story: "A Primary in lockstep suspects the Secondary for which it is still waiting to join.",
    breaks: ["FT-04"],
    killedBy: { S18: 5 },
    change: ruled("Suspect", (rule) => ({
      ...rule,
      isFault: (about: OfCopy, state, protocol) =>
        !isSuspicionJustified(about, state, protocol) &&
        !(about.copy.role === "primary" && peerOf(about.pair, about.copy)?.phase === "syncing"),
    })),
  },
  {
    name: "SuspectsForNothing",
    story: "A half of a healthy pair suspects its partner without any fault, and feels justified.",
    breaks: ["FT-04"],
    killedBy: { S18: 5, L0: null },
    change: ruled("Suspect", (rule) => ({ ...rule, isFault: () => false })),
  },
  {
    name: "SecondaryNeverSuspects",
    story: "Only the Primary monitors its partner; a Secondary waits for ever.",
    breaks: ["FT-04", "FT-05"],
    killedBy: { L2: 5 },
    change: requiring("Suspect", "phase", ({ copy }: OfCopy) => copy.role !== "secondary"),
  },
  {
    name: "StaleNeverSuspects",
    story: "A copy that the lock has passed by waits for its partner for ever.",
    breaks: ["FT-11"],
    killedBy: { L3: 5 },
    change: requiring(
      "Suspect",
      "phase",
      ({ pair, copy }: OfCopy) => copy.generation >= pair.lock.generation,
    ),
  },
  {
    name: "GoLiveDiscardsReceived",
    story: "A Secondary goes live without what it has received.",
    breaks: ["FT-08"],
    killedBy: { S5: 8 },
    change: amendingIn("TryLock", ({ wins }) => ({
      wins: (pair, copy) => wins(pair, copy.role === "secondary" ? { ...copy, log: [] } : copy),
    })),
  },
  {
    name: "NoReRelease",
    story: "A new Primary takes all that it has in its log for released.",
    breaks: ["FT-08"],
    killedBy: { S14: 7, S5: 9 },
    change: amendingIn("TryLock", ({ wins }) => ({
      wins: (pair, copy) =>
        wins(pair, copy.role === "secondary" ? { ...copy, released: copy.log.length } : copy),
    })),
  },
  {
    name: "DropSecondaryWithoutFence",
    story: "A test restart drops the Secondary and goes live, without the lock.",
    breaks: ["FT-11"],
    killedBy: { S1: 7 },
    change: effecting("TestRestartSecondary", ({ pair, copy }: OfCopy, state, { lifecycle, relations }) => {
      const peer = peerOf(pair, copy)
      const isNear = peer !== null && relations.reaches(state, copy.host, peer.host, pair)
      return withPair(state, withCopy(isNear ? halted(lifecycle, pair, peer) : pair, live(copy)))
    }),
  },
  {
    name: "FenceNotTestAndSet",
    story:
      "A Primary that is asked to give up its Secondary advances the lock without looking at it: a stale one takes it from the new one.",
    breaks: ["FT-11"],
    killedBy: { S1: 8, O5: 7 },
    change: together(
      effecting("TestRestartSecondary", ({ pair, copy }: OfCopy, state, protocol) =>
        withPair(state, fencedRegardless(pair, copy, state, protocol)),
      ),
      takenOffRegardless("SuspendFT", "disabled"),
      takenOffRegardless("TurnOffFT", "notConfigured"),
    ),
  },
  {
    name: "TestFailoverFences",
    story: "A test failover advances the lock itself, so that the Secondary which should take over loses.",
    breaks: ["FT-05"],
    killedBy: { S18: 8 },
    change: amendingIn("TestFailover", ({ halts }) => ({
      halts: (pair, isHalted) => ({ ...halts(pair, isHalted), lock: advanced(pair.lock, null) }),
    })),
  },
]
