import type { AffinityRule, Config, EncryptionMode } from "../../model/config.ts"
import type { PairId } from "../../model/ids.ts"
import type { HostClasses } from "./host-class.ts"

/**
 * What a pair requires of a host: room for its vCPUs, to be where the rules that name it say, to encrypt as it must, and to be
 * across its metro group from the other copy.
 *
 * Shape  `size` is the place of its vCPUs among the sizes that pairs have. `rules` are the numbers of the rules that name it, in force or not, ascending. `tiers` holds the classes of hosts
 *        that every `must` rule in force allows, those first that meet most `should` rules in force; classes that meet
 *        equally many share a tier.
 */
export type Demand = {
  readonly vcpus: number
  readonly size: number
  readonly rules: readonly number[]
  readonly metro: string | null
  readonly encryption: EncryptionMode
  tiers: readonly (readonly number[])[]
}

/** The different demands, and for each pair, by its number from 0, the number of its own. */
type Demands = { readonly demands: readonly Demand[]; readonly demandOf: Int32Array }

/** The demands, with the rules that are in force, by their numbers. */
export const demandsOf = (
  config: Config,
  classes: HostClasses,
  sizes: readonly number[],
  inForce: Pick<ReadonlySet<number>, "has">,
): Demands => {
  const naming = rulesNaming(config)
  const numbers = new Map<string, number>()
  const demands: Demand[] = []
  const demandOf = Int32Array.from(config.pairs, ({ id, vcpus, metro, encryption }) => {
    const rules = naming.get(id) ?? []
    const key = JSON.stringify([vcpus, rules, metro, encryption])
    const number = numbers.get(key) ?? demands.length
    if (number === demands.length)
      demands.push({
        vcpus,
        size: sizes.indexOf(vcpus),
        rules,
        metro,
        encryption,
        tiers: tiersBy(config.rules, rules, inForce, classes),
      })
    numbers.set(key, number)
    return number
  })
  return { demands, demandOf }
}

/** The numbers of the rules that name each pair, in ascending order. */
const rulesNaming = (config: Config): ReadonlyMap<PairId, readonly number[]> => {
  const naming = new Map<PairId, number[]>()
  config.rules.forEach((rule, n) => {
    for (const pair of new Set(rule.pairs)) {
      const rules = naming.get(pair)
      if (rules === undefined) naming.set(pair, [n])
      else rules.push(n)
    }
  })
  return naming
}

/** The tiers of a demand with these rules in force, of those that name it. */
export const tiersBy = (
  all: readonly AffinityRule[],
  naming: readonly number[],
  inForce: Pick<ReadonlySet<number>, "has">,
  { groups }: HostClasses,
): Demand["tiers"] => {
  const rules = naming.filter((n) => inForce.has(n)).map((n) => all[n] as AffinityRule)
  const tiers = new Map<number, number[]>()
  groups.forEach((within, n) => {
    const broken = rules.filter((rule) => within.has(rule.group) !== (rule.run === "on"))
    if (broken.some((rule) => rule.type === "must")) return
    tiers.set(broken.length, [...(tiers.get(broken.length) ?? []), n])
  })
  return [...tiers].sort(([a], [b]) => a - b).map(([, tier]) => tier)
}
