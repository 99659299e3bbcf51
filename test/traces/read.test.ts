import * as fc from "fast-check"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { Action } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { guardMeanings } from "../../model/guard-id.ts"
import { arbitraryConfig } from "../../properties/arbitrary/config.ts"
import { BadInput, nearest } from "../../traces/bad-input.ts"
import { configOf, jsonOfConfig, readConfig } from "../../traces/config.ts"
import { readStory } from "../../traces/read.ts"
import { traceOf } from "../../traces/write.ts"
import { statesOf } from "../properties/arbitrary/runs.ts"

describe("a configuration", () => {
  it("is the same after it was written and read", () => {
    fc.assert(
      fc.property(arbitraryConfig({ hostsMax: 12, pairsMax: 4 }), (config) => {
        expect(configOf("config.json", JSON.parse(JSON.stringify(jsonOfConfig(config))), [])).toEqual(config)
      }),
    )
  })

  it("is written without what goes without saying", () => {
    expect(jsonOfConfig(plainConfig(2, 1))).toEqual({
      hosts: [{ id: "h1" }, { id: "h2" }],
      pairs: [{ id: "p1" }],
    })
  })

  it("has its defaults where nothing is said", () => {
    const file = write("config.json", { hosts: [{ id: "h2" }, { id: "esx-07" }], pairs: [{ id: "p3" }] })

    expect(readConfig(file)).toEqual({
      hosts: [
        { id: "h2", ftVmsMax: 4, ftVcpusMax: 8, groups: [], ftEncryption: false },
        { id: "esx-07", ftVmsMax: 4, ftVcpusMax: 8, groups: [], ftEncryption: false },
      ],
      pairs: [
        {
          id: "p3",
          vcpus: 1,
          ft: "enabled",
          registered: { primary: "h2", secondary: "h2" },
          encryption: "opportunistic",
          metro: null,
        },
      ],
      exposed: [],
      rules: [],
      policy: "any",
      bounds: {
        log: Infinity,
        generations: Infinity,
        faults: Infinity,
        powerOffUpTo: Infinity,
        fencesUpTo: Infinity,
      },
    })
  })

  it("registers no Secondary of a pair without FT that does not say", () => {
    const { pairs } = readConfig(
      write("config.json", { ...cluster, pairs: [{ id: "p1", ft: "notConfigured" }] }),
    )

    expect(pairs).toMatchObject([{ registered: { primary: "h1", secondary: null } }])
  })

  it("takes a rule for active that does not say", () => {
    const rule = { pairs: ["p1"], type: "must", run: "not-on", group: "a" }

    const hosts = [{ id: "h1", groups: ["a"] }]

    const { rules } = readConfig(write("config.json", { ...cluster, hosts, rules: [rule] }))

    expect(rules).toEqual([{ ...rule, active: true }])
  })
})

describe("a schedule", () => {
  it("is read with all that it says", () => {
    const schedule = {
      title: "A title.",
      source: "A source.",
      config: cluster,
      mutant: "NoReRelease",
      actions: [powerOn, { kind: "CrashCopy", copy: "p1.1", reason: "divergence" }],
      expect: { verdict: "holds", final: { p1: "needSecondary" } },
    }

    const story = readStory(write("schedule.json", schedule))

    expect(story).toMatchObject({ ...schedule, config: plainConfig(2, 1), states: null, meta: null })
  })

  it.each(Object.keys(guardMeanings))("may expect a refusal by the guard %s", (guard) => {
    const expected = { verdict: "refused", step: 1, guard }

    const story = readStory(write("schedule.json", { ...acting(), expect: expected }))

    expect(story.expect).toEqual(expected)
  })

  it("promises nothing, and breaks no rule, where it does not say so", () => {
    const story = readStory(write("schedule.json", { config: cluster, actions: [] }))

    expect(story).toMatchObject({ title: null, source: null, mutant: null, actions: [], expect: null })
  })

  it("may name the ends of a link in either order", () => {
    const cut = { kind: "CutLink", hosts: ["h2", "h1"] }

    const { actions } = readStory(write("schedule.json", { config: cluster, actions: [cut] }))

    expect(actions).toEqual([{ kind: "CutLink", hosts: ["h1", "h2"] }])
  })
})

describe("what is read is refused, with its place and what was expected there:", () => {
  it.each<readonly [string, unknown, string]>([
    ["a list", [], "expected an object, a schedule or a trace, not a list"],
    ["no actions", { config: cluster }, "at actions: expected a list of actions"],
    ["no cluster", { actions: [] }, "at config: "],
    ["a cluster without hosts", { config: { ...cluster, hosts: [] }, actions: [] }, "at config.hosts[0]: "],
    ["a cluster without pairs", { config: { ...cluster, pairs: [] }, actions: [] }, "at config.pairs[0]: "],
    [
      "an action that is none",
      acting(powerOn, 5),
      "at actions[1]: expected an action: an object with a kind",
    ],
    [
      "an operand of another form",
      acting({ ...powerOn, host: "p1" }),
      "at actions[0].host: expected a host, like h1",
    ],
    [
      "a host by a name that no host has",
      acting({ ...powerOn, host: "h11" }),
      "at actions[0]: expected a host of the cluster (h1, h2), not h11; did you mean h1?",
    ],
    [
      "a pair where a copy is meant",
      acting({ kind: "Record", copy: "p1" }),
      "at actions[0].copy: expected a copy, like p1.2",
    ],
    [
      "a copy of an unknown pair",
      acting({ kind: "Record", copy: "p9.1" }),
      "at actions[0]: expected a pair of the cluster (p1), not p9",
    ],
    [
      "a host that no object can have a field for",
      { config: { ...cluster, hosts: [{ id: "constructor" }] }, actions: [] },
      "at config.hosts[0].id: expected a host, like h1 or esx-07 (a letter, then letters, digits, _ and -; not like a pair, p1)",
    ],
    [
      "a pair beyond what a number tells",
      { config: { ...cluster, pairs: [{ id: "p9007199254740993" }] }, actions: [] },
      "at config.pairs[0].id: expected a pair, like p1",
    ],
    [
      "a copy with a leading zero",
      acting({ kind: "Record", copy: "p1.01" }),
      "at actions[0].copy: expected a copy, like p1.2",
    ],
    ["a link with one end", acting({ kind: "CutLink", hosts: ["h1"] }), "at actions[0].hosts[1]: "],
    [
      "a link with three ends",
      acting({ kind: "CutLink", hosts: ["h1", "h2", "h1"] }),
      "at actions[0].hosts[2]: ",
    ],
    [
      "an unknown reason",
      acting({ kind: "CrashCopy", copy: "p1.1", reason: "boredom" }),
      "at actions[0].reason: ",
    ],
    [
      "an unknown field",
      { ...acting(), titel: "none" },
      "at titel: unknown key; expected one of title, source, config, mutant, actions, expect; did you mean title?",
    ],
    ["an unknown verdict", { ...acting(), expect: { verdict: "fails" } }, "at expect"],
    [
      "an unknown property",
      { ...acting(), expect: { verdict: "breached", property: "S99" } },
      "at expect.property: expected",
    ],
    [
      "an unknown guard",
      { ...acting(), expect: { verdict: "refused", guard: "mood" } },
      "at expect.guard: expected",
    ],
    [
      "an end of an unknown pair",
      { ...acting(), expect: { verdict: "holds", final: { p9: "running" } } },
      "at expect.final",
    ],
    [
      "an end in an unknown state",
      { ...acting(), expect: { verdict: "holds", final: { p1: "runing" } } },
      "at expect.final.p1: expected",
    ],
    [
      "two pairs of one name",
      { config: { ...cluster, pairs: [{ id: "p1" }, { id: "p1" }] }, actions: [] },
      "at config.pairs: expected different ids, and p1 stands there twice",
    ],
    [
      "a pair registered on an unknown host",
      {
        config: { ...cluster, pairs: [{ id: "p1", registered: { primary: "h1", secondary: "h3" } }] },
        actions: [],
      },
      "at config.pairs[0].registered.secondary: expected a host of the cluster (h1, h2)",
    ],
    [
      "a Secondary registered of a pair without FT",
      {
        config: { ...cluster, pairs: [registeredAs("notConfigured", "h2")] },
        actions: [],
      },
      "at config.pairs[0].registered.secondary: expected null, as FT is not configured",
    ],
    [
      "no Secondary registered of a pair that is suspended",
      {
        config: { ...cluster, pairs: [registeredAs("disabled", null)] },
        actions: [],
      },
      "at config.pairs[0].registered.secondary: expected a host, as FT is configured",
    ],
    [
      "a bound below zero",
      { config: { ...cluster, bounds: { log: -1 } }, actions: [] },
      "at config.bounds.log: expected a whole number from 0 to 1,000",
    ],
    [
      "half a vCPU",
      { config: { ...cluster, pairs: [{ id: "p1", vcpus: 0.5 }] }, actions: [] },
      "at config.pairs[0].vcpus: expected a whole number from 1 to 1,000",
    ],
    [
      "no vCPU",
      { config: { ...cluster, pairs: [{ id: "p1", vcpus: 0 }] }, actions: [] },
      "at config.pairs[0].vcpus: expected a whole number from 1 to 1,000",
    ],
    [
      "a rule on a group that no host is in",
      ruledBy({ group: "rack-1" }),
      "at config.rules[0].group: expected a group that some host is in (rack-a), not rack-1; did you mean rack-a?",
    ],
    [
      "a rule on an unknown pair",
      ruledBy({ pairs: ["p2"] }),
      "at config.rules[0].pairs: expected pairs of the cluster (p1), not p2; did you mean p1?",
    ],
    [
      "too many hosts",
      inCluster({ hosts: many(257, "h") }),
      "at config.hosts: expected 256 hosts at the most",
    ],
    [
      "too many pairs",
      inCluster({ pairs: many(257, "p") }),
      "at config.pairs: expected 256 pairs at the most",
    ],
    [
      "a bound that no run would reach",
      inCluster({ bounds: { log: 1e9 } }),
      "at config.bounds.log: expected a whole number from 0 to 1,000",
    ],
    [
      "too many actions",
      acting(...Array.from({ length: 10_001 }, () => powerOn)),
      "at actions: expected 10,000 at the most, and there are 10,001",
    ],
    [
      "a key of an object's own making",
      JSON.parse('{"config":{"hosts":[{"id":"h1","__proto__":{"up":false}}]},"actions":[]}'),
      "at config.hosts[0].__proto__: unknown key",
    ],
    [
      "a trace of a format that is none",
      metaOf({ format: {} }),
      'at #meta.format: expected "ftpair/1", and this trace says an object',
    ],
    [
      "a trace of a profile that is none",
      metaOf({ profile: { toString: 1 } }),
      "at #meta.profile: expected one of pair, lock, placement, not an object",
    ],
    [
      "a trace with a loop to no state",
      { ...trace(), loop: 2 },
      "at loop: expected the number of a state, up to 1",
    ],
    [
      "a trace with a generation beyond what a number tells",
      JSON.parse(JSON.stringify(trace()).replace('"#bigint":"1"', '"#bigint":"9007199254740993"')),
      "at states[0].pairs.p1.lock.generation: expected a whole number",
    ],
    [
      "a trace with one key twice in a map",
      JSON.parse(JSON.stringify(trace()).replace('"#map":[["h1",', '"#map":[["h2",true],["h1",')),
      "at states[0]: expected a state in the Informal Trace Format",
    ],
    ["a trace without states", { ...trace(), states: [] }, "at states"],
    [
      "a trace that says nothing of itself",
      { states: trace().states },
      'at #meta.format: expected "ftpair/1"',
    ],
    ["a trace with an action in its first state, and none in its last", traced(powerOn, null), "at states"],
    [
      "a trace with an unknown kind of action",
      traced(null, { ...powerOn, kind: "PowerOnn" }),
      'at states[1].#meta.action.kind: expected a kind of action, not "PowerOnn"; did you mean PowerOn?',
    ],
    [
      "a trace with a missing operand",
      traced(null, { kind: "PowerOn", pair: "p1" }),
      "at states[1].#meta.action.host: ",
    ],
    [
      "a trace with a host that is not in the cluster",
      traced(null, { ...powerOn, host: "h9" }),
      "at states[1].#meta.action: expected a host of the cluster (h1, h2), not h9",
    ],
    [
      "a trace with a generation that is no number",
      JSON.parse(JSON.stringify(trace()).replace('"#bigint":"1"', '"#bigint":"one"')),
      "at states[0].pairs.p1.lock.generation: expected a whole number",
    ],
    [
      "a trace with a map that is none",
      JSON.parse(JSON.stringify(trace()).replace('"copies":{"#map":[]}', '"copies":{"#map":[5]}')),
      "at states[0]",
    ],
  ])("%s", (_situation, json, message) => {
    const file = write("input.json", json)

    const error = errorOf(() => readStory(file))

    expect(error).toBeInstanceOf(BadInput)
    expect(error?.message).toContain(`${file}: ${message}`)
    expect(error?.message).not.toContain("\n")
  })

  it("whatever it is: no input is mistaken for a defect", () => {
    fc.assert(
      fc.property(arbitraryInput, (json) => {
        const error = errorOf(() => readStory(write("input.json", json)))

        expect(error === null || error instanceof BadInput).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe("nearest", () => {
  it.each([
    ["PowerOnn", "; did you mean PowerOn?"],
    ["poweron", "; did you mean PowerOn?"],
    ["PowrOff", "; did you mean PowerOff?"],
    ["Reboot", ""],
  ])("of %s: %s", (name, hint) => {
    expect(nearest(name, ["PowerOn", "PowerOff", "Migrate"])).toBe(hint)
  })
})

// Helpers

const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const write = (name: string, json: unknown): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(json))
  return file
}

const errorOf = (read: () => unknown): Error | null => {
  try {
    read()
    return null
  } catch (error) {
    return error as Error
  }
}

const cluster = { hosts: [{ id: "h1" }, { id: "h2" }], pairs: [{ id: "p1" }] }

const powerOn: Action = { kind: "PowerOn", pair: "p1", host: "h1" }

/** A schedule in that cluster. */
const acting = (...actions: readonly unknown[]) => ({ config: cluster, actions })

/** A schedule in a cluster in which something is different. */
const inCluster = (more: object) => ({ config: { ...cluster, ...more }, actions: [] })

const many = (n: number, letter: string) => Array.from({ length: n }, (_, i) => ({ id: `${letter}${i + 1}` }))

/** A schedule in a cluster with a rule in which something is different. */
const ruledBy = (more: object) =>
  inCluster({
    hosts: [{ id: "h1", groups: ["rack-a"] }],
    rules: [{ pairs: ["p1"], type: "must", run: "on", group: "rack-a", ...more }],
  })

/** The trace of a pair that is powered on. */
const trace = () => {
  const config = plainConfig(2, 1)
  const states = statesOf(config, null, [powerOn])
  const reported = {
    property: "S1",
    step: 1,
    why: "by hand",
    found: "by hand",
    seed: null,
    description: null,
  }
  return traceOf(
    { ...reported, config, mutant: null, actions: [powerOn], states, minimality: "found" },
    "t.itf.json",
  )
}

/** The same with something else in what it says of itself. */
const metaOf = (more: object) => ({ ...trace(), "#meta": { ...trace()["#meta"], ...more } })

/** The same with other actions in its states. */
const traced = (...actions: readonly unknown[]) => ({
  ...trace(),
  states: trace().states.map((state, i) => ({ ...state, "#meta": { index: i, action: actions[i] } })),
})

/** Anything at all, or a schedule or a trace in which one value has been replaced by anything at all. */
const arbitraryInput: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue() },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.boolean(), fc.nat(), fc.jsonValue())
      .map(([isTrace, place, value]) =>
        withOneReplaced(
          isTrace ? trace() : { ...acting(powerOn), expect: { verdict: "holds" } },
          place,
          value,
        ),
      ),
  },
)

/** The JSON with its `place`-th value, counted from the outside in, replaced. */
const withOneReplaced = (json: unknown, place: number, by: unknown): unknown => {
  const text = JSON.stringify(json)
  let values = 0
  JSON.parse(text, (_key, value: unknown) => {
    values += 1
    return value
  })
  let at = 0
  return JSON.parse(text, (_key, value: unknown) => {
    at += 1
    return at === 1 + (place % values) ? by : value
  })
}

/** p1 with this setting, its Secondary registered there. */
function registeredAs(ft: string, secondary: string | null): object {
  return { id: "p1", ft, registered: { primary: "h1", secondary } }
}
