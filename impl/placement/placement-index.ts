import type { Config } from "../../model/config.ts"
import type { Host } from "../../model/host.ts"
import type { Ineligible } from "../../model/placement.ts"
import { addCopy, hostsOf, noCopies, removeCopy, runsOn, type Copies } from "./copies.ts"
import { demandsOf, type Demand } from "./demand.ts"
import { hostClasses, type HostClasses } from "./host-class.ts"
import { minKey, rootKey, setKey, tournament, type Tournament } from "./tournament.ts"

/** A host, a pair: its number from 0, in the order of the configuration. */
export type HostNumber = number
export type PairNumber = number

/**
 * What a scheduler keeps of a cluster to place copies by the reference policy without looking at every host. It knows
 * what is reported to it (`copyStarts`, `copyEnds`, `copyMoves`, `setHost`, `setLink`) and believes it: also that a
 * copy runs where it should not.
 *
 * For each class of hosts that rules can distinguish, and for each size that pairs have, there is a tournament of the
 * hosts that are usable and have room for a copy of that size; the least loaded wins. A host without room for a size is
 * not in its tournaments, so however many are full, none is looked at.
 *
 * Cost, with `h` hosts, `s` different sizes of pairs, `c` classes of hosts, and `k` hosts that are barred to a
 * pair: they run a copy of it, or have a cut link to its other end.
 *
 *   place                          O(c + k log h), where of the barred only those count that would have won
 *   whyNone                        O(c + k c), and O(h) where no host at all is usable
 *   copyStarts, copyEnds, setHost  O(s log h)
 *
 * Nothing depends on the number of pairs, on how limits differ, or on how full the hosts are. `c` is one without
 * rules, and at most two to the number of groups that rules in force name. It keeps some `s` numbers for a host.
 *
 * Shape  The keys of a tournament are `load * h + host`: least loaded, then first. They are exact while a host's
 *        load times the number of hosts is below 2^53. The tournament of a class and of a size is the
 *        `class * s + size`-th, with the sizes numbered as in `sizes`. A demand's `tournaments` are those of its
 *        tiers. `flags` of a host are 0 if it is usable; `usable` counts these for each class. The limits
 *        `vmsMax` and `vcpusMax` are Infinity where there is none.
 * Units  loads and sizes in vCPUs.
 */
export type PlacementIndex = {
  readonly classes: HostClasses
  readonly sizes: readonly number[]
  readonly tournaments: readonly Tournament[]
  readonly demands: readonly Placeable[]
  readonly demandOf: Int32Array
  readonly vmsMax: Float64Array
  readonly vcpusMax: Float64Array
  readonly vms: Float64Array
  readonly vcpus: Float64Array
  readonly flags: Uint8Array
  readonly usable: Int32Array
  readonly copies: Copies
  readonly cuts: Map<HostNumber, Set<HostNumber>>
}

/** A demand, with the tournaments in which it is met, tier by tier. */
type Placeable = Demand & { readonly tournaments: readonly (readonly Tournament[])[] }

/** A host that is not usable, and why: its flags, together. */
const failed = 1
const withoutStorage = 2
const inMaintenance = 4

/** The index of a cluster as it is at first: every host up and connected, nothing running. */
export const placementIndex = (config: Config): PlacementIndex => {
  const hosts = config.hosts.length
  const classes = hostClasses(config)
  const sizes = [...new Set(config.pairs.map(({ vcpus }) => vcpus))].sort((a, b) => a - b)
  const tournaments = classes.sizes.flatMap((size) => sizes.map(() => tournament(size)))
  const { demands, demandOf } = demandsOf(config, classes.groups)
  const index: PlacementIndex = {
    classes,
    sizes,
    tournaments,
    demands: demands.map((demand) => ({
      ...demand,
      tournaments: demand.tiers.map((tier) =>
        tier.map((n) => tournaments[n * sizes.length + sizes.indexOf(demand.vcpus)] as Tournament),
      ),
    })),
    demandOf,
    vmsMax: Float64Array.from(config.hosts, ({ ftVmsMax }) => ftVmsMax || Infinity),
    vcpusMax: Float64Array.from(config.hosts, ({ ftVcpusMax }) => ftVcpusMax || Infinity),
    vms: new Float64Array(hosts),
    vcpus: new Float64Array(hosts),
    flags: new Uint8Array(hosts),
    usable: Int32Array.from(classes.sizes),
    copies: noCopies(config.pairs.length),
    cuts: new Map(),
  }
  for (let host = 0; host < hosts; host += 1) enter(index, host)
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
  for (const tier of demandOf(index, pair).tournaments) {
    let min = Infinity
    for (const each of tier) min = minIn(index, each, min, pair, otherEnd)
    if (min < Infinity) return hostIn(min, index.vms.length)
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
  hasRoom(index, host, demandOf(index, pair).vcpus)

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
  const running = hostsOf(index.copies, pair).filter((host) => index.flags[host] === 0)
  const unreached = [...(otherEnd === null ? [] : (index.cuts.get(otherEnd) ?? []))].filter(
    (host) => index.flags[host] === 0 && !running.includes(host),
  )
  const allowed = demandOf(index, pair).tiers.flat()
  const barred = [...running, ...unreached]
  if (usableIn(index, allowed) > barred.filter((host) => isAllowed(index, pair, host)).length) return "limits"
  if (usableIn(index, index.classes.sizes.keys()) > barred.length) return "rule"
  if (unreached.length > 0) return "unreachable"
  if (running.length > 0) return "anti-affinity"
  return index.flags.includes(inMaintenance) ? "maintenance" : "storage"
}

// Updates.

/** A copy of the pair has started on the host. A pair has at most one copy on a host. */
export const copyStarts = (index: PlacementIndex, pair: PairNumber, host: HostNumber): void => {
  addCopy(index.copies, pair, host)
  load(index, host, 1, demandOf(index, pair).vcpus)
}

/** The pair's copy on the host has halted, or is lost. */
export const copyEnds = (index: PlacementIndex, pair: PairNumber, host: HostNumber): void => {
  removeCopy(index.copies, pair, host)
  load(index, host, -1, -demandOf(index, pair).vcpus)
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
  const key = (index.vcpus[host] as number) * index.vms.length + host
  const isUsable = index.flags[host] === 0
  for (let n = 0; n < sizes.length; n += 1)
    setKey(
      tournaments[first + n] as Tournament,
      seat,
      isUsable && hasRoom(index, host, sizes[n] as number) ? key : Infinity,
    )
}

const hasRoom = ({ vms, vcpus, vmsMax, vcpusMax }: PlacementIndex, host: HostNumber, size: number): boolean =>
  (vms[host] as number) < (vmsMax[host] as number) &&
  (vcpus[host] as number) + size <= (vcpusMax[host] as number)

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
  if (!isBarred(index, pair, hostIn(key, index.vms.length), otherEnd)) return key
  return minKey(among, bound, (other) => isBarred(index, pair, hostIn(other, index.vms.length), otherEnd))
}

/** Whether the host runs a copy of the pair, or its link to the other end is cut. */
const isBarred = (
  { copies, cuts }: PlacementIndex,
  pair: PairNumber,
  host: HostNumber,
  otherEnd: HostNumber | null,
): boolean => runsOn(copies, pair, host) || (otherEnd !== null && cuts.get(otherEnd)?.has(host) === true)

const isAllowed = (index: PlacementIndex, pair: PairNumber, host: HostNumber): boolean => {
  const kind = index.classes.classOf[host] as number
  return demandOf(index, pair).tiers.some((tier) => tier.includes(kind))
}

const demandOf = (index: PlacementIndex, pair: PairNumber): Placeable =>
  index.demands[index.demandOf[pair] as number] as Placeable

const usableIn = ({ usable }: PlacementIndex, classes: Iterable<number>): number => {
  let count = 0
  for (const n of classes) count += usable[n] as number
  return count
}

/** The host that a tournament's key belongs to. */
const hostIn = (key: number, hosts: number): HostNumber => (key - Math.floor(key / hosts) * hosts) | 0

const flag = (flags: number, bit: number, isSet: boolean | undefined): number =>
  isSet === undefined ? flags : isSet ? flags | bit : flags & ~bit

const not = (is: boolean | undefined): boolean | undefined => (is === undefined ? undefined : !is)
