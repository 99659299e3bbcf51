import {
  failHosts,
  poweredOn,
  recoverHosts,
  rollingFailure,
  unprotected,
  type Fleet,
} from "../../impl/placement/fleet.ts"
import { copyEnds, copyStarts, place } from "../../impl/placement/placement-index.ts"
import { unbounded, type AffinityRule, type Config } from "../../model/config.ts"
import type { HostId, PairId } from "../../model/ids.ts"

/**
 * What placement costs in fleets of 100, 1,000 and 10,000 hosts with ten pairs each: per placed copy, per copy
 * that a failed host costs, and what a scan of all hosts would. Medians of rounds in which every fleet has its
 * turn, so that all meet the same machine.
 */
export const fleetBench = (): readonly string[] => kindsOfFleet.flatMap(benchOf)

/** How hosts and pairs differ in a fleet. */
type KindOfFleet = {
  readonly name: string
  readonly vcpus: readonly number[]
  readonly vmsMax: readonly number[]
  readonly vcpusMax: readonly number[]
  readonly groups: readonly string[]
  /** Rules, with the share of the pairs that each names: every so-manieth. */
  readonly rules: readonly (Omit<AffinityRule, "pairs"> & { readonly every: number })[]
}

const plain: KindOfFleet = {
  name: "alike: one size, one limit, no rules",
  vcpus: [2],
  vmsMax: [32],
  vcpusMax: [64],
  groups: [],
  rules: [],
}

const kindsOfFleet: readonly KindOfFleet[] = [
  plain,
  {
    name: "mixed: four sizes, differing limits, four groups, four rules",
    vcpus: [1, 1, 2, 4],
    vmsMax: [28, 32, 0],
    vcpusMax: [56, 64, 80, 0],
    groups: ["a", "b", "c", "d"],
    rules: [
      { every: 10, type: "must", run: "on", group: "a", active: true },
      { every: 7, type: "must", run: "not-on", group: "b", active: true },
      { every: 5, type: "should", run: "on", group: "c", active: true },
      { every: 3, type: "should", run: "not-on", group: "d", active: true },
    ],
  },
  { ...plain, name: "tight: alike, with room for one copy in twenty more", vmsMax: [21] },
]

const sizes = [100, 1_000, 10_000] as const
const warmUps = 20
const rounds = 41
const placements = 500
const failures = 25

type Costs = { readonly placed: number; readonly respawned: number; readonly scanned: number }

function benchOf(kind: KindOfFleet): readonly string[] {
  const fleets = sizes.map((hosts) => {
    const config = fleetOf(kind, hosts)
    return { hosts, config, fleet: poweredOn(config) }
  })
  const chance = numbers(1)
  const turns = Array.from({ length: warmUps + rounds }, () =>
    fleets.map(({ config, fleet }) => costsOf(config, fleet, chance)),
  ).slice(warmUps)
  const cost = (n: number, of: keyof Costs): string =>
    `${Math.round(median(turns.map((turn) => turn[n]?.[of] ?? NaN))).toLocaleString("en")} ns`
  const times = (of: keyof Costs): string =>
    `${median(turns.map((turn) => (turn.at(-1)?.[of] ?? NaN) / (turn[0]?.[of] ?? NaN))).toFixed(2)} times`
  return [
    `Fleet, ${kind.name}.`,
    ...fleets.map(
      ({ hosts }, n) =>
        `  ${counted(hosts)} hosts, ${counted(hosts * 10)} pairs: ${cost(n, "placed")} to place and start a copy, ${cost(n, "respawned")} per respawn after a host failure, ${cost(n, "scanned")} to find a place by scanning`,
    ),
    `  10,000 hosts against 100: placing ${times("placed")} as dear, respawning ${times("respawned")}, scanning ${times("scanned")}`,
    ...rollingLines((fleets.at(-1) as { fleet: Fleet }).fleet),
  ]
}

function costsOf(config: Config, fleet: Fleet, chance: () => number): Costs {
  return {
    placed: costOfPlacement(fleet, chance),
    respawned: costOfRespawn(fleet, chance),
    scanned: costOfScan(config, fleet, chance),
  }
}

function rollingLines(fleet: Fleet): readonly string[] {
  const start = performance.now()
  const rolled = rollingFailure(fleet)
  const seconds = (performance.now() - start) / 1e3
  const left = unprotected(fleet).size
  return [
    `  rolling failure of all ${counted(rolled.failures)} hosts in ${seconds.toFixed(2)} s: ${counted(rolled.failovers)} failovers, ${counted(rolled.respawns)} respawns, ${counted(rolled.restarts)} restarts; after ${counted(rolled.unprotectedAfter)} failures some pair was not protected, at the end ${counted(left)} pairs`,
  ]
}

// Costs, in nanoseconds.

/** Takes the Secondaries of some pairs away, then places and starts them again: the latter, per copy. */
function costOfPlacement({ index, primary, secondary, pairsOn }: Fleet, chance: () => number): number {
  const pairs = [...new Set(Array.from({ length: placements }, () => chance() % primary.length))]
  for (const pair of pairs) {
    const host = secondary[pair] as number
    copyEnds(index, pair, host)
    pairsOn[host]?.delete(pair)
  }
  const start = performance.now()
  for (const pair of pairs) {
    const host = place(index, pair, primary[pair] as number) as number
    copyStarts(index, pair, host)
    secondary[pair] = host
  }
  const cost = (performance.now() - start) / pairs.length
  for (const pair of pairs) pairsOn[secondary[pair] as number]?.add(pair)
  return cost * 1e6
}

function costOfRespawn(fleet: Fleet, chance: () => number): number {
  let spent = 0
  let respawns = 0
  for (let n = 0; n < failures; n += 1) {
    const host = chance() % fleet.pairsOn.length
    const start = performance.now()
    respawns += failHosts(fleet, [host]).respawns
    spent += performance.now() - start
    recoverHosts(fleet, [host])
  }
  return (spent / respawns) * 1e6
}

/** The same question as `place`, answered by looking at every host; rules are left out. */
function costOfScan(config: Config, fleet: Fleet, chance: () => number): number {
  const { vms, vcpus, vmsMax, vcpusMax, flags } = fleet.index
  const asked = 20
  let sink = 0
  const start = performance.now()
  for (let n = 0; n < asked; n += 1) {
    const pair = chance() % config.pairs.length
    const size = config.pairs[pair]?.vcpus ?? 0
    let best = -1
    let least = Infinity
    for (let host = 0; host < config.hosts.length; host += 1) {
      const load = vcpus[host] as number
      if (
        load >= least ||
        flags[host] !== 0 ||
        host === fleet.primary[pair] ||
        host === fleet.secondary[pair]
      )
        continue
      if ((vms[host] as number) >= (vmsMax[host] as number)) continue
      if (load + size > (vcpusMax[host] as number)) continue
      best = host
      least = load
    }
    sink += best
  }
  return sink < 0 ? 0 : ((performance.now() - start) / asked) * 1e6
}

// Clusters.

function fleetOf(kind: KindOfFleet, hosts: number): Config {
  const pairs = Array.from({ length: hosts * 10 }, (_, n): PairId => `p${BigInt(n + 1)}`)
  const hostIds = Array.from({ length: hosts }, (_, n): HostId => `h${BigInt(n + 1)}`)
  return {
    hosts: hostIds.map((id, n) => ({
      id,
      ftVmsMax: at(kind.vmsMax, n),
      ftVcpusMax: at(kind.vcpusMax, n),
      groups: kind.groups.length === 0 ? [] : [at(kind.groups, n)],
      ftEncryption: false,
    })),
    pairs: pairs.map((id, n) => ({
      id,
      vcpus: at(kind.vcpus, n),
      ft: "enabled",
      encryption: "opportunistic",
      metro: null,
      registered: { primary: at(hostIds, n), secondary: at(hostIds, n) },
    })),
    policy: "any",
    exposed: [],
    rules: kind.rules.map(({ every, ...rule }) => ({
      ...rule,
      pairs: pairs.filter((_, n) => n % every === 0),
    })),
    bounds: unbounded,
  }
}

// Helpers

function at<A>(items: readonly A[], n: number): A {
  return items[n % items.length] as A
}

/** Pseudorandom numbers, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 4
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

const counted = (n: number): string => n.toLocaleString("en")
