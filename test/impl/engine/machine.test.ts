import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { kinds } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { identity } from "../../../model/identity.ts"
import { codesOf, type ActionCode } from "../../../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../../../impl/engine/engine.ts"
import { taken } from "../../../impl/engine/guards.ts"
import { layoutOf } from "../../../impl/engine/layout.ts"
import { mutations, roomFor } from "../../../impl/engine/mutations/catalogue.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import { arbitraryConfig } from "../../../properties/arbitrary/config.ts"
import { bounded, overtaken, reach, three } from "../../fixtures.ts"

describe("a machine", () => {
  it("is where it was once a step is undone, whichever step it was", () => {
    fc.assert(
      fc.property(arbitraryConfig(), arbitraryMutant, arbitraryPicks, (config, mutant, picks) => {
        const engine = engineFor(config, mutant)

        forEachStep(engine, picks, (step) => {
          const before = snapshot(engine)
          step()
          engine.machine.undo()
          expect(snapshot(engine)).toEqual(before)
        })
      }),
      { numRuns: 60 },
    )
  })

  it("is where it was after a step that is refused", () => {
    fc.assert(
      fc.property(arbitraryConfig(), arbitraryPicks, (config, picks) => {
        const engine = engineFor(config, null)

        forEachStep(engine, picks, (step) => {
          const before = snapshot(engine)
          const answer = step()
          if (answer !== taken) expect(snapshot(engine)).toEqual(before)
          engine.machine.undo()
        })
      }),
      { numRuns: 60 },
    )
  })

  it("moves with a step that is taken", () => {
    const engine = engineFor(three, null)
    const before = snapshot(engine)

    const answer = engine.step(kinds.indexOf("PowerOn"), 0, 1)

    expect(answer).toBe(taken)
    expect(snapshot(engine).cells).not.toEqual(before.cells)
    expect(snapshot(engine).key).not.toEqual(before.key)
  })

  it("reports its whole state by the key, so that another machine takes it up from there", () => {
    fc.assert(
      fc.property(arbitraryConfig(), arbitraryMutant, arbitraryPicks, (config, mutant, picks) => {
        const [engine, other] = [engineFor(config, mutant), engineFor(config, mutant)]

        forEachStep(engine, picks, () => {
          other.machine.load(engine.machine.key, 0)
          expect(snapshot(other)).toEqual(snapshot(engine))
        })
      }),
      { numRuns: 60 },
    )
  })

  it("takes up a state from the middle of many", () => {
    const engine = engineFor(three, null)
    const { words } = engine.layout
    pack(engine.view, reach(three, overtaken))
    const stored = new Int32Array(3 * words).fill(-1)
    stored.set(engine.machine.key.subarray(0, words), words)
    const other = engineFor(three, null)

    other.machine.load(stored, words)

    expect(identity(unpack(other.view))).toBe(identity(reach(three, overtaken)))
  })

  it("has nothing to undo once a state is taken up", () => {
    const engine = engineFor(three, null)
    const start = engine.machine.key.slice()
    engine.step(kinds.indexOf("PowerOn"), 0, 0)

    engine.machine.load(start, 0)
    const loaded = snapshot(engine)
    engine.machine.undo()

    expect(snapshot(engine)).toEqual(loaded)
    expect(engine.machine.key).toEqual(start)
  })

  it("makes a step final when it is committed: undo takes back no more than what came after", () => {
    fc.assert(
      fc.property(arbitraryConfig(), arbitraryPicks, (config, picks) => {
        const engine = engineFor(config, null)

        forEachStep(engine, picks, (step) => {
          if (step() !== taken) return
          engine.machine.commit()
          const after = snapshot(engine)
          engine.machine.undo()
          expect(snapshot(engine)).toEqual(after)
        })
      }),
      { numRuns: 60 },
    )
  })

  it("takes back at once all that was set, however much and however often", () => {
    const { machine } = engineFor(bounded({ log: 3 }), null)
    const [cells, key] = [machine.cells.slice(), machine.key.slice()]

    for (let n = 0; n < 1000; n += 1) machine.set(0, n % 3)
    machine.undo()

    expect(machine.cells).toEqual(cells)
    expect(machine.key).toEqual(key)
  })

  it("stays where it is while its engine expands", () => {
    fc.assert(
      fc.property(arbitraryConfig(), arbitraryPicks, (config, picks) => {
        const engine = engineFor(config, null)

        forEachStep(engine, picks.slice(0, 30), () => {
          const before = snapshot(engine)
          engine.expand(() => {})
          expect(snapshot(engine)).toEqual(before)
        })
      }),
      { numRuns: 20 },
    )
  })
})

// Helpers

const arbitraryMutant = fc.constantFrom(null, ...Object.keys(mutations))

/** What is asked next, as numbers that pick among all actions, and among what copies that are there may do. */
const arbitraryPicks = fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 120, size: "max" })

const engineFor = (config: Config, mutant: string | null): Engine =>
  engineOf(
    layoutOf(config, {
      ...roomFor(mutant),
      interventions: true,
      singleFault: true,
    }),
    mutant === null ? null : (mutations[mutant] ?? null),
  )

/**
 * Goes a random way. At each place `attempt` is given a step that it may try; then the way goes on with that step,
 * if it is allowed. Every second step is one that the engine itself would take.
 */
const forEachStep = (
  engine: Engine,
  picks: readonly number[],
  attempt: (step: () => number) => void,
): void => {
  const codes = codesOf(engine.layout)
  for (const [n, choice] of picks.entries()) {
    const open = n % 2 === 0 ? codes : codesOpenTo(engine)
    const code = open[choice % Math.max(1, open.length)]
    if (code === undefined) continue
    const here = engine.machine.key.slice()
    attempt(() => engine.step(code.kind, code.a, code.b))
    engine.machine.load(here, 0)
    engine.step(code.kind, code.a, code.b)
    engine.machine.commit()
  }
}

const codesOpenTo = (engine: Engine): readonly ActionCode[] => {
  const open: ActionCode[] = []
  engine.expand((kind, a, b) => open.push({ kind, a, b }))
  return open
}

const snapshot = ({ machine, layout }: Engine) => ({
  cells: machine.cells.slice(),
  key: machine.key.slice(0, layout.words),
})
