import * as fc from "fast-check"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { readStory } from "../../traces/read.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { fileNameOf, storyOf, traceOf, writeTrace, type Counterexample } from "../../traces/write.ts"
import { arbitraryRun, statesOf, type Drawn } from "../properties/arbitrary/runs.ts"

describe("a trace that is written", () => {
  it("is read back: the same cluster, the same actions, the same states", () => {
    fc.assert(
      fc.property(anyRun, (drawn) => {
        const story = readStory(written(counterexampleOf(drawn)))

        expect(story.config).toEqual(drawn.config)
        expect(story.actions).toEqual(drawn.actions)
        expect(story.states).toEqual(drawn.states.map(stateJsonOf))
        expect(story.mutant).toBe(drawn.mutant)
      }),
      { numRuns: 30 },
    )
  })

  it("lists exactly the variables that each of its states has", () => {
    fc.assert(
      fc.property(anyRun, (drawn) => {
        const { vars, states } = traceOf(counterexampleOf(drawn), "any.itf.json")

        for (const state of states)
          expect(Object.keys(state).filter((name) => name !== "#meta")).toEqual(vars)
      }),
      { numRuns: 20 },
    )
  })

  it("says of itself what it is, what it shows, and how it is replayed", () => {
    const story = readStory(written(twoOnOneHost))

    expect(story.title).toBe("A story.")
    expect(story.expect).toEqual({ verdict: "breached", property: "S7", step: 2 })
    expect(story.meta).toMatchObject({
      format: "ftpair/1",
      tool: "ftpair",
      mutant: "SpawnIgnoresAntiAffinity",
      property: "S7",
      why: "both run on h1",
      seed: "7",
      found: "by hand",
      minimality: "shortest",
      replay: `npx ftpair replay ${file}`,
    })
  })

  it("has each state on a line of its own, numbered, and with the action that led to it", () => {
    const lines = readFileSync(written(twoOnOneHost), "utf8").split("\n")

    const states = lines.filter((line) => line.includes("mbt::actionTaken") && line.includes("#meta"))
    expect(states.map((line) => JSON.parse(line.replace(/,$/, "")) as unknown)).toMatchObject([
      { "#meta": { index: 0, action: null }, "mbt::actionTaken": "init" },
      { "#meta": { index: 1, action: { kind: "PowerOn" } }, "mbt::actionTaken": "PowerOn" },
      { "#meta": { index: 2, action: { kind: "SpawnSecondary" } }, "mbt::actionTaken": "SpawnSecondary" },
    ])
  })

  it("goes to a folder that is not there yet", () => {
    const deep = join(folder, "a", "b", "c.itf.json")

    writeTrace(deep, traceOf(twoOnOneHost, deep))

    expect(readStory(deep).actions).toEqual(twoOnOneHost.actions)
  })
})

describe("a counterexample's file", () => {
  it.each([
    ["PrimarySkipsLock", "primary-skips-lock"],
    ["HaNoBump", "ha-no-bump"],
    ["NoReRelease", "no-re-release"],
  ])("is named after its property and its story: %s", (mutant, story) => {
    expect(fileNameOf("S1", storyOf(mutant))).toBe(`S1.${story}.itf.json`)
  })
})

// Helpers

const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const file = join(folder, "trace.itf.json")

/** The file of a counterexample, written. */
const written = (counterexample: Counterexample): string => {
  writeTrace(file, traceOf(counterexample, file))
  return file
}

const anyRun = arbitraryRun([null, ...mutants.map(({ name }) => name)])

/** A run reported as a counterexample, whatever it violates. */
const counterexampleOf = ({ config, mutant, actions, states }: Drawn): Counterexample => ({
  property: "S1",
  step: actions.length,
  why: "any reason",
  config,
  mutant,
  actions,
  states,
  found: "drawn",
  seed: null,
  minimality: "found",
  description: null,
})

const twoOnOneHost: Counterexample = (() => {
  const config = plainConfig(2, 1)
  const mutant = "SpawnIgnoresAntiAffinity"
  const actions = [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h1" },
  ] as const
  return {
    property: "S7",
    step: 2,
    why: "both run on h1",
    config,
    mutant,
    actions,
    states: statesOf(config, mutant, actions),
    found: "by hand",
    seed: "7",
    minimality: "shortest",
    description: "A story.",
  }
})()
