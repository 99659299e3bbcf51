import type { Lifecycle } from "../../model/lifecycle.ts"
import { copyOn } from "../../model/pair.ts"
import type { Check, Guard } from "../../model/protocol.ts"
import type { OfCopy, OfPair, ToHost } from "../../model/subject.ts"
import { guarding, ruled } from "../../model/change.ts"
import { amendingIn, checking, never, without, type Mutant } from "./mutant.ts"

/** What would halt contends. */
const contendingInstead = ({ contends }: Lifecycle): Partial<Lifecycle> => ({
  halts: (pair, isHalted) => pair.copies.filter(isHalted).reduce(contends, pair),
})

const inFirstGeneration: Check<OfCopy> = { id: "phase", holds: ({ copy }) => copy.generation === 1 }

export const redundancyMutants: readonly Mutant[] = [
  {
    name: "SyncingContends",
    story: "A syncing copy that has lost its Primary contends instead of halting.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    change: amendingIn("SyncLost", contendingInstead),
  },
  {
    name: "SyncStorageContends",
    story: "A syncing copy that loses its storage contends instead of halting.",
    breaks: ["FT-11"],
    killedBy: { S1: 5 },
    change: amendingIn("LoseStorage", contendingInstead),
  },
  {
    name: "OrphanSyncStays",
    story: "A syncing copy that no Primary waits for stays as it is.",
    breaks: ["FT-06", "FT-11"],
    killedBy: { L1: 3, L3: 3 },
    change: never("SyncLost", "needed"),
  },
  {
    name: "SyncNeverAbandoned",
    story: "A Primary waits for ever for a Secondary that will not come up.",
    breaks: ["FT-06", "FT-07", "FT-12"],
    killedBy: { L1: 7 },
    change: never("AbandonSync", "needed"),
  },
  {
    name: "NeverRespawn",
    story: "A Secondary is started once, at generation 1, and never again.",
    breaks: ["FT-06", "FT-07", "FT-12"],
    killedBy: { L1: 7 },
    change: guarding("SpawnSecondary", inFirstGeneration, "phase"),
  },
  {
    name: "SpawnIgnoresAntiAffinity",
    story: "The Secondary may be started on any host with room, its Primary's own included.",
    breaks: ["FT-09", "FT-13"],
    killedBy: { S7: 2 },
    change: without("SpawnSecondary", "anti-affinity"),
  },
  {
    name: "SpawnIgnoresStaleCopy",
    story: "The Secondary may be started where a stale copy of the pair still runs.",
    breaks: ["FT-09"],
    killedBy: { S7: 5 },
    change: checking("SpawnSecondary", "anti-affinity", ({ pair, host }: OfPair & ToHost) =>
      pair.copies.every((copy) => copy.host !== host || copy.generation < pair.lock.generation),
    ),
  },
  {
    name: "SpawnInMaintenance",
    story: "The Secondary may be started on a host in maintenance.",
    breaks: ["FT-06"],
    killedBy: { S9: 3, P3: 3 },
    change: without("SpawnSecondary", "maintenance"),
    about: ["EnterMaintenance"],
  },
  {
    name: "MaintenanceWithCopies",
    story: "A host may be put in maintenance with copies still on it.",
    breaks: ["FT-06"],
    killedBy: { P3: 2 },
    change: without("EnterMaintenance", "runs-copy"),
  },
  {
    name: "MigrateToPeersHost",
    story: "A copy may be moved to the host of its own partner.",
    breaks: ["FT-09"],
    killedBy: { S7: 4 },
    change: ruled("Migrate", (rule) => {
      const isElsewhere = ({ copy, host }: OfCopy & ToHost): boolean => copy.host !== host
      const isPeers = ({ pair, host }: OfPair & ToHost): boolean => copyOn(pair, host) !== null
      const from = rule.guards.findIndex(({ id }) => id === "anti-affinity")
      // A copy goes to the partner's host whatever the later guards say.
      const guards = rule.guards.map((guard, n): Guard => {
        if (n < from || !("holds" in guard)) return guard
        if (n === from) return { ...guard, holds: isElsewhere }
        return {
          ...guard,
          holds: (about: OfPair & ToHost, state, protocol) =>
            isPeers(about) || guard.holds(about as never, state, protocol),
        }
      })
      return { ...rule, guards }
    }),
  },
]
