import { describe, expect, it } from "vitest"
import { together } from "../../../model/change.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import type { ProtocolOf } from "../../../model/protocol.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { describe as written, type Action } from "../../../model/action.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { runBatch } from "../../../properties/check/batch.ts"
import { roundsOf } from "../../../properties/check/lasso.ts"
import type { JudgeOf } from "../../../properties/check/run.ts"
import { without } from "../../../properties/mutants/mutant.ts"
import { base } from "../../parts/time/clusters.ts"

describe("a Primary that may give up a sync at any time", () => {
  it.each([
    ["by L0, where all is checked", catalogue, "L0"],
    ["by L1, where only that is checked", matching(["L1"]), "L1"],
  ])("is caught, on both sides alike, %s", (_what, properties, id) => {
    const judgeIn: JudgeOf = (config) => ({ protocol: giveUp(config), properties, witnesses: [] })

    const { failure } = runBatch(judgeIn, null, "7", 0)

    expect(failure?.property).toBe(id)
    expect(failure?.turns.scheduler).not.toBe("in-turn")
    const loop = failure?.loop ?? Infinity
    const kinds = failure?.actions.slice(loop).map(({ kind }) => kind)
    expect(kinds).toContain("SpawnSecondary")
    expect(kinds).toContain("AbandonSync")
  })
})

describe("a round", () => {
  it("is closed where a state comes back and nothing was left waiting all the way", () => {
    const config = plainConfig(2, 1, { log: 0 })

    expect(roundsIn(config, [...start, spawn, abandon, lost(2), spawn])).toEqual([null, null, null, 3, 3])
  })

  it("is closed, though what waits in all later states of it is not possible in its first", () => {
    const config = plainConfig(3, 1, { log: 0 })

    expect(roundsIn(config, [...start, spawn, abandon, lost(2), spawn])).toEqual([null, null, null, 3, 3])
  })

  it("is not closed while another action waits all the way round", () => {
    const config = plainConfig(2, 1, { log: 1 })

    expect(roundsIn(config, [...start, spawn, abandon, lost(2), spawn])).not.toContain(3)
  })

  it("is not closed while an action waits that was taken only before it", () => {
    const config = plainConfig(2, 1, { log: 2 })

    expect(roundsIn(config, [...start, record, release, spawn, abandon, lost(2), spawn])).not.toContain(3)
  })

  it("is not closed while the same action of another pair waits all the way round", () => {
    const config = plainConfig(2, 2, { log: 0 })
    const second: Action = { kind: "PowerOn", pair: "p2", host: "h1" }

    expect(roundsIn(config, [...start, second, spawn, abandon, lost(2), spawn])).not.toContain(3)
  })

  it("is not closed while time waits all the way round, and is once that has passed", () => {
    const config: Config = { ...plainConfig(2, 1, { log: 0 }), time: base }
    const tick: Action = { kind: "Tick" }

    expect(roundsIn(config, [...start, spawn, abandon, lost(2), spawn])).not.toContain(3)
    expect(roundsIn(config, [...start, tick, spawn, abandon, lost(2), tick])).toEqual([
      ...[null, null, null, null],
      4,
      4,
    ])
  })

  it("is not closed across a fault, or what an operator does", () => {
    const config = plainConfig(3, 1, { log: 0 })
    const fault: Action = { kind: "FailHost", host: "h3" }
    const moves = (["h3", "h2"] as const).map((host): Action => ({ kind: "Migrate", copy: "p1.2", host }))

    expect(roundsIn(config, [...start, spawn, abandon, fault, lost(2), spawn])).not.toContain(4)
    expect(roundsIn(config, [...start, spawn, begin, join, ...moves])).toEqual(Array(6).fill(null))
  })
})

// Helpers

/** The protocol, but a live Primary may give up its syncing Secondary whenever it likes, which then finds out at once. */
const giveUp: ProtocolOf = (config) =>
  together(without("AbandonSync", "needed", "early"), without("SyncLost", "early"))(protocolOf(config))

const start: readonly Action[] = [{ kind: "PowerOn", pair: "p1", host: "h1" }]
const spawn: Action = { kind: "SpawnSecondary", copy: "p1.1", host: "h2" }
const begin: Action = { kind: "BeginLockstep", copy: "p1.1" }
const join: Action = { kind: "JoinLockstep", copy: "p1.2" }
const record: Action = { kind: "Record", copy: "p1.1" }
const release: Action = { kind: "Release", copy: "p1.1" }
const abandon: Action = { kind: "AbandonSync", copy: "p1.1" }
const lost = (n: number): Action => ({ kind: "SyncLost", copy: `p1.${BigInt(n)}` })

/** What is said of each step of a run in which Primaries give up. */
const roundsIn = (config: Config, actions: readonly Action[]): readonly (number | null)[] => {
  const protocol = giveUp(config)
  const rounds = roundsOf(protocol)
  let state = initial(config)
  rounds.begin(state)
  return actions.map((action) => {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    state = outcome.state
    return rounds.after(action, state)
  })
}
