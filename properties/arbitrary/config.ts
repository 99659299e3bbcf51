import * as fc from "fast-check"
import {
  defaultLimits,
  plainConfig,
  plainHost,
  plainPair,
  unbounded,
  type AffinityRule,
  type Config,
  type EncryptionMode,
  type FtSetting,
  type HostConfig,
  type PairConfig,
} from "../../model/config.ts"
import { linkBetween, type HostId, type LinkId, type PairId } from "../../model/ids.ts"
import { mostly } from "./mostly.ts"
import type { Times } from "../time/bounds.ts"
import { arbitraryTimes } from "./times.ts"

/** How large the clusters may be that are drawn, and whether time passes in some of them. */
export type ConfigSize = {
  readonly hostsMax: number
  readonly pairsMax: number
  readonly mayHaveTime?: true
}

/** Clusters that are large enough for every property and witness of the core, and small enough for short traces. */
export const timelessClusters: ConfigSize = { hostsMax: 4, pairsMax: 2 }

/** The clusters of the main job: the same, and time passes in some. */
export const smallClusters: ConfigSize = { ...timelessClusters, mayHaveTime: true }

/**
 * Clusters: hosts with their limits and groups, pairs with their sizes and registrations, affinity rules in force and
 * not, and a bound on the logs (without one the guest would never become quiescent). In some, FT is off for a pair, copies are
 * placed by another policy, hosts can encrypt, links are not private, a pair runs across two sites, or time passes. Shrinks towards two plain
 * hosts, one pair, no rules and no time. Now and then there is one host only, or rules bar every host.
 */
export const arbitraryConfig = (size: ConfigSize = smallClusters): fc.Arbitrary<Config> =>
  size.mayHaveTime === true
    ? fc
        .tuple(arbitraryCluster(size), arbitraryTiming)
        .map(([config, timing]) => (timing === null ? config : timed(config, timing, size)))
    : arbitraryCluster(size)

/** Whether time passes: in one cluster of six, so that the core keeps the bulk. `isPlain` leaves nothing else that is out of the ordinary. */
const arbitraryTiming = fc.oneof(
  { withCrossShrink: true },
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ isPlain: fc.boolean(), time: arbitraryTimes }) },
)

type Timing = { readonly isPlain: boolean; readonly time: Times }

/** The cluster with time. In a plain one pairs are running, most of the time, when something happens to them. */
const timed = (config: Config, { isPlain, time }: Timing, { hostsMax }: ConfigSize): Config => {
  const { hosts, pairs, bounds } = config
  const plain = plainConfig(Math.min(hostsMax, Math.max(3, hosts.length)), pairs.length, bounds)
  return { ...(isPlain ? plain : config), time }
}

const arbitraryCluster = ({ hostsMax, pairsMax }: ConfigSize): fc.Arbitrary<Config> =>
  fc
    .record({
      hosts: fc.oneof(
        { withCrossShrink: true },
        { weight: 2, arbitrary: fc.array(arbitraryHost, { minLength: 2, maxLength: 2 }) },
        { weight: 1, arbitrary: fc.array(arbitraryHost, { minLength: 1, maxLength: 1 }) },
        {
          weight: 14,
          arbitrary: fc.array(arbitraryHost, {
            minLength: Math.min(3, hostsMax),
            maxLength: hostsMax,
            size: "max",
          }),
        },
      ),
      pairs: fc.oneof(
        { withCrossShrink: true },
        { weight: 2, arbitrary: fc.array(arbitraryPair, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(arbitraryPair, { minLength: 1, maxLength: pairsMax, size: "max" }) },
      ),
      rules: fc.oneof(
        { withCrossShrink: true },
        { weight: 14, arbitrary: fc.constant<DrawnRule[]>([]) },
        { weight: 7, arbitrary: fc.array<DrawnRule>(arbitraryRule, { minLength: 1, maxLength: 2 }) },
        { weight: 1, arbitrary: rulesThatBarAll },
      ),
      policy: fc.constantFrom("any", "any", "any", "any", "registered", "reference", "reference"),
      // Whether the hosts can encrypt that are drawn as able to.
      encrypts: mostly(false, fc.constant(true)),
      exposed: mostly<readonly number[]>([], fc.array(fc.nat(27), { minLength: 1, maxLength: 3 })),
      log: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ hosts: drawn, pairs, rules: named, policy, encrypts, exposed, log }): Config => {
      const hosts = drawn.map((host, n) => hostOf(`h${BigInt(n + 1)}`, host, encrypts))
      const hostIds = hosts.map(({ id }) => id)
      const pairIds = pairs.map((_, n): PairId => `p${BigInt(n + 1)}`)
      // Rules and pairs speak of groups that some host is in, or the configuration could not be read again.
      const isGroup = (group: string): boolean => hosts.some(({ groups }) => groups.includes(group))
      const rules = named
        .filter(({ group }) => isGroup(group))
        .map(({ pair, ...rule }): AffinityRule => ({
          pairs: pair < pairIds.length ? [pairIds[pair] as PairId] : pairIds,
          ...rule,
        }))
      const isAcrossSites = (id: PairId, site: string | null): boolean =>
        site !== null && isGroup(site) && !rules.some((rule) => rule.pairs.includes(id))
      return {
        hosts,
        policy,
        pairs: pairs.map((pair, n) => {
          const id = pairIds[n] as PairId
          return { ...pairOf(id, pair, hostIds), metro: isAcrossSites(id, pair.metro) ? pair.metro : null }
        }),
        rules,
        exposed: linksOf(hostIds, exposed),
        bounds: { ...unbounded, log },
      }
    })

const limit = fc.constantFrom(0, 1, 2)
const group = fc.constantFrom("a", "b")

const arbitraryHost = fc.record({
  ftVmsMax: mostly(defaultLimits.ftVmsMax, limit),
  ftVcpusMax: mostly(defaultLimits.ftVcpusMax, limit),
  groups: fc.uniqueArray(group, { maxLength: 2 }),
  ftEncryption: mostly(true, fc.constant(false)),
})

type DrawnHost = Omit<HostConfig, "id">

const hostOf = (id: HostId, host: DrawnHost, encrypts: boolean): HostConfig => ({
  id,
  ...plainHost,
  ...host,
  ftEncryption: encrypts && host.ftEncryption,
})

/** The links between the hosts that these numbers pick. */
const linksOf = (hosts: readonly HostId[], picks: readonly number[]): readonly LinkId[] => {
  const links = hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => linkBetween(a, b)))
  return links.filter((_, n) => picks.some((pick) => pick % links.length === n)).toSorted()
}

const arbitraryPair = fc.record({
  vcpus: mostly(1, fc.constantFrom(2, 4)),
  primary: fc.nat(7),
  secondary: fc.nat(7),
  ft: mostly<FtSetting>("enabled", fc.constantFrom("disabled", "notConfigured")),
  encryption: mostly<EncryptionMode>("opportunistic", fc.constantFrom("disabled", "required")),
  metro: mostly<string | null>(null, group),
})

type DrawnPair = Omit<PairConfig, "id" | "registered"> & {
  readonly primary: number
  readonly secondary: number
}

/** A rule as drawn: on one pair, or on all where `pair` is beyond the last. */
type DrawnRule = Omit<AffinityRule, "pairs"> & { readonly pair: number }

const arbitraryRule: fc.Arbitrary<DrawnRule> = fc.record({
  pair: fc.nat(2),
  type: fc.constantFrom("must", "should"),
  run: fc.constantFrom("on", "not-on"),
  group,
  active: mostly(true, fc.constant(false)),
})

/** No host is both in a group and not in it. */
const rulesThatBarAll: fc.Arbitrary<DrawnRule[]> = fc
  .record({ pair: fc.nat(2), group })
  .map(({ pair, group }): DrawnRule[] =>
    (["on", "not-on"] as const).map((run) => ({ pair, type: "must", run, group, active: true })),
  )

const pairOf = (
  id: PairId,
  { primary, secondary, ...pair }: DrawnPair,
  hosts: readonly HostId[],
): PairConfig => {
  const host = (n: number): HostId => hosts[n % hosts.length] as HostId
  const registered = {
    primary: host(primary),
    secondary: pair.ft === "notConfigured" ? null : host(secondary),
  }
  return { id, ...plainPair, ...pair, registered }
}
