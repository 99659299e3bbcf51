import { together } from "../../model/change.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { isConfidential } from "../../model/encryption.ts"
import { reachable } from "../../model/state.ts"
import { mustRulesAllow, rulesInForce } from "../../model/placement.ts"
import type { OfCopy } from "../../model/subject.ts"
import { effecting, readingConfig, requiring, without, type Mutant } from "./mutant.ts"

const plain = (hosts: number): Config =>
  plainConfig(hosts, 1, { log: 0, generations: 5, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 })

/** Two hosts that can encrypt, and a third that cannot. */
const twoCapable: Config = {
  ...plain(3),
  hosts: plain(3).hosts.map((host, n) => ({ ...host, ftEncryption: n < 2 })),
}

/** The same, with a link on which others can listen from the start. */
const oneExposed: Config = { ...twoCapable, exposed: ["h1-h3"] }

const required: Config = {
  ...twoCapable,
  pairs: twoCapable.pairs.map((pair) => ({ ...pair, encryption: "required" })),
}

/** Two sites of two hosts. */
const acrossSites: Config = {
  ...plain(4),
  hosts: plain(4).hosts.map((host, n) => ({ ...host, groups: [n < 2 ? "a" : "b"] })),
  pairs: plain(4).pairs.map((pair) => ({ ...pair, metro: "a" })),
}

/** A rule in force, and one that is not. */
const twoRules: Config = {
  ...plain(3),
  hosts: plain(3).hosts.map((host, n) => ({ ...host, groups: [["a"], ["a", "b"], ["b"]][n] ?? [] })),
  rules: [
    { pairs: ["p1"], type: "must", run: "on", group: "a", active: true },
    { pairs: ["p1"], type: "must", run: "not-on", group: "b", active: false },
  ],
}

/** The kinds whose rules ask whether a host can encrypt. */
const encrypting = ["PowerOn", "HaRestart", "SpawnSecondary", "Migrate", "TurnOnFT"] as const

const asOpportunistic = (config: Config): Config => ({
  ...config,
  pairs: config.pairs.map((pair) => ({ ...pair, encryption: "opportunistic" })),
})

export const privacyMutants: readonly Mutant[] = [
  {
    name: "SpawnInClear",
    story: "A Primary starts a Secondary over a link on which others can listen, without encryption.",
    breaks: ["FT-03"],
    killedBy: { S12: 2 },
    change: without("SpawnSecondary", "confidential"),
    scope: oneExposed,
  },
  {
    name: "ExposedChannelStaysOpen",
    story: "Whether others can listen on a link is looked at only when a copy is placed.",
    breaks: ["FT-03"],
    killedBy: { S12: 4 },
    change: (protocol) => ({ ...protocol, relations: { ...protocol.relations, reaches: reachable } }),
    scope: oneExposed,
  },
  {
    name: "RequiredFallsBackToPrivate",
    story: "A pair that requires encryption goes without it where the link is private.",
    breaks: ["FT-03"],
    killedBy: { E2: 1 },
    change: together(
      readingConfig(encrypting, ["confidential", "encryption"], asOpportunistic),
      (protocol) => ({
        ...protocol,
        relations: {
          ...protocol.relations,
          reaches: (state, from, to, { id }) =>
            reachable(state, from, to) &&
            isConfidential(asOpportunistic(protocol.config), state, id, from, to),
        },
      }),
    ),
    scope: required,
  },
  {
    name: "PrimaryEncryptionIgnored",
    story: "Only the Secondary's host is asked whether it can encrypt.",
    breaks: ["FT-03"],
    killedBy: { E2: 1 },
    change: together(without("PowerOn", "encryption"), without("HaRestart", "encryption")),
    scope: required,
  },
  {
    name: "MetroIgnoredOnRespawn",
    story: "A new Secondary is started on the Primary's side of the metro group.",
    breaks: ["FT-09"],
    killedBy: { P4: 2 },
    change: without("SpawnSecondary", "metro"),
    scope: acrossSites,
  },
  {
    name: "RuleSwitchIgnored",
    story: "A rule that is put in force, or out of it, stays as it was.",
    breaks: ["FT-10"],
    killedBy: { S31: 1 },
    change: together(
      effecting("ActivateRule", (_about, state) => state),
      effecting("DeactivateRule", (_about, state) => state),
    ),
    scope: twoRules,
  },
  {
    name: "GoLiveNeedsRule",
    story: "A contender on a host that a rule in force forbids does not try the lock.",
    breaks: ["FT-05", "FT-10"],
    killedBy: { P6: 4, L6: 4 },
    change: requiring("TryLock", "rule", ({ pair, copy }: OfCopy, state, { config }) =>
      mustRulesAllow(config, rulesInForce(config, state), pair.id, copy.host),
    ),
    scope: twoRules,
  },
]
