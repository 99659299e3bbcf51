import { contender, type Copy } from "../../model/copy.ts"
import { next, refused } from "../../model/outcome.ts"
import { contending, copyOn, withCopy, type Pair } from "../../model/pair.ts"
import { withHost, hostOf, pairsOf, running, withPair } from "../../model/state.ts"
import { unfit } from "../../model/placement.ts"
import { withSecondary } from "../../model/rules/redundancy.ts"
import { rules } from "../../model/step.ts"
import { altered, broken, changingPair, type Mutant } from "./mutant.ts"

/** A respawn that anti-affinity does not keep from a host where the copy of the pair is one that `ignores` says. */
const spawnedBeside = (ignores: (copy: Copy, pair: Pair) => boolean) =>
  broken("SpawnSecondary", (config, state, action) => {
    const outcome = rules.SpawnSecondary.apply(config, state, action)
    const found = running(state, action.copy)
    if (outcome.tag === "next" || outcome.guard !== "anti-affinity" || found === null) return outcome
    const { pair, copy } = found
    if (!pair.copies.every((other) => other.host !== action.host || ignores(other, pair))) return outcome
    const reason = unfit(config, state, pair, action.host, copy.host)
    return reason === null ? next(withPair(state, withSecondary(pair, copy, action.host))) : refused(reason)
  })

export const redundancyMutants: readonly Mutant[] = [
  {
    name: "SyncingContends",
    story: "A syncing copy that has lost its Primary contends instead of halting.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    broken: broken("SyncLost", (config, state, action) => {
      const outcome = rules.SyncLost.apply(config, state, action)
      const found = running(state, action.copy)
      if (outcome.tag === "refused" || found === null) return outcome
      return next(withPair(state, contending(found.pair, found.copy)))
    }),
  },
  {
    name: "SyncStorageContends",
    story: "A syncing copy that loses its storage contends instead of halting.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    broken: altered("LoseStorage", (after, { host }, before) => {
      let state = after
      for (const pair of pairsOf(before)) {
        const syncing = copyOn(pair, host)
        if (syncing?.phase !== "syncing") continue
        state = changingPair(state, pair.id, (stripped) => ({
          ...stripped,
          copies: pair.copies.map((copy) => (copy.id === syncing.id ? contender(copy) : copy)),
        }))
      }
      return state
    }),
  },
  {
    name: "OrphanSyncStays",
    story: "A syncing copy that no Primary waits for stays as it is.",
    breaks: ["FT-06", "FT-11"],
    killedBy: { L1: 3, L3: 3 },
    broken: broken("SyncLost", () => refused("needed")),
  },
  {
    name: "SyncNeverAbandoned",
    story: "A Primary waits for ever for a Secondary that will not come up.",
    breaks: ["FT-06", "FT-07", "FT-12"],
    killedBy: { L1: 7 },
    broken: broken("AbandonSync", () => refused("needed")),
  },
  {
    name: "NeverRespawn",
    story: "A Secondary is started once, at generation 1, and never again.",
    breaks: ["FT-06", "FT-07", "FT-12"],
    killedBy: { L1: 7 },
    broken: broken("SpawnSecondary", (config, state, action) =>
      (running(state, action.copy)?.copy.generation ?? 1) > 1
        ? refused("phase")
        : rules.SpawnSecondary.apply(config, state, action),
    ),
  },
  {
    name: "SpawnIgnoresAntiAffinity",
    story: "The Secondary may be started on any host with room, its Primary's own included.",
    breaks: ["FT-09", "FT-13"],
    killedBy: { S7: 2 },
    broken: spawnedBeside(() => true),
  },
  {
    name: "SpawnIgnoresStaleCopy",
    story: "The Secondary may be started where a stale copy of the pair still runs.",
    breaks: ["FT-09"],
    killedBy: { S7: 5 },
    broken: spawnedBeside((copy, pair) => copy.generation < pair.lock.generation),
  },
  {
    name: "SpawnInMaintenance",
    story: "The Secondary may be started on a host in maintenance.",
    breaks: ["FT-06"],
    killedBy: { S9: 3 },
    broken: broken("SpawnSecondary", (config, state, action) => {
      const outcome = rules.SpawnSecondary.apply(
        config,
        withHost(state, action.host, { maintenance: false }),
        action,
      )
      return outcome.tag === "next" ? next({ ...outcome.state, hosts: state.hosts }) : outcome
    }),
  },
  {
    name: "MaintenanceWithCopies",
    story: "A host may be put in maintenance with copies still on it.",
    breaks: ["FT-06"],
    killedBy: { P3: 2 },
    broken: broken("EnterMaintenance", (_config, state, action) =>
      hostOf(state, action.host).maintenance
        ? refused("maintenance")
        : next(withHost(state, action.host, { maintenance: true })),
    ),
  },
  {
    name: "MigrateToPeersHost",
    story: "A copy may be moved to the host of its own partner.",
    breaks: ["FT-09"],
    killedBy: { S7: 4 },
    broken: broken("Migrate", (config, state, action) => {
      const outcome = rules.Migrate.apply(config, state, action)
      const found = running(state, action.copy)
      if (outcome.tag === "next" || outcome.guard !== "anti-affinity" || found === null) return outcome
      if (found.copy.host === action.host) return outcome
      return next(withPair(state, withCopy(found.pair, { ...found.copy, host: action.host })))
    }),
  },
]
