import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it, vi } from "vitest"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { coreKinds, describe as written, kinds, type Kind } from "../../../model/action.ts"
import { ruled, withdrawing } from "../../../model/change.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import type { ProtocolOf } from "../../../model/protocol.ts"
import { guardIdsOf } from "../../../model/rule.ts"
import type { Pair } from "../../../model/pair.ts"
import { initial, withPair, type State } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { modelSweep } from "../../../properties/explore/model-sweep.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { describeDivergence, divergenceIn, differentialPairOf } from "../../../properties/refinement.ts"
import { clusterOf, observesButBooks, stateOf, take } from "../../../conform/adapters/typescript/cluster.ts"
import { inProcess } from "../../../conform/in-process.ts"
import { misfit, observed, type Json } from "../../../conform/observation.ts"
import { pairProfile } from "../../../conform/pair-profile.ts"
import type { AskedAction } from "../../../conform/profile.ts"
import { judgeCase, resetOf, sessionOf } from "../../../conform/session.ts"
import { changesOf } from "../../../traces/diff.ts"
import { readStory } from "../../../traces/read.ts"
import { replayStory } from "../../../traces/replay.ts"
import { stateJsonOf } from "../../../traces/state-json.ts"
import { traceOf, writeTrace } from "../../../traces/write.ts"
import { hello } from "../../conform/model-peer.ts"
import { enumerate } from "../../enumerate.ts"
import { act } from "../../fixtures.ts"

// The part stands where parts are listed, and nowhere else: in the model's table, among its words, in the engine's tables.
vi.mock(import("../../../model/parts/words.ts"), () => import("./words.ts"))
vi.mock(import("../../../model/parts/fields.ts"), () => import("./words.ts"))
vi.mock(import("../../../model/parts/table.ts"), async () => ({
  parts: [(await import("./part.ts")).weariness],
}))
vi.mock(import("../../../impl/engine/parts/fields.ts"), async () => ({
  packedParts: [(await import("./engine-part.ts")).packedWeariness],
}))
vi.mock(import("../../../impl/engine/parts/table.ts"), async () => ({
  partMutations: { weariness: (await import("./engine-part.ts")).wearinessRules },
}))

const bounds = { log: 3, generations: 2, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 }
const off = plainConfig(2, 1, bounds)
const on: Config = { ...off, weariness: true }
const among: readonly Kind[] = [...coreKinds, "Rest"]
const toWeary = "PowerOn(p1,h1) Record(p1.1) Record(p1.1)"

describe("a part", () => {
  it("changes nothing where it is off", () => {
    const counts = enumerate(protocolOf(off), among)

    expect(counts).toEqual(enumerate(protocolOf(off), coreKinds))
    expect(step(protocolOf(off), initial(off), act("PowerOn(p1,h1)"))).toMatchObject({ tag: "next" })
    expect(step(protocolOf(off), initial(off), act("Rest(p1.1)"))).toEqual({
      tag: "refused",
      guard: "unknown",
    })
  })

  it("puts a guard into the middle of a ladder, and refuses by it", () => {
    const { rules } = protocolOf(on)

    expect(rules.Record && guardIdsOf(rules.Record)).toEqual([
      "copy",
      "primary-only",
      "phase",
      "weary",
      "worn-out",
      "storage",
    ])
    expect(answer(toWeary, "Record(p1.1)")).toBe("weary")
    expect(answer(`${toWeary} Rest(p1.1)`, "Record(p1.1)")).toBe("next")
    expect(answer(`${toWeary} Rest(p1.1) Record(p1.1)`, "Record(p1.1)")).toBe("worn-out")
    expect(answer("PowerOn(p1,h1)", "Rest(p1.1)")).toBe("nothing")
  })

  it("amends what happens to a copy, whichever action brings it about", () => {
    const wins = "LoseStorage(h1) RestoreStorage(h1) TryLock(p1.1)"

    expect(copyAfter(toWeary)).toMatchObject({ recorded: 2 })
    expect(copyAfter(`${toWeary} ${wins}`)).toMatchObject({ phase: "live", generation: 2, recorded: 0 })
  })

  it("keeps a field of the pair from the start, whatever becomes of its copies", () => {
    const crashes = "CrashCopy(p1.1)"

    expect(initial(on).pairs["p1"]).toMatchObject({ toil: 0 })
    expect(initial(off).pairs["p1"]).not.toHaveProperty("toil")
    expect(after(`${toWeary} ${crashes}`).pairs["p1"]).toMatchObject({ toil: 2, copies: [] })
    expect(after(`${toWeary} ${crashes} HaRestart(p1,h2)`).pairs["p1"]).toMatchObject({ toil: 0 })
  })

  it("has a state space of its own, and the engine the same, also up to symmetry", () => {
    const counts = enumerate(protocolOf(on), among)
    const scope = { config: on, among, mutant: null, properties: [], symmetry: false, reduction: false }

    const { tally } = sweep(scope)
    const symmetric = sweep({ ...scope, symmetry: true }).tally

    expect(counts).toEqual({ states: 16_871, transitions: 56_966, depth: 19 })
    expect(modelSweep(protocolOf(on), among, [], Infinity)).toMatchObject(counts)
    expect({ states: tally.states, transitions: tally.transitions, depth: tally.depth }).toEqual(counts)
    expect({ states: symmetric.standsFor, transitions: symmetric.standsForTransitions }).toEqual({
      states: counts.states,
      transitions: counts.transitions,
    })
    expect(symmetric.states).toBeLessThan(counts.states)
  })

  it("tells states apart by its fields", () => {
    const worn = after(`${toWeary} CrashCopy(p1.1)`)
    const rested = "PowerOn(p1,h1) Record(p1.1)"

    expect(identity(after(toWeary))).not.toBe(identity(after(`${toWeary} Rest(p1.1)`)))
    expect(identity(worn)).not.toBe(identity(after(`${rested} CrashCopy(p1.1)`)))
  })

  it("is answered alike by the model and the engine, in every tenth state", () => {
    const protocol = protocolOf(on)
    const differential = differentialPairOf(protocol, engineOf(layoutOf(on, { ...wholly, among: kinds })))
    const divergences: string[] = []
    let states = 0

    enumerate(protocol, among, [initial(on)], (state) => {
      states += 1
      const divergence = states % 10 === 0 ? divergenceIn(differential, state) : null
      if (divergence !== null) divergences.push(describeDivergence(divergence))
    })

    expect(divergences).toEqual([])
  })

  it("is read and written by the formats, and replayed", () => {
    const actions = `${toWeary} Rest(p1.1)`.split(" ").map(act)
    const file = join(folder, "weary.itf.json")
    const trace = traceOf(
      {
        property: "S1",
        step: 4,
        why: "it is an example",
        config: on,
        mutant: null,
        actions,
        states: statesOf(actions),
        found: "by hand",
        seed: null,
        minimality: "found",
        description: null,
      },
      "weary.itf.json",
    )

    writeTrace(file, trace)
    const story = readStory(file)

    expect(story.config).toEqual(on)
    expect(story.actions.map(written)).toEqual(actions.map(written))
    expect(story.states?.[3]?.pairs["p1"]).toMatchObject({ toil: 2, copies: { "p1.1": { recorded: 2 } } })
    expect(story.states?.map((state) => JSON.stringify(state))).toEqual(
      replayStory([], story).states.map((state) => JSON.stringify(stateJsonOf(state))),
    )
  })

  it("is read from a schedule, and refused where its words are wrong", () => {
    const file = join(folder, "schedule.json")
    const schedule = (more: object): string =>
      JSON.stringify({
        config: { hosts: [{ id: "h1" }], pairs: [{ id: "p1" }], ...more },
        actions: [{ kind: "Rest", copy: "p1.1" }],
      })

    writeFileSync(file, schedule({ weariness: true }))
    expect(readStory(file).config).toMatchObject({ weariness: true })
    writeFileSync(file, schedule({ weariness: "very" }))
    expect(() => readStory(file)).toThrow("at config.weariness: expected true or false")
  })

  it("is observed over the wire, where an implementation shows it", async () => {
    const profile = pairProfile()
    const observes = ["pairs.*.toil", "pairs.*.copies.*.recorded"]
    const schema = observed(profile.schema, observes)
    if ("wrong" in schema) throw new Error(schema.wrong)
    const session = sessionOf(null, { ...hello, observes }, profile, 100)
    const actions = `${toWeary} Rest(p1.1)`.split(" ").map((each) => act(each) as unknown as AskedAction)
    const asked = [resetOf(on), ...actions.map((action) => ({ op: "apply" as const, action }))]
    const judged = async (protocolIn: ProtocolOf) =>
      judgeCase(session, on, actions, await inProcess(pairProfile(protocolIn), schema, hello).ask(asked))

    const conforming = await judged(protocolOf)
    const tireless = await judged((config) => withdrawing("Rest")(protocolOf(config)))
    const unworn = await judged((config) => notWearingOut(protocolOf(config)))

    expect(conforming).toMatchObject({ tag: "fits" })
    expect([tireless.tag, unworn.tag]).toEqual(["diverged", "diverged"])
  })

  it("is shown by the engine behind the wire", () => {
    const schema = observed(pairProfile().schema, observesButBooks)
    if ("wrong" in schema) throw new Error(schema.wrong)
    const cluster = clusterOf(engineOf(layoutOf(on)))
    for (const action of toWeary.split(" ").map(act)) expect(take(cluster, action)).toBeNull()

    const shown = stateOf(cluster) as Json
    expect(misfit(schema, true, shown, stateJsonOf(after(toWeary)))).toBeNull()
    expect(misfit(schema, true, shown, stateJsonOf(after(`${toWeary} Rest(p1.1)`)))).not.toBeNull()
  })

  it("is shown in the words for people", () => {
    const before = after(toWeary)

    expect(changesOf(before, after(`${toWeary} Rest(p1.1)`))).toEqual(["p1.1 recorded 2 → 0"])
    expect(changesOf(after("PowerOn(p1,h1)"), after("PowerOn(p1,h1) Record(p1.1)"))).toEqual([
      "p1.1 log 0 → 1 (+1.1), recorded 0 → 1",
      "p1 toil 0 → 1",
    ])
  })
})

// Helpers

const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The protocol in which recording does not wear out a pair. */
const notWearingOut = ruled("Record", ({ effect, ...others }) => ({
  ...others,
  effect: (about, state, protocol) => {
    const after = effect(about, state, protocol)
    return withPair(after, { ...(after.pairs["p1"] as Pair), toil: 0 })
  },
}))

function statesOf(actions: readonly ReturnType<typeof act>[]): readonly State[] {
  const states = [initial(on)]
  for (const action of actions) {
    const outcome = step(protocolOf(on), states.at(-1) as State, action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    states.push(outcome.state)
  }
  return states
}

function after(run: string): State {
  return statesOf(run.split(" ").map(act)).at(-1) as State
}

function copyAfter(run: string): object | undefined {
  return after(run).pairs["p1"]?.copies[0]
}

function answer(run: string, action: string): string {
  const outcome = step(protocolOf(on), after(run), act(action))
  return outcome.tag === "refused" ? outcome.guard : outcome.tag
}
