import { describe, expect, it } from "vitest"
import { coreKinds } from "../../model/action.ts"
import { assuranceOf, codeOf, concluded, wordOf, type Conclusion } from "../../cli/explore/verdict.ts"
import type { ExploredDivergence, ExploredFinding } from "../../cli/explore/finding.ts"
import { catalogue } from "../../properties/catalogue.ts"
import type { Exploration, Explored } from "../../properties/explore/explore.ts"
import { coreScope } from "../../properties/mutants/mutant.ts"
import { refinement } from "../../properties/refinement.ts"
import { protocolOf } from "../../model/core.ts"

describe("an exploration", () => {
  it.each<readonly [string, Partial<Explored>, readonly string[], string, number]>([
    ["complete", {}, [], "held", 0],
    ["complete, and lacks a witness", {}, ["fork"], "vacuous", 15],
    ["too many states", {}, [], "inconclusive", 20],
    ["too many states, and lacks a witness", {}, ["fork"], "inconclusive", 20],
    ["interrupted", {}, [], "inconclusive", 20],
    ["interrupted, and lacks a witness", {}, ["fork"], "inconclusive", 20],
    ["complete, but for liveness", { liveness: "unknown" }, [], "inconclusive", 20],
    ["complete, but for liveness, and lacks a witness", { liveness: "unknown" }, ["fork"], "vacuous", 15],
    ["violation, and no run that the model confirms", { suspected: ["S1"] }, [], "divergence", 14],
  ])("that ended %s is no other verdict than it is", (how, more, missing, word, code) => {
    const conclusion = concluded(exploredTo(how, more), nothing, missing)

    expect([wordOf(conclusion), codeOf(conclusion)]).toEqual([word, code])
  })

  it.each(["complete", "violation", "too many states", "interrupted"])(
    "that ended %s is violated by what the model confirms, and a divergence by what it denies",
    (how) => {
      const reported = exploredTo(how)
      const [violated, denied, both] = [
        concluded(reported, { findings: [findingOf("S1")], divergences: [] }, ["fork"]),
        concluded(reported, { findings: [], divergences: [divergence] }, ["fork"]),
        concluded(reported, { findings: [findingOf("S1")], divergences: [divergence] }, []),
      ]

      expect([violated, denied, both].map((each) => [wordOf(each), codeOf(each)])).toEqual([
        ["breached", 12],
        ["divergence", 14],
        ["breached", 12],
      ])
      expect(both).toMatchObject({ divergences: [divergence] })
    },
  )

  it.each([
    [["S1"], 0, "breached", 12],
    [["L1"], 0, "breached", 13],
    [["L1", "S1"], 0, "breached", 12],
    [["L1"], 1, "deadlock", 11],
    [["R1"], 0, "breached", 14],
    [["R1", "L1"], 0, "breached", 13],
  ] as const)(
    "in which %j are violated, with %i deadlocks, is reported as %s, with %i",
    (ids, deadlocks, word, code) => {
      const findings = ids.map((id) => findingOf(id))

      const conclusion = concluded(exploredTo("complete", { deadlocks }), { findings, divergences: [] }, [])

      expect([wordOf(conclusion), codeOf(conclusion)]).toEqual([word, code])
    },
  )
})

describe("what a verdict is worth", () => {
  it.each<readonly [string, Conclusion, Partial<Exploration>, RegExp]>([
    ["held", { tag: "held" }, {}, /^exhaustive within /],
    [
      "held by fingerprints",
      { tag: "held" },
      { fingerprint: true },
      /^exhaustive, but for colliding fingerprints, /,
    ],
    ["vacuous", { tag: "vacuous", missing: ["fork"] }, {}, /^vacuous: .*, and fork never seen$/],
    ["shortest", violatedBy("shortest", "shortest"), {}, /^shortest: no run of fewer steps violates any /],
    ["not all shortest", violatedBy("shortest", "found"), {}, /^found: a shorter run may violate one /],
    ["divergence", { tag: "divergence", divergences: [] }, {}, /^none: the engine and the model disagree /],
    ["stopped", { tag: "inconclusive", why: "interrupted" }, {}, /^partial, as a signal .* within 3 steps, /],
    [
      "too large",
      { tag: "inconclusive", why: "too many states" },
      {},
      /^partial: every state within 3 steps, /,
    ],
    [
      "unsure of liveness",
      { tag: "inconclusive", why: "liveness" },
      {},
      /^partial: exhaustive but for liveness, /,
    ],
  ])("is reported for one that is %s", (_what, conclusion, more, words) => {
    expect(assuranceOf({ ...exploration, ...more }, exploredTo("complete"), conclusion)).toMatch(words)
  })

  it("relies on the argument for the reduction where that was made, and only there", () => {
    const reduced = exploredTo("complete", { scope: { ...scope, reduction: true } })

    expect(assuranceOf(exploration, reduced, { tag: "held" })).toContain("docs/adr/0008-reduction.md")
    expect(assuranceOf(exploration, exploredTo("complete"), { tag: "held" })).not.toContain("reduction")
  })
})

// Helpers

const scope: Exploration["scope"] = {
  config: coreScope,
  among: coreKinds,
  mutant: null,
  properties: catalogue.map(({ id }) => id),
  symmetry: true,
  reduction: false,
}

const exploration: Exploration = {
  scope,
  engine: "packed",
  liveness: false,
  weighs: false,
  statesMax: 10,
  fingerprint: false,
  workers: 1,
}

/** What came of an exploration; how it ended stands before the first comma. */
const exploredTo = (how: string, more: Partial<Explored> = {}): Explored => ({
  scope,
  isAsymmetric: false,
  end: how.split(",")[0] as Explored["end"],
  states: 10,
  standsFor: 10,
  transitions: 20,
  depth: 3,
  mostSuccessors: 4,
  terminalStates: 0,
  deadlocks: 0,
  waiting: 0,
  highestGeneration: 2,
  kinds: {},
  witnessedAt: {},
  suspected: [],
  violations: [],
  liveness: null,
  compared: null,
  premises: null,
  bytes: null,
  workers: 1,
  ...more,
})

const nothing = { findings: [], divergences: [] }

const divergence: ExploredDivergence = { property: "S1", words: "they differ", actions: [], refused: null }

function findingOf(id: string, minimality: ExploredFinding["minimality"] = "shortest"): ExploredFinding {
  const property = [...catalogue, refinement(protocolOf, null)].find((each) => each.id === id)
  if (property === undefined) throw new Error(`there is no ${id}`)
  return {
    property,
    why: "",
    steps: 1,
    minimality,
    actions: [],
    loop: null,
    fairness: [],
    file: null,
    unsaved: null,
    lines: [],
  }
}

function violatedBy(...minimalities: readonly ExploredFinding["minimality"][]): Conclusion {
  const findings = minimalities.map((minimality) => findingOf("S1", minimality))
  return { tag: "breached", findings, isDeadlock: false, divergences: [] }
}
