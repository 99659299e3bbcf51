import type { AffinityRule, Config } from "../../model/config.ts"
import type { PairId } from "../../model/ids.ts"

/**
 * The host classes that every `must` rule on a pair allows, those first that meet most of its `should` rules.
 * Classes that meet equally many share a tier.
 */
export type Ranking = readonly (readonly number[])[]

/**
 * The ranking of every pair, by its number from 0. Pairs that are named by the same rules share one.
 *
 * `classes` gives for each class the groups that its hosts are in.
 */
export const rankings = (config: Config, classes: readonly ReadonlySet<string>[]): readonly Ranking[] => {
  const shared = new Map<string, Ranking>()
  const naming = rulesNaming(config)
  return config.pairs.map(({ id }) => {
    const rules = naming.get(id) ?? []
    const key = rules.join()
    const found =
      shared.get(key) ??
      rankingBy(
        rules.map((n) => config.rules[n] as AffinityRule),
        classes,
      )
    shared.set(key, found)
    return found
  })
}

/** The numbers of the rules in force that name each pair, in ascending order. */
const rulesNaming = (config: Config): ReadonlyMap<PairId, readonly number[]> => {
  const naming = new Map<PairId, number[]>()
  config.rules.forEach((rule, n) => {
    if (!rule.active) return
    for (const pair of new Set(rule.pairs)) {
      const rules = naming.get(pair)
      if (rules === undefined) naming.set(pair, [n])
      else rules.push(n)
    }
  })
  return naming
}

const rankingBy = (rules: readonly AffinityRule[], classes: readonly ReadonlySet<string>[]): Ranking => {
  const tiers = new Map<number, number[]>()
  classes.forEach((groups, n) => {
    const met = rules.filter((rule) => groups.has(rule.group) === (rule.run === "on"))
    const isAllowed = rules.every((rule) => rule.type === "should" || met.includes(rule))
    const tier = met.filter((rule) => rule.type === "should").length
    if (isAllowed) tiers.set(tier, [...(tiers.get(tier) ?? []), n])
  })
  return [...tiers].sort(([a], [b]) => b - a).map(([, tier]) => tier)
}
