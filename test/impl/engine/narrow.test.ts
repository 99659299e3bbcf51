import { describe, expect, it } from "vitest"
import { kinds } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { initial } from "../../../model/state.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { guardOf } from "../../../impl/engine/guards.ts"
import { kindNumber, layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { viewOf } from "../../../impl/engine/view.ts"
import { machineOf } from "../../../impl/engine/machine.ts"
import { runEngineBatch } from "../../../properties/check/engine-runs.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { divergenceIn, differentialPairOf } from "../../../properties/refinement.ts"

// Where a field or a set is as narrow as it may be.

describe("a cluster of one host", () => {
  const config = plainConfig(1, 1, { log: 1 })

  it.each(["CutLink", "HealLink"] as const)("has no link that %s could be about", (kind) => {
    const engine = engineOf(layoutOf(config, wholly))
    const before = engine.machine.cells.slice()

    const answer = engine.step(kindNumber[kind], 0, 0)

    expect(guardOf(answer)).toBe("unknown")
    expect(engine.machine.cells).toEqual(before)
  })

  it("is the same to the engine as to the model", () => {
    expect(
      divergenceIn(
        differentialPairOf(protocolOf(config), engineOf(layoutOf(config, wholly))),
        initial(config),
      ),
    ).toBeNull()
  })

  it("is drawn schedules for, of which none fails", () => {
    const properties = catalogue.map(({ id }) => id)
    const runs = { protocolIn: protocolOf, mutant: null, properties, config }

    const found = [3, 4, 5].map((seed) => runEngineBatch(runs, `${seed}`, 0, 2000))

    expect(found.map(({ failure, schedules }) => [failure, schedules])).toEqual([
      [null, 2000],
      [null, 2000],
      [null, 2000],
    ])
  })
})

describe("the count of what operators have done", () => {
  it("outgrows no field: one generation may cost two interventions, and it stops at the last number", () => {
    const config = plainConfig(2, 1, { generations: 3 })
    const view = viewOf(machineOf(layoutOf(config, { interventions: true })))

    for (let n = 0; n < 20; n += 1) view.intervened(0)

    expect(view.interventionsOf(0)).toBe(7)
  })

  it("is none where the layout has no room for it", () => {
    const view = viewOf(machineOf(layoutOf(plainConfig(2, 1))))

    view.intervened(0)

    expect(view.interventionsOf(0)).toBe(0)
  })

  it("is asked of a whole scope in which a test failover is followed by a power-off, again and again", () => {
    const config = plainConfig(2, 1, { log: 0, faults: 0, generations: 6 })
    const scope = {
      config,
      among: kinds,
      mutant: null,
      properties: ["S18"],
      symmetry: true,
      reduction: false,
    }

    const { end, tally } = sweep(scope)

    expect(end).toBe("complete")
    expect(tally.violated).toEqual(new Map())
    expect(tally.highestGeneration).toBe(6)
  })
})
