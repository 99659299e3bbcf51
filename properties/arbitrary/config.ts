import * as fc from "fast-check"
import {
  defaultLimits,
  unbounded,
  type AffinityRule,
  type Config,
  type PairConfig,
} from "../../model/config.ts"
import type { HostId, PairId } from "../../model/ids.ts"

/** How large the clusters may be that are drawn. */
export type ConfigSize = { readonly hostsMax: number; readonly pairsMax: number }

/** The clusters of the main job: large enough for every property and witness, small enough for short traces. */
export const smallClusters: ConfigSize = { hostsMax: 4, pairsMax: 2 }

/**
 * Clusters: hosts with their limits and groups, pairs with their sizes and registrations, affinity rules in force and
 * not, and a bound on the logs (without one the guest would never become quiescent). Shrinks towards two plain hosts,
 * one pair and no rules. Now and then there is one host only, or rules bar every host.
 */
export const arbitraryConfig = ({ hostsMax, pairsMax }: ConfigSize = smallClusters): fc.Arbitrary<Config> =>
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
      log: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ hosts, pairs, rules, log }): Config => {
      const hostIds = hosts.map((_, n): HostId => `h${BigInt(n + 1)}`)
      const pairIds = pairs.map((_, n): PairId => `p${BigInt(n + 1)}`)
      return {
        hosts: hosts.map((host, n) => ({ id: hostIds[n] as HostId, ...host })),
        policy: "any",
        pairs: pairs.map((pair, n) => pairOf(pairIds[n] as PairId, pair, hostIds)),
        rules: rules
          // A rule speaks of a group that some host is in, or the configuration could not be read again.
          .filter(({ group }) => hosts.some(({ groups }) => (groups as readonly string[]).includes(group)))
          .map(({ pair, ...rule }): AffinityRule => ({
            pairs: pair < pairIds.length ? [pairIds[pair] as PairId] : pairIds,
            ...rule,
          })),
        bounds: { ...unbounded, log },
      }
    })

const limit = fc.constantFrom(0, 1, 2)
const group = fc.constantFrom("a", "b")

const arbitraryHost = fc.record({
  ftVmsMax: mostly(defaultLimits.ftVmsMax, limit),
  ftVcpusMax: mostly(defaultLimits.ftVcpusMax, limit),
  groups: fc.uniqueArray(group, { maxLength: 2 }),
})

const arbitraryPair = fc.record({
  vcpus: mostly(1, fc.constantFrom(2, 4)),
  primary: fc.nat(7),
  secondary: fc.nat(7),
})

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
  { vcpus, primary, secondary }: { vcpus: number; primary: number; secondary: number },
  hosts: readonly HostId[],
): PairConfig => {
  const host = (n: number): HostId => hosts[n % hosts.length] as HostId
  return { id, vcpus, ft: "enabled", registered: { primary: host(primary), secondary: host(secondary) } }
}

function mostly<A>(usual: A, unusual: fc.Arbitrary<A>): fc.Arbitrary<A> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: unusual },
  )
}
