import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  failHosts,
  nowhere,
  poweredOn,
  recoverHosts,
  rollingFailure,
  unprotected,
  type Fleet,
} from "../../../impl/placement/fleet.ts"
import { unbounded, type AffinityRule, type Config, type HostConfig } from "../../../model/config.ts"
import type { Copy } from "../../../model/copy.ts"
import type { HostId } from "../../../model/ids.ts"
import { initial, pairsOf, withHost, withPair, type State } from "../../../model/state.ts"
import { couldTake, demandOn, forbids } from "../../../properties/eligibility.ts"
import { booted, clusterOf, ruleOnP1 } from "../../fixtures.ts"

describe("a fleet of 300 hosts and 3,000 pairs", () => {
  const config = fleetOf(300, 3_000)

  it("is protected from the start, within all limits", () => {
    const fleet = poweredOn(config)

    expect(unprotected(fleet).size).toBe(0)
    expect(offences(config, fleet, new Set())).toEqual([])
  })

  it.each([1, 3])("is protected again after each of its hosts has failed, %i down at once", (downAtOnce) => {
    const fleet = poweredOn(config)

    const rolled = rollingFailure(fleet, downAtOnce)

    expect(rolled).toMatchObject({ failures: 300, unprotectedAfter: 0, restarts: 0 })
    expect(rolled.failovers).toBeGreaterThan(1_000)
    expect(rolled.respawns).toBeGreaterThan(rolled.failovers)
    expect(offences(config, fleet, new Set())).toEqual([])
  })

  it("has nothing on a failed host, and no copy out of place, after any of the failures", () => {
    const fleet = poweredOn(config)
    const found = config.hosts.flatMap((_, host) => {
      failHosts(fleet, [host])
      const offended = offences(config, fleet, new Set([host]))
      recoverHosts(fleet, [host])
      return offended
    })

    expect(found).toEqual([])
  })

  it("restarts the pairs that lost both copies at once", () => {
    const fleet = poweredOn(config)
    const failed = new Set([...config.hosts.keys()].filter((n) => n % 4 === 0))
    const lost = config.pairs.filter((_, pair) => copiesOf(fleet, pair).every((host) => failed.has(host)))

    const { restarts } = failHosts(fleet, [...failed])

    expect(lost.length).toBeGreaterThan(0)
    expect(restarts).toBe(lost.length)
    expect(unprotected(fleet).size).toBe(0)
    expect(offences(config, fleet, failed)).toEqual([])
  })
})

describe("any fleet", () => {
  it("runs what can run, where it may, whatever hosts fail and come back", () => {
    fc.assert(
      fc.property(arbitraryConfig, fc.array(arbitraryEvent, { size: "+1" }), (config, events) => {
        const fleet = poweredOn(config)
        const failed = new Set<number>()
        expect(faultsOf(config, fleet, failed)).toEqual([])
        for (const { hosts, isBack } of events) {
          const hit = new Set(hosts.map((n) => n % config.hosts.length))
          const heirs = isBack ? [] : heirsOf(fleet, hit)
          for (const host of hit) failed[isBack ? "delete" : "add"](host)
          ;(isBack ? recoverHosts : failHosts)(fleet, [...hit])

          expect(faultsOf(config, fleet, failed)).toEqual([])
          expect(heirs.filter(({ pair, host }) => fleet.primary[pair] !== host)).toEqual([])
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe("a fleet without room", () => {
  const full = clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, { ftVmsMax: 1 }], { pairs: 2 })

  it("says which pairs are not protected, and why", () => {
    const config = { ...full, rules: [ruleOnP1("must", "on", "a")] }

    expect([...unprotected(poweredOn(full))]).toEqual([[1, "limits"]])
    expect([...unprotected(poweredOn(config))]).toEqual([[0, "rule"]])
  })

  it("fails over all the same", () => {
    const fleet = poweredOn(full)

    const upheaval = failHosts(fleet, [0])

    expect(upheaval).toEqual({ failovers: 1, restarts: 0, respawns: 0 })
    expect(copiesOf(fleet, 0)).toEqual([2])
  })

  it("restarts before it respawns", () => {
    const fleet = poweredOn(full)

    failHosts(fleet, [0, 1])
    const upheaval = recoverHosts(fleet, [0])

    expect(upheaval).toEqual({ failovers: 0, restarts: 1, respawns: 0 })
    expect([...unprotected(fleet)]).toEqual([
      [0, "limits"],
      [1, "limits"],
    ])
  })

  it("is protected once hosts come back that have it", () => {
    const config = clusterOf([{}, {}, {}], { pairs: 3 })
    const fleet = poweredOn(config)

    failHosts(fleet, [0, 1])
    const alone = unprotected(fleet).size
    recoverHosts(fleet, [0])

    expect([alone, unprotected(fleet).size]).toEqual([3, 0])
  })

  it("is reported by a rolling failure", () => {
    expect(rollingFailure(poweredOn(full))).toMatchObject({ failures: 3, unprotectedAfter: 3 })
  })
})

// Clusters.

const sizes = [1, 1, 2, 4] as const

/** Hosts for ten pairs each, of mixed sizes and with room for half as much again, and registrations all over. */
function fleetOf(hosts: number, pairs: number): Config {
  const hostId = (n: number): HostId => `h${BigInt((n % hosts) + 1)}`
  return {
    hosts: Array.from({ length: hosts }, (_, n) => ({
      id: hostId(n),
      ftVmsMax: 30,
      ftVcpusMax: 60,
      groups: [],
      ftEncryption: false,
    })),
    pairs: Array.from({ length: pairs }, (_, n) => ({
      id: `p${BigInt(n + 1)}`,
      vcpus: sizes[n % sizes.length] ?? 1,
      ft: "enabled" as const,
      encryption: "opportunistic",
      metro: null,
      registered: { primary: hostId(n * 7), secondary: hostId(n * 7) },
    })),
    policy: "any",
    exposed: [],
    rules: [],
    bounds: unbounded,
  }
}

const arbitraryGroup = fc.constantFrom("a", "b")

const arbitraryHost: fc.Arbitrary<Omit<HostConfig, "id">> = fc.record({
  ftVmsMax: fc.constantFrom(0, 1, 2, 4),
  ftVcpusMax: fc.constantFrom(0, 4, 8),
  groups: fc.uniqueArray(arbitraryGroup),
  ftEncryption: fc.constant(false),
})

const arbitraryRule: fc.Arbitrary<AffinityRule> = fc.record({
  pairs: fc.subarray(["p1", "p2", "p3"] as const, { minLength: 1 }),
  type: fc.constantFrom("must", "should"),
  run: fc.constantFrom("on", "not-on"),
  group: arbitraryGroup,
  active: fc.boolean(),
})

const arbitraryConfig: fc.Arbitrary<Config> = fc
  .record({
    hosts: fc.array(arbitraryHost, { minLength: 2, maxLength: 8 }),
    vcpus: fc.array(fc.constantFrom(...sizes), { minLength: 1, maxLength: 8 }),
    rules: fc.array(arbitraryRule, { maxLength: 2 }),
  })
  .map(({ hosts, vcpus, rules }) => {
    const config = clusterOf(hosts, { pairs: vcpus.length, rules })
    return { ...config, pairs: config.pairs.map((pair, n) => ({ ...pair, vcpus: vcpus[n] ?? 1 })) }
  })

/** Some hosts fail, or come back. */
const arbitraryEvent = fc.record({
  hosts: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
  isBack: fc.boolean(),
})

// What a fleet must not be, counted anew from who runs where.

/** Copies that should not be where they are, and hosts that run too much; in any number of pairs, rules aside. */
function offences(config: Config, fleet: Fleet, failed: ReadonlySet<number>): readonly string[] {
  const vms = config.hosts.map(() => 0)
  const vcpus = config.hosts.map(() => 0)
  const misplaced = config.pairs.flatMap(({ id, vcpus: size }, pair) => {
    const hosts = copiesOf(fleet, pair)
    for (const host of hosts) {
      vms[host] = (vms[host] ?? 0) + 1
      vcpus[host] = (vcpus[host] ?? 0) + size
    }
    const isTogether = new Set(hosts).size < hosts.length
    return isTogether || hosts.some((host) => failed.has(host)) ? [`${id} on ${hosts.join(", ")}`] : []
  })
  const overfull = config.hosts.filter(
    ({ ftVmsMax, ftVcpusMax }, n) =>
      (ftVmsMax > 0 && (vms[n] ?? 0) > ftVmsMax) || (ftVcpusMax > 0 && (vcpus[n] ?? 0) > ftVcpusMax),
  )
  return [...misplaced, ...overfull.map(({ id }) => `${id} is overfull`)]
}

/** The same for a small fleet, by what the properties say of a state; and pairs that lack a copy some host could take. */
function faultsOf(config: Config, fleet: Fleet, failed: ReadonlySet<number>): readonly string[] {
  const state = stateOf(config, fleet, failed)
  const overfull = config.hosts.map(({ id }) => demandOn(config, state, id)).filter((found) => found !== null)
  const forbidden = pairsOf(state).filter(({ id, copies }) =>
    copies.some(({ host }) => forbids(config, state, id, host) !== null),
  )
  const neglected = pairsOf(state).filter(
    ({ id, copies }) =>
      copies.length < 2 &&
      config.hosts.some((host) => couldTake(config, state, id, host.id, copies[0]?.host ?? null)),
  )
  const missing = pairsOf(state).filter(({ copies }) => copies.length < 2)
  return [
    ...offences(config, fleet, failed),
    ...overfull,
    ...forbidden.map(({ id }) => `${id} is where a rule forbids it`),
    ...neglected.map(({ id }) => `${id} lacks a copy that has a place`),
    ...(missing.length === unprotected(fleet).size ? [] : ["who is not protected is not reported"]),
  ]
}

function stateOf(config: Config, fleet: Fleet, failed: ReadonlySet<number>): State {
  const up = config.hosts.reduce(
    (state, { id }, n) => withHost(state, id, { up: !failed.has(n) }),
    initial(config),
  )
  return pairsOf(up).reduce(
    (state, pair, n) =>
      withPair(state, { ...pair, copies: copiesOf(fleet, n).map((host) => copyOn(config, host)) }),
    up,
  )
}

/** The pairs that are about to lose their Primary and not their Secondary, and where that is. */
function heirsOf(
  fleet: Fleet,
  failing: ReadonlySet<number>,
): readonly { readonly pair: number; readonly host: number }[] {
  return [...fleet.primary.keys()].flatMap((pair) => {
    const [primary, secondary] = copiesOf(fleet, pair)
    if (primary === undefined || !failing.has(primary)) return []
    return secondary === undefined || failing.has(secondary) ? [] : [{ pair, host: secondary }]
  })
}

// Helpers

/** The hosts on which the pair's copies run, the Primary's first. */
function copiesOf({ primary, secondary }: Fleet, pair: number): readonly number[] {
  return [primary[pair] ?? nowhere, secondary[pair] ?? nowhere].filter((host) => host !== nowhere)
}

/** A copy, of which nothing counts but where it is. */
function copyOn(config: Config, host: number): Copy {
  return booted("p1.1", (config.hosts[host] as HostConfig).id)
}
