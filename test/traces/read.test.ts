import * as fc from "fast-check"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { Action } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { arbitraryConfig } from "../../properties/arbitrary/config.ts"
import { BadInput, configOf, jsonOfConfig, nearest, readConfig, readStory } from "../../traces/read.ts"
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
    const file = write("config.json", { hosts: [{ id: "h2" }, { id: "h7" }], pairs: [{ id: "p3" }] })

    expect(readConfig(file)).toEqual({
      hosts: [
        { id: "h2", ftVmsMax: 4, ftVcpusMax: 8, groups: [] },
        { id: "h7", ftVmsMax: 4, ftVcpusMax: 8, groups: [] },
      ],
      pairs: [{ id: "p3", vcpus: 1, registered: { primary: "h2", secondary: "h2" } }],
      rules: [],
      bounds: {
        log: Infinity,
        generations: Infinity,
        faults: Infinity,
        powerOffUpTo: Infinity,
        fencesUpTo: Infinity,
      },
    })
  })

  it("takes a rule for active that does not say", () => {
    const rule = { pairs: ["p1"], type: "must", run: "not-on", group: "a" }

    const { rules } = readConfig(write("config.json", { ...cluster, rules: [rule] }))

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
    ["a list", [], "at actions: expected a list of actions"],
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
      "a host with number 0",
      acting({ ...powerOn, host: "h0" }),
      "at actions[0].host: expected a host, like h1",
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
    ["an unknown field", { ...acting(), notes: "none" }, "at notes: "],
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
      "a bound below zero",
      { config: { ...cluster, bounds: { log: -1 } }, actions: [] },
      "at config.bounds.log: expected a whole number, 0 or more",
    ],
    [
      "half a vCPU",
      { config: { ...cluster, pairs: [{ id: "p1", vcpus: 0.5 }] }, actions: [] },
      "at config.pairs[0].vcpus: expected an integer",
    ],
    [
      "no vCPU",
      { config: { ...cluster, pairs: [{ id: "p1", vcpus: 0 }] }, actions: [] },
      "at config.pairs[0].vcpus: expected a whole number, 1 or more",
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
      "at states[0].pairs.p1.lock.generation: expected an integer",
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

/** The trace of a pair that is powered on. */
const trace = () => {
  const config = plainConfig(2, 1)
  const states = statesOf(config, null, [powerOn])
  const told = { property: "S1", step: 1, why: "by hand", found: "by hand", seed: null, description: null }
  return traceOf(
    { ...told, config, mutant: null, actions: [powerOn], states, minimality: "found" },
    "t.itf.json",
  )
}

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
