import { describe, expect, it } from "vitest"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { pack } from "../../../impl/engine/pack.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import type { State } from "../../../model/state.ts"
import { timedKinds } from "../../../model/action.ts"
import { protocolOf } from "../../../model/core.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { modelSweep } from "../../../properties/explore/model-sweep.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { monitorOf } from "../../../properties/packed/monitor.ts"
import { promisedIn } from "../../../properties/packed/time/promises.ts"
import { isPromised } from "../../../properties/property.ts"
import { idsIn } from "../../../properties/packed/property-set.ts"
import { reach, toRunning, withCopyChanged } from "../../fixtures.ts"
import { base, guarded, inexact, timedIn } from "../../parts/time/clusters.ts"

// What the clocks of one state violate, by the monitor of packed states and by the properties: a tick beyond a bound, and just within.

const inB = timedIn({ ...base, silenceTimeout: { primary: 3, secondary: 5 } }, { faults: 2 })
const inG = timedIn(guarded, { faults: 2 })
const inD = timedIn(inexact, { faults: 2 })

const contending = (config: Config): State => reach(config, `${toRunning} LoseStorage(h2)`)
const withStorageAgain = (config: Config): State =>
  reach(config, `${toRunning} LoseStorage(h2) RestoreStorage(h2)`)
const mourning = (config: Config): State => reach(config, `${toRunning} FailHost(h2)`)
const syncing = (config: Config): State => reach(config, "PowerOn(p1,h1) SpawnSecondary(p1.1,h2)")
const orphaned = (config: Config): State =>
  reach(config, "PowerOn(p1,h1) SpawnSecondary(p1.1,h2) CrashCopy(p1.1)")

const cases: readonly (readonly [string, Config, State, readonly string[]])[] = [
  ["a Primary at its deadline", inB, withCopyChanged(mourning(inB), "p1.1", { logSilence: 3 }), []],
  ["a Primary beyond it", inB, withCopyChanged(mourning(inB), "p1.1", { logSilence: 4 }), ["L5a"]],
  [
    "a Secondary beyond the Primary's",
    inB,
    withCopyChanged(reach(inB, `${toRunning} FailHost(h1)`), "p1.2", { logSilence: 5 }),
    [],
  ],
  [
    "a Secondary beyond its own",
    inB,
    withCopyChanged(reach(inB, `${toRunning} FailHost(h1)`), "p1.2", { logSilence: 6 }),
    ["L5a"],
  ],
  [
    "with delay and drift, at its deadline",
    inD,
    withCopyChanged(mourning(inD), "p1.1", { heartbeatSilence: 5 }),
    [],
  ],
  [
    "with delay and drift, beyond it",
    inD,
    withCopyChanged(mourning(inD), "p1.1", { heartbeatSilence: 6 }),
    ["L5a"],
  ],
  ["heartbeats alone", inB, withCopyChanged(mourning(inB), "p1.1", { heartbeatSilence: 3 }), ["L5a"]],
  [
    "a copy that synchronises, and hears its Primary",
    inB,
    withCopyChanged(syncing(inB), "p1.2", { heartbeatSilence: 3 }),
    [],
  ],
  [
    "a copy that synchronises, and has lost its Primary",
    inB,
    withCopyChanged(orphaned(inB), "p1.2", { logSilence: 6 }),
    ["L5a"],
  ],
  ["a contender at its deadline", inG, withCopyChanged(withStorageAgain(inG), "p1.2", { obligation: 5 }), []],
  ["a contender beyond it", inG, withCopyChanged(withStorageAgain(inG), "p1.2", { obligation: 6 }), ["L5f"]],
  [
    "a contender beyond it, without storage",
    inG,
    withCopyChanged(contending(inG), "p1.2", { obligation: 6 }),
    [],
  ],
]

describe("of one state in which time passes, the monitor and the properties find the same", () => {
  it.each(cases)("%s", (_name, config, state, expected) => {
    const engine = engineOf(layoutOf(config, wholly))
    pack(engine.view, state)

    expect(idsIn(monitorOf(engine).ofState())).toEqual(expected)
    expect(foundByProperties(config, state)).toEqual(expected)
  })
})

describe("what is carried of the past tells states apart as the model does", () => {
  it.each(["S3a", "TIME1", "TIME2", "TIME3", "L5b", "L5c", "L5d", "L5e"])("for %s", (id) => {
    const config = timedIn(base, { faults: 1, generations: 2 })
    const scope = { config, among: timedKinds, mutant: null, properties: [id], reduction: false }

    const { states, end } = modelSweep(protocolOf(config), timedKinds, matching([id]), Infinity)
    const [plain, symmetric] = [false, true].map((symmetry) => sweep({ ...scope, symmetry }))

    expect([plain?.end, symmetric?.end]).toEqual([end, end])
    expect([plain?.tally.states, symmetric?.tally.standsFor]).toEqual([states, states])
  })
})

describe("where time passes, the monitor takes for promised what the catalogue does", () => {
  const falseAlarms = timedIn({ ...guarded, delayMax: 2 })
  const twoPairs = { ...plainConfig(3, 2), time: guarded }
  const clusters = { base: timedIn(base), guarded: timedIn(guarded), falseAlarms, twoPairs }

  it.each(Object.entries(clusters))("in %s", (_name, config) => {
    const isPromisedPacked = promisedIn(config.time ?? base, config)
    const promised = catalogue.filter(({ id }) => id !== "L0")

    expect(promised.filter(({ id }) => isPromisedPacked(id)).map(({ id }) => id)).toEqual(
      promised.filter((property) => isPromised(property, config)).map(({ id }) => id),
    )
  })
})

// Helpers

function foundByProperties(config: Config, state: State): readonly string[] {
  return catalogue
    .filter(({ always }) =>
      Object.values(state.pairs).some((pair) => (always?.(pair, state, config) ?? null) !== null),
    )
    .filter(({ id }) => /^(S3b|L5)/.test(id))
    .map(({ id }) => id)
}
