import type { AffinityRule, Config } from "./config.ts"
import type { HostId, PairId } from "./ids.ts"
import type { Guard } from "./outcome.ts"
import { copyOn, type Pair } from "./pair.ts"
import { hasStorage, hostOf, pairsOf, reachable, type State } from "./state.ts"

/** Why a host can take no copy of a pair. */
export type Ineligible = Extract<
  Guard,
  "storage" | "maintenance" | "anti-affinity" | "unreachable" | "rule" | "limits"
>

/**
 * Why `host` cannot take a copy of `pair` whose other end runs on `otherEnd` (null: there is none), or null if
 * it can. Going live is not a placement: nothing here ever blocks a failover, only the respawn.
 *
 * Source  FT-09, FT-10, FT-13 in docs/spec.md.
 */
export const ineligible = (
  config: Config,
  state: State,
  pair: Pair,
  host: HostId,
  otherEnd: HostId | null,
): Ineligible | null => {
  if (!hasStorage(state, host)) return "storage"
  if (hostOf(state, host).maintenance) return "maintenance"
  if (copyOn(pair, host) !== null) return "anti-affinity"
  return unfit(config, state, pair, host, otherEnd)
}

/** What is left of `ineligible` once the host is known to be usable and without a copy of the pair. */
export const unfit = (
  config: Config,
  state: State,
  pair: Pair,
  host: HostId,
  otherEnd: HostId | null,
): "unreachable" | "rule" | "limits" | null => {
  if (otherEnd !== null && !reachable(state, host, otherEnd)) return "unreachable"
  if (!mustRulesAllow(config, pair.id, host)) return "rule"
  if (!hasRoom(config, state, pair.id, host)) return "limits"
  return null
}

/** Whether every `must` rule in force that names the pair allows the host: the intersection, which may be empty. */
export const mustRulesAllow = (config: Config, pair: PairId, host: HostId): boolean =>
  config.rules.every((rule) => rule.type !== "must" || allows(config, rule, pair, host))

/** Whether one rule allows the host to the pair; a rule that does not name the pair, or is not in force, does. */
export const allows = (config: Config, rule: AffinityRule, pair: PairId, host: HostId): boolean => {
  if (!rule.active || !rule.pairs.includes(pair)) return true
  return groupsOf(config, host).includes(rule.group) === (rule.run === "on")
}

/** Whether the host stays within its limits with one copy of the pair more. */
export const hasRoom = (config: Config, state: State, pair: PairId, host: HostId): boolean => {
  const { vms, vcpus } = loadOf(config, state, host)
  return isWithin(config, host, { vms: vms + 1, vcpus: vcpus + vcpusOf(config, pair) })
}

/** What runs on a host for fault tolerance: copies, and their vCPUs. */
type Load = { readonly vms: number; readonly vcpus: number }

/**
 * Every copy on the host counts, of every pair and in every phase. Contenders do, for one that is not counted
 * may go live where its place was given away; stale copies do, for they hold memory until they halt.
 */
export const loadOf = (config: Config, state: State, host: HostId): Load => {
  let vms = 0
  let vcpus = 0
  for (const pair of pairsOf(state))
    for (const copy of pair.copies)
      if (copy.host === host) {
        vms += 1
        vcpus += vcpusOf(config, pair.id)
      }
  return { vms, vcpus }
}

/** Whether a load is within the host's limits; a limit of 0 is none. */
export const isWithin = (config: Config, host: HostId, { vms, vcpus }: Load): boolean => {
  const { ftVmsMax, ftVcpusMax } = hostConfigOf(config, host)
  return (ftVmsMax === 0 || vms <= ftVmsMax) && (ftVcpusMax === 0 || vcpus <= ftVcpusMax)
}

export const vcpusOf = (config: Config, pair: PairId): number =>
  config.pairs.find(({ id }) => id === pair)?.vcpus ?? 0

const groupsOf = (config: Config, host: HostId): readonly string[] => hostConfigOf(config, host).groups

const hostConfigOf = (config: Config, host: HostId) => {
  const found = config.hosts.find(({ id }) => id === host)
  if (found === undefined) throw new Error(`defect: ${host} is not in this cluster`)
  return found
}
