import { describe, expect, it } from "vitest"
import type { AffinityRule, Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { allows, hasRoom, ineligible, isWithin, loadOf, mustRulesAllow } from "../../model/placement.ts"
import {
  alone,
  changed,
  clusterOf,
  copyOf,
  overtaken,
  p1,
  placementRungs,
  reach,
  reachFrom,
  ruleOnP1,
  starting,
  three,
  toRunning,
} from "../fixtures.ts"

describe("a place for a copy of p1", () => {
  it.each(placementRungs(alone, "SpawnSecondary(p1.1,h3)"))(
    "is none, for `%s`, %s",
    (why, _how, at, _asked, config) => {
      expect(ineligible(protocolOf(config), at, p1(at), "h3", "h1")).toBe(why)
    },
  )

  it("is any usable host with room that reaches the other end", () => {
    const state = reach(three, alone, "CutLink(h2-h3)")

    expect(ineligible(protocolOf(three), state, p1(state), "h3", "h1")).toBeNull()
  })

  it("need reach nobody where there is no other end", () => {
    const state = reach(three, "CutLink(h1-h3) CutLink(h2-h3)")

    expect(ineligible(protocolOf(three), state, p1(state), "h3", null)).toBeNull()
  })

  it("is not asked for by a copy that goes live, not even on a full host in maintenance that a rule bars", () => {
    const config = clusterOf([{}, { ftVmsMax: 1, groups: ["a"] }, {}], {
      rules: [ruleOnP1("must", "not-on", "a")],
    })
    const free = { ...config, rules: [] }
    const running = changed(reach(free, toRunning, "CrashCopy(p1.1)"), { h2: { maintenance: true } })

    const after = reachFrom(config, running, "Suspect(p1.2) TryLock(p1.2)")

    expect(copyOf(after, "p1.2").phase).toBe("live")
  })
})

describe("an affinity rule", () => {
  const config = clusterOf([{ groups: ["a"] }, { groups: ["a", "b"] }, {}])

  it.each([
    ["on a", ruleOnP1("must", "on", "a"), ["h1", "h2"]],
    ["not-on a", ruleOnP1("must", "not-on", "a"), ["h3"]],
    ["on a group without hosts", ruleOnP1("must", "on", "c"), []],
    ["on another pair", { ...ruleOnP1("must", "on", "a"), pairs: ["p2"] }, ["h1", "h2", "h3"]],
    ["on both pairs", { ...ruleOnP1("must", "on", "a"), pairs: ["p2", "p1"] }, ["h1", "h2"]],
  ] as const)("%s allows just those hosts", (_which, rule, hosts) => {
    const allowed = config.hosts.filter(({ id }) => allows(config, rule, "p1", id))

    expect(allowed.map(({ id }) => id)).toEqual(hosts)
  })

  it.each([
    ["none", [], ["h1", "h2", "h3"]],
    ["one", [ruleOnP1("must", "on", "a")], ["h1", "h2"]],
    ["two: the intersection", [ruleOnP1("must", "on", "a"), ruleOnP1("must", "not-on", "b")], ["h1"]],
    ["two that contradict: nothing", [ruleOnP1("must", "on", "b"), ruleOnP1("must", "not-on", "a")], []],
    ["a `should` rule: a preference bars nothing", [ruleOnP1("should", "not-on", "a")], ["h1", "h2", "h3"]],
  ] as const)(
    "of type `must` binds together with all others: %s",
    (_which, rules: readonly AffinityRule[], hosts) => {
      const allowed = config.hosts.filter(({ id }) => mustRulesAllow(config, rules, "p1", id))

      expect(allowed.map(({ id }) => id)).toEqual(hosts)
    },
  )
})

describe("a host's limits", () => {
  const roomy = ofThreeVcpus(three)

  it.each([
    ["a syncing copy", starting, "h2"],
    ["a Primary with a peer", starting, "h1"],
    ["a Secondary in lockstep", toRunning, "h2"],
    ["a contender", `${toRunning} LoseStorage(h2)`, "h2"],
    ["a stale Primary", overtaken, "h1"],
    ["a copy of a pair that is off", `${toRunning} PowerOff(p1)`, "h2"],
  ] as const)("count %s, and all its vCPUs", (_which, schedule, host) => {
    expect(loadOf(roomy, reach(roomy, schedule), host)).toEqual({ vms: 1, vcpus: 3 })
  })

  it("count copies of every pair, and none on other hosts", () => {
    const config = clusterOf([{}, {}, {}], { pairs: 2 })
    const state = reach(config, toRunning, "PowerOn(p2,h1)")

    const loads = (["h1", "h2", "h3"] as const).map((host) => loadOf(config, state, host).vms)

    expect(loads).toEqual([2, 1, 0])
  })

  it.each([
    ["as many copies as the limit", { ftVmsMax: 2, ftVcpusMax: 0 }, { vms: 2, vcpus: 99 }, true],
    ["one copy more", { ftVmsMax: 2, ftVcpusMax: 0 }, { vms: 3, vcpus: 0 }, false],
    ["as many vCPUs as the limit", { ftVmsMax: 0, ftVcpusMax: 8 }, { vms: 99, vcpus: 8 }, true],
    ["one vCPU more", { ftVmsMax: 0, ftVcpusMax: 8 }, { vms: 0, vcpus: 9 }, false],
    ["anything, where both are 0: no limit", { ftVmsMax: 0, ftVcpusMax: 0 }, { vms: 99, vcpus: 99 }, true],
  ])("admit %s: %o", (_what, limits, load, admitted) => {
    expect(isWithin(clusterOf([limits]), "h1", load)).toBe(admitted)
  })

  it.each([
    [{ ftVmsMax: 2 }, true],
    [{ ftVmsMax: 1 }, false],
    [{ ftVcpusMax: 6 }, true],
    [{ ftVcpusMax: 5 }, false],
  ])("leave room for one copy of three vCPUs beside another: %o, %s", (limits, hasIt) => {
    const config = ofThreeVcpus(clusterOf([{ ftVcpusMax: 0, ...limits }], { pairs: 2 }))
    const state = reach(config, alone)

    expect(hasRoom(config, state, "p2", "h1")).toBe(hasIt)
  })
})

// Helpers

function ofThreeVcpus(config: Config): Config {
  return { ...config, pairs: config.pairs.map((pair) => ({ ...pair, vcpus: 3 })) }
}
