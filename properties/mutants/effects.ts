import { amending } from "../../model/change.ts"
import { plainConfig } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { halted } from "../../model/lifecycle.ts"
import { copyOn, currentPrimary, peerOf, withCopy } from "../../model/pair.ts"
import { running } from "../../model/state.ts"
import type { OfPair } from "../../model/subject.ts"
import {
  altered,
  amendingIn,
  changingCopy,
  changingPair,
  checking,
  effecting,
  finding,
  unregistered,
  without,
  type Mutant,
} from "./mutant.ts"

/** Steps that change what they should not, do not send what they should, or do not do what their name says. */
export const effectMutants: readonly Mutant[] = [
  {
    name: "TestRestartHaltsSuccessor",
    story: "A test restart asked of a Primary that has been replaced halts the copy that replaced it, too.",
    breaks: ["FT-11", "FT-12"],
    killedBy: { S20: 7 },
    change: altered("TestRestartSecondary", (after, { copy: id }, before, { lifecycle, relations }) => {
      const asked = running(before, id)
      const peer = asked === null ? null : peerOf(asked.pair, asked.copy)
      if (asked === null || peer === null || running(after, id) !== null) return after
      if (!relations.reaches(before, asked.copy.host, peer.host, asked.pair)) return after
      return changingPair(after, asked.pair.id, (pair) => halted(lifecycle, pair, peer))
    }),
    scope: plainConfig(3, 1, { log: 0, generations: 5, faults: 1 }),
  },
  {
    name: "TestFailoverAlone",
    story: "A test failover halts a Primary that has no Secondary.",
    breaks: ["FT-05"],
    killedBy: { S21: 2 },
    change: finding("TestFailover", "not-running", ({ pair }: OfPair) => {
      const primary = currentPrimary(pair)
      return primary === null ? null : { pair, primary }
    }),
  },
  {
    name: "SyncSurvivesStorageLoss",
    story: "A copy that synchronises goes on without its storage.",
    breaks: ["FT-02", "FT-11"],
    killedBy: { S22: 3 },
    change: amendingIn("LoseStorage", () => ({ halts: (pair) => pair })),
  },
  {
    name: "DeliverOverCutLink",
    story: "An entry is delivered over a link that is cut.",
    breaks: ["FT-02", "FT-04"],
    killedBy: { S23: 7 },
    change: without("Deliver", "unreachable"),
    scope: plainConfig(3, 1, { log: 1, generations: 5, faults: 1, powerOffUpTo: 0 }),
  },
  {
    name: "StorageLossHalts",
    story: "A copy that loses its storage halts, whatever it was doing.",
    breaks: ["FT-05", "FT-08"],
    killedBy: { S24: 2 },
    change: amendingIn("LoseStorage", (lifecycle) => ({
      contends: (pair, copy) => halted(lifecycle, pair, copy),
    })),
  },
  {
    name: "PowerOnWaitsForTheLost",
    story: "Power-on waits for every old copy to be gone, though its host has lost its storage.",
    breaks: ["FT-10", "FT-13"],
    killedBy: { S25: 3 },
    change: checking("PowerOn", "may-run", ({ pair }: OfPair) => pair.copies.length === 0),
  },
  {
    name: "SpawnBesideSyncing",
    story: "A Primary starts another Secondary while the one that it has still synchronises.",
    breaks: ["FT-06", "FT-12"],
    killedBy: { S26: 3 },
    change: without("SpawnSecondary", "peer"),
  },
  {
    name: "DeliverForgetsReleased",
    story: "A Secondary that takes an entry does not learn how much its Primary has released.",
    breaks: ["FT-02", "FT-08"],
    killedBy: { S27: 8 },
    change: altered("Deliver", (after, { copy: id }, before) =>
      changingCopy(after, id, (copy) => ({
        ...copy,
        released: running(before, id)?.copy.released ?? copy.released,
      })),
    ),
    scope: plainConfig(3, 1, { log: 2, generations: 5, faults: 0, powerOffUpTo: 0 }),
  },
  {
    name: "BootForgetsReleased",
    story: "A copy that is booted counts nothing as released, and answers again all that has been answered.",
    breaks: ["FT-08"],
    killedBy: { S28: 5 },
    change: amending(({ boots }) => ({
      boots: (pair, host, generation) => {
        const booted = boots(pair, host, generation)
        return withCopy(booted, { ...(copyOn(booted, host) as Copy), released: 0 })
      },
    })),
    scope: plainConfig(3, 1, { log: 1, generations: 5, faults: 1 }),
  },
  {
    name: "SpawnNotRegistered",
    story: "A new Secondary is not registered where it is started.",
    breaks: ["FT-13"],
    killedBy: { S29: 2, O5: 2 },
    change: unregistered("SpawnSecondary"),
  },
  {
    name: "ContenderChangesRole",
    story: "A Primary that begins to contend counts as a Secondary from then on.",
    breaks: ["FT-05", "FT-11"],
    killedBy: { S30: 4 },
    change: amendingIn("Suspect", ({ contends }) => ({
      contends: (pair, copy) => contends(pair, { ...copy, role: "secondary" }),
    })),
  },
  {
    name: "MigrationStaysBehind",
    story: "A migration is reported as done, and the copy is where it was.",
    breaks: ["FT-10"],
    killedBy: { S31: 2 },
    change: effecting("Migrate", (_migration, state) => state),
  },
]
