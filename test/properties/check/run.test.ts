import { describe, expect, it } from "vitest"
import type { Action } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import {
  begin,
  observe,
  observeQuiescence,
  observeRound,
  wasJudgedBy,
  type Judge,
  type Run,
} from "../../../properties/check/run.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import { witnesses } from "../../../properties/witnesses.ts"

describe("a run", () => {
  it("begins with nothing done, nothing seen and nothing violated", () => {
    const state = initial(two)

    expect(begin(judging(null), state)).toMatchObject({
      state,
      actions: [],
      violation: null,
      witnessed: new Set(),
    })
  })

  it("goes on action by action", () => {
    const run = runOf(judging(null), protectedPair)

    expect(run.actions).toEqual(protectedPair)
    expect(run.violation).toBeNull()
    expect(run.state.pairs["p1"]?.copies.map(({ phase }) => phase)).toEqual(["lockstep", "lockstep"])
  })

  it("tells, of several properties that a step violates, the earliest of the catalogue", () => {
    const { violation } = runOf(judging("SecondarySkipsLock"), [...protectedPair, suspect])

    expect(violation).toMatchObject({ property: { id: "S1" }, step: 5 })
  })

  it("looks only at the properties that it is judged by", () => {
    const judge = { ...judging("SecondarySkipsLock"), properties: matching(["S15", "S7"]) }

    expect(runOf(judge, [...protectedPair, suspect]).violation).toMatchObject({ property: { id: "S15" } })
  })

  it("remembers what it has seen", () => {
    const { witnessed } = runOf(judging(null), [
      ...protectedPair,
      { kind: "FailHost", host: "h1" },
      suspect,
      { kind: "TryLock", copy: "p1.2" },
      { kind: "RecoverHost", host: "h1" },
      { kind: "SpawnSecondary", copy: "p1.2", host: "h1" },
      { kind: "BeginLockstep", copy: "p1.2" },
      { kind: "JoinLockstep", copy: "p1.3" },
    ])

    expect([...witnessed]).toContain("protected-again")
  })
})

describe("a run that is left to itself", () => {
  it("violates a liveness property when it is quiescent", () => {
    const config = plainConfig(1, 1, { log: 1 })
    const judge = judging("LiveWithholds", config)
    const run = runOf(judge, [powerOn, { kind: "Record", copy: "p1.1" }])

    expect(run.violation).toBeNull()
    expect(observeQuiescence(judge, run, true).violation).toMatchObject({ property: { id: "L4" }, step: 2 })
  })

  it("violates L0, and nothing else, by never becoming quiescent", () => {
    const judge = judging(null)
    const run = runOf(judge, [powerOn])

    expect(observeQuiescence(judge, run, false).violation).toMatchObject({ property: { id: "L0" }, step: 1 })
    expect(observeQuiescence({ ...judge, properties: matching(["L1"]) }, run, false)).toBe(run)
  })

  it("is not judged at the bound of its generations", () => {
    const config = plainConfig(2, 1, { generations: 1 })
    const judge = judging(null, config)
    const run = runOf(judge, [powerOn])

    expect(observeQuiescence(judge, run, false)).toBe(run)
  })

  it("violates by a round what fails in every state of it, where L0 is not checked", () => {
    const judge = { ...judging(null), properties: matching(["S*", "L1"]) }
    const run = runOf(judge, [powerOn])
    const protectedAgain = runOf(judge, protectedPair)

    expect(observeRound(judge, run, 1, [run.state, run.state]).violation).toMatchObject({
      property: { id: "L1" },
      step: 1,
      loop: 0,
    })
    expect(observeRound(judge, run, 1, [run.state, protectedAgain.state])).toEqual({ ...run, rested: true })
    expect(observeRound(judge, run, 1, [protectedAgain.state, run.state]).violation).toBeNull()
  })

  it("is not judged by a round at the bound of its generations", () => {
    const [bounded, free] = [1, 2].map((generations) => {
      const judge = judging(null, plainConfig(2, 1, { log: 0, generations }))
      const run = runOf(judge, [powerOn])
      return { run, round: observeRound(judge, run, 1, [run.state]) }
    })

    expect(bounded?.round).toBe(bounded?.run)
    expect(free?.round.violation).toMatchObject({ property: { id: "L0" }, step: 1, loop: 0 })
  })

  it("has come to rest where its quiescent state is right", () => {
    const run = runOf(judging(null), protectedPair)

    expect(observeQuiescence(judging(null), run, true)).toEqual({ ...run, rested: true })
  })

  it("was judged by what holds in the end only if it came there", () => {
    const run = runOf(judging(null), protectedPair)
    const [liveness, safety] = matching(["L1", "S1"]).toSorted((a, b) => a.id.localeCompare(b.id))

    expect([liveness, safety].map((each) => each && wasJudgedBy(run, each))).toEqual([false, true])
    expect(liveness && wasJudgedBy(observeQuiescence(judging(null), run, true), liveness)).toBe(true)
  })
})

// Helpers

const two = plainConfig(2, 1, { log: 0 })

const powerOn: Action = { kind: "PowerOn", pair: "p1", host: "h1" }

const suspect: Action = { kind: "Suspect", copy: "p1.2" }

const protectedPair: readonly Action[] = [
  powerOn,
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

const judging = (mutant: string | null, config = two): Judge => ({
  protocol: mutated(mutantNamed(mutant ?? ""))(config),
  properties: catalogue,
  witnesses,
})

const runOf = (judge: Judge, actions: readonly Action[]): Run =>
  actions.reduce(
    (run, action) => {
      const outcome = step(judge.protocol, run.state, action)
      if (outcome.tag === "refused") throw new Error(`${action.kind} is refused by ${outcome.guard}`)
      return observe(judge, run, { action, state: outcome.state })
    },
    begin(judge, initial(judge.protocol.config)),
  )
