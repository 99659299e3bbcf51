import type { Config } from "../../model/config.ts"
import { refusal } from "./guards.ts"
import type { View } from "./view.ts"

/**
 * The hosts as placements need them: which the rules allow a pair, and who has room. A mutant reads another
 * configuration into the cluster, or does not count some of the copies.
 */
export const placementOf = (
  view: View,
  config: Config = view.layout.config,
  counts: (control: number) => boolean = isThere,
) => {
  const { layout, hosts, pairs, has, hasStorage, reaches, controlOf } = view
  const allowed = allowedHosts(config)
  const vcpus = config.pairs.map((pair) => pair.vcpus)
  const vmsMax = config.hosts.map((host) => host.ftVmsMax)
  const vcpusMax = config.hosts.map((host) => host.ftVcpusMax)
  const neverFull = config.hosts.map((_, host) => isNeverFull(config, host))

  /** Whether the host stays within its limits with `more` copies of the pair. Every copy on it counts. */
  const isWithin = (pair: number, host: number, more: number): boolean => {
    if (neverFull[host] === true) return true
    let vms = more
    let cpus = more * (vcpus[pair] as number)
    for (let other = 0; other < pairs; other += 1)
      if (counts(controlOf(other * hosts + host))) {
        vms += 1
        cpus += vcpus[other] as number
      }
    const most = vmsMax[host] as number
    const mostCpus = vcpusMax[host] as number
    return (most === 0 || vms <= most) && (mostCpus === 0 || cpus <= mostCpus)
  }

  const isAllowed = (pair: number, host: number): boolean => allowed[pair * hosts + host] === 1

  /** The guard that keeps a copy of the pair from the host, beside one on `otherEnd` (-1: none); 0 if none does. */
  const ineligible = (pair: number, host: number, otherEnd: number): number => {
    if (!hasStorage(host)) return refusal.storage
    if (has(layout.maintenance, host)) return refusal.maintenance
    if (controlOf(pair * hosts + host) !== 0) return refusal["anti-affinity"]
    return unfit(pair, host, otherEnd)
  }

  /** What is left of it once the host is known to be usable and without a copy of the pair. */
  const unfit = (pair: number, host: number, otherEnd: number): number => {
    if (otherEnd >= 0 && !reaches(host, otherEnd)) return refusal.unreachable
    if (!isAllowed(pair, host)) return refusal.rule
    return isWithin(pair, host, 1) ? 0 : refusal.limits
  }

  return { ineligible, unfit, isAllowed, isWithin }
}

export type Placement = ReturnType<typeof placementOf>

const isThere = (control: number): boolean => control !== 0

/** Whether the host cannot reach its limits though it ran a copy of every pair. */
const isNeverFull = ({ hosts, pairs }: Config, host: number): boolean => {
  const { ftVmsMax = 0, ftVcpusMax = 0 } = hosts[host] ?? {}
  const cpus = pairs.reduce((sum, pair) => sum + pair.vcpus, 0)
  return (ftVmsMax === 0 || pairs.length <= ftVmsMax) && (ftVcpusMax === 0 || cpus <= ftVcpusMax)
}

/** For each pair and host whether every `must` rule in force allows it: pair × hosts + host, 1 or 0. */
const allowedHosts = ({ hosts, pairs, rules }: Config): Uint8Array =>
  Uint8Array.from(
    pairs.flatMap(({ id }) => {
      const binding = rules.filter((rule) => rule.active && rule.type === "must" && rule.pairs.includes(id))
      return hosts.map(({ groups }) =>
        binding.every((rule) => groups.includes(rule.group) === (rule.run === "on")) ? 1 : 0,
      )
    }),
  )
