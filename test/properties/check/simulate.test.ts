import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describe as written, kindsOf } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { initial } from "../../../model/state.ts"
import { fairlyEnabled, step } from "../../../model/step.ts"
import { arbitraryPlan, choiceRange, type Plan } from "../../../properties/arbitrary/plan.ts"
import { lots, type Lot, type Swarm } from "../../../properties/arbitrary/swarm.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { isQuiescent, isJudged } from "../../../properties/check/quiescence.ts"
import { begin, type Judge, type Run } from "../../../properties/check/run.ts"
import { inTurn } from "../../../properties/check/scheduler.ts"
import { runToQuiescence, simulate } from "../../../properties/check/simulate.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated, without } from "../../../properties/mutants/mutant.ts"
import { becomesQuiescent } from "../../../properties/liveness.ts"
import { isPromised, type Property } from "../../../properties/property.ts"
import { witnesses } from "../../../properties/witnesses.ts"
import { statesOf } from "../arbitrary/runs.ts"

describe("simulate", () => {
  it("finds the protocol to hold, and every run of it becomes quiescent where there are no false alarms", () => {
    fc.assert(
      fc.property(arbitraryPlan(null), (plan) => {
        const run = simulated(null, plan)

        expect(run.violation).toBeNull()
        if (isPromised(becomesQuiescent, plan.config))
          expect(isQuiescent(protocolOf(plan.config), run.state)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it("is a function of its plan", () => {
    fc.assert(
      fc.property(arbitraryPlan(null), (plan) => {
        expect(simulated(null, plan)).toEqual(simulated(null, plan))
      }),
      { numRuns: 20 },
    )
  })

  it("takes only what the rules allow, and ends where its actions lead", () => {
    fc.assert(
      fc.property(arbitraryPlan(null), fc.constantFrom(...broken), (plan, mutant) => {
        const run = simulate({ ...judging(mutant, plan.config), properties: [] }, plan)

        expect(statesOf(plan.config, mutant, run.actions).at(-1)).toEqual(run.state)
      }),
      { numRuns: 40 },
    )
  })

  it("strikes no more once it has let go: after the last choice come only recoveries and weakly fair actions", () => {
    fc.assert(
      fc.property(arbitraryPlan(null), (plan) => {
        const { actions } = simulated(null, plan)

        const after = actions.slice(plan.choices.length).map(({ kind }) => kind)
        const allowed = [...kindsOf("protocol"), ...kindsOf("recovery"), ...kindsOf("time")]
        expect(after.filter((kind) => !allowed.includes(kind))).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  it("does nothing where nothing is chosen", () => {
    const run = simulated(null, { config: two, swarm: calm, choices: [], heals: 0, turns: inTurn })

    expect(run).toMatchObject({ actions: [], violation: null, state: initial(two) })
  })

  it("takes for 0 the first thing of the simplest kind, and leaves the rest to the protocol", () => {
    const run = simulated(null, { config: two, swarm: calm, choices: [0], heals: 0, turns: inTurn })

    expect(run.actions.map(written).toSorted()).toEqual(
      [
        "PowerOn(p1, h1)",
        "Record(p1.1)",
        "Release(p1.1)",
        "SpawnSecondary(p1.1, h2)",
        "BeginLockstep(p1.1)",
        "JoinLockstep(p1.2)",
      ].toSorted(),
    )
  })

  it.each([
    ["nothing where no bit says so", 0, 0],
    ["everything where every bit says so", 0x7fffffff, 1],
  ])("heals %s", (_what, heals, recovered) => {
    const swarm = { ...calm, weights: { ...onlyWeights("PowerOn"), FailHost: 1 } }

    const run = simulated(null, { config: two, swarm, choices: [0, 0], heals, turns: inTurn })

    const kinds = run.actions.map(({ kind }) => kind)
    expect(kinds.slice(0, 2)).toEqual(["PowerOn", "FailHost"])
    expect(kinds.filter((kind) => kind === "RecoverHost")).toHaveLength(recovered)
  })

  it.each([
    ["neither", 0b00, []],
    ["the first", 0b01, ["RecoverHost(h1)"]],
    ["the second", 0b10, ["RecoverHost(h2)"]],
    ["both", 0b11, ["RecoverHost(h1)", "RecoverHost(h2)"]],
  ])("heals of two faults those whose bits say so: %s", (_which, heals, recovered) => {
    const swarm = { ...calm, weights: onlyWeights("FailHost") }

    const { actions } = simulated(null, { config: two, swarm, choices: [0, 0], heals, turns: inTurn })

    expect(actions.map(written)).toEqual(["FailHost(h1)", "FailHost(h2)", ...recovered])
  })

  it("is quiet for a while after a fault", () => {
    const swarm = { ...calm, quietSteps: 5, weights: { ...onlyWeights("PowerOn", "Record"), FailHost: 1000 } }

    const { actions } = simulated(null, {
      config: plainConfig(4, 1, { log: 4 }),
      swarm,
      choices: Array.from({ length: 8 }, () => 0x20000000),
      heals: 0,
      turns: inTurn,
    })

    const faults = actions.flatMap(({ kind }, i) => (kind === "FailHost" ? [i] : []))
    for (const [n, at] of faults.slice(1).entries()) expect(at - (faults[n] ?? 0)).toBeGreaterThan(5)
    expect(faults.length).toBeGreaterThan(0)
  })

  it.each([
    [0, "Record(p1.1)"],
    [5, "EnterMaintenance(h1)"],
  ])(
    "lets no copy act for %i steps on the host of one that was suspected without a cause",
    (stallSteps, next) => {
      const open = ["PowerOn", "SpawnSecondary", "BeginLockstep", "JoinLockstep", "SpuriousSuspect", "Record"]
      const swarm = { ...calm, stallSteps, weights: onlyWeights(...(open as Lot[]), "EnterMaintenance") }
      const shares = lots.filter((lot) => swarm.weights[lot] > 0)
      /** The number that falls to a lot, and of what is enabled there to the last. */
      const choiceOf = (lot: string): number =>
        Math.floor(((shares.indexOf(lot as Lot) + 0.99) / shares.length) * choiceRange)

      const { actions } = simulated(null, {
        config: plainConfig(3, 1, { log: 4 }),
        swarm,
        choices: open.map(choiceOf),
        heals: 0,
        turns: inTurn,
      })

      expect(actions.slice(4, 6).map(written)).toEqual(["Suspect(p1.2)", next])
    },
  )

  it("leaves the rest to the protocol in the order that its plan says", () => {
    const config = plainConfig(2, 1, { log: 3 })
    const [inOrder, newest] = [inTurn, { scheduler: "newest-first", seed: 0 } as const].map(
      (turns) => simulated(null, { config, swarm: calm, choices: [0], heals: 0, turns }).actions,
    )

    expect(newest?.slice(1, 4).map(({ kind }) => kind)).toEqual(["Record", "Record", "Record"])
    expect(newest).not.toEqual(inOrder)
  })

  it("stops at the first violation", () => {
    fc.assert(
      fc.property(arbitraryPlan(null), (plan) => {
        const { violation, actions } = simulated("SpawnIgnoresAntiAffinity", plan)

        fc.pre(violation !== null)
        expect(violation.step).toBe(actions.length)
        expect(violation.property.id).toBe("S7")
        expect(actions.at(-1)?.kind).toBe("SpawnSecondary")
      }),
      { numRuns: 20 },
    )
  })

  it("reports two halves that never become quiescent, where only L0 is checked", () => {
    const judge: Judge = { ...judging("SuspectsForNothing", two), properties: matching(["L0"]) }

    const found = fc
      .sample(arbitraryPlan(two), { seed: 1, numRuns: 20 })
      .map((plan) => simulate(judge, plan))
      .find(({ violation }) => violation !== null)

    expect(found?.violation?.property.id).toBe("L0")
    expect(found === undefined ? [] : fairlyEnabled(judge.protocol, found.state)).not.toEqual([])
  })

  it("does not judge a pair at the bound of its generations", () => {
    const config = plainConfig(2, 1, { log: 1, generations: 1 })
    fc.assert(
      fc.property(arbitraryPlan(config), (plan) => {
        const run = simulated("NeverRespawn", plan)

        fc.pre(!isJudged(config, run.state))
        expect(run.violation).toBeNull()
      }),
      { numRuns: 20 },
    )
  })

  it("reports which witnesses it has seen", () => {
    const { witnessed } = simulated(null, {
      config: two,
      swarm: calm,
      choices: [0],
      heals: 0,
      turns: inTurn,
    })

    expect([...witnessed]).toContain("both-registered-on-one-host")
    expect([...witnessed]).not.toContain("ha-restart")
  })
})

describe("runToQuiescence", () => {
  it("finds no violation in a round of which only some states are one", () => {
    const protocol = without("AbandonSync", "needed")(protocolOf(plainConfig(2, 1, { log: 0 })))
    const outcome = step(protocol, initial(protocol.config), { kind: "PowerOn", pair: "p1", host: "h1" })
    if (outcome.tag === "refused") throw new Error(`it is refused: ${outcome.guard}`)
    const alone: Property = {
      ...fewCopies,
      family: "liveness",
      always: () => null,
      whenQuiescent: ({ pair }) => (pair.copies.length === 1 ? "it is alone" : null),
    }

    const judge = { protocol, properties: [alone], witnesses: [] }

    const run = runToQuiescence(judge, begin(judge, outcome.state), {
      scheduler: "undoing",
      seed: 0,
    })

    expect(run.violation).toBeNull()
  })

  it("goes on after a round that violates nothing that is checked", () => {
    const protocol = without("AbandonSync", "needed")(protocolOf(plainConfig(2, 1, { log: 0 })))
    const outcome = step(protocol, initial(protocol.config), { kind: "PowerOn", pair: "p1", host: "h1" })
    if (outcome.tag === "refused") throw new Error(`it is refused: ${outcome.guard}`)
    const turns = { scheduler: "undoing", seed: 0 } as const

    const judge = { protocol, properties: [fewCopies], witnesses: [] }

    const run = runToQuiescence(judge, begin(judge, outcome.state), turns)

    expect(run.violation).toMatchObject({ property: fewCopies, step: run.actions.length })
    expect(run.actions.map(({ kind }) => kind)).toEqual(
      ["SpawnSecondary", "AbandonSync", "SyncLost"].flatMap((kind, _n, all) =>
        kind === all[0] ? [...all, ...all, ...all, kind] : [],
      ),
    )
  })
})

// Helpers

/** What a pair violates whose Secondary was started four times. */
const fewCopies: Property = {
  id: "fewCopies",
  name: "FewCopies",
  family: "safety",
  statement: "No pair has had more than four copies.",
  why: "It takes several rounds to violate it.",
  checks: [],
  witness: "",
  always: ({ copies }) => (copies.some(({ id }) => id === "p1.5") ? "there is p1.5" : null),
}

const two = plainConfig(2, 1, { log: 1 })

const broken = [null, "SecondarySkipsLock", "SpawnIgnoresAntiAffinity", "HaFromEmpty", "LoserRetries"]

const judging = (mutant: string | null, config: Config): Judge => ({
  protocol: mutated(mutantNamed(mutant ?? ""))(config),
  properties: catalogue,
  witnesses,
})

const simulated = (mutant: string | null, plan: Plan): Run => simulate(judging(mutant, plan.config), plan)

/** Weights of one for these lots, and of nothing for the others. */
const onlyWeights = (...some: readonly Lot[]): Swarm["weights"] =>
  Object.fromEntries(lots.map((lot) => [lot, some.includes(lot) ? 1 : 0])) as Record<Lot, number>

/** A run in which nothing is drawn but what the protocol does, and a power switch. */
const calm: Plan["swarm"] = {
  weights: onlyWeights(...kindsOf("protocol"), "PowerOn"),
  quietSteps: 0,
  stallSteps: 0,
}
