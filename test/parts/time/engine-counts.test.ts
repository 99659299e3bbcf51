import { describe, expect, it } from "vitest"
import { isFtKind, kinds, timedKinds, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { bodyExpanderOf } from "../../../properties/explore/body-expander.ts"
import { factoredSweepingAs } from "../../../properties/explore/factored-sweep.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import type { Swept } from "../../../properties/explore/sweep-end.ts"
import { sweepingAs } from "../../../properties/explore/sweep.ts"
import type { Tally } from "../../../properties/explore/tally.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { enumerate } from "../../enumerate.ts"
import { base, guarded, migratingKinds, timedIn } from "./clusters.ts"
import { rows } from "./rows.ts"

// The engine has the counts of time, in each way in which it explores.

describe("the engine has the counts of the clusters in which time passes", () => {
  it.each(rows)(
    "faults: %i, entries in a log: %i, power-off up to generation %i, %s",
    (faults, log, powerOffUpTo, _what, time, ...counts) => {
      expectCounts(timedIn(time, { faults, log, powerOffUpTo }), timedKinds, counts)
    },
    60_000,
  )

  it("with false alarms", () => {
    expectCounts(
      timedIn({ ...base, delayMax: 2 }, { generations: 3 }),
      timedKinds,
      [12_430, 33_844, 7303, 23],
    )
  })

  it("with copies that migrate, whose counts the model has", () => {
    expectCounts(timedIn(guarded, { faults: 1 }), migratingKinds, [3038, 7180, 1564, 19])
  })

  it("with maintenance, tests and exposed links, whose counts the model has, too", () => {
    const config = timedIn(base, { generations: 2, fencesUpTo: 1 })
    const among = kinds.filter((kind) => !isFtKind(kind))
    const { states, transitions, ticks, depth } = ofModel(config, among)

    expect(states).toBeGreaterThan(100)
    expectCounts(config, among, [states, transitions, ticks, depth])
  })
})

describe("with the reduction, where time passes", () => {
  it("an acknowledgement arrives at once, which leaves fewer states, and nothing else does", () => {
    const scope = scopeOf(timedIn(base, { faults: 1, log: 1 }), timedKinds)
    const unlogged = scopeOf(timedIn(base, { faults: 1 }), timedKinds)

    expect(byStates({ ...scope, reduction: true }).states).toBeLessThan(15_638)
    expect(byStates({ ...unlogged, reduction: true }).states).toBe(2306)
  })
})

// Helpers

const limits = { statesMax: Infinity, fingerprint: false, onLevel: () => {}, isStopped: () => false }
const tick = kinds.indexOf("Tick")

function scopeOf(config: Config, among: readonly Kind[]): Scope {
  return { config, among, mutant: null, properties: [], symmetry: false, reduction: false }
}

function byStates(scope: Scope): Tally {
  return finished(sweepingAs(scope, limits, null, 0)).tally
}

function byBodies(scope: Scope): Tally {
  const expander = bodyExpanderOf(scope)
  if (expander === null) throw new Error("the environments of the scope are few")
  return (finished(factoredSweepingAs(expander, limits, null, 0)) as Swept).tally
}

/** By states, by bodies, and by what states stand for up to symmetry: states, transitions, ticks among these, and depth. */
function expectCounts(config: Config, among: readonly Kind[], counts: readonly number[]): void {
  const scope = scopeOf(config, among)
  const [states, transitions, ticks, depth] = counts
  const counted = ({ generated, ...tally }: Tally) => [
    tally.states,
    tally.transitions,
    generated[tick],
    tally.depth,
  ]
  const symmetric = byStates({ ...scope, symmetry: true })

  expect(counted(byStates(scope))).toEqual([states, transitions, ticks, depth])
  expect(counted(byBodies(scope))).toEqual([states, transitions, ticks, depth])
  expect([symmetric.standsFor, symmetric.standsForTransitions, symmetric.depth]).toEqual([
    states,
    transitions,
    depth,
  ])
  expect(symmetric.states).toBeLessThan((states ?? 0) / 2)
}

function ofModel(config: Config, among: readonly Kind[]) {
  let ticks = 0
  const counts = enumerate(protocolOf(config), among, undefined, (_state, reached) => {
    ticks += reached.filter(({ action }) => action.kind === "Tick").length
  })
  return { ...counts, ticks }
}
