import { plainConfig } from "../../model/config.ts"
import { next, refused } from "../../model/outcome.ts"
import { copyOn, currentPrimary, halted, peerOf } from "../../model/pair.ts"
import { pairIdOf } from "../../model/ids.ts"
import { pairOf, pairsOf, reachable, running, withPair } from "../../model/state.ts"
import { rules } from "../../model/step.ts"
import { altered, broken, changingCopy, changingPair, type Mutant } from "./mutant.ts"

/** What a booted copy forgets: that the world has seen anything of it. */
const bootedForgetful = (kind: "PowerOn" | "HaRestart") =>
  altered(kind, (after, { pair: id, host }) =>
    changingPair(after, id, (pair) => ({
      ...pair,
      copies: pair.copies.map((copy) => (copy.host === host ? { ...copy, released: 0 } : copy)),
    })),
  )

/** Steps that touch whom they should not, do not tell what they should, or do not do what they are called. */
export const effectMutants: readonly Mutant[] = [
  {
    name: "TestRestartHaltsSuccessor",
    story: "A test restart asked of a Primary that has been replaced halts the copy that replaced it, too.",
    breaks: ["FT-11", "FT-12"],
    killedBy: { S20: 7 },
    broken: altered("TestRestartSecondary", (after, { copy: id }, before) => {
      const asked = running(before, id)
      const peer = asked === null ? null : peerOf(asked.pair, asked.copy)
      if (asked === null || peer === null || running(after, id) !== null) return after
      if (!reachable(before, asked.copy.host, peer.host)) return after
      return changingPair(after, asked.pair.id, (pair) => halted(pair, peer))
    }),
    scope: plainConfig(3, 1, { log: 0, generations: 5, faults: 1 }),
  },
  {
    name: "TestFailoverAlone",
    story: "A test failover halts a Primary that has no Secondary.",
    breaks: ["FT-05"],
    killedBy: { S21: 2 },
    broken: broken("TestFailover", (config, state, action) => {
      const outcome = rules.TestFailover.apply(config, state, action)
      const pair = pairOf(state, action.pair)
      const primary = currentPrimary(pair)
      if (outcome.tag === "next" || outcome.guard !== "not-running" || primary === null) return outcome
      const { bounds } = config
      if (pair.lock.generation > bounds.fencesUpTo || pair.lock.generation >= bounds.generations)
        return refused("bound")
      return next(withPair(state, { ...halted(pair, primary), interventions: pair.interventions + 1 }))
    }),
  },
  {
    name: "SyncSurvivesStorageLoss",
    story: "A copy that synchronises goes on without its storage.",
    breaks: ["FT-02", "FT-11"],
    killedBy: { S22: 3 },
    broken: altered("LoseStorage", (after, { host }, before) =>
      pairsOf(before)
        .filter((pair) => copyOn(pair, host)?.phase === "syncing")
        .reduce(withPair, after),
    ),
  },
  {
    name: "DeliverOverCutLink",
    story: "An entry is delivered over a link that is cut.",
    breaks: ["FT-02", "FT-04"],
    killedBy: { S23: 7 },
    broken: broken("Deliver", (config, state, action) => {
      const outcome = rules.Deliver.apply(config, { ...state, cut: [] }, action)
      return outcome.tag === "next" ? next({ ...outcome.state, cut: state.cut }) : outcome
    }),
    scope: plainConfig(3, 1, { log: 1, generations: 5, faults: 1, powerOffUpTo: 0 }),
  },
  {
    name: "StorageLossHalts",
    story: "A copy that loses its storage halts, whatever it was doing.",
    breaks: ["FT-05", "FT-08"],
    killedBy: { S24: 2 },
    broken: altered("LoseStorage", (after, { host }, before) => {
      let state = after
      for (const pair of pairsOf(before)) {
        const copy = copyOn(pair, host)
        if (copy === null || copy.phase === "contending") continue
        state = changingPair(state, pair.id, (bereft) => halted(bereft, copy))
      }
      return state
    }),
  },
  {
    name: "PowerOnWaitsForTheLost",
    story: "Power-on waits for every old copy to be gone, though its host has lost its storage.",
    breaks: ["FT-10", "FT-13"],
    killedBy: { S25: 3 },
    broken: broken("PowerOn", (config, state, action) => {
      const { power, copies } = pairOf(state, action.pair)
      return power === "off" && copies.length > 0
        ? refused("may-run")
        : rules.PowerOn.apply(config, state, action)
    }),
  },
  {
    name: "SpawnBesideSyncing",
    story: "A Primary starts another Secondary while the one that it has still synchronises.",
    breaks: ["FT-06", "FT-12"],
    killedBy: { S26: 3 },
    broken: broken("SpawnSecondary", (config, state, action) => {
      const isLive = running(state, action.copy)?.copy.phase === "live"
      const alone = isLive ? changingCopy(state, action.copy, (copy) => ({ ...copy, channel: null })) : state
      return rules.SpawnSecondary.apply(config, alone, action)
    }),
  },
  {
    name: "DeliverForgetsReleased",
    story: "A Secondary that takes an entry is not told how much its Primary has released.",
    breaks: ["FT-02", "FT-08"],
    killedBy: { S27: 8 },
    broken: altered("Deliver", (after, { copy: id }, before) =>
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
    broken: { ...bootedForgetful("PowerOn"), ...bootedForgetful("HaRestart") },
    scope: plainConfig(3, 1, { log: 1, generations: 5, faults: 1 }),
  },
  {
    name: "SpawnNotRegistered",
    story: "A new Secondary is not registered where it is started.",
    breaks: ["FT-13"],
    killedBy: { S29: 2 },
    broken: altered("SpawnSecondary", (after, { copy: id }, before) =>
      changingPair(after, pairIdOf(id), (pair) => ({
        ...pair,
        registered: pairOf(before, pair.id).registered,
      })),
    ),
  },
  {
    name: "ContenderChangesRole",
    story: "A Primary that begins to contend counts as a Secondary from then on.",
    breaks: ["FT-05", "FT-11"],
    killedBy: { S30: 4 },
    broken: altered("Suspect", (after, { copy: id }) =>
      changingCopy(after, id, (copy) => ({ ...copy, role: "secondary" })),
    ),
  },
  {
    name: "MigrationStaysBehind",
    story: "A migration is told as done, and the copy is where it was.",
    breaks: ["FT-10"],
    killedBy: { S31: 2 },
    broken: altered("Migrate", (_after, _action, before) => before),
  },
]
