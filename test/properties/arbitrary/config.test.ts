import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig, type Config } from "../../../model/config.ts"
import { initial } from "../../../model/state.ts"
import { forbids } from "../../../properties/eligibility.ts"
import { arbitraryConfig, smallClusters } from "../../../properties/arbitrary/config.ts"
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
    ["a log of one entry", ({ bounds }) => bounds.log === 1],
    ["a log of four entries", ({ bounds }) => bounds.log === 4],
  ])("draws now and then %s", (_what, isSo) => {
    expect(many.some(isSo)).toBe(true)
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

// Helpers

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
