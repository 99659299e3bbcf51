import type { Config } from "../../model/config.ts"
import type { Ineligible } from "../../model/placement.ts"
import {
  copyEnds,
  copyStarts,
  place,
  placementIndex,
  setHost,
  takes,
  whyNone,
  type HostNumber,
  type PairNumber,
  type PlacementIndex,
} from "./placement-index.ts"

/**
 * Powered-on pairs on the hosts of a cluster, as placement sees them: which copy runs where. Of the protocol it has
 * only what decides that: a Secondary whose Primary is lost goes live at once, and a new one is in lockstep as soon as
 * it is placed.
 *
 * Shape  `primary` and `secondary` give for each pair the host of its copy, or `nowhere`. `down` holds the pairs
 *        without a Primary, `alone` those with a Primary and no Secondary, each in the order in which they came
 *        to it. `pairsOn` gives for each host the pairs of which it runs a copy.
 */
export type Fleet = {
  readonly index: PlacementIndex
  readonly primary: Int32Array
  readonly secondary: Int32Array
  readonly pairsOn: readonly Set<PairNumber>[]
  readonly down: Set<PairNumber>
  readonly alone: Set<PairNumber>
}

export const nowhere = -1

/** What happened to pairs: Secondaries that went live, Primaries started anew, Secondaries started. */
export type Upheaval = { readonly failovers: number; readonly restarts: number; readonly respawns: number }

/** The cluster after every pair was powered on, its Primary where it is registered if that can take it. */
export const poweredOn = (config: Config): Fleet => {
  const fleet: Fleet = {
    index: placementIndex(config),
    primary: new Int32Array(config.pairs.length).fill(nowhere),
    secondary: new Int32Array(config.pairs.length).fill(nowhere),
    pairsOn: config.hosts.map(() => new Set()),
    down: new Set(config.pairs.keys()),
    alone: new Set(),
  }
  const numbers = new Map(config.hosts.map(({ id }, n) => [id, n]))
  config.pairs.forEach(({ registered }, pair) => {
    const host = numbers.get(registered.primary)
    if (host !== undefined && takes(fleet.index, pair, host, null)) startPrimary(fleet, pair, host)
    else restart(fleet, pair)
  })
  placeMissing(fleet)
  return fleet
}

/**
 * Hosts fail at the same moment, and every copy on them is lost. Secondaries whose Primary was among these go
 * live where they are, which is no placement and is never refused. Then what is missing is placed.
 */
export const failHosts = (fleet: Fleet, hosts: readonly HostNumber[]): Upheaval => {
  for (const host of hosts) setHost(fleet.index, host, { up: false })
  const hit = hosts.flatMap((host) => loseCopies(fleet, host))
  let failovers = 0
  for (const pair of hit) if (goesLive(fleet, pair)) failovers += 1
  return { failovers, ...placeMissing(fleet) }
}

/** Hosts come back, empty. What had no room before is placed. */
export const recoverHosts = (fleet: Fleet, hosts: readonly HostNumber[]): Upheaval => {
  for (const host of hosts) setHost(fleet.index, host, { up: true })
  return { failovers: 0, ...placeMissing(fleet) }
}

/** The pairs that are not protected, and why no host is eligible for the copy that they lack. */
export const unprotected = ({
  index,
  down,
  alone,
  primary,
}: Fleet): ReadonlyMap<PairNumber, Ineligible | null> =>
  new Map([
    ...[...down].map((pair) => [pair, whyNone(index, pair, null)] as const),
    ...[...alone].map((pair) => [pair, whyNone(index, pair, primary[pair] as HostNumber)] as const),
  ])

/** What a rolling failure came to. `unprotectedAfter` counts the failures after which some pair was not protected. */
export type Rolling = Upheaval & { readonly failures: number; readonly unprotectedAfter: number }

/**
 * Every host fails, one after the other, and comes back when `downAtOnce` later ones have failed: with 1, each
 * before the next. In the end all are back.
 */
export const rollingFailure = (fleet: Fleet, downAtOnce = 1): Rolling => {
  const hosts = fleet.pairsOn.length
  let total: Rolling = { failures: 0, unprotectedAfter: 0, failovers: 0, restarts: 0, respawns: 0 }
  for (let host = 0; host < hosts + downAtOnce; host += 1) {
    const back = host - downAtOnce
    if (back >= 0) total = plus(total, recoverHosts(fleet, [back]))
    if (host >= hosts) continue
    total = plus(total, failHosts(fleet, [host]))
    total = {
      ...total,
      failures: total.failures + 1,
      unprotectedAfter: total.unprotectedAfter + Number(fleet.down.size + fleet.alone.size > 0),
    }
  }
  return total
}

// Helpers

/**
 * Places what is missing, restarts before respawns: else a redundant copy could take the last room of a pair
 * that is down. Asks once for every pair that lacks a copy, also for those that found no room before.
 */
const placeMissing = (fleet: Fleet): Omit<Upheaval, "failovers"> => {
  let restarts = 0
  let respawns = 0
  for (const pair of fleet.down) if (restart(fleet, pair)) restarts += 1
  for (const pair of fleet.alone) if (respawn(fleet, pair)) respawns += 1
  return { restarts, respawns }
}

const restart = (fleet: Fleet, pair: PairNumber): boolean => {
  const host = place(fleet.index, pair, null)
  if (host !== null) startPrimary(fleet, pair, host)
  return host !== null
}

const startPrimary = (fleet: Fleet, pair: PairNumber, host: HostNumber): void => {
  start(fleet, pair, host)
  fleet.primary[pair] = host
  fleet.down.delete(pair)
  fleet.alone.add(pair)
}

const respawn = (fleet: Fleet, pair: PairNumber): boolean => {
  const host = place(fleet.index, pair, fleet.primary[pair] as HostNumber)
  if (host === null) return false
  start(fleet, pair, host)
  fleet.secondary[pair] = host
  fleet.alone.delete(pair)
  return true
}

const start = ({ index, pairsOn }: Fleet, pair: PairNumber, host: HostNumber): void => {
  copyStarts(index, pair, host)
  ;(pairsOn[host] as Set<PairNumber>).add(pair)
}

/** Ends every copy on a host, and says of which pairs. */
const loseCopies = (
  { index, primary, secondary, pairsOn }: Fleet,
  host: HostNumber,
): readonly PairNumber[] => {
  const there = pairsOn[host] as Set<PairNumber>
  const lost = [...there]
  there.clear()
  for (const pair of lost) {
    copyEnds(index, pair, host)
    const role = primary[pair] === host ? primary : secondary
    role[pair] = nowhere
  }
  return lost
}

/** Files a pair that has lost a copy under what it lacks now; whether its Secondary takes over. */
const goesLive = ({ primary, secondary, down, alone }: Fleet, pair: PairNumber): boolean => {
  const survivor = secondary[pair] as HostNumber
  const takesOver = primary[pair] === nowhere && survivor !== nowhere
  if (takesOver) {
    primary[pair] = survivor
    secondary[pair] = nowhere
  }
  const isDown = primary[pair] === nowhere
  ;(isDown ? down : alone).add(pair)
  ;(isDown ? alone : down).delete(pair)
  return takesOver
}

const plus = (total: Rolling, { failovers, restarts, respawns }: Upheaval): Rolling => ({
  ...total,
  failovers: total.failovers + failovers,
  restarts: total.restarts + restarts,
  respawns: total.respawns + respawns,
})
