import { describe, expect, it } from "vitest"
import { protocolOf } from "../../model/core.ts"
import { bootHost, preferencesMet, referenceHost } from "../../model/policy.ts"
import { pairOf } from "../../model/state.ts"
import { alone, clusterOf, overtaken, p1, reach, ruleOnP1, three } from "../fixtures.ts"

describe("the reference policy", () => {
  it("takes the first host of the configuration where all are alike", () => {
    const state = reach(three)

    expect(referenceHost(protocolOf(three), state, p1(state), null)).toBe("h1")
  })

  it("takes the least loaded host, by vCPUs and not by copies", () => {
    const free = { ftVmsMax: 0, ftVcpusMax: 0 }
    const plain = clusterOf([free, free, free], { pairs: 5 })
    const vcpus = [1, 3, 1, 1, 4]
    const config = { ...plain, pairs: plain.pairs.map((pair, n) => ({ ...pair, vcpus: vcpus[n] ?? 1 })) }
    const state = reach(config, "PowerOn(p2,h1) PowerOn(p3,h2) PowerOn(p4,h2) PowerOn(p5,h3)")

    expect(referenceHost(protocolOf(config), state, p1(state), null)).toBe("h2")
  })

  it("counts the load of copies in every phase", () => {
    const config = clusterOf([{}, {}, {}], { pairs: 2 })
    const state = reach(config, overtaken)

    expect(referenceHost(protocolOf(config), state, pairOf(state, "p2"), null)).toBe("h3")
  })

  it("puts a `should` rule before the load", () => {
    const config = clusterOf([{}, {}, { groups: ["a"] }], {
      pairs: 2,
      rules: [ruleOnP1("should", "on", "a")],
    })
    const state = reach(config, "PowerOn(p2,h3)")

    expect(referenceHost(protocolOf(config), state, p1(state), null)).toBe("h3")
  })

  it("prefers the host that meets more `should` rules of two", () => {
    const config = clusterOf([{ groups: ["a", "b"] }, {}, { groups: ["a"] }], {
      rules: [ruleOnP1("should", "on", "a"), ruleOnP1("should", "not-on", "b")],
    })
    const state = reach(config)

    expect(referenceHost(protocolOf(config), state, p1(state), null)).toBe("h3")
  })

  it("breaks a `should` rule rather than place nothing", () => {
    const config = clusterOf([{ groups: ["a"] }, {}], { rules: [ruleOnP1("should", "on", "a")] })
    const state = reach(config, alone)

    expect(referenceHost(protocolOf(config), state, p1(state), "h1")).toBe("h2")
  })

  it("chooses among eligible hosts only", () => {
    const state = reach(three, alone, "CutLink(h1-h2)")

    expect(referenceHost(protocolOf(three), state, p1(state), "h1")).toBe("h3")
  })

  it("places nothing where no host is eligible", () => {
    const state = reach(three, alone, "CutLink(h1-h2) FailHost(h3)")

    expect(referenceHost(protocolOf(three), state, p1(state), "h1")).toBeNull()
  })
})

describe("what a host meets of the `should` rules", () => {
  const config = clusterOf([{ groups: ["a"] }, {}])

  it.each([
    ["one on its group", ruleOnP1("should", "on", "a"), [1, 0]],
    ["one not on its group", ruleOnP1("should", "not-on", "a"), [0, 1]],
    ["none of another pair", { ...ruleOnP1("should", "on", "a"), pairs: ["p2"] as const }, [0, 0]],
    ["no `must` rule: it prefers nothing", ruleOnP1("must", "on", "a"), [0, 0]],
  ] as const)("is %s", (_which, rule, met) => {
    const ofHosts = (["h1", "h2"] as const).map((host) => preferencesMet(config, [rule], "p1", host))

    expect(ofHosts).toEqual(met)
  })
})

describe("where a pair is powered on", () => {
  const plain = clusterOf([{}, {}, {}], { pairs: 2 })
  const config = {
    ...plain,
    pairs: plain.pairs.map((pair) => ({ ...pair, registered: { primary: "h3", secondary: "h3" } as const })),
  }

  it("is where its Primary is registered, however loaded that is", () => {
    const state = reach(config, "PowerOn(p2,h3)")

    expect(bootHost(protocolOf(config), state, p1(state))).toBe("h3")
  })

  it("is where the policy says if that cannot take it", () => {
    const state = reach(config, "FailHost(h3) PowerOn(p2,h1)")

    expect(bootHost(protocolOf(config), state, p1(state))).toBe("h2")
  })
})
