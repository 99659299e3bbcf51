import type { Config } from "../../model/config.ts"
import { ftSetting } from "./fields.ts"
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
  const { layout, hosts, pairs, has, hasStorage, reaches, controlOf, ftOf, isOn } = view
  const allowed = allowedHosts(config)
  const vcpus = config.pairs.map((pair) => pair.vcpus)
  const vmsMax = config.hosts.map((host) => host.ftVmsMax)
  const vcpusMax = config.hosts.map((host) => host.ftVcpusMax)
  const preferred = preferencesMet(config)
  const neverFull = config.hosts.map((_, host) => isNeverFull(config, host))

  /** Whether the host stays within its limits with `more` copies of the pair. Every copy of an FT VM on it counts. */
  const isWithin = (pair: number, host: number, more: number): boolean => {
    if (neverFull[host] === true) return true
    let vms = more
    let cpus = more * (vcpus[pair] as number)
    for (let other = 0; other < pairs; other += 1)
      if (counts(controlOf(other * hosts + host)) && ftOf(other) !== ftSetting.notConfigured) {
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
    return ftOf(pair) === ftSetting.notConfigured || isWithin(pair, host, 1) ? 0 : refusal.limits
  }

  const loadOf = (host: number): number => {
    let load = 0
    for (let pair = 0; pair < pairs; pair += 1)
      if (controlOf(pair * hosts + host) !== 0) load += vcpus[pair] as number
    return load
  }

  /** The host that the reference policy picks for a copy of the pair; -1 if none is eligible. */
  const pick = (pair: number, otherEnd: number): number => {
    let best = -1
    for (let host = 0; host < hosts; host += 1) {
      if (ineligible(pair, host, otherEnd) !== 0) continue
      const more =
        best < 0 ? 1 : (preferred[pair * hosts + host] as number) - (preferred[pair * hosts + best] as number)
      if (more > 0 || (more === 0 && loadOf(host) < loadOf(best))) best = host
    }
    return best
  }

  /** Whether a copy of the pair may be placed on the host by the policy: by any but the reference policy it may. */
  const isPicked = (pair: number, host: number, otherEnd: number): boolean =>
    config.policy !== "reference" || host === pick(pair, otherEnd)

  const someCopyMayRun = (pair: number): boolean => {
    for (let host = 0; host < hosts; host += 1)
      if (controlOf(pair * hosts + host) !== 0 && hasStorage(host)) return true
    return false
  }

  /** Whether another pair waits to be restarted, which the reference policy does first. */
  const isOtherDown = (pair: number): boolean => {
    if (config.policy !== "reference") return false
    for (let other = 0; other < pairs; other += 1)
      if (other !== pair && isOn(other) && !someCopyMayRun(other) && pick(other, -1) >= 0) return true
    return false
  }

  return { ineligible, unfit, isAllowed, isWithin, isPicked, isOtherDown, someCopyMayRun }
}

export type Placement = ReturnType<typeof placementOf>

const isThere = (control: number): boolean => control !== 0

/** Whether the host cannot reach its limits though it ran a copy of every pair. */
const isNeverFull = ({ hosts, pairs }: Config, host: number): boolean => {
  const { ftVmsMax = 0, ftVcpusMax = 0 } = hosts[host] ?? {}
  const cpus = pairs.reduce((sum, pair) => sum + pair.vcpus, 0)
  return (ftVmsMax === 0 || pairs.length <= ftVmsMax) && (ftVcpusMax === 0 || cpus <= ftVcpusMax)
}

/** For each pair and host how many `should` rules in force it meets: pair × hosts + host. */
const preferencesMet = ({ hosts, pairs, rules }: Config): Int32Array =>
  Int32Array.from(
    pairs.flatMap(({ id }) => {
      const wished = rules.filter((rule) => rule.active && rule.type === "should" && rule.pairs.includes(id))
      return hosts.map(
        ({ groups }) => wished.filter((rule) => groups.includes(rule.group) === (rule.run === "on")).length,
      )
    }),
  )

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
