import type { AffinityRule, Config } from "../../model/config.ts"
import type { PairId } from "../../model/ids.ts"

/**
 * What a pair requires of a host: room for its vCPUs, and what the rules that name it say.
 *
 * Shape  `tiers` holds the classes of hosts that every `must` rule allows, those first that meet most `should`
 *        rules; classes that meet equally many share a tier.
 */
export type Demand = { readonly vcpus: number; readonly tiers: readonly (readonly number[])[] }

/** The different demands, and for each pair, by its number from 0, the number of its own. */
type Demands = { readonly demands: readonly Demand[]; readonly demandOf: Int32Array }

/** `classes` gives for each class of hosts the groups that its hosts are in. */
export const demandsOf = (config: Config, classes: readonly ReadonlySet<string>[]): Demands => {
  const naming = rulesNaming(config)
  const numbers = new Map<string, number>()
  const demands: Demand[] = []
  const demandOf = Int32Array.from(config.pairs, ({ id, vcpus }) => {
    const rules = naming.get(id) ?? []
    const key = `${vcpus}: ${rules.join(" ")}`
    const number = numbers.get(key) ?? demands.length
    if (number === demands.length) demands.push({ vcpus, tiers: tiersBy(rulesOf(config, rules), classes) })
    numbers.set(key, number)
    return number
  })
  return { demands, demandOf }
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

const rulesOf = (config: Config, numbers: readonly number[]): readonly AffinityRule[] =>
  numbers.map((n) => config.rules[n] as AffinityRule)

const tiersBy = (
  rules: readonly AffinityRule[],
  classes: readonly ReadonlySet<string>[],
): Demand["tiers"] => {
  const tiers = new Map<number, number[]>()
  classes.forEach((groups, n) => {
    const broken = rules.filter((rule) => groups.has(rule.group) !== (rule.run === "on"))
    if (broken.some((rule) => rule.type === "must")) return
    tiers.set(broken.length, [...(tiers.get(broken.length) ?? []), n])
  })
  return [...tiers].sort(([a], [b]) => a - b).map(([, tier]) => tier)
}
