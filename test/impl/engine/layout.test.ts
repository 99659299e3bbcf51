import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { coreKinds, kinds, plainKinds, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { initial } from "../../../model/state.ts"
import { codeOf } from "../../../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../../../impl/engine/engine.ts"
import { taken } from "../../../impl/engine/guards.ts"
import { LayoutError, type Capacity } from "../../../impl/engine/capacity.ts"
import { layoutOf, type Field, type Layout, type LayoutOptions } from "../../../impl/engine/layout.ts"
import { CapacityExceeded } from "../../../impl/engine/capacity.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import { arbitraryConfig } from "../../../properties/arbitrary/config.ts"
import { coreScope } from "../../../properties/mutants/mutant.ts"
import { act, bounded, three } from "../../fixtures.ts"

describe("a layout", () => {
  it("takes three words for a state of the core's scope", () => {
    expect(layoutOf(coreScope, { among: coreKinds }).words).toBe(3)
  })

  it("keeps each cell within one word, and no two cells in one place", () => {
    fc.assert(
      fc.property(arbitraryConfig({ hostsMax: 40, pairsMax: 12 }), arbitraryOptions, (config, options) => {
        expect(misplaced(layoutOf(config, options))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it("stores a cell that never changes in the word after the last", () => {
    const layout = layoutOf(bounded({ log: 0 }), { among: coreKinds })

    const still = cellsOf(layout).filter(({ mask }) => mask === 0)

    expect(still.map(({ cell }) => cell)).toContain(layout.maintenance)
    expect(still.every(({ word }) => word === layout.words)).toBe(true)
  })

  it("keeps the parts of a copy, of a head and of a past apart, each within its cell", () => {
    fc.assert(
      fc.property(arbitraryConfig({ hostsMax: 40, pairsMax: 3 }), arbitraryOptions, (config, options) => {
        const { copy, copyCells, head, past } = layoutOf(config, options)
        const ofCopy = Array.from({ length: copyCells }, (_, n) =>
          Object.values<Field>(copy).filter(({ cell }) => cell === n),
        )

        for (const parts of [...ofCopy, Object.values<Field>(head), Object.values<Field>(past)]) {
          const bits = parts.map(({ shift, mask }) => BigInt(mask) << BigInt(shift))
          expect(bits.reduce((all, each) => all + each, 0n)).toBe(bits.reduce((all, each) => all | each, 0n))
          expect(bits.reduce((all, each) => all | each, 0n)).toBeLessThan(1n << 32n)
        }
      }),
    )
  })

  it("has room for maintenance only if hosts may enter it", () => {
    const [without, within] = [coreKinds, kinds].map((among) => layoutOf(three, { among }))

    expect(without?.maskOf[without.maintenance]).toBe(0)
    expect(within?.maskOf[within.maintenance]).toBe(0b111)
  })

  it("has room for what properties need of the past, and else for none of it", () => {
    const none = layoutOf(three)
    const both = layoutOf(three, { interventions: true, singleFault: true })

    expect([none.past.interventions.mask, none.past.singleFault.mask]).toEqual([0, 0])
    expect(both.past.interventions.mask).toBeGreaterThanOrEqual(both.capacity.generations)
    expect(both.past.singleFault.mask).toBe(3)
  })

  it("stores a pair's books only where that is asked", () => {
    const among = plainKinds
    const stored = layoutOf(three, { among, registered: "stored", reason: true })
    const beside = layoutOf(three, { among, registered: true, reason: true })

    const masksOf = ({ firstPair, books, maskOf }: Layout) =>
      Object.values<Field>(books).map(({ cell }) => maskOf[firstPair + cell])
    expect(masksOf(beside)).toEqual([0, 0, 0])
    expect(masksOf(stored)).not.toContain(0)
    expect(beside.books.primary.mask).toBe(stored.books.primary.mask)
    expect(beside.words).toBe(layoutOf(three, { among }).words)
  })

  it("has a word that is never 0, whatever else is: that of the first lock's generation", () => {
    fc.assert(
      fc.property(arbitraryConfig({ hostsMax: 40, pairsMax: 3 }), arbitraryOptions, (config, options) => {
        const { machine, view, layout } = engineOf(layoutOf(config, options))
        for (let cell = 0; cell < layout.cells; cell += 1) machine.set(cell, 0)

        view.lockAt(0, 1, -1)

        expect(machine.key[layout.marker]).not.toBe(0)
      }),
    )
  })

  it("takes the bounds of the configuration before what is asked, and that before what is usual", () => {
    const asked = { log: 7, generations: 9 }

    const { capacity } = layoutOf(bounded({ log: 3 }), { capacity: asked })

    expect(capacity).toEqual({ log: 3, generations: 9, faults: 250 })
  })

  it("begins at the initial state, in clusters of any size", () => {
    fc.assert(
      fc.property(arbitraryConfig({ hostsMax: 70, pairsMax: 5 }), (config) => {
        const engine = engineOf(layoutOf(config))
        const begun = engine.machine.key.slice()

        pack(engine.view, initial(config))

        expect(engine.machine.key).toEqual(begun)
      }),
      { numRuns: 30 },
    )
  })
})

describe("a configuration that does not fit", () => {
  it.each<[string, Config, readonly number[]]>([
    ["logs too long", bounded({ log: 100_000, generations: 5 }), [100_000, 65_535]],
    ["too many generations", bounded({ log: 2, generations: 2 ** 24 }), [2 ** 24, 65_535]],
    ["more generations than 32 bits hold", bounded({ log: 1, generations: 2 ** 32 }), [2 ** 32, 65_535]],
    ["generations without end, in effect", bounded({ generations: Number.MAX_SAFE_INTEGER }), [65_535]],
  ])("is refused, with the numbers that say why: %s", (_what, config, numbers) => {
    const laidOut = () => layoutOf(config)

    expect(laidOut).toThrow(LayoutError)
    for (const number of numbers) expect(laidOut).toThrow(new RegExp(`\\b${number}\\b`))
  })

  it("is refused where entries with their index would not fit, though those without do", () => {
    const config = bounded({ log: 15, generations: 120 })

    const laidOut = (generations: number) => () =>
      layoutOf(bounded({ log: 31, generations }), { indexed: true })

    expect(layoutOf(config, { indexed: true }).indexBits).toBeGreaterThan(0)
    expect(laidOut(2 ** 28)).toThrow(LayoutError)
  })

  it("is refused where the faults would not fit, and never laid out without room for them", () => {
    const { maskOf, faults } = layoutOrNull(bounded({ log: 1, generations: 5, faults: 2 ** 32 })) ?? {
      maskOf: [-1],
      faults: 0,
    }

    expect(maskOf[faults]).not.toBe(0)
  })
})

describe("a step beyond the capacity throws, and is taken back", () => {
  it.each<[string, Partial<Capacity>, readonly string[], string, RegExp]>([
    ["generations", { generations: 1 }, ["PowerOn(p1,h1)"], "PowerOff(p1)", /generations up to 1/],
    ["log", { log: 1 }, ["PowerOn(p1,h1)", "Record(p1.1)"], "Record(p1.1)", /log up to 1/],
    ["faults", { faults: 1 }, ["FailHost(h1)"], "FailHost(h2)", /faults up to 1/],
  ])("of %s", (_what, capacity, way, beyond, message) => {
    const engine = engineOf(layoutOf(three, { capacity }))
    for (const action of way) expect(taking(engine, action)()).toBe(taken)
    engine.machine.commit()
    const [cells, key] = [engine.machine.cells.slice(), engine.machine.key.slice()]

    expect(taking(engine, beyond)).toThrow(CapacityExceeded)
    engine.machine.undo()
    expect(taking(engine, beyond)).toThrow(message)
    engine.machine.undo()

    expect(engine.machine.cells).toEqual(cells)
    expect(engine.machine.key).toEqual(key)
  })
})

describe("an engine expands", () => {
  it.each<[string, readonly Kind[]]>([
    ["nothing but power-on", ["PowerOn"]],
    ["no power-off", coreKinds.filter((kind) => kind !== "PowerOff")],
    ["no faults", ["PowerOn", "SpawnSecondary", "BeginLockstep", "JoinLockstep"]],
    ["no operations", coreKinds],
  ])("only the kinds of its layout: %s", (_what, among) => {
    const engine = engineOf(layoutOf(three, { among }))
    taking(engine, "PowerOn(p1,h1)")()
    engine.machine.commit()

    const expanded = new Set<Kind>()
    engine.expand((kind) => expanded.add(kinds[kind] as Kind))

    expect([...expanded].filter((kind) => !among.includes(kind))).toEqual([])
  })
})

// Helpers

const arbitraryOptions: fc.Arbitrary<LayoutOptions> = fc.record({
  among: fc.constantFrom(kinds, coreKinds),
  indexed: fc.boolean(),
  interventions: fc.boolean(),
  singleFault: fc.boolean(),
  capacity: fc.record({
    generations: fc.integer({ min: 1, max: 200 }),
    faults: fc.nat(1000),
  }),
})

/** Where each cell of a layout is stored. */
const cellsOf = ({ cells, wordOf, shiftOf, maskOf }: Layout) =>
  Array.from({ length: cells }, (_, cell) => ({
    cell,
    word: wordOf[cell] as number,
    shift: shiftOf[cell] as number,
    mask: (maskOf[cell] as number) >>> 0,
  }))

/** The cells that reach beyond their word or lie where another does. */
const misplaced = (layout: Layout): readonly number[] => {
  const used = new Map<number, bigint>()
  return cellsOf(layout)
    .filter(({ mask }) => mask !== 0)
    .filter(({ word, shift, mask }) => {
      const bits = BigInt(mask) << BigInt(shift)
      const before = used.get(word) ?? 0n
      used.set(word, before | bits)
      return word < 0 || word >= layout.words || bits >= 1n << 32n || (before & bits) !== 0n
    })
    .map(({ cell }) => cell)
}

const layoutOrNull = (config: Config): Layout | null => {
  try {
    return layoutOf(config)
  } catch (error) {
    if (error instanceof LayoutError) return null
    throw error
  }
}

/** The step that is written, as the engine takes it from where it is. */
const taking = (engine: Engine, text: string) => (): number => {
  const code = codeOf(engine.layout, unpack(engine.view), act(text))
  if (code === null) throw new Error(`${text} names a copy that does not run`)
  return engine.step(code.kind, code.a, code.b)
}
