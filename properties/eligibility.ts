import type { Config, HostConfig, PairConfig } from "../model/config.ts"
import type { HostId, PairId } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import type { State } from "../model/state.ts"
import { counted } from "./amount.ts"
import { hostIn, isIn, leaderOf, linked, withStorage } from "./evidence.ts"

// The same requirements as in the model's placement, read a second time and from the other side: not as guards
// of an action, but as what may be said of a state.

/** The number (from 1) of a `must` rule in force that the pair would break on the host; null if there is none. */
export const forbids = (
  config: Config,
  { rules }: Pick<State, "rules">,
  pair: PairId,
  host: HostId,
): number | null => {
  const groups = hostConfigOf(config, host).groups
  const broken = config.rules.findIndex(
    (rule, n) =>
      rules[n] === true &&
      rule.type === "must" &&
      rule.pairs.includes(pair) &&
      groups.includes(rule.group) !== (rule.run === "on"),
  )
  return broken < 0 ? null : broken + 1
}

/** Whether others could read what the pair logs between two hosts: it passes in clear, and may not, or not over that link. */
export const isReadable = (config: Config, state: State, pair: PairId, a: HostId, b: HostId): boolean => {
  const { encryption } = pairConfigOf(config, pair)
  const isEncrypted =
    encryption !== "disabled" && [a, b].every((host) => hostConfigOf(config, host).ftEncryption)
  return !isEncrypted && (encryption === "required" || isIn(state.exposed, a, b))
}

/** Whether a pair that requires encryption may not run on the host, since it cannot encrypt. */
export const lacksEncryption = (config: Config, pair: PairId, host: HostId): boolean =>
  pairConfigOf(config, pair).encryption === "required" && !hostConfigOf(config, host).ftEncryption

/** Whether two hosts are on one side of the metro group across which the pair runs. */
export const isOnOneSide = (config: Config, pair: PairId, a: HostId, b: HostId): boolean => {
  const { metro } = pairConfigOf(config, pair)
  if (metro === null) return false
  const [here, there] = [a, b].map((host) => hostConfigOf(config, host).groups.includes(metro))
  return here === there
}

/** How what runs on the host of FT VMs goes beyond its limits, with `more` copies of a pair added; null if it does not. */
export const demandOn = (
  config: Config,
  state: State,
  host: HostId,
  more: readonly PairId[] = [],
): string | null => {
  const { ftVmsMax, ftVcpusMax } = hostConfigOf(config, host)
  if (ftVmsMax === 0 && ftVcpusMax === 0) return null
  const copies = [...(copiesByHost(state).get(host) ?? []), ...more].filter((pair) => isFtVm(state, pair))
  const vcpus = copies.reduce((sum, id) => sum + vcpusOf(config, id), 0)
  if (ftVmsMax > 0 && copies.length > ftVmsMax)
    return `${host} runs ${counted(copies.length, "copy", "copies")}, and its limit is ${ftVmsMax}`
  if (ftVcpusMax > 0 && vcpus > ftVcpusMax)
    return `${host} runs ${counted(vcpus, "vCPU")}, and its limit is ${ftVcpusMax}`
  return null
}

/**
 * Whether the host could take a copy of the pair beside one on `otherEnd`, as the copies now are. That a stale
 * copy of the pair is there is no excuse: it should have halted.
 */
export const couldTake = (
  config: Config,
  state: State,
  pair: PairId,
  host: HostId,
  otherEnd: HostId | null,
): boolean =>
  host !== otherEnd &&
  withStorage(state, host) &&
  !hostIn(state, host).maintenance &&
  (otherEnd === null ||
    (linked(state, host, otherEnd) &&
      !isReadable(config, state, pair, host, otherEnd) &&
      !isOnOneSide(config, pair, host, otherEnd))) &&
  forbids(config, state, pair, host) === null &&
  !(lacksEncryption(config, pair, host) && isFtVm(state, pair)) &&
  demandOn(config, state, host, [pair]) === null

/** Whether some host could take the copy that keeps the pair from running: the Primary, or the Secondary of the Primary it has. */
export const couldBeProtected = (config: Config, state: State, pair: Pair): boolean => {
  const otherEnd = leaderOf(pair)?.host ?? null
  return config.hosts.some(({ id }) => couldTake(config, state, pair.id, id, otherEnd))
}

/** The pairs of the copies on each host. Every pair may be checked against every host in one state, which is counted once. */
const copiesByHost = (state: State): ReadonlyMap<HostId, readonly PairId[]> => {
  const before = remembered.get(state.pairs)
  if (before !== undefined) return before
  const found = new Map<HostId, PairId[]>()
  for (const { id, copies } of Object.values(state.pairs))
    for (const { host } of copies) {
      const there = found.get(host)
      if (there === undefined) found.set(host, [id])
      else there.push(id)
    }
  remembered.set(state.pairs, found)
  return found
}

const remembered = new WeakMap<State["pairs"], ReadonlyMap<HostId, readonly PairId[]>>()

const hostConfigOf = (config: Config, host: HostId): HostConfig =>
  indexed(config).hosts.get(host) as HostConfig

const isFtVm = (state: State, pair: PairId): boolean => state.pairs[pair]?.ft !== "notConfigured"

const pairConfigOf = (config: Config, pair: PairId): PairConfig =>
  indexed(config).pairs.get(pair) as PairConfig

const vcpusOf = (config: Config, pair: PairId): number => indexed(config).pairs.get(pair)?.vcpus ?? 0

type Index = {
  readonly hosts: ReadonlyMap<HostId, HostConfig>
  readonly pairs: ReadonlyMap<PairId, PairConfig>
}

const indexes = new WeakMap<Config, Index>()

const indexed = (config: Config): Index => {
  const before = indexes.get(config)
  if (before !== undefined) return before
  const index = {
    hosts: new Map(config.hosts.map((host) => [host.id, host])),
    pairs: new Map(config.pairs.map((pair) => [pair.id, pair])),
  }
  indexes.set(config, index)
  return index
}
