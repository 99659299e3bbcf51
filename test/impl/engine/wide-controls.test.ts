import { describe, expect, it } from "vitest"
import { kinds, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import type { Protocol } from "../../../model/protocol.ts"
import { initial, type State } from "../../../model/state.ts"
import { step, successors } from "../../../model/step.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { controlTableOf } from "../../../impl/engine/control-table.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import {
  describeDivergence,
  divergenceIn,
  differentialPairOf,
  type Divergence,
} from "../../../properties/refinement.ts"
import { enumerate } from "../../enumerate.ts"
import { act, bounded, copyOf, reach, toRunning } from "../../fixtures.ts"

const small = { generations: 3, faults: 1, powerOffUpTo: 0, fencesUpTo: 1 }
const withoutRecord: readonly Kind[] = kinds.filter((kind) => kind !== "Record")
const withoutMoves = withoutRecord.filter((kind) => !kind.endsWith("Maintenance") && kind !== "Migrate")

describe("a control of several cells", () => {
  it.each([
    ["one", bounded({ log: 15, generations: 120 }), 1],
    ["two, for long logs", bounded({ log: 1000, generations: 5 }), 2],
    ["two, for long logs and many generations", bounded({ log: 4000, generations: 65_535 }), 2],
    ["three", bounded({ log: 8191, generations: 65_535 }), 3],
  ])("has as many as its fields take: %s", (_what, config, cells) => {
    const { controlCells, copy } = layoutOf(config)

    expect(controlCells).toBe(cells)
    expect(copy.phase.cell).toBe(0)
    expect(copy.acked.cell).toBe(cells - 1)
  })

  it("is answered as the model answers it, in every state of a scope without entries", () => {
    const config = bounded({ ...small, log: 1000 })

    const compared = comparedIn(config, withoutMoves)

    expect(compared.divergences).toEqual([])
    expect(compared.states).toBe(enumerate(protocolOf(bounded({ ...small, log: 0 })), withoutMoves).states)
  })

  it("is answered as the model answers it on a long way, with more entries than a narrow one counts", () => {
    const protocol = protocolOf(bounded({ log: 1000, generations: 5, faults: 4 }))
    const differential = differentialPairOf(protocol, engineOf(layoutOf(protocol.config, wholly)))
    const divergences: string[] = []
    let state = reach(protocol.config, toRunning)

    for (let n = 0; n < 80; n += 1) {
      for (const kind of ["Record", "Record", "Deliver", "Ack", "Release"] as const)
        state = successors(protocol, state, [kind])[0]?.state ?? state
      if (n % 8 === 0) note(divergences, divergenceIn(differential, state))
    }
    state = reachFrom(
      protocol,
      state,
      "Suspect(p1.2) TryLock(p1.2) SpawnSecondary(p1.2,h3) BeginLockstep(p1.2)",
    )
    note(divergences, divergenceIn(differential, state))

    expect(divergences).toEqual([])
    expect(copyOf(state, "p1.2").channel).toEqual({ peer: "p1.3", delivered: 80, acked: 80 })
  })

  it("is explored up to symmetry and violates nothing, as a narrow one", () => {
    const scopeOf = (log: number) => ({
      config: bounded({ ...small, log }),
      among: withoutRecord,
      mutant: null,
      properties: ["S1", "S15", "S16", "S27", "S30", "S31"],
      symmetry: true,
      reduction: false,
    })

    const [wide, narrow] = [sweep(scopeOf(1000)).tally, sweep(scopeOf(0)).tally]

    expect(layoutOf(scopeOf(1000).config).controlCells).toBe(2)
    expect(wide.violated).toEqual(new Map())
    expect([wide.states, wide.standsFor, wide.transitions]).toEqual([
      narrow.states,
      narrow.standsFor,
      narrow.transitions,
    ])
  })
})

describe("a table of controls", () => {
  it("has one number for each, 0 for that of no copy, however many there are", () => {
    const { numberOf, cellOf } = controlTableOf(2)
    const all = Array.from({ length: 1000 }, (_, n) => Int32Array.of(n % 40, Math.floor(n / 40) - 12))

    const numbers = all.map((cells) => numberOf(cells, 0))

    expect(new Set(numbers).size).toBe(1000)
    expect(numberOf(Int32Array.of(0, 0), 0)).toBe(0)
    expect(all.map((cells) => numberOf(Int32Array.of(9, ...cells), 1))).toEqual(numbers)
    expect(numbers.map((number) => Int32Array.of(cellOf(number, 0), cellOf(number, 1)))).toEqual(all)
  })
})

// Helpers

/** How many states a scope has, and the divergences in them. */
const comparedIn = (config: Config, among: readonly Kind[]) => {
  const protocol = protocolOf(config)
  const differential = differentialPairOf(protocol, engineOf(layoutOf(config, { ...wholly, among })))
  const divergences: string[] = []
  const { states } = enumerate(protocol, among, [initial(config)], (state) => {
    note(divergences, divergenceIn(differential, state))
  })
  return { states, divergences }
}

const note = (divergences: string[], divergence: Divergence | null): void => {
  if (divergence !== null) divergences.push(describeDivergence(divergence))
}

const reachFrom = (protocol: Protocol, from: State, run: string): State =>
  run
    .split(" ")
    .map(act)
    .reduce((state, action) => {
      const outcome = step(protocol, state, action)
      if (outcome.tag === "refused") throw new Error(`${action.kind} is refused: ${outcome.guard}`)
      return outcome.state
    }, from)
