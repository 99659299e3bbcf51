import type { AffinityRule, Config } from "./config.ts"
import type { HostId, PairId } from "./ids.ts"
import { copyOn, type Pair } from "./pair.ts"
import type { Check, Protocol } from "./protocol.ts"
import { hasStorage, hostOf, pairsOf, type State } from "./state.ts"

/** A copy of a pair that is to be brought to a host. */
export type Placement = { readonly pair: Pair; readonly host: HostId }

/** Why a host can take no copy of a pair. */
export type Ineligible = "storage" | "maintenance" | "anti-affinity" | "unreachable" | "rule" | "limits"

/** Where the copy's other end runs; null if there is none. */
type OtherEnd<A> = (about: A) => HostId | null

export const noOtherEnd = (): null => null

/**
 * What a host must be to take a copy of the pair, in the order in which it is checked. Going live is not a placement:
 * nothing here ever blocks a failover, only the respawn.
 *
 * Source  FT-09, FT-10, FT-13 in docs/spec/core.md.
 */
export const eligible = <A extends Placement>(
  otherEnd: OtherEnd<A>,
): readonly (Check<A> & { readonly id: Ineligible })[] => [
  { id: "storage", holds: ({ host }, state) => hasStorage(state, host) },
  { id: "maintenance", holds: ({ host }, state) => !hostOf(state, host).maintenance },
  { id: "anti-affinity", holds: ({ pair, host }) => copyOn(pair, host) === null },
  {
    id: "unreachable",
    holds: (about, state, { relations }) => {
      const end = otherEnd(about)
      return end === null || relations.reaches(state, about.host, end, about.pair)
    },
  },
  { id: "rule", holds: ({ pair, host }, _state, { config }) => mustRulesAllow(config, pair.id, host) },
  {
    id: "limits",
    holds: ({ pair, host }, state, { config }) =>
      pair.ft === "notConfigured" || hasRoom(config, state, pair.id, host),
  },
]

const checks = eligible(({ otherEnd }: Placement & { readonly otherEnd: HostId | null }) => otherEnd)

/**
 * Why `host` cannot take a copy of `pair` whose other end runs on `otherEnd` (null: there is none), or null if it can.
 */
export const ineligible = (
  protocol: Protocol,
  state: State,
  pair: Pair,
  host: HostId,
  otherEnd: HostId | null,
): Ineligible | null =>
  checks.find(({ holds }) => !holds({ pair, host, otherEnd }, state, protocol))?.id ?? null

/** Whether every `must` rule in force that names the pair allows the host: the intersection, which may be empty. */
export const mustRulesAllow = (config: Config, pair: PairId, host: HostId): boolean =>
  config.rules.every((rule) => rule.type !== "must" || allows(config, rule, pair, host))

/** Whether one rule allows the host to the pair; a rule that does not name the pair, or is not in force, does. */
export const allows = (config: Config, rule: AffinityRule, pair: PairId, host: HostId): boolean => {
  if (!rule.active || !rule.pairs.includes(pair)) return true
  return groupsOf(config, host).includes(rule.group) === (rule.run === "on")
}

/** Whether the host stays within its limits with one copy more of the pair, as one of an FT VM. */
export const hasRoom = (config: Config, state: State, pair: PairId, host: HostId): boolean => {
  if (!hasLimits(config, host)) return true
  const { vms, vcpus } = ftLoadOf(config, state, host)
  return isWithin(config, host, { vms: vms + 1, vcpus: vcpus + vcpusOf(config, pair) })
}

const hasLimits = (config: Config, host: HostId): boolean => {
  const { ftVmsMax, ftVcpusMax } = hostConfigOf(config, host)
  return ftVmsMax !== 0 || ftVcpusMax !== 0
}

/** What runs on a host: copies, and their vCPUs. */
type Load = { readonly vms: number; readonly vcpus: number }

/** All that the host carries: every copy of every pair, whatever its phase and its FT setting. */
export const loadOf = (config: Config, state: State, host: HostId): Load =>
  loadAmong(config, pairsOf(state), host)

/**
 * What counts against the host's limits: every copy of every pair for which FT is configured. Contenders do, for one that is not
 * counted may go live where its place was given away; stale copies do, for they hold memory until they halt.
 */
const ftLoadOf = (config: Config, state: State, host: HostId): Load =>
  loadAmong(
    config,
    pairsOf(state).filter(({ ft }) => ft !== "notConfigured"),
    host,
  )

const loadAmong = (config: Config, pairs: readonly Pair[], host: HostId): Load => {
  let vms = 0
  let vcpus = 0
  for (const pair of pairs)
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
