import {
  defaultLimits,
  isRegisteredAlike,
  plainHost,
  plainPair,
  registeredOn,
  unbounded,
  type Config,
  type PairConfig,
} from "../model/config.ts"
import { endsOf, linkBetween, type HostId, type LinkId } from "../model/ids.ts"
import { partSwitches } from "../model/parts/words.ts"
import { bad, listed, nearest } from "./bad-input.ts"
import { decode } from "./decode.ts"
import { readJson } from "./input-file.ts"
import { printable } from "./printable.ts"
import { ConfigJson } from "./schema.ts"

/** Reads a configuration. Throws `BadInput`. */
export const readConfig = (file: string): Config => configOf(file, readJson(file), [])

/** The configuration with its defaults filled in, and its names checked against each other. */
export const configOf = (file: string, json: unknown, at: readonly string[]): Config => {
  const decoded = decode(file, ConfigJson, json, at)
  const { hosts, pairs, links = {}, rules = [], policy = "any", bounds = {} } = decoded
  const first = hosts[0].id
  const config: Config = {
    hosts: hosts.map((host) => ({ ...plainHost, ...host })),
    pairs: pairs.map((pair) => ({
      ...plainPair,
      registered: registeredOn(first, pair.ft ?? plainPair.ft),
      ...pair,
    })),
    exposed: exposedOf(
      file,
      hosts.map(({ id }) => id),
      links,
      [...at, "links"],
    ),
    rules: rules.map((rule) => ({ active: true, ...rule })),
    policy,
    bounds: { ...unbounded, ...bounds },
    ...switchesOf(decoded),
  }
  checkNames(file, config, at)
  return config
}

/** The links that are not private, by what is said of each and of all others. */
const exposedOf = (
  file: string,
  hosts: readonly HostId[],
  links: NonNullable<ConfigJson["links"]>,
  at: readonly string[],
): readonly LinkId[] => {
  if (Object.keys(links).length === 0) return []
  const all = hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => linkBetween(a, b)))
  const named = new Map<string, boolean>()
  for (const [name, { private: isPrivate = true }] of Object.entries(links)) {
    const link = name === "default" ? name : linkBetween(...endsOf(name as LinkId))
    if (link !== "default" && !all.includes(link))
      throw bad(file, at, strangeTo("a link of the cluster", [...all, "default"], name))
    if (named.has(link))
      throw bad(file, at, `expected each link once, and ${printable(name)} stands again the other way round`)
    named.set(link, isPrivate)
  }
  const byDefault = named.get("default") ?? true
  return all.filter((link) => !(named.get(link) ?? byDefault)).toSorted()
}

/** The switches of parts, as they are set. */
const switchesOf = (config: object): object =>
  Object.fromEntries(Object.entries(config).filter(([name]) => Object.hasOwn(partSwitches, name)))

/** The configuration as JSON: only what differs from the defaults, and bounds where there are any. */
export const jsonOfConfig = (config: Config): ConfigJson => {
  const { hosts, pairs, exposed, rules, policy, bounds } = config
  const finite = Object.entries(bounds).filter(([, bound]) => Number.isFinite(bound))
  const json = {
    hosts: hosts.map(({ id, ftVmsMax, ftVcpusMax, groups, ftEncryption }) => ({
      id,
      ...(ftVmsMax === defaultLimits.ftVmsMax ? {} : { ftVmsMax }),
      ...(ftVcpusMax === defaultLimits.ftVcpusMax ? {} : { ftVcpusMax }),
      ...(groups.length === 0 ? {} : { groups }),
      ...(ftEncryption ? { ftEncryption } : {}),
    })),
    ...(exposed.length === 0
      ? {}
      : { links: Object.fromEntries(exposed.map((link) => [link, { private: false }])) }),
    pairs: pairs.map(({ id, vcpus, ft, registered, encryption, metro }) => ({
      id,
      ...(vcpus === 1 ? {} : { vcpus }),
      ...(ft === "enabled" ? {} : { ft }),
      ...(isRegisteredAlike(registered, registeredOn(hosts[0]?.id as HostId, ft)) ? {} : { registered }),
      ...(encryption === "opportunistic" ? {} : { encryption }),
      ...(metro === null ? {} : { metro }),
    })),
    ...(rules.length === 0 ? {} : { rules }),
    ...(policy === "any" ? {} : { policy }),
    ...(finite.length === 0 ? {} : { bounds: Object.fromEntries(finite) }),
    ...switchesOf(config),
  }
  return json as unknown as ConfigJson
}

/** A name that is none of the cluster's: the legal ones, and the one that was probably meant. */
export const strangeTo = (what: string, known: readonly string[], stranger: string): string =>
  `expected ${what} (${known.length === 0 ? "there is none" : listed(known)}), not ${printable(stranger, 80)}${nearest(stranger, known)}`

const checkNames = (file: string, { hosts, pairs, rules }: Config, at: readonly string[]): void => {
  const hostIds = hosts.map(({ id }) => id)
  const pairIds = pairs.map(({ id }) => id)
  const groups = [...new Set(hosts.flatMap((host) => host.groups))]
  for (const [part, ids] of [["hosts", hostIds] as const, ["pairs", pairIds] as const]) {
    const twice = ids.find((id, i) => ids.indexOf(id as never) < i)
    if (twice !== undefined)
      throw bad(file, [...at, part], `expected different ids, and ${twice} stands there twice`)
  }
  for (const [i, pair] of pairs.entries()) {
    checkRegistration(file, pair, hostIds, [...at, "pairs", String(i), "registered"])
    checkMetro(file, pair, groups, rules, [...at, "pairs", String(i), "metro"])
  }
  for (const [i, rule] of rules.entries()) {
    const here = [...at, "rules", String(i)]
    const stranger = rule.pairs.find((id) => !pairIds.includes(id))
    if (stranger !== undefined)
      throw bad(file, [...here, "pairs"], strangeTo("pairs of the cluster", pairIds, stranger))
    if (!groups.includes(rule.group))
      throw bad(file, [...here, "group"], strangeTo("a group that some host is in", groups, rule.group))
  }
}

/** A pair across a metro group is in no other rule: what the one asks for, the other could forbid. */
const checkMetro = (
  file: string,
  { id, metro }: PairConfig,
  groups: readonly string[],
  rules: Config["rules"],
  at: readonly string[],
): void => {
  if (metro === null) return
  if (!groups.includes(metro)) throw bad(file, at, strangeTo("a group that some host is in", groups, metro))
  const rule = rules.findIndex((each) => each.pairs.includes(id))
  if (rule >= 0)
    throw bad(
      file,
      at,
      `expected a pair that no rule names, as it has a metro group, and rule ${rule + 1} names ${id}`,
    )
}

const checkRegistration = (
  file: string,
  { ft, registered }: PairConfig,
  hostIds: readonly HostId[],
  at: readonly string[],
): void => {
  for (const role of ["primary", "secondary"] as const) {
    const host = registered[role]
    if (host !== null && !hostIds.includes(host))
      throw bad(file, [...at, role], strangeTo("a host of the cluster", hostIds, host))
  }
  if ((registered.secondary === null) === (ft === "notConfigured")) return
  const expected = ft === "notConfigured" ? "null, as FT is not configured" : "a host, as FT is configured"
  throw bad(file, [...at, "secondary"], `expected ${expected}`)
}
