import type { AffinityRule, Config } from "./config.ts"
import type { HostId, PairId } from "./ids.ts"
import { encryptsAsRequired, isConfidential } from "./encryption.ts"
import { copyOn, type Pair } from "./pair.ts"
import type { Check, Protocol } from "./protocol.ts"
import { hasStorage, hostOf, pairsOf, reachable, type State } from "./state.ts"

/** A copy of a pair that is to be brought to a host. */
export type Placement = { readonly pair: Pair; readonly host: HostId }

/** Why a host can take no copy of a pair. */
export type Ineligible =
  | "storage"
  | "maintenance"
  | "anti-affinity"
  | "unreachable"
  | "confidential"
  | "metro"
  | "rule"
  | "encryption"
  | "limits"

/** Where the copy's other end runs; null if there is none. */
type OtherEnd<A> = (about: A) => HostId | null

export const noOtherEnd = (): null => null

/**
 * What a host must be to take a copy of the pair, in the order in which it is checked. Going live is not a placement:
 * nothing here ever blocks a failover, only the respawn.
 *
 * Source  FT-03, FT-09, FT-10, FT-13 in docs/spec/core.md.
 */
export const eligible = <A extends Placement>(
  otherEnd: OtherEnd<A>,
): readonly (Check<A> & { readonly id: Ineligible })[] => [
  { id: "storage", holds: ({ host }, state) => hasStorage(state, host) },
  { id: "maintenance", holds: ({ host }, state) => !hostOf(state, host).maintenance },
  { id: "anti-affinity", holds: ({ pair, host }) => copyOn(pair, host) === null },
  towards("unreachable", otherEnd, ({ host }, end, state) => reachable(state, host, end)),
  towards("confidential", otherEnd, ({ pair, host }, end, state, { config }) =>
    isConfidential(config, state, pair.id, host, end),
  ),
  towards("metro", otherEnd, ({ pair, host }, end, _state, { config }) =>
    isAcrossMetro(config, pair.id, host, end),
  ),
  {
    id: "rule",
    holds: ({ pair, host }, state, { config }) =>
      mustRulesAllow(config, rulesInForce(config, state), pair.id, host),
  },
  ofFtVm({
    id: "encryption",
    holds: ({ pair, host }, _state, { config }) => encryptsAsRequired(config, pair.id, host),
  }),
  ofFtVm({
    id: "limits",
    holds: ({ pair, host }, state, { config }) => hasRoom(config, state, pair.id, host),
  }),
]

/** What must hold between the target and the copy's other end, if it has one. */
const towards = <A extends Placement, I extends Ineligible>(
  id: I,
  otherEnd: OtherEnd<A>,
  holds: (about: A, end: HostId, state: State, protocol: Protocol) => boolean,
): Check<A> & { readonly id: I } => ({
  id,
  holds: (about, state, protocol) => {
    const end = otherEnd(about)
    return end === null || holds(about, end, state, protocol)
  },
})

/** What is asked of a target only if FT is configured for the VM. */
const ofFtVm = <C extends Check<Placement>>({ id, holds }: C & { readonly id: C["id"] }) => ({
  id,
  holds: (about: Placement, state: State, protocol: Protocol): boolean =>
    about.pair.ft === "notConfigured" || holds(about, state, protocol),
})

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

/** Whether two hosts are on different sides of the pair's metro group, so that no failure of one site takes both copies. */
const isAcrossMetro = (config: Config, pair: PairId, a: HostId, b: HostId): boolean => {
  const metro = config.pairs.find(({ id }) => id === pair)?.metro ?? null
  return metro === null || groupsOf(config, a).includes(metro) !== groupsOf(config, b).includes(metro)
}

/** Whether every `must` rule among these that names the pair allows the host: the intersection, which may be empty. */
export const mustRulesAllow = (
  config: Config,
  rules: readonly AffinityRule[],
  pair: PairId,
  host: HostId,
): boolean => rules.every((rule) => rule.type !== "must" || allows(config, rule, pair, host))

/** The rules in force, in the order of the configuration. */
export const rulesInForce = ({ rules }: Config, state: State): readonly AffinityRule[] =>
  rules.length === 0 ? rules : rules.filter((_, n) => state.rules[n])

/** Whether a rule, if it is in force, allows the host to the pair; one that does not name the pair does. */
export const allows = (config: Config, rule: AffinityRule, pair: PairId, host: HostId): boolean =>
  !rule.pairs.includes(pair) || groupsOf(config, host).includes(rule.group) === (rule.run === "on")

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
