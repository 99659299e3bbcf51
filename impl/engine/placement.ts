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
  const { layout, hosts, pairs, has, hasStorage, isLinked, isConfidential, controlOf, ftOf, isOn } = view
  const rules = config.rules.length
  const isInForce = layout.switchesRules
    ? (rule: number): boolean => has(layout.rules, rule)
    : (rule: number): boolean => config.rules[rule]?.active === true
  const { forbidden, welcome } = rulesByHost(config)
  const allowed = allowedHosts(config, forbidden)
  const metro = config.pairs.map((pair) => sidesOf(config, pair.metro))
  const isRequired = config.pairs.map((pair) => pair.encryption === "required")
  const canEncrypt = config.hosts.map((host) => host.ftEncryption)
  const vcpus = config.pairs.map((pair) => pair.vcpus)
  const vmsMax = config.hosts.map((host) => host.ftVmsMax)
  const vcpusMax = config.hosts.map((host) => host.ftVcpusMax)
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

  const isAllowed = layout.switchesRules
    ? (pair: number, host: number): boolean => {
        for (let rule = 0; rule < rules; rule += 1)
          if (forbidden[(rule * pairs + pair) * hosts + host] === 1 && has(layout.rules, rule)) return false
        return true
      }
    : (pair: number, host: number): boolean => allowed[pair * hosts + host] === 1

  /** How many `should` rules in force the pair meets on the host. */
  const preference = (pair: number, host: number): number => {
    let met = 0
    for (let rule = 0; rule < rules; rule += 1)
      if (welcome[(rule * pairs + pair) * hosts + host] === 1 && isInForce(rule)) met += 1
    return met
  }

  /** Whether two hosts are on different sides of the pair's metro group. */
  const isAcross = (pair: number, a: number, b: number): boolean => {
    const sides = metro[pair]
    return sides === null || sides === undefined || sides[a] !== sides[b]
  }

  const encryptsAsRequired = (pair: number, host: number): boolean =>
    isRequired[pair] !== true || canEncrypt[host] === true

  /** The guard that keeps a copy of the pair from the host, beside one on `otherEnd` (-1: none); 0 if none does. */
  const ineligible = (pair: number, host: number, otherEnd: number): number => {
    if (!hasStorage(host)) return refusal.storage
    if (has(layout.maintenance, host)) return refusal.maintenance
    if (controlOf(pair * hosts + host) !== 0) return refusal["anti-affinity"]
    return unfit(pair, host, otherEnd)
  }

  /** What is left of it once the host is known to be usable and without a copy of the pair. */
  const unfit = (pair: number, host: number, otherEnd: number): number => {
    if (otherEnd >= 0) {
      if (!isLinked(host, otherEnd)) return refusal.unreachable
      if (!isConfidential(pair, host, otherEnd)) return refusal.confidential
      if (!isAcross(pair, host, otherEnd)) return refusal.metro
    }
    if (!isAllowed(pair, host)) return refusal.rule
    if (ftOf(pair) === ftSetting.notConfigured) return 0
    if (!encryptsAsRequired(pair, host)) return refusal.encryption
    return isWithin(pair, host, 1) ? 0 : refusal.limits
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
      const more = best < 0 ? 1 : preference(pair, host) - preference(pair, best)
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

  return {
    ineligible,
    unfit,
    isAllowed,
    isInForce,
    preference,
    isWithin,
    encryptsAsRequired,
    isPicked,
    isOtherDown,
    someCopyMayRun,
  }
}

export type Placement = ReturnType<typeof placementOf>

const isThere = (control: number): boolean => control !== 0

/** Whether the host cannot reach its limits though it ran a copy of every pair. */
const isNeverFull = ({ hosts, pairs }: Config, host: number): boolean => {
  const { ftVmsMax = 0, ftVcpusMax = 0 } = hosts[host] ?? {}
  const cpus = pairs.reduce((sum, pair) => sum + pair.vcpus, 0)
  return (ftVmsMax === 0 || pairs.length <= ftVmsMax) && (ftVcpusMax === 0 || cpus <= ftVcpusMax)
}

/** For each host whether it is in a pair's metro group; null where the pair has none. */
const sidesOf = ({ hosts }: Config, metro: string | null): readonly boolean[] | null =>
  metro === null ? null : hosts.map(({ groups }) => groups.includes(metro))

/**
 * What each rule, in force or not, says of each pair and host: whether it forbids the one to the other, as a `must` rule does,
 * or makes it welcome, as a `should` rule does. Rule × pairs × hosts + pair × hosts + host, 1 or 0.
 */
const rulesByHost = ({ hosts, pairs, rules }: Config) => {
  const forbidden: number[] = []
  const welcome: number[] = []
  for (const { pairs: named, type, run, group } of rules)
    for (const { id } of pairs)
      for (const { groups } of hosts) {
        const isMet = groups.includes(group) === (run === "on")
        const binds = named.includes(id)
        forbidden.push(binds && type === "must" && !isMet ? 1 : 0)
        welcome.push(binds && type === "should" && isMet ? 1 : 0)
      }
  return { forbidden: Uint8Array.from(forbidden), welcome: Uint8Array.from(welcome) }
}

/** For each pair and host whether every `must` rule that is in force at the start allows it: pair × hosts + host, 1 or 0. */
const allowedHosts = ({ hosts, pairs, rules }: Config, forbidden: Uint8Array): Uint8Array => {
  const size = pairs.length * hosts.length
  return Uint8Array.from({ length: size }, (_, at) =>
    rules.some((rule, n) => rule.active && forbidden[n * size + at] === 1) ? 0 : 1,
  )
}
