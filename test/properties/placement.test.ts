import { describe, expect, it } from "vitest"
import type { Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { Protocol } from "../../model/protocol.ts"
import { pairOf, type State } from "../../model/state.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { noHistory } from "../../properties/history.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { never, without } from "../../properties/mutants/mutant.ts"
import { placement } from "../../properties/placement.ts"
import { violatesWhenQuiescent, violationsOf, type Property } from "../../properties/property.ts"
import { act, changed, clusterOf, reach, ruleOnP1, three } from "../fixtures.ts"

const oneEach = clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, { ftVmsMax: 1 }], { pairs: 2 })
const picking: Config = { ...oneEach, policy: "reference" }
const ruled: Config = {
  ...clusterOf([{ groups: ["a"] }, { groups: ["b"] }, { groups: ["b"] }], {
    rules: [ruleOnP1("must", "on", "b")],
  }),
  policy: "reference",
}
const nowhere: Config = { ...ruled, rules: [ruleOnP1("must", "on", "c")] }
const contending = "PowerOn(p1,h1) LoseStorage(h1) RestoreStorage(h1)"

describe("a step", () => {
  const full = reach(oneEach, "PowerOn(p1,h1) SpawnSecondary(p1.1,h2)")
  const over = changed(reach(oneEach, "PowerOn(p1,h1) PowerOn(p2,h2)"), { "p2.1": { host: "h1" } })
  const down = reach(picking, "PowerOn(p1,h1) PowerOn(p2,h2) FailHost(h1)")
  const spawned = changed(down, {
    "p2.1": { channel: { peer: "p2.2", delivered: 0, acked: 0 } },
  })

  it.each<[string, string, Config, State, string, State, boolean]>([
    ["P2b", "a second copy on a host for one", oneEach, full, "TryLock(p1.1)", over, true],
    ["P2b", "FT is turned on where there is no room", oneEach, full, "TurnOnFT(p2)", over, false],
    ["P2b", "a host that was beyond its limits stays so", oneEach, over, "Record(p1.1)", over, false],
    ["P2b", "a host reaches its limit", oneEach, reach(oneEach), "PowerOn(p1,h1)", full, false],
    [
      "P7",
      "a Secondary is started while another pair is down",
      picking,
      down,
      "SpawnSecondary(p2.1,h3)",
      withSecondary(spawned),
      true,
    ],
    [
      "P7",
      "a Secondary is started while another pair is off",
      picking,
      changed(down, { p1: { power: "off" } }),
      "SpawnSecondary(p2.1,h3)",
      withSecondary(changed(spawned, { p1: { power: "off" } })),
      false,
    ],
    [
      "P7",
      "a Secondary is started while no host could take the other pair",
      picking,
      changed(down, { h3: { maintenance: true } }),
      "SpawnSecondary(p2.1,h3)",
      withSecondary(changed(spawned, { h3: { maintenance: true } })),
      false,
    ],
    [
      "P7",
      "any policy may start it",
      oneEach,
      down,
      "SpawnSecondary(p2.1,h3)",
      withSecondary(spawned),
      false,
    ],
  ])("violates %s or not: %s", (id, _what, config, before, action, after, isViolated) => {
    const step = { before, action: act(action), after }

    const found = violationsOf(protocolOf(config), [property(id)], noHistory(before), step)

    expect(found.map(({ property: { id: named } }) => named)).toEqual(isViolated ? [id] : [])
  })
})

describe("a state", () => {
  it.each<[string, string, Protocol, State, string | null]>([
    ["O11", "the protocol", protocolOf(three), reach(three), null],
    ["O11", "one that refuses every host", refusing(three), reach(three), "PowerOn(p1, h1) must be possible"],
    [
      "O11",
      "one that refuses every host, the registered one being down",
      refusing(three),
      reach(three, "FailHost(h1)"),
      "one of PowerOn(p1, h2) and PowerOn(p1, h3) must be possible",
    ],
    [
      "O11",
      "one that refuses every host, with a copy left",
      refusing(three),
      changed(reach(three, "PowerOn(p1,h1)"), { p1: { power: "off" } }),
      null,
    ],
    [
      "O11",
      "one that refuses every host, with none that could take it",
      refusing(three),
      reach(three, "FailHost(h1) FailHost(h2) FailHost(h3)"),
      null,
    ],
    [
      "O11",
      "one that compares the hosts",
      mutated("ColocationRefused", three),
      reach(three),
      "PowerOn(p1, h1)",
    ],
    ["P5", "the protocol, where a rule bars the registered host", protocolOf(ruled), reach(ruled), null],
    ["P5", "the protocol, where rules bar every host", protocolOf(nowhere), reach(nowhere), null],
    [
      "P5",
      "one that picks a host that a rule bars",
      mutated("PolicyPicksIneligible", ruled),
      reach(ruled),
      "one of PowerOn(p1, h2) and PowerOn(p1, h3) must be possible",
    ],
    [
      "P5",
      "one that takes any host",
      without("PowerOn", "policy")(protocolOf(ruled)),
      reach(ruled),
      "PowerOn(p1, h2) and PowerOn(p1, h3) should not be possible at once",
    ],
    [
      "P5",
      "one that takes a host against a rule",
      without("PowerOn", "rule", "policy", "registered")(protocolOf(nowhere)),
      reach(nowhere),
      "should not be possible",
    ],
    [
      "P5",
      "one that restarts anywhere",
      without("HaRestart", "policy")(protocolOf(picking)),
      reach(picking, "PowerOn(p1,h1) FailHost(h1)"),
      "HaRestart(p1, h2) and HaRestart(p1, h3)",
    ],
    ["P5", "one that takes any host, as any policy may", protocolOf(oneEach), reach(oneEach), null],
    ["P6", "the protocol, with a contender", protocolOf(oneEach), reach(oneEach, contending), null],
    [
      "P6",
      "one that looks at limits before the lock",
      mutated("GoLiveNeedsRoom", oneEach),
      reach(oneEach, contending),
      "TryLock(p1.1) must be possible, and is refused: limits",
    ],
    [
      "P6",
      "the same, where the contender has no storage",
      mutated("GoLiveNeedsRoom", oneEach),
      reach(oneEach, "PowerOn(p1,h1) LoseStorage(h1)"),
      null,
    ],
  ])("violates %s or not, by %s", (id, _what, protocol, state, why) => {
    const found = violatesWhenQuiescent(protocol, [property(id)], noHistory(state), state)[0]?.why ?? null

    if (why === null) expect(found).toBeNull()
    else expect(found).toContain(why)
  })

  it("does not violate P6 at the bound of generations", () => {
    const bound = clusterOf([{}, {}], { bounds: { generations: 1 } })
    const state = reach(bound, contending)

    const protocol = mutated("GoLiveNeedsRoom", bound)

    expect(violatesWhenQuiescent(protocol, [property("P6")], noHistory(state), state)).toEqual([])
  })
})

it("covers every property of placement", () => {
  expect(placement.map(({ id }) => id)).toEqual(["P2b", "P5", "P6", "P7"])
})

// Helpers

function property(id: string): Property {
  const found = catalogue.find((each) => each.id === id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  return found
}

function mutated(name: string, config: Config): Protocol {
  const mutant = mutantNamed(name)
  if (mutant === null) throw new Error(`there is no ${name}`)
  return mutant.change(protocolOf(config))
}

function refusing(config: Config): Protocol {
  return never("PowerOn", "policy")(protocolOf(config))
}

/** The state in which p2 has a Secondary on h3, too. */
function withSecondary(state: State): State {
  const pair = pairOf(state, "p2")
  const [primary] = pair.copies
  if (primary === undefined) throw new Error("p2 has no copy")
  const secondary = { ...primary, id: "p2.2", host: "h3", role: "secondary", phase: "syncing" } as const
  return changed(state, { p2: { copies: [primary, { ...secondary, channel: null }] } })
}
