import type { Config, HostConfig } from "../../model/config.ts"
import type { Host } from "../../model/host.ts"
import type { Ineligible } from "../../model/placement.ts"
import { hostClasses, type HostClasses } from "./host-class.ts"
import { rankings, type Ranking } from "./ranking.ts"
import { leastKey, setKey, tournament, type Tournament } from "./tournament.ts"

/** A host, a pair: its number from 0, in the order of the configuration. */
export type HostNumber = number
export type PairNumber = number

/**
 * What a scheduler keeps of a cluster to place copies by the reference policy without looking at every host. It
 * knows what it is told (`copyStarts`, `copyEnds`, `copyMoves`, `setHost`, `setLink`) and believes it: also that
 * a copy runs where it should not.
 *
 * For each class of hosts that rules can tell apart, and for each size that pairs have, there is a tournament of
 * the hosts that are usable and have room for a copy of that size; the least loaded wins. A host without room
 * for a size is not in its tournaments, so however many are full, none is looked at.
 *
 * Cost, with `h` hosts, `s` different sizes of pairs, `c` classes and `k` hosts to be skipped, which run a copy
 * of the pair or have a cut link to its other end (only those count that would have won):
 *
 *   place                          O(c + k log h)
 *   whyNone                        O(c + k c)
 *   copyStarts, copyEnds, setHost  O(s log h)
 *
 * Nothing depends on the number of pairs, on how limits differ, or on how full the hosts are. `c` is one without
 * rules, and at most two to the number of groups that rules in force name. Room is kept for `s` numbers a host.
 *
 * Shape  `keys` of a tournament are `load * h + host`: least loaded, then first. Exact while a host's load times
 *        the number of hosts is below 2^53. The tournament of class `n` and the size numbered `m` is the
 *        `n * s + m`-th. `flags` of a host are 0 if it is usable.
 * Units  loads in vCPUs.
 */
export type PlacementIndex = {
  readonly hosts: readonly HostConfig[]
  readonly classes: HostClasses
  readonly rankings: readonly Ranking[]
  readonly sizes: readonly number[]
  readonly sizeOf: Int32Array
  readonly tournaments: readonly Tournament[]
  readonly flags: Uint8Array
  readonly vms: Int32Array
  readonly vcpus: Float64Array
  readonly copies: readonly HostNumber[][]
  readonly cuts: Map<HostNumber, Set<HostNumber>>
  readonly usable: Int32Array
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
  const index: PlacementIndex = {
    hosts: config.hosts,
    classes,
    rankings: rankings(config, classes.groups),
    sizes,
    sizeOf: Int32Array.from(config.pairs, ({ vcpus }) => sizes.indexOf(vcpus)),
    tournaments: classes.sizes.flatMap((size) => sizes.map(() => tournament(size))),
    flags: new Uint8Array(hosts),
    vms: new Int32Array(hosts),
    vcpus: new Float64Array(hosts),
    copies: config.pairs.map(() => []),
    cuts: new Map(),
    usable: Int32Array.from(classes.sizes),
  }
  for (let host = 0; host < hosts; host += 1) enter(index, host)
  return index
}

// What it is asked.

/**
 * The host for a copy of the pair whose other end runs on `otherEnd` (null: there is none), by the reference
 * policy; null if no host is eligible.
 */
export const place = (
  index: PlacementIndex,
  pair: PairNumber,
  otherEnd: HostNumber | null,
): HostNumber | null => {
  const { hosts, rankings, sizes, sizeOf, tournaments } = index
  const size = sizeOf[pair] as number
  const isSkipped = (key: number): boolean => isBarred(index, pair, hostIn(key, hosts.length), otherEnd)
  for (const tier of rankings[pair] as Ranking) {
    let least = Infinity
    for (const n of tier)
      least = leastKey(tournaments[n * sizes.length + size] as Tournament, least, isSkipped)
    if (least < Infinity) return hostIn(least, hosts.length)
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
  isAllowed(index, pair, host) &&
  hasRoom(index, host, vcpusOf(index, pair))

/**
 * Why no host is eligible: what speaks against the host that meets most of what is asked, in the order in which
 * it is asked. Null if there is a host.
 */
export const whyNone = (
  index: PlacementIndex,
  pair: PairNumber,
  otherEnd: HostNumber | null,
): Ineligible | null => {
  if (place(index, pair, otherEnd) !== null) return null
  const running = (index.copies[pair] as HostNumber[]).filter((host) => index.flags[host] === 0)
  const unreached = [...(otherEnd === null ? [] : (index.cuts.get(otherEnd) ?? []))].filter(
    (host) => index.flags[host] === 0 && !running.includes(host),
  )
  const allowed = (index.rankings[pair] as Ranking).flat()
  const barred = [...running, ...unreached]
  if (usableIn(index, allowed) > barred.filter((host) => isAllowed(index, pair, host)).length) return "limits"
  if (usableIn(index, index.classes.sizes.keys()) > barred.length) return "rule"
  if (unreached.length > 0) return "unreachable"
  if (running.length > 0) return "anti-affinity"
  return index.flags.includes(inMaintenance) ? "maintenance" : "storage"
}

// What it is told.

/** A copy of the pair has started on the host. A pair has at most one copy on a host. */
export const copyStarts = (index: PlacementIndex, pair: PairNumber, host: HostNumber): void => {
  ;(index.copies[pair] as HostNumber[]).push(host)
  load(index, host, 1, vcpusOf(index, pair))
}

/** The pair's copy on the host has halted, or is lost. */
export const copyEnds = (index: PlacementIndex, pair: PairNumber, host: HostNumber): void => {
  const copies = index.copies[pair] as HostNumber[]
  const at = copies.indexOf(host)
  if (at < 0) throw new Error(`defect: the pair numbered ${pair} has no copy on the host numbered ${host}`)
  copies.splice(at, 1)
  load(index, host, -1, -vcpusOf(index, pair))
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

/** What has changed of a host itself. The copies that end because of it are told one by one. */
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
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const cut = index.cuts.get(one) ?? new Set()
    if (link === "cut") index.cuts.set(one, cut.add(other))
    else if (cut.delete(other) && cut.size === 0) index.cuts.delete(one)
  }
}

// How it keeps it.

const load = (index: PlacementIndex, host: HostNumber, vms: number, vcpus: number): void => {
  index.vms[host] = (index.vms[host] as number) + vms
  index.vcpus[host] = (index.vcpus[host] as number) + vcpus
  enter(index, host)
}

/** Enters a host in the tournaments of the sizes for which it is usable and has room, and withdraws it from the others. */
const enter = (index: PlacementIndex, host: HostNumber): void => {
  const { classes, sizes, tournaments } = index
  const first = (classes.classOf[host] as number) * sizes.length
  const seat = classes.seatOf[host] as number
  const key = (index.vcpus[host] as number) * index.hosts.length + host
  const isUsable = index.flags[host] === 0
  for (let n = 0; n < sizes.length; n += 1)
    setKey(
      tournaments[first + n] as Tournament,
      seat,
      isUsable && hasRoom(index, host, sizes[n] as number) ? key : Infinity,
    )
}

const hasRoom = (index: PlacementIndex, host: HostNumber, vcpus: number): boolean => {
  const { ftVmsMax, ftVcpusMax } = index.hosts[host] as HostConfig
  return (
    (ftVmsMax === 0 || (index.vms[host] as number) < ftVmsMax) &&
    (ftVcpusMax === 0 || (index.vcpus[host] as number) + vcpus <= ftVcpusMax)
  )
}

/** Whether the host runs a copy of the pair, or its link to the other end is cut. */
const isBarred = (
  { copies, cuts }: PlacementIndex,
  pair: PairNumber,
  host: HostNumber,
  otherEnd: HostNumber | null,
): boolean =>
  (copies[pair] as HostNumber[]).includes(host) ||
  (otherEnd !== null && cuts.get(otherEnd)?.has(host) === true)

const isAllowed = ({ classes, rankings }: PlacementIndex, pair: PairNumber, host: HostNumber): boolean =>
  (rankings[pair] as Ranking).some((tier) => tier.includes(classes.classOf[host] as number))

const vcpusOf = ({ sizes, sizeOf }: PlacementIndex, pair: PairNumber): number =>
  sizes[sizeOf[pair] as number] as number

const usableIn = ({ usable }: PlacementIndex, classes: Iterable<number>): number => {
  let count = 0
  for (const n of classes) count += usable[n] as number
  return count
}

/** The host that a tournament's key belongs to. */
const hostIn = (key: number, hosts: number): HostNumber => key - Math.floor(key / hosts) * hosts

const flag = (flags: number, bit: number, isSet: boolean | undefined): number =>
  isSet === undefined ? flags : isSet ? flags | bit : flags & ~bit

const not = (is: boolean | undefined): boolean | undefined => (is === undefined ? undefined : !is)
