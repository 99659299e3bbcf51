import type { AffinityRule, Config } from "../../model/config.ts"
import type { Host } from "../../model/host.ts"
import type { Ineligible } from "../../model/placement.ts"
import { addCopy, hostsOf, noCopies, removeCopy, runsOn, type Copies } from "./copies.ts"
import { demandsOf, tiersBy, type Demand } from "./demand.ts"
import { hostClasses, type HostClasses } from "./host-class.ts"
import { linksOf, setLinkIn, type Links } from "./links.ts"
import { minKey, rootKey, setKey, tournament, type Tournament } from "./tournament.ts"

/** A host, a pair: its number from 0, in the order of the configuration. */
export type HostNumber = number
export type PairNumber = number

/**
 * What a scheduler keeps of a cluster to place copies by the reference policy without looking at every host. It knows
 * what is reported to it (`copyStarts`, `copyEnds`, `copyMoves`, `setHost`, `setLink`, `setExposure`, `setRule`, `setFt`) and
 * believes it: also that a copy runs where it should not.
 *
 * For each class of hosts that pairs can distinguish, and for each size that pairs have, there is a tournament of the
 * hosts that are usable and have room for a copy of that size; the least loaded wins. A host without room for a size is
 * not in its tournaments, so however many are full, none is looked at. Pairs without FT have a size of their own, for
 * which there is always room; its tournaments are made when the first of these comes.
 *
 * Cost, with `h` hosts, `s` different sizes of pairs, `c` classes of hosts, `d` different demands that a rule
 * concerns, and `k` hosts that are barred to a pair: they run a copy of it, or their link to its other end is cut, or
 * exposed to what would cross it in clear.
 *
 *   place                          O(c + k log h), where of the barred only those count that would have won
 *   whyNone                        O(c + k), and O(h) where no host at all is usable
 *   copyStarts, copyEnds, setHost  O(s log h)
 *   setRule, setFt                 O(c d); O(s log h) for each copy, and O(h) for the first pair without FT
 *
 * Nothing depends on the number of pairs, on how limits differ, or on how full the hosts are. `c` is one without
 * rules, metro groups and encryption, and else at most two to the number of groups named, and twice that with hosts that can and
 * cannot encrypt. It keeps some `s` numbers for a host.
 *
 * Shape  The keys of a tournament are `load * h + host`: least loaded, then first. They are exact while a host's
 *        load times the number of hosts is below 2^53. The tournament of a class and of a size is the
 *        `class * s + size`-th, with the sizes numbered as in `sizes`; `limitless` has one for each class, or none yet.
 *        `flags` of a host are 0 if it is usable; `usable` counts these for each class. The limits `vmsMax` and `vcpusMax`
 *        are Infinity where there is none. `loads` are of all copies, `vms` and `vcpus` of those that count against limits.
 * Units  loads and sizes in vCPUs.
 */
export type PlacementIndex = {
  readonly rules: readonly AffinityRule[]
  readonly inForce: Set<number>
  readonly classes: HostClasses
  readonly sizes: readonly number[]
  readonly tournaments: readonly Tournament[]
  readonly limitless: Tournament[]
  readonly demands: readonly Demand[]
  readonly demandOf: Int32Array
  readonly withFt: Uint8Array
  readonly vmsMax: Float64Array
  readonly vcpusMax: Float64Array
  readonly vms: Float64Array
  readonly vcpus: Float64Array
  readonly loads: Float64Array
  readonly flags: Uint8Array
  readonly usable: Int32Array
  readonly copies: Copies
  readonly cuts: Links
  readonly exposed: Links
}

/** A host that is not usable, and why: its flags, together. */
const failed = 1
const withoutStorage = 2
const inMaintenance = 4

/** The index of a cluster as it is at first: every host up and connected, nothing running. */
export const placementIndex = (config: Config): PlacementIndex => {
  const hosts = config.hosts.length
  const classes = hostClasses(config)
  const sizes = [...new Set(config.pairs.map(({ vcpus }) => vcpus))].sort((a, b) => a - b)
  const inForce = new Set([...config.rules.keys()].filter((n) => config.rules[n]?.active))
  const index: PlacementIndex = {
    rules: config.rules,
    inForce,
    classes,
    sizes,
    tournaments: classes.sizes.flatMap((size) => sizes.map(() => tournament(size))),
    limitless: [],
    ...demandsOf(config, classes, sizes, inForce),
    withFt: new Uint8Array(config.pairs.length).fill(1),
    vmsMax: Float64Array.from(config.hosts, ({ ftVmsMax }) => ftVmsMax || Infinity),
    vcpusMax: Float64Array.from(config.hosts, ({ ftVcpusMax }) => ftVcpusMax || Infinity),
    vms: new Float64Array(hosts),
    vcpus: new Float64Array(hosts),
    loads: new Float64Array(hosts),
    flags: new Uint8Array(hosts),
    usable: Int32Array.from(classes.sizes),
    copies: noCopies(config.pairs.length),
    cuts: linksOf(config, []),
    exposed: linksOf(config, config.exposed),
  }
  for (let host = 0; host < hosts; host += 1) enter(index, host)
  config.pairs.forEach(({ ft }, pair) => {
    if (ft === "notConfigured") setFt(index, pair, "notConfigured")
  })
  return index
}

// Queries.

/**
 * The host for a copy of the pair whose other end runs on `otherEnd` (null: there is none), by the reference
 * policy; null if no host is eligible.
 */
export const place = (
  index: PlacementIndex,
  pair: PairNumber,
  otherEnd: HostNumber | null,
): HostNumber | null => {
  const { tiers } = demandOf(index, pair)
  for (const tier of tiers) {
    let min = Infinity
    for (const n of tier)
      if (isFit(index, pair, n, otherEnd))
        min = minIn(index, tournamentOf(index, pair, n), min, pair, otherEnd)
    if (min < Infinity) return hostIn(min, index.flags.length)
  }
  return null
}

/** Whether one host is eligible for a copy of the pair. */
export const takes = (
  index: PlacementIndex,
  pair: PairNumber,
  host: HostNumber,
  otherEnd: HostNumber | null,
): boolean =>
  index.flags[host] === 0 &&
  !isBarred(index, pair, host, otherEnd) &&
  whyUnfit(index, pair, classOf(index, host), otherEnd) === null &&
  (index.withFt[pair] === 0 || hasRoom(index, host, demandOf(index, pair).vcpus))

/**
 * Why no host is eligible: the failed requirement of the host that meets most of them, in the order in which they are
 * checked. Null if there is a host.
 */
export const whyNone = (
  index: PlacementIndex,
  pair: PairNumber,
  otherEnd: HostNumber | null,
): Ineligible | null => {
  if (place(index, pair, otherEnd) !== null) return null
  const { flags } = index
  const usable = (hosts: Iterable<number>): readonly number[] =>
    [...hosts].filter((host) => flags[host] === 0)
  const running = usable(hostsOf(index.copies, pair))
  const unreached = usable(otherEnd === null ? [] : (index.cuts.get(otherEnd) ?? []))
  const near = furthest(index, pair, otherEnd, new Set([...running, ...unreached]))
  if (near !== null) return near
  if (unreached.some((host) => !running.includes(host))) return "unreachable"
  if (running.length > 0) return "anti-affinity"
  return flags.includes(inMaintenance) ? "maintenance" : "storage"
}

/** What a usable host lacks that is not away, by class: the last of the requirements in their order; null if all are away. */
const furthest = (
  index: PlacementIndex,
  pair: PairNumber,
  otherEnd: HostNumber | null,
  away: ReadonlySet<HostNumber>,
): Ineligible | null => {
  const overheard = [...(otherEnd === null ? [] : (index.exposed.get(otherEnd) ?? []))].filter(
    (host) => index.flags[host] === 0 && !away.has(host) && isInClear(index, pair, host, otherEnd as number),
  )
  const left = Int32Array.from(index.usable)
  for (const host of [...away, ...overheard])
    left[classOf(index, host)] = (left[classOf(index, host)] as number) - 1
  const lacks = new Set<Ineligible>(overheard.length > 0 ? ["confidential"] : [])
  left.forEach((count, n) => {
    if (count > 0) lacks.add(whyUnfit(index, pair, n, otherEnd) ?? "limits")
  })
  return lastRequirements.find((each) => lacks.has(each)) ?? null
}

/** What is required of hosts that are up and within reach, from what is checked last to what is checked first. */
const lastRequirements = [
  "limits",
  "encryption",
  "rule",
  "metro",
  "confidential",
] as const satisfies readonly Ineligible[]

// Updates.

/** A copy of the pair has started on the host. A pair has at most one copy on a host. */
export const copyStarts = (index: PlacementIndex, pair: PairNumber, host: HostNumber): void => {
  addCopy(index.copies, pair, host)
  load(index, pair, host, 1)
}

/** The pair's copy on the host has halted, or is lost. */
export const copyEnds = (index: PlacementIndex, pair: PairNumber, host: HostNumber): void => {
  removeCopy(index.copies, pair, host)
  load(index, pair, host, -1)
}

/** The pair's copy on one host has moved to another. */
export const copyMoves = (
  index: PlacementIndex,
  pair: PairNumber,
  from: HostNumber,
  to: HostNumber,
): void => {
  copyEnds(index, pair, from)
  copyStarts(index, pair, to)
}

/** What has changed of a host itself. The copies that end because of it are reported one by one. */
export const setHost = (
  index: PlacementIndex,
  host: HostNumber,
  { up, storage, maintenance }: Partial<Host>,
): void => {
  const before = index.flags[host] as number
  const now = flag(
    flag(flag(before, failed, not(up)), withoutStorage, not(storage)),
    inMaintenance,
    maintenance,
  )
  const group = index.classes.classOf[host] as number
  index.flags[host] = now
  index.usable[group] = (index.usable[group] as number) + Number(now === 0) - Number(before === 0)
  enter(index, host)
}

/** The FT logging link between two hosts is cut, or restored. */
export const setLink = (
  index: PlacementIndex,
  a: HostNumber,
  b: HostNumber,
  link: "cut" | "restored",
): void => {
  setLinkIn(index.cuts, a, b, link === "cut")
}

/** Others can listen on the FT logging link between two hosts, or no more. */
export const setExposure = (
  index: PlacementIndex,
  a: HostNumber,
  b: HostNumber,
  link: "exposed" | "private",
): void => {
  setLinkIn(index.exposed, a, b, link === "exposed")
}

/** A rule, by its number from 0 in the order of the configuration, is in force from now on, or no more. */
export const setRule = (index: PlacementIndex, rule: number, is: "active" | "inactive"): void => {
  if (is === "active") index.inForce.add(rule)
  else index.inForce.delete(rule)
  for (const demand of index.demands)
    if (demand.rules.includes(rule))
      demand.tiers = tiersBy(index.rules, demand.rules, index.inForce, index.classes)
}

/** Whether FT is configured for the pair, be it enabled or suspended: if not, its copies count against no limits. */
export const setFt = (index: PlacementIndex, pair: PairNumber, ft: "configured" | "notConfigured"): void => {
  const hosts = hostsOf(index.copies, pair)
  for (const host of hosts) load(index, pair, host, -1)
  index.withFt[pair] = Number(ft === "configured")
  if (ft === "notConfigured" && index.limitless.length === 0) addLimitless(index)
  for (const host of hosts) load(index, pair, host, 1)
}

// How it keeps it.

/** Adds a copy of the pair to what a host carries, or with -1 takes one away. */
const load = (index: PlacementIndex, pair: PairNumber, host: HostNumber, count: 1 | -1): void => {
  const { vcpus } = demandOf(index, pair)
  index.loads[host] = (index.loads[host] as number) + count * vcpus
  if (index.withFt[pair] !== 0) {
    index.vms[host] = (index.vms[host] as number) + count
    index.vcpus[host] = (index.vcpus[host] as number) + count * vcpus
  }
  enter(index, host)
}

/** Makes the tournaments of pairs without FT, with every host that is usable. */
const addLimitless = (index: PlacementIndex): void => {
  for (const size of index.classes.sizes) index.limitless.push(tournament(size))
  for (let host = 0; host < index.flags.length; host += 1) enter(index, host)
}

/** Enters a host in the tournaments of the sizes for which it is usable and has room, and withdraws it from the others. */
const enter = (index: PlacementIndex, host: HostNumber): void => {
  const { classes, sizes, tournaments, limitless } = index
  const n = classOf(index, host)
  const seat = classes.seatOf[host] as number
  const key = index.flags[host] === 0 ? (index.loads[host] as number) * index.flags.length + host : Infinity
  for (let size = 0; size < sizes.length; size += 1)
    setKey(
      tournaments[n * sizes.length + size] as Tournament,
      seat,
      hasRoom(index, host, sizes[size] as number) ? key : Infinity,
    )
  if (limitless.length > 0) setKey(limitless[n] as Tournament, seat, key)
}

const hasRoom = ({ vms, vcpus, vmsMax, vcpusMax }: PlacementIndex, host: HostNumber, size: number): boolean =>
  (vms[host] as number) < (vmsMax[host] as number) &&
  (vcpus[host] as number) + size <= (vcpusMax[host] as number)

/** The tournament in which a copy of the pair is placed on a host of that class. */
const tournamentOf = (index: PlacementIndex, pair: PairNumber, n: number): Tournament => {
  if (index.withFt[pair] === 0) return index.limitless[n] as Tournament
  const { sizes, tournaments } = index
  return tournaments[n * sizes.length + demandOf(index, pair).size] as Tournament
}

/** The least key of a tournament, below `bound`, whose host is not barred; the closure is for the rare second look. */
const minIn = (
  index: PlacementIndex,
  among: Tournament,
  bound: number,
  pair: PairNumber,
  otherEnd: HostNumber | null,
): number => {
  const key = rootKey(among)
  if (key >= bound) return bound
  if (!isBarred(index, pair, hostIn(key, index.flags.length), otherEnd)) return key
  return minKey(among, bound, (other) => isBarred(index, pair, hostIn(other, index.flags.length), otherEnd))
}

/** Whether the host runs a copy of the pair, or its link to the other end is cut, or others would listen there. */
const isBarred = (
  index: PlacementIndex,
  pair: PairNumber,
  host: HostNumber,
  otherEnd: HostNumber | null,
): boolean =>
  runsOn(index.copies, pair, host) ||
  (otherEnd !== null &&
    (index.cuts.get(otherEnd)?.has(host) === true ||
      (index.exposed.get(otherEnd)?.has(host) === true && isInClear(index, pair, host, otherEnd))))

/** Whether what the pair logs between the two hosts is not encrypted. */
const isInClear = (index: PlacementIndex, pair: PairNumber, a: HostNumber, b: HostNumber): boolean =>
  demandOf(index, pair).encryption === "disabled" ||
  !canEncrypt(index, classOf(index, a)) ||
  !canEncrypt(index, classOf(index, b))

/** Whether the hosts of a class that rules allow will do otherwise, for the pair whose other end runs there. */
const isFit = (index: PlacementIndex, pair: PairNumber, n: number, otherEnd: HostNumber | null): boolean =>
  lacksTowards(index, pair, n, otherEnd) === null && !lacksEncryption(index, pair, n)

/** What the hosts of a class lack for the pair whose other end runs there, whatever runs on them; null if nothing. */
const whyUnfit = (
  index: PlacementIndex,
  pair: PairNumber,
  n: number,
  otherEnd: HostNumber | null,
): "confidential" | "metro" | "rule" | "encryption" | null => {
  const lack = lacksTowards(index, pair, n, otherEnd)
  if (lack !== null) return lack
  if (!demandOf(index, pair).tiers.some((tier) => tier.includes(n))) return "rule"
  return lacksEncryption(index, pair, n) ? "encryption" : null
}

/** What the hosts of a class lack towards the other end, if there is one. */
const lacksTowards = (
  index: PlacementIndex,
  pair: PairNumber,
  n: number,
  otherEnd: HostNumber | null,
): "confidential" | "metro" | null => {
  if (otherEnd === null) return null
  const { metro, encryption } = demandOf(index, pair)
  const far = classOf(index, otherEnd)
  if (encryption === "required" && !(canEncrypt(index, n) && canEncrypt(index, far))) return "confidential"
  return metro !== null && isIn(index, n, metro) === isIn(index, far, metro) ? "metro" : null
}

const lacksEncryption = (index: PlacementIndex, pair: PairNumber, n: number): boolean =>
  demandOf(index, pair).encryption === "required" && index.withFt[pair] !== 0 && !canEncrypt(index, n)

const canEncrypt = ({ classes }: PlacementIndex, n: number): boolean => classes.encrypts[n] === true

const isIn = ({ classes }: PlacementIndex, n: number, group: string): boolean =>
  classes.groups[n]?.has(group) === true

const classOf = ({ classes }: PlacementIndex, host: HostNumber): number => classes.classOf[host] as number

const demandOf = (index: PlacementIndex, pair: PairNumber): Demand =>
  index.demands[index.demandOf[pair] as number] as Demand

/** The host that a tournament's key belongs to. */
const hostIn = (key: number, hosts: number): HostNumber => (key - Math.floor(key / hosts) * hosts) | 0

const flag = (flags: number, bit: number, isSet: boolean | undefined): number =>
  isSet === undefined ? flags : isSet ? flags | bit : flags & ~bit

const not = (is: boolean | undefined): boolean | undefined => (is === undefined ? undefined : !is)
