import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig, type Config } from "../../../model/config.ts"
import { initial } from "../../../model/state.ts"
import { forbids } from "../../../properties/eligibility.ts"
import { arbitraryConfig, smallClusters } from "../../../properties/arbitrary/config.ts"
import { arbitraryTimes } from "../../../properties/arbitrary/times.ts"
import {
  boundsOf,
  shortestGoLiveDelay,
  type TimeBounds,
  type Times,
} from "../../../properties/time/bounds.ts"
import { usualTimes } from "../../../properties/time/usual.ts"
import { configOf, jsonOfConfig } from "../../../traces/config.ts"

describe("arbitraryConfig", () => {
  it("draws the same from the same seed", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(drawn(seed)).toEqual(drawn(seed))
      }),
      { numRuns: 10 },
    )
  })

  it("draws legal clusters: what is named once is there, and what is named twice is not", () => {
    fc.assert(
      fc.property(arbitraryConfig(), (config) => {
        expect(faultsOf(config)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    [2, 1],
    [2, 2],
    [3, 1],
    [8, 5],
  ])("keeps to its size: %i hosts and %i pairs at the most", (hostsMax, pairsMax) => {
    fc.assert(
      fc.property(arbitraryConfig({ hostsMax, pairsMax }), ({ hosts, pairs }) => {
        expect(hosts.length).toBeGreaterThanOrEqual(1)
        expect(hosts.length).toBeLessThanOrEqual(hostsMax)
        expect(pairs.length).toBeGreaterThanOrEqual(1)
        expect(pairs.length).toBeLessThanOrEqual(pairsMax)
      }),
    )
  })

  it.each<readonly [string, (config: Config) => boolean]>([
    ["one host", ({ hosts }) => hosts.length === 1],
    ["two hosts", ({ hosts }) => hosts.length === 2],
    ["three hosts", ({ hosts }) => hosts.length === 3],
    ["four hosts", ({ hosts }) => hosts.length === smallClusters.hostsMax],
    ["two pairs", ({ pairs }) => pairs.length === 2],
    ["no rule", ({ rules }) => rules.length === 0],
    ["two rules", ({ rules }) => rules.length === 2],
    ["a rule on both pairs", ({ rules }) => rules.some(({ pairs }) => pairs.length === 2)],
    ["a rule that must", ({ rules }) => rules.some(({ type }) => type === "must")],
    ["a rule in force", ({ rules }) => rules.some(({ active }) => active)],
    ["a rule that is not in force", ({ rules }) => rules.some(({ active }) => !active)],
    [
      "a rule that must, and is not in force",
      ({ rules }) => rules.some(({ type, active }) => type === "must" && !active),
    ],
    [
      "rules that bar every host",
      (config) => config.hosts.every(({ id }) => forbids(config, initial(config), "p1", id) !== null),
    ],
    ["a rule that should", ({ rules }) => rules.some(({ type }) => type === "should")],
    ["a rule to run on", ({ rules }) => rules.some(({ run }) => run === "on")],
    ["a rule not to run on", ({ rules }) => rules.some(({ run }) => run === "not-on")],
    ["a limit of one copy", ({ hosts }) => hosts.some(({ ftVmsMax }) => ftVmsMax === 1)],
    ["no limit of copies", ({ hosts }) => hosts.some(({ ftVmsMax }) => ftVmsMax === 0)],
    ["a limit of two vCPUs", ({ hosts }) => hosts.some(({ ftVcpusMax }) => ftVcpusMax === 2)],
    ["a host in two groups", ({ hosts }) => hosts.some(({ groups }) => groups.length === 2)],
    ["a pair of four vCPUs", ({ pairs }) => pairs.some(({ vcpus }) => vcpus === 4)],
    [
      "a pair registered on two hosts",
      ({ pairs }) => pairs.some(({ registered }) => registered.primary !== registered.secondary),
    ],
    ["a pair without FT", ({ pairs }) => pairs.some(({ ft }) => ft === "notConfigured")],
    ["a pair for which FT is suspended", ({ pairs }) => pairs.some(({ ft }) => ft === "disabled")],
    ["placement as registered", ({ policy }) => policy === "registered"],
    ["placement as the reference policy has it", ({ policy }) => policy === "reference"],
    ["hosts that can encrypt", ({ hosts }) => hosts.every(({ ftEncryption }) => ftEncryption)],
    [
      "one host that can encrypt and one that cannot",
      ({ hosts }) => new Set(hosts.map(({ ftEncryption }) => ftEncryption)).size === 2,
    ],
    [
      "a pair that must be encrypted",
      ({ pairs }) => pairs.some(({ encryption }) => encryption === "required"),
    ],
    [
      "a pair that is never encrypted",
      ({ pairs }) => pairs.some(({ encryption }) => encryption === "disabled"),
    ],
    ["a link that is not private", ({ exposed }) => exposed.length === 1],
    ["links that are not private", ({ exposed }) => exposed.length > 1],
    ["a pair across two sites", ({ pairs }) => pairs.some(({ metro }) => metro !== null)],
    ["a cluster without time", ({ time }) => time === undefined],
    ["a plain cluster with time", (config) => isTimed(config) && isPlain(config)],
    ["rules, and time", (config) => isTimed(config) && config.rules.length > 0],
    ["two pairs, and time", (config) => isTimed(config) && config.pairs.length === 2],
    ["a log of one entry", ({ bounds }) => bounds.log === 1],
    ["a log of four entries", ({ bounds }) => bounds.log === 4],
  ])("draws now and then %s", (_what, isSo) => {
    expect(many.some(isSo)).toBe(true)
  })

  it("keeps the bulk of the clusters without time, which passes in one of six", () => {
    const share = many.filter(isTimed).length / many.length

    expect(share).toBeGreaterThan(1 / 8)
    expect(share).toBeLessThan(1 / 5)
  })

  it("can be written and read again", () => {
    for (const config of many) expect(configOf("drawn", jsonOfConfig(config), [])).toEqual(config)
  })

  it.each<readonly [string, (config: Config) => boolean]>([
    ["a third host", ({ hosts }) => hosts.length > 2],
    ["a second pair", ({ pairs }) => pairs.length > 1],
    ["a rule", ({ rules }) => rules.length > 0],
  ])("shrinks to a cluster that has nothing but %s", (_what, isSo) => {
    for (const seed of seeds) {
      const [config] = fc.check(
        fc.property(arbitraryConfig(), (config) => !isSo(config)),
        { seed },
      ).counterexample as [Config]

      const plain = plainConfig(config.hosts.length, isSo(plainConfig(2, 2)) ? 2 : 1, { log: 1 })
      expect(config.hosts.length).toBeLessThanOrEqual(3)
      expect(isSo(config)).toBe(true)
      // A rule needs a host that is in its group.
      const hosts = config.hosts.map((host) => ({ ...host, groups: [] }))
      expect({ ...config, hosts, rules: [] }).toEqual(plain)
      expect(config.hosts.flatMap(({ groups }) => groups)).toHaveLength(isSo(plain) ? 0 : 1)
      expect(config.rules.length).toBeLessThanOrEqual(isSo(plain) ? 0 : 2)
    }
  })
})

describe("the times that are drawn", () => {
  it.each<readonly [string, (times: Times, bounds: TimeBounds) => boolean]>([
    ["no false alarm", (_times, { isWithoutFalseAlarms }) => isWithoutFalseAlarms],
    ["false alarms", (_times, { isWithoutFalseAlarms }) => !isWithoutFalseAlarms],
    ["no go-live delay", ({ goLiveDelay }) => goLiveDelay === 0],
    ["the shortest go-live delay that suffices", (times) => times.goLiveDelay === shortestGoLiveDelay(times)],
    ["one that is a tick too short", (times) => times.goLiveDelay === shortestGoLiveDelay(times) - 1],
    ["a longer one", (times) => times.goLiveDelay > shortestGoLiveDelay(times)],
    [
      "two Primaries at once for no tick",
      ({ goLiveDelay }, { isSingleExecution, dualExecution }) =>
        goLiveDelay > 0 && !isSingleExecution && dualExecution === 0,
    ],
    [
      "two Primaries at once after a go-live delay",
      ({ goLiveDelay }, { dualExecution }) => goLiveDelay > 0 && dualExecution > 0,
    ],
    ["clocks that drift", ({ driftEvery }) => driftEvery > 0 && driftEvery < 10],
    ["messages that take two ticks", ({ delayMax }) => delayMax === 2],
    ["periods of two ticks", ({ heartbeatPeriod, logPeriod }) => heartbeatPeriod === 2 && logPeriod === 2],
    ["a lock that answers at once", ({ lockMax }) => lockMax === 0],
    ["a lock that takes two ticks", ({ lockMax }) => lockMax === 2],
    ["a timeout of one tick", ({ silenceTimeout }) => silenceTimeout.primary === 1],
    [
      "a Secondary that waits longer than its Primary",
      ({ silenceTimeout: { primary, secondary } }) => secondary > primary,
    ],
    ["the usual times", (times) => JSON.stringify(times) === JSON.stringify(usualTimes)],
    [
      "other times of a real cluster",
      ({ tick, silenceTimeout }) =>
        tick === 250 && silenceTimeout.primary >= 6 && silenceTimeout.primary <= 16,
    ],
  ])("now and then have %s", (_what, isSo) => {
    expect(times.some((each) => isSo(each, boundsOf(each)))).toBe(true)
  })

  it("mostly are a few ticks", () => {
    const few = times.filter(({ silenceTimeout }) => silenceTimeout.primary <= 5)

    expect(few.length / times.length).toBeGreaterThan(0.8)
  })

  it("shrink to none, where none are needed", () => {
    for (const seed of seeds) expect(shrunk(seed, ({ hosts }) => hosts.length > 2)).not.toHaveProperty("time")
  })

  it("shrink to as little as there is, where they are", () => {
    for (const seed of seeds)
      expect(shrunk(seed, isTimed)).toEqual({
        ...plainConfig(2, 1, { log: 1 }),
        time: {
          heartbeatPeriod: 1,
          logPeriod: 1,
          delayMax: 0,
          heartbeatTimeout: { primary: 1, secondary: 1 },
          silenceTimeout: { primary: 1, secondary: 1 },
          goLiveDelay: 0,
          lockMax: 0,
          syncMax: 0,
          respawnMax: 0,
          haDelay: 0,
          driftEvery: 0,
        },
      })
  })
})

// Helpers

const isTimed = ({ time }: Config): boolean => time !== undefined

const isPlain = ({ hosts, pairs, rules }: Config): boolean =>
  rules.length === 0 &&
  JSON.stringify({ hosts, pairs }) === JSON.stringify(pick(plainConfig(hosts.length, pairs.length)))

const pick = ({ hosts, pairs }: Config) => ({ hosts, pairs })

const times: readonly Times[] = fc.sample(arbitraryTimes, { seed: 1, numRuns: 1000 })

/** The simplest cluster found that is such. */
const shrunk = (seed: number, isSo: (config: Config) => boolean): Config => {
  const property = fc.property(arbitraryConfig(), (config) => !isSo(config))
  return (fc.check(property, { seed, numRuns: 1000 }).counterexample as [Config])[0]
}

const seeds = [1, 2, 3, 4, 5]

const drawn = (seed: number): readonly Config[] => fc.sample(arbitraryConfig(), { seed, numRuns: 20 })

const many = fc.sample(arbitraryConfig(), { seed: 1, numRuns: 2000 })

/** What is wrong with a cluster. */
const faultsOf = ({ hosts, pairs, rules, bounds }: Config): readonly string[] => {
  const hostIds = hosts.map(({ id }) => id)
  const pairIds = pairs.map(({ id }) => id)
  return [
    ...(new Set(hostIds).size < hosts.length ? ["two hosts of one name"] : []),
    ...(new Set(pairIds).size < pairs.length ? ["two pairs of one name"] : []),
    ...hosts.flatMap(({ id, ftVmsMax, ftVcpusMax, groups }) => [
      ...(isCount(ftVmsMax) && isCount(ftVcpusMax) ? [] : [`the limits of ${id}`]),
      ...(new Set(groups).size < groups.length ? [`${id} is in a group twice`] : []),
    ]),
    ...pairs.flatMap(({ id, vcpus, registered }) => [
      ...(vcpus >= 1 && isCount(vcpus) ? [] : [`the size of ${id}`]),
      ...(hostIds.includes(registered.primary) ? [] : [`where the Primary of ${id} is registered`]),
      ...(registered.secondary === null || hostIds.includes(registered.secondary)
        ? []
        : [`where the Secondary of ${id} is registered`]),
    ]),
    ...rules.flatMap((rule) => [
      ...(rule.pairs.length > 0 ? [] : ["a rule on no pair"]),
      ...(rule.pairs.every((id) => pairIds.includes(id)) ? [] : ["a rule on a pair that is not there"]),
      ...(hosts.some(({ groups }) => groups.includes(rule.group))
        ? []
        : ["a rule on a group that no host is in"]),
      ...(new Set(rule.pairs).size < rule.pairs.length ? ["a rule that names a pair twice"] : []),
    ]),
    ...(Number.isFinite(bounds.log) && bounds.log >= 1 ? [] : ["logs without a bound"]),
  ]
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0
