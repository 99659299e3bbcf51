import type { Kind } from "../../model/action.ts"
import { plainConfig, type Config, type HostConfig } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import {
  hasRoom,
  loadOf,
  mustRulesAllow,
  rulesInForce,
  vcpusOf,
  type Placement,
} from "../../model/placement.ts"
import { preferencesMet } from "../../model/policy.ts"
import type { Change } from "../../model/protocol.ts"
import { hasStorage } from "../../model/state.ts"
import type { OfCopy } from "../../model/subject.ts"
import { together } from "../../model/change.ts"
import { checking, readingConfig, requiring, without, type Mutant, type ReadingOfConfig } from "./mutant.ts"

/** The rules of some kinds, with affinity rules and limits as they are under another reading of the configuration. */
const placedUnder =
  (...kinds: readonly Kind[]) =>
  (reading: ReadingOfConfig<Placement>): Change =>
    readingConfig(kinds, ["rule", "limits"], reading)

const spawnedUnder = placedUnder("SpawnSecondary")
const bootedUnder = placedUnder("PowerOn", "HaRestart")
const everPlacedUnder = placedUnder("SpawnSecondary", "PowerOn", "HaRestart")

const withHosts = (config: Config, change: (host: HostConfig) => HostConfig): Config => ({
  ...config,
  hosts: config.hosts.map(change),
})

/** The limits of a host where some of the copies are not counted. */
const notCounting =
  (ignored: (copy: Copy) => boolean): ReadingOfConfig<Placement> =>
  (config, state, { host }) => {
    const overlooked = Object.values(state.pairs).flatMap((pair) =>
      pair.copies.filter((copy) => copy.host === host && ignored(copy)).map(() => vcpusOf(config, pair.id)),
    )
    const vcpus = overlooked.reduce((sum, each) => sum + each, 0)
    return withHosts(config, (limits) => ({
      ...limits,
      ftVmsMax: limits.ftVmsMax === 0 ? 0 : limits.ftVmsMax + overlooked.length,
      ftVcpusMax: limits.ftVcpusMax === 0 ? 0 : limits.ftVcpusMax + vcpus,
    }))
  }

/** A limit that no copy is within: what 0 means if it is taken literally. */
const none = 0.5

/** Three hosts with these limits and groups, and pairs, for faults and placements without any log. */
const scopeOf = (
  hosts: readonly Partial<HostConfig>[],
  rules: Config["rules"] = [],
  { pairs = 2, vcpus = 1 }: { readonly pairs?: number; readonly vcpus?: number } = {},
): Config => {
  const plain = plainConfig(hosts.length, pairs, { log: 0, generations: 5, faults: 1 })
  return {
    ...plain,
    hosts: plain.hosts.map((host, n) => ({ ...host, ...hosts[n] })),
    pairs: plain.pairs.map((pair) => ({ ...pair, vcpus })),
    rules,
  }
}

const ruleOnFirst = (
  type: "must" | "should",
  run: "on" | "not-on",
  group: string,
): Config["rules"][number] => ({
  pairs: ["p1"],
  type,
  run,
  group,
  active: true,
})

const oneCopyAHost = scopeOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, { ftVmsMax: 1 }])

const twoRules = scopeOf(
  [{ groups: ["a"] }, { groups: ["a", "b"] }, { groups: ["b"] }],
  [ruleOnFirst("must", "on", "a"), ruleOnFirst("must", "not-on", "b")],
  { pairs: 1 },
)

/** Limits of vCPUs, which only the second host can reach, and none of copies. */
const ofVcpus = scopeOf([{ ftVmsMax: 0 }, { ftVmsMax: 0, ftVcpusMax: 4 }, { ftVmsMax: 0 }], [], { vcpus: 4 })

const oneCopyByPolicy: Config = {
  ...oneCopyAHost,
  policy: "reference",
  bounds: { ...oneCopyAHost.bounds, generations: 4, faults: 2, powerOffUpTo: 0, fencesUpTo: 0 },
}

/** One pair that must run on the second or third of three hosts. */
const ruledByPolicy: Config = {
  ...scopeOf(
    [{ groups: ["a"] }, { groups: ["a", "b"] }, { groups: ["b"] }],
    [ruleOnFirst("must", "on", "b")],
    {
      pairs: 1,
    },
  ),
  policy: "reference",
}

/** The rule for which the policy picks the best of all hosts with storage, whatever else they are. */
const pickingAnyHost = (kind: "PowerOn" | "HaRestart" | "SpawnSecondary"): Change =>
  checking(kind, "policy", ({ pair, host }: Placement, state, { config }) => {
    if (config.policy !== "reference") return true
    if (kind === "PowerOn" && host === pair.registered.primary) return true
    const rules = rulesInForce(config, state)
    const usable = config.hosts.map(({ id }) => id).filter((id) => hasStorage(state, id))
    const [best] = usable.toSorted(
      (a, b) =>
        preferencesMet(config, rules, pair.id, b) - preferencesMet(config, rules, pair.id, a) ||
        loadOf(config, state, a).vcpus - loadOf(config, state, b).vcpus,
    )
    return host === best
  })

export const placementMutants: readonly Mutant[] = [
  {
    name: "MustOnPrimaryOnly",
    story: "A `must` rule binds the Primary, and not the Secondary.",
    breaks: ["FT-10"],
    killedBy: { S8: 2 },
    change: spawnedUnder((config) => ({ ...config, rules: [] })),
    scope: twoRules,
  },
  {
    name: "MustUnion",
    story: "Of several `must` rules on a pair, it is enough to meet one.",
    breaks: ["FT-10"],
    killedBy: { S8: 2 },
    change: spawnedUnder((config, state, { pair: { id: pair }, host }) => {
      const naming = rulesInForce(config, state).filter(
        (rule) => rule.type === "must" && rule.pairs.includes(pair),
      )
      const isOneMet = naming.some((rule) => mustRulesAllow(config, [rule], pair, host))
      return isOneMet ? { ...config, rules: [] } : config
    }),
    scope: twoRules,
  },
  {
    name: "ShouldAsMust",
    story: "A `should` rule is taken for a `must` rule.",
    breaks: ["FT-06"],
    killedBy: { O11: 0, L1: 2 },
    change: everPlacedUnder((config) => ({
      ...config,
      rules: config.rules.map((rule) => ({ ...rule, type: "must" })),
    })),
    scope: scopeOf(
      [{ ftVmsMax: 2, groups: ["a"] }, { ftVmsMax: 2 }, { ftVmsMax: 2 }],
      [ruleOnFirst("should", "not-on", "a")],
    ),
  },
  {
    name: "OnlyPrimariesCount",
    story: "Only Primaries count against a host's limits.",
    breaks: ["FT-10"],
    killedBy: { S9: 3, P2b: 3 },
    change: everPlacedUnder(notCounting((copy) => copy.role === "secondary")),
    scope: oneCopyAHost,
  },
  {
    name: "ContendersNotCounted",
    story: "A copy that contends does not count against its host's limits.",
    breaks: ["FT-10"],
    killedBy: { S9: 4, P2b: 4 },
    change: everPlacedUnder(notCounting((copy) => copy.phase === "contending")),
    scope: oneCopyAHost,
  },
  {
    name: "LimitsIgnoredByHa",
    story: "A Primary is started whatever the limits of the host.",
    breaks: ["FT-10"],
    killedBy: { S9: 2, P2b: 2 },
    change: bootedUnder((config) => withHosts(config, (host) => ({ ...host, ftVmsMax: 0, ftVcpusMax: 0 }))),
    scope: oneCopyAHost,
  },
  {
    name: "VcpusIgnored",
    story: "Only the number of copies on a host is limited, not their vCPUs.",
    breaks: ["FT-10"],
    killedBy: { S9: 2, P2b: 2 },
    change: everPlacedUnder((config) => withHosts(config, (host) => ({ ...host, ftVcpusMax: 0 }))),
    scope: ofVcpus,
  },
  {
    name: "ZeroMeansNone",
    story: "A limit of 0 is read as none allowed, where it means no limit.",
    breaks: ["FT-06"],
    killedBy: { O11: 0, L1: 2 },
    change: everPlacedUnder((config) =>
      withHosts(config, (host) => ({
        ...host,
        ftVmsMax: host.ftVmsMax === 0 ? none : host.ftVmsMax,
        ftVcpusMax: host.ftVcpusMax === 0 ? none : host.ftVcpusMax,
      })),
    ),
    scope: scopeOf([{ ftVmsMax: 2 }, { ftVmsMax: 0 }, { ftVmsMax: 2 }]),
    scopes: { O11: ofVcpus },
  },
  {
    name: "GoLiveNeedsRoom",
    story: "A contender whose host is full does not try the lock.",
    breaks: ["FT-05", "FT-10"],
    killedBy: { P6: 3 },
    change: requiring("TryLock", "limits", ({ pair, copy }: OfCopy, state, { config }) =>
      hasRoom(config, state, pair.id, copy.host),
    ),
    scope: oneCopyAHost,
  },
  {
    name: "PolicyPicksIneligible",
    story: "The policy picks among all hosts with storage, and takes none if that one refuses.",
    breaks: ["FT-12"],
    killedBy: { P5: 0, L1: 2 },
    change: together(
      pickingAnyHost("PowerOn"),
      pickingAnyHost("HaRestart"),
      pickingAnyHost("SpawnSecondary"),
    ),
    scope: oneCopyByPolicy,
    scopes: { P5: ruledByPolicy },
  },
  {
    name: "RespawnFirst",
    story: "A Secondary is started before a VM that is down.",
    breaks: ["FT-06", "FT-12"],
    killedBy: { P7: 4 },
    change: without("SpawnSecondary", "restart-first"),
    scope: oneCopyByPolicy,
  },
]
