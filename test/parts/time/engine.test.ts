import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { mutations } from "../../../impl/engine/mutations/catalogue.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import { alphabet, coreKinds, kinds, timedKinds, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import type { Time } from "../../../model/parts/time/parameters.ts"
import type { Protocol } from "../../../model/protocol.ts"
import { initial, withPair, type State } from "../../../model/state.ts"
import { successors, type Successor } from "../../../model/step.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import {
  describeDivergence,
  differentialPairOf,
  divergenceIn,
  unfitForEngine,
  type DifferentialPair,
} from "../../../properties/refinement.ts"
import { enumerate } from "../../enumerate.ts"
import { alone, clusterOf, copyOf, p1, reach, starting, toRunning, withCopyChanged } from "../../fixtures.ts"
import { base, guarded, migratingKinds, timedIn } from "./clusters.ts"
import { delayed, drifting, uneven } from "./rows.ts"

// The engine's side of time answers as the model does.

describe("the model and the engine answer alike where time passes", () => {
  const small = { ftVmsMax: 1 }
  const crowded = { pairs: 2, bounds: { log: 0, generations: 2, faults: 0, powerOffUpTo: 0, fencesUpTo: 0 } }
  const withFailures = timedKinds.filter((kind) => !/Link|Storage/.test(kind))
  const privately = ["ExposeLink", "SecureLink"] as const
  const scopes: readonly (readonly [name: string, config: Config, among: readonly Kind[]])[] = [
    ["where copies migrate", timedIn(guarded, { faults: 1, generations: 2 }), migratingKinds],
    ["with entries and delays", timedIn(delayed, { log: 1 }), timedKinds],
    ["with false alarms", timedIn({ ...base, delayMax: 2 }, { generations: 2 }), timedKinds],
    ["with timeouts by role", timedIn(uneven, { faults: 1, generations: 2 }), withFailures],
    ["with clocks that drift", timedIn(drifting, { faults: 1, generations: 2 }), withFailures],
    ["with long periods, and no wait", timedIn(instant, { faults: 1, generations: 2 }), withFailures],
    [
      "with power-off, and HA",
      timedIn(base, { faults: 1, generations: 3, powerOffUpTo: 2 }),
      [
        "PowerOn",
        "PowerOff",
        "FailHost",
        "RecoverHost",
        "HaRestart",
        "SpawnSecondary",
        "AbandonSync",
        "Tick",
      ],
    ],
    [
      "where others listen",
      timedIn(base, { faults: 1, generations: 2 }),
      [...timedKinds.filter((kind) => alphabet[kind].actor !== "fault"), ...privately],
    ],
    ["with two pairs", { ...clusterOf([small, small, {}], crowded), time: base }, timedKinds],
    [
      "with the reference policy, and a host that fails",
      {
        ...clusterOf([small, small, small], { ...crowded, bounds: { ...crowded.bounds, faults: 1 } }),
        policy: "reference",
        time: { ...base, respawnMax: 0, haDelay: 1 },
      },
      timedKinds.filter((kind) => !["CutLink", "LoseStorage", "CrashCopy"].includes(kind)),
    ],
  ]

  it.each(scopes)("to every action in every state, %s", (_name, config, among) => {
    const differential = pairOf(config, [...new Set([...migratingKinds, ...among])])
    let divergence: string | null = null

    const { states } = enumerate(protocolOf(config), among, undefined, (state) => {
      divergence ??= divergenceText(differential, state)
    })

    expect(divergence).toBeNull()
    expect(states).toBeGreaterThan(100)
  })

  it("in random runs of all kinds, of two pairs on four hosts", () => {
    const bounds = { log: 2, generations: 6, faults: 4, powerOffUpTo: 3, fencesUpTo: 3 }
    const cluster = { ...clusterOf([{}, {}, {}, {}], { pairs: 2, bounds }), time: uneven }
    const differential = pairOf(cluster, kinds)

    fc.assert(
      fc.property(arbitraryChoices, (choices) => {
        expect(walked(differential, choices)).toBeNull()
      }),
      { numRuns: 20 },
    )
  })

  it("in random runs that do what is timed, and in which time passes as often as not", () => {
    const protocol = protocolOf(timedIn(guarded, { faults: 3, log: 1, powerOffUpTo: 2 }))
    const taken = fc
      .sample(arbitraryChoices, { numRuns: 40, seed: 1 })
      .flatMap((choices) => runOf(protocol, choices).map(({ action }) => action.kind))

    for (const kind of ["Suspect", "AbandonSync", "SyncLost", "TryLock", "HaRestart"] as const)
      expect(taken).toContain(kind)
    expect(taken.filter((kind) => kind === "Tick").length).toBeGreaterThan(taken.length / 4)
  })
})

describe("a clock", () => {
  it.each([
    ["B", base],
    ["timeouts by role", uneven],
    ["drift", drifting],
    ["a delay of 250 ticks", { ...guarded, goLiveDelay: 250, haDelay: 255 }],
    ["a slow start and a slower join", { ...base, respawnMax: 40, syncMax: 90 }],
    ["a join and a slower start", { ...base, respawnMax: 90, syncMax: 40 }],
    ["the longest that there is room for", { ...base, goLiveDelay: 65_533, haDelay: 65_534 }],
  ])("has room for its deadline and a tick more: %s", (_name, time) => {
    const { view } = engineOf(layoutOf(timedIn(time, { faults: 1 }), { ...wholly, among: timedKinds }))

    for (const state of beyondDeadlines(time)) {
      pack(view, state)
      expect(identity(unpack(view))).toBe(identity(state))
    }
  })

  it("stops a tick beyond its deadline, where a mutant never does what is due", () => {
    const mutant = "SyncNeverAbandoned"
    const config = timedIn(base, { faults: 1 })
    const protocol = mutated(mutantNamed(mutant))(config)
    const engine = engineOf(layoutOf(config, { ...wholly, among: timedKinds }), mutations[mutant])
    const differential = differentialPairOf(protocol, engine)
    let state = reach(config, starting, "FailHost(h2)")
    const silences: (number | undefined)[] = []

    for (let n = 0; n < 5; n += 1) {
      expect(divergenceText(differential, state)).toBeNull()
      state = chosen(protocol, state, ["Tick"], 0)?.state ?? state
      silences.push(copyOf(state, "p1.1").heartbeatSilence)
    }

    expect(silences).toEqual([1, 2, 3, 3, 3])
  })

  it("is refused where its deadline is beyond what the engine counts", () => {
    expect(unfitForEngine(timedIn({ ...base, goLiveDelay: 65_533 }))).toBeNull()
    expect(unfitForEngine(timedIn({ ...base, goLiveDelay: 65_534 }))).toBe(
      "the engine counts ticks up to 65535, and not to 65536",
    )
    expect(unfitForEngine(timedIn({ ...base, haDelay: 1_000_000_000, driftEvery: 1 }))).toBe(
      "the engine counts ticks up to 65535, and not to 2000000001",
    )
  })

  it("is not kept where no time passes", () => {
    const { time: _, ...config } = timedIn(base)
    const { partFields } = layoutOf(config, { ...wholly, among: coreKinds })

    expect([partFields.copy, partFields.pair]).toEqual([{}, {}])
  })
})

// Helpers

/** Messages every other tick, and nothing to wait for at the lock or before a restart. */
const instant: Time = {
  ...base,
  heartbeatPeriod: 2,
  logPeriod: 2,
  silenceTimeout: { primary: 3, secondary: 4 },
  lockMax: 0,
  haDelay: 0,
}

function pairOf(config: Config, among: readonly Kind[]): DifferentialPair {
  return differentialPairOf(protocolOf(config), engineOf(layoutOf(config, { ...wholly, among })))
}

function divergenceText(differential: DifferentialPair, state: State): string | null {
  const divergence = divergenceIn(differential, state)
  return divergence === null ? null : describeDivergence(divergence)
}

/** What is chosen in one state after the other: the passing of time, or one of what else is possible, usually of the core. */
const arbitraryChoices = fc.array(
  fc.record({ ticks: fc.boolean(), usual: fc.constantFrom(true, true, true, false), which: fc.nat(10_000) }),
  { minLength: 50, maxLength: 80, size: "max" },
)

type Choices = readonly { readonly ticks: boolean; readonly usual: boolean; readonly which: number }[]

/** A run of the model: a kind is chosen, and then one of its actions, so that rare kinds come up. */
function runOf(protocol: Protocol, choices: Choices): readonly Successor[] {
  let state = initial(protocol.config)
  const run: Successor[] = []
  for (const { ticks, usual, which } of choices) {
    const next =
      (ticks ? chosen(protocol, state, ["Tick"], which) : null) ??
      chosen(protocol, state, usual ? coreKinds : kinds, which)
    if (next === null) break
    run.push(next)
    state = next.state
  }
  return run
}

function chosen(protocol: Protocol, state: State, among: readonly Kind[], which: number): Successor | null {
  const possible = successors(protocol, state, among)
  const kindsPossible = [...new Set(possible.map(({ action }) => action.kind))]
  const ofKind = possible.filter(({ action }) => action.kind === kindsPossible[which % kindsPossible.length])
  return ofKind[(which >> 5) % ofKind.length] ?? null
}

/** The first divergence in the states of a run, of which every other is compared. */
function walked(differential: DifferentialPair, choices: Choices): string | null {
  for (const [n, { state }] of runOf(differential.protocol, choices).entries()) {
    const divergence = n % 2 === 0 ? divergenceText(differential, state) : null
    if (divergence !== null) return divergence
  }
  return null
}

/** States whose clocks are a tick beyond their deadlines, as time.md has these. */
function beyondDeadlines(time: Time): readonly State[] {
  const error = (ticks: number): number => (time.driftEvery === 0 ? 0 : Math.ceil(ticks / time.driftEvery))
  const late = (timeout: number): number => timeout + error(timeout) + time.delayMax + 1
  const lock = time.goLiveDelay + error(time.goLiveDelay) + time.lockMax + 1
  const running = reach(timedIn(time), toRunning)
  const silent = (["primary", "secondary"] as const).reduce(
    (state, role, n) =>
      withCopyChanged(state, n === 0 ? "p1.1" : "p1.2", {
        heartbeatSilence: late(time.heartbeatTimeout[role]),
        logSilence: late(time.silenceTimeout[role]),
      }),
    running,
  )
  const contending = reach(timedIn(time, { faults: 1 }), toRunning, "LoseStorage(h2)")
  return [
    silent,
    withCopyChanged(contending, "p1.2", { obligation: lock }),
    withCopyChanged(reach(timedIn(time), starting), "p1.2", { obligation: time.syncMax + 1 }),
    withCopyChanged(reach(timedIn(time), alone), "p1.1", { obligation: time.respawnMax + 1 }),
    withPair(running, { ...p1(running), haWait: time.haDelay + error(time.haDelay) + 1 }),
  ]
}
