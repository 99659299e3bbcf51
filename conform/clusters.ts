import { defaultLimits, type Config } from "../model/config.ts"

/** What has been learned of the clusters that an implementation has. */
export type ClustersMet = {
  readonly note: (config: Config, isThere: boolean) => void
  /** Whether a cluster is of a sort that it may have: no trait of it was always turned down. */
  readonly isLikely: (config: Config) => boolean
  /** How many clusters it did not have. */
  readonly missed: () => number
}

/** How often a trait must have been turned down, and never accepted, before no more clusters with it are drawn. */
const missesMin = 2

export const clustersMet = (): ClustersMet => {
  const there = new Set<string>()
  const misses = new Map<string, number>()
  let missed = 0
  return {
    note: (config, isThere) => {
      if (!isThere) missed += 1
      for (const trait of traitsOf(config))
        if (isThere) there.add(trait)
        else misses.set(trait, (misses.get(trait) ?? 0) + 1)
    },
    isLikely: (config) =>
      traitsOf(config).every((trait) => there.has(trait) || (misses.get(trait) ?? 0) < missesMin),
    missed: () => missed,
  }
}

/** The traits of a cluster for which an implementation may lack it. */
const traitsOf = ({ hosts, pairs, rules, time }: Config): readonly string[] => [
  `hosts: ${hosts.length}`,
  `pairs: ${pairs.length}`,
  rules.length === 0 ? "no rules" : "rules",
  time === undefined ? "no time" : "time",
  hosts.every(
    ({ ftVmsMax, ftVcpusMax }) =>
      ftVmsMax === defaultLimits.ftVmsMax && ftVcpusMax === defaultLimits.ftVcpusMax,
  )
    ? "plain hosts"
    : "limits",
  hosts.every(({ groups }) => groups.length === 0) ? "no groups" : "groups",
  pairs.every(({ vcpus }) => vcpus === 1) ? "one vCPU" : "more vCPUs",
]
