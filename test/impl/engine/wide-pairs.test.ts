import { describe, expect, it, vi } from "vitest"
import { kinds, type Kind } from "../../../model/action.ts"
import { protocolOf } from "../../../model/core.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { describeDivergence, divergenceIn, differentialPairOf } from "../../../properties/refinement.ts"
import { enumerate } from "../../enumerate.ts"
import { bounded } from "../../fixtures.ts"

// A wide field before each of a pair's own, so that they stand in a cell of their own, as with very many hosts.
vi.mock(import("../../../impl/engine/fields.ts"), async (original) => {
  const fields = await original()
  const before = (name: string) => ({ [name]: fields.count(() => 2 ** 32 - 1) })
  return {
    ...fields,
    headFields: { ...before("beforeLock"), ...fields.headFields },
    pastFields: { ...before("beforePast"), ...fields.pastFields },
    booksFields: { ...before("beforeBooks"), ...fields.booksFields },
  }
})

const config = bounded({ generations: 3, faults: 1, log: 1, powerOffUpTo: 0, fencesUpTo: 1 })
const among: readonly Kind[] = kinds.filter((kind) => !kind.endsWith("Maintenance") && kind !== "Migrate")

describe("a pair whose lock, past and books are in cells of their own", () => {
  it("has as many cells as its fields take", () => {
    const { head, past, books, observed } = layoutOf(config, wholly)

    expect([head.holder.cell, past.interventions.cell, books.reason.cell, observed]).toEqual([1, 3, 5, 6])
  })

  it("has its generation in the word that is never 0", () => {
    const { machine, view, layout } = engineOf(layoutOf(config))

    const words = [1, 2, 3].map((generation) => {
      view.lockAt(0, generation, -1)
      return machine.key[layout.marker]
    })

    expect(new Set(words).size).toBe(3)
  })

  it("is answered as the model answers it, its books included", () => {
    const protocol = protocolOf(config)
    const differential = differentialPairOf(protocol, engineOf(layoutOf(config, { ...wholly, among })))
    const divergences: string[] = []

    const { states } = enumerate(protocol, among, undefined, (state) => {
      const divergence = divergenceIn(differential, state)
      if (divergence !== null) divergences.push(describeDivergence(divergence))
    })

    expect(divergences).toEqual([])
    expect(states).toBeGreaterThan(1000)
  })

  it("is explored up to symmetry and violates nothing", () => {
    const properties = ["S1", "S10", "S11", "S18", "S19", "S27", "S29", "S30", "S31"]
    const explored = (symmetry: boolean) =>
      sweep({ config, among, mutant: null, properties, symmetry, reduction: false }).tally

    expect(explored(true).violated).toEqual(new Map())
    expect(explored(true).standsFor).toBe(explored(false).states)
  })
})
