import { describe, expect, it } from "vitest"
import { protocolOf } from "../../model/core.ts"
import type { PairId } from "../../model/ids.ts"
import { without } from "../../model/pair.ts"
import { pairOf, withPair, type State } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { codeOf } from "../../impl/engine/action-code.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { monitorOf, type Monitor } from "../../properties/packed/monitor.ts"
import { mutations } from "../../impl/engine/mutations/catalogue.ts"
import { pack } from "../../impl/engine/pack.ts"
import { idsIn, union } from "../../properties/packed/property-set.ts"
import { catalogue, matching } from "../../properties/catalogue.ts"
import { isJudged } from "../../properties/check/quiescence.ts"
import { noHistory } from "../../properties/history.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated, type Mutant } from "../../properties/mutants/mutant.ts"
import { violatesWhenQuiescent, violationsOf, touchedBy } from "../../properties/property.ts"
import { act, changed, clusterOf, reach } from "../fixtures.ts"

// A fault of one host touches several pairs, and whichever of them suffers what it should not, it is reported.

const config = clusterOf([{}, {}, {}], { pairs: 3 })

const protocol = protocolOf(config)

const before = reach(config, "PowerOn(p1,h1) PowerOn(p2,h1) PowerOn(p3,h1)")

describe("a step that touches several pairs", () => {
  it("is seen by each of them, whether it has changed them or not", () => {
    const after = taken("FailHost(h2)")

    const seen = touchedBy(config, noHistory(before), { before, action: act("FailHost(h2)"), after })

    expect(seen.map((each) => each.after.id)).toEqual(["p1", "p2", "p3"])
  })

  it.each(["p1", "p2", "p3"] as const)(
    "is judged for each: %s alone outlives the failure of its host",
    (id) => {
      const after = withPair(taken("FailHost(h1)"), pairOf(before, id))

      expect(judged("FailHost(h1)", after)).toEqual(["S22", "S31"])
      expect(monitored("FailHost(h1)", after)).toEqual(["S22", "S31"])
    },
  )

  it.each(["p1", "p2", "p3"] as const)(
    "is judged for each: %s alone is halted by the loss of storage",
    (id) => {
      const after = emptied(taken("LoseStorage(h1)"), id)

      expect(judged("LoseStorage(h1)", after)).toEqual(["S24"])
      expect(monitored("LoseStorage(h1)", after)).toEqual(["S24"])
    },
  )

  it.each(["p1", "p2", "p3"] as const)(
    "is judged for each in a quiescent state: %s alone is not protected",
    (id) => {
      const words = ["p1", "p2", "p3"]
        .filter((each) => each !== id)
        .map((each) => `SpawnSecondary(${each}.1,h2) BeginLockstep(${each}.1) JoinLockstep(${each}.2)`)
      const state = reach(config, "PowerOn(p1,h1) PowerOn(p2,h1) PowerOn(p3,h1)", ...words)

      const why = violatesWhenQuiescent(protocol, catalogue, noHistory(state), state).map((each) => each.why)

      expect(why).toEqual([expect.stringContaining(id)])
      expect(idsIn(monitorAt(state).whenQuiescent())).toEqual(["L1"])
    },
  )
})

describe("what is checked for every pair", () => {
  it.each(["p1", "p2", "p3"] as const)("is whether it can be booted: %s alone is off", (id) => {
    const places = ["p1", "p2", "p3"].map((each) => `PowerOn(${each},${each === id ? "h1" : "h2"})`)
    const state = reach(config, ...places, `LoseStorage(h1) PowerOff(${id})`)
    const waiting = mutantNamed("PowerOnWaitsForTheLost")

    const found = violatesWhenQuiescent(mutated(waiting)(config), matching(["S25"]), noHistory(state), state)

    expect(found.map(({ why }) => why)).toEqual([expect.stringContaining(`PowerOn(${id}, `)])
    expect(idsIn(monitorAt(state, waiting).ofRefusals())).toEqual(["S25"])
    expect(idsIn(monitorAt(state).ofRefusals())).toEqual([])
  })

  it.each(["p1", "p2", "p3"] as const)("is whether %s is at the bound of its generations", (id) => {
    const bounds = { ...config.bounds, generations: 2 }
    const bound = { ...config, bounds }
    const fenced = reach(bound, `PowerOn(${id},h1) PowerOff(${id})`)

    expect([isJudged(bound, before), isJudged(bound, fenced)]).toEqual([true, false])
    expect([before, fenced].map((state) => monitorAt(state, null, bound).isJudged())).toEqual([true, false])
  })
})

describe("a placement", () => {
  it.each([
    ["without storage", { h2: { storage: false } }, ["S9"]],
    ["in maintenance", { h2: { maintenance: true } }, ["S9", "P3"]],
    ["as it should be", {}, []],
  ] as const)("is judged by the host, here %s", (_what, change, violated) => {
    const after = changed(taken("SpawnSecondary(p1.1,h2)"), change)

    const [model, packed] = [judged, monitored].map((by) => by("SpawnSecondary(p1.1,h2)", after))

    expect(model).toEqual(expect.arrayContaining([...violated]))
    expect(packed?.includes("S9")).toBe(model?.includes("S9"))
    expect(model?.includes("S9")).toBe((violated as readonly string[]).includes("S9"))
  })
})

// Helpers

function taken(asked: string): State {
  const outcome = step(protocol, before, act(asked))
  if (outcome.tag === "refused") throw new Error(`${asked} is refused: ${outcome.guard}`)
  return outcome.state
}

/** The pair without any copy. */
function emptied(state: State, id: PairId): State {
  return withPair(
    state,
    without(pairOf(state, id), () => true),
  )
}

function judged(asked: string, after: State): readonly string[] {
  const found = violationsOf(protocol, catalogue, noHistory(before), { before, action: act(asked), after })
  return found.map(({ property }) => property.id)
}

/** The monitor of an engine, or of a mutant of it, at a state. */
function monitorAt(state: State, mutant: Mutant | null = null, cluster = config): Monitor {
  const engine = engineOf(
    layoutOf(cluster, wholly),
    mutant === null ? null : (mutations[mutant.name] ?? null),
  )
  pack(engine.view, state)
  return monitorOf(engine)
}

function monitored(asked: string, after: State): readonly string[] {
  const engine = engineOf(layoutOf(config, wholly))
  const monitor = monitorOf(engine)
  const code = codeOf(engine.layout, before, act(asked))
  pack(engine.view, before)
  monitor.begin()
  pack(engine.view, after)
  return idsIn(union(monitor.ofStep(code?.kind ?? -1, code?.a ?? -1, code?.b ?? -1), monitor.ofState()))
}
