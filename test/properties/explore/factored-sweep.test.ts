import { describe, expect, it } from "vitest"
import { coreKinds, kinds, plainKinds, timedKinds, type Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { codesOf, type ActionCode } from "../../../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../../../impl/engine/engine.ts"
import { bodyReads, environmentLayoutOf, readsOf, type Reads } from "../../../impl/engine/environment.ts"
import { refusal, taken } from "../../../impl/engine/guards.ts"
import { layoutOf } from "../../../impl/engine/layout.ts"
import { monitorOf } from "../../../properties/packed/monitor.ts"
import { mutationOf } from "../../../impl/engine/mutations/catalogue.ts"
import type { EngineMutation } from "../../../impl/engine/rule.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { bodyExpanderOf, type BodyExpander } from "../../../properties/explore/body-expander.ts"
import { environmentsOf, type Environments } from "../../../properties/explore/environments.ts"
import { factoredSweepingAs } from "../../../properties/explore/factored-sweep.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import type { Swept } from "../../../properties/explore/sweep-end.ts"
import { expanderFor, sweep, sweepingAs } from "../../../properties/explore/sweep.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { coreMutants } from "../../../properties/mutants/catalogue.ts"
import { timeMutants } from "../../../properties/mutants/time.ts"
import { kindsChangedBy } from "../../fixtures.ts"
import { guarded, timedIn } from "../../parts/time/clusters.ts"

const everything = catalogue.filter(({ family }) => family !== "refinement").map(({ id }) => id)
const limits = { statesMax: Infinity, fingerprint: false, onLevel: () => {}, isStopped: () => false }

const bounds = { log: 1, generations: 3, faults: 1, powerOffUpTo: 1, fencesUpTo: 1 }
const twoHosts = plainConfig(2, 1, bounds)
const threeHosts = plainConfig(3, 1, { ...bounds, log: 0, generations: 2 })

describe("a sweep by bodies counts what one by states does", () => {
  it.each<readonly [string, Config, readonly Kind[]]>([
    ["one host", plainConfig(1, 1, bounds), kinds],
    ["two hosts and all kinds", twoHosts, kinds],
    [
      "two hosts, two faults and the plain kinds",
      { ...twoHosts, bounds: { ...twoHosts.bounds, faults: 2 } },
      plainKinds,
    ],
    ["three hosts and the core's kinds", threeHosts, coreKinds],
    ["two pairs", plainConfig(2, 2, { ...bounds, log: 0, generations: 2, powerOffUpTo: 0 }), coreKinds],
    ["no kind of recovery", threeHosts, coreKinds.filter((kind) => !/^(Recover|Heal|Restore)/.test(kind))],
  ])("in a scope of %s", (_name, config, among) => {
    const scope = scopeOf(config, null, everything, among)

    expect(byBodies(scope)).not.toBeNull()
    expect(countsOf(byBodies(scope))).toEqual(countsOf(byStates(scope)))
  })

  it("and takes the bytes of its bodies, with all that is known of them, and of their environments", () => {
    const expander = bodyExpanderOf(scopeOf(threeHosts, null, [], coreKinds)) as BodyExpander
    const { bodies, steps, kindOf, words } = expander

    const { bytes } = finished(factoredSweepingAs(expander, limits, null, 0)) as Swept

    const ofBody = 4 * (Math.ceil(kindOf.length / 32) + words)
    expect(expander.bytes()).toBeGreaterThanOrEqual(bodies.bytes() + steps.bytes() + ofBody * bodies.size())
    expect(bytes).toBeGreaterThanOrEqual(expander.bytes() + 4 * 3 * words * bodies.size())
  })

  it.each(coreMutants.map((mutant) => [mutant.name, mutant] as const))(
    "with the mutant %s, whole and to a first violation",
    (name, mutant) => {
      const changing = kindsChangedBy(mutant)
      const judged = scopeOf(twoHosts, name, everything, [...new Set([...plainKinds, ...changing])])
      const whole = scopeOf(threeHosts, name, [], coreKinds)
      const isOfCore = coreKinds.some((kind) => changing.includes(kind))

      for (const scope of isOfCore ? [judged, whole] : [judged])
        expect(countsOf(sweep(scope))).toEqual(countsOf(byStates(scope)))
    },
  )

  it.each(timeMutants.map((mutant) => [mutant.name, mutant.scope as Config] as const))(
    "with the mutant of time %s",
    (name, config) => {
      const bounded = { ...config, bounds: { ...config.bounds, generations: 2 } }

      const scope = scopeOf(bounded, name, ["S3b", "TIME0", "L5a", "L5f"], timedKinds)

      expect(byBodies(scope)).not.toBeNull()
      expect(countsOf(byBodies(scope))).toEqual(countsOf(byStates(scope)))
    },
  )

  it("but for what is carried of the past, by which each state is expanded by itself", () => {
    const config = timedIn(guarded, { faults: 1, generations: 2 })

    expect(expanderFor(scopeOf(config, null, ["S3a"], timedKinds))).toBeNull()
    expect(expanderFor(scopeOf(config, null, ["S3b"], timedKinds))).not.toBeNull()
  })
})

describe("a sweep by bodies gives way to one by states", () => {
  it("where a copy's step changes hosts or links beyond what their own kinds can", () => {
    const losing: EngineMutation = ({ Record }, { layout, hostOf, put }) => ({
      Record: (slot) => {
        put(layout.storage, hostOf(slot), 0)
        return Record(slot, 0)
      },
    })
    const among = coreKinds.filter((kind) => kind !== "LoseStorage")
    const scope: Scope = {
      ...scopeOf(twoHosts, null, [], among),
      sides: { model: protocolOf, mutation: losing, indexed: false },
    }

    expect(byBodies(scope)).toBeNull()
    expect(countsOf(sweep(scope))).toEqual(countsOf(byStates(scope)))
  })

  it("where a number outgrows its room, and that one says so", () => {
    const scope = scopeOf(twoHosts, "SecondarySkipsLock", [], plainKinds)

    expect(byBodies(scope)).toBeNull()
    expect(sweep(scope).end).toBe("outgrown")
  })
})

describe("what is noted as read decides what a step does, and what is judged of it", () => {
  it("by the protocol itself", () => {
    expect(unnotedIn(null, 400)).toEqual([])
  })

  it("where time passes", () => {
    expect(unnotedIn(null, 60, timedIn(guarded, { faults: 1, generations: 2 }))).toEqual([])
  })

  it("but not where a tick reads past the view", () => {
    const deaf: EngineMutation = ({ Tick }, { machine, layout }) => ({
      Tick: (a, b) => (machine.cells[layout.cut] === 0 ? (Tick?.(a, b) ?? refusal.unknown) : refusal.due),
    })

    expect(unnotedIn(deaf, 30, timedIn(guarded, { faults: 1, generations: 2 }))).toContain("Tick")
  })

  it.each(coreMutants)("with the mutation $name", ({ name }) => {
    expect(unnotedIn(mutationOf(name), 16)).toEqual([])
  })

  it.each(timeMutants)("where time passes, with the mutation $name", ({ name }) => {
    expect(unnotedIn(mutationOf(name), 12, timedIn(guarded, { faults: 1, generations: 2 }))).toEqual([])
  })

  it("but not where a rule reads past the view", () => {
    const peeking: EngineMutation = ({ PowerOn }, { machine, layout }) => ({
      PowerOn: (pair, host) => (machine.cells[layout.cut] === 0 ? PowerOn(pair, host) : refusal.down),
    })

    expect(unnotedIn(peeking, 30)).not.toEqual([])
  })
})

// Helpers

function scopeOf(
  config: Config,
  mutant: string | null,
  properties: readonly string[],
  among: readonly Kind[],
): Scope {
  return { config, among, mutant, properties, symmetry: false, reduction: false }
}

function byBodies(scope: Scope): Swept | null {
  const expander = bodyExpanderOf(scope)
  return expander === null ? null : finished(factoredSweepingAs(expander, limits, null, 0))
}

function byStates(scope: Scope): Swept {
  return finished(sweepingAs(scope, limits, null, 0))
}

/** All that a sweep counts, but for which kind found a state first: that is a matter of the order within a level. */
function countsOf(swept: Swept | null): object | null {
  if (swept === null) return null
  const { end, waiting, tally } = swept
  return { end, waiting, ...tally, distinct: tally.distinct.reduce((sum, n) => sum + n, 0) }
}

/** The kinds of which some step depends on what was not noted, in so many states of a small scope. */
function unnotedIn(
  mutation: EngineMutation | null,
  statesMax: number,
  config: Config = threeHosts,
): readonly string[] {
  const layout = layoutOf(config, { among: kinds, interventions: true, singleFault: true })
  const packing = environmentLayoutOf(layout)
  if (packing === null) throw new Error("the environments of three hosts fit in a number")
  const reads = readsOf(packing)
  const engine = engineOf(layout, mutation, reads)
  const codes = codesOf(layout)
  const environments = environmentsOf(engine, codes)
  if (environments === null) throw new Error("the environments of three hosts are few")
  const values = valuesOf(environments)
  const judgedStep = judgedStepOf(engine, reads, environments)
  const found = new Set<string>()
  const refusedByControl: { readonly code: ActionCode; readonly slot: number; readonly control: number }[] =
    []
  const refusedByAll: { readonly code: ActionCode; readonly mask: number; readonly value: number }[] = []

  for (const key of statesOf(engine, statesMax)) {
    engine.machine.load(key, 0)
    const value = environments.now()
    for (const { code, mask, value: other } of refusedByAll)
      if (((value ^ other) & mask) === 0 && engine.step(code.kind, code.a, code.b) <= taken) {
        engine.machine.undo()
        found.add(kinds[code.kind] as Kind)
      }
    for (const { code, slot, control } of refusedByControl)
      if (engine.view.controlOf(slot) === control && engine.step(code.kind, code.a, code.b) <= taken) {
        engine.machine.undo()
        found.add(kinds[code.kind] as Kind)
      }
    for (const code of codes) {
      engine.machine.load(key, 0)
      environments.enter(values.indexOf(value))
      const { seen, isRefused } = judgedStep(code)
      const mask = reads.since()
      if (isRefused && mask === 0 && reads.ofBody() >= 0)
        refusedByControl.push({ code, slot: reads.ofBody(), control: engine.view.controlOf(reads.ofBody()) })
      if (isRefused && reads.ofBody() === bodyReads.nothing) refusedByAll.push({ code, mask, value })
      for (const [n, other] of values.entries()) {
        if (other === value || ((other ^ value) & mask) !== 0) continue
        engine.machine.load(key, 0)
        environments.enter(n)
        if (judgedStep(code).seen !== seen) found.add(kinds[code.kind] as Kind)
      }
    }
  }
  return [...found]
}

/** The environments as they are packed, by number. */
function valuesOf({ count, first, enter, now }: Environments): readonly number[] {
  const values = Array.from({ length: count }, (_, n) => {
    enter(n)
    return now()
  })
  enter(first)
  return values
}

/** Takes a step, and tells all that came of it but for what it left alone of the environment. */
function judgedStepOf(engine: Engine, reads: Reads, environments: Environments) {
  const { machine, layout, step } = engine
  const monitor = monitorOf(engine)
  return ({ kind, a, b }: ActionCode): { readonly seen: string; readonly isRefused: boolean } => {
    const before = environments.now()
    monitor.begin()
    reads.begin()
    const answer = step(kind, a, b)
    const isTaken = answer === taken
    const violated = isTaken ? monitor.ofStep(kind, a, b) : 0
    const difference = environments.now() ^ before
    const body = Array.from(machine.cells).slice(layout.firstPair)
    machine.undo()
    return { seen: `${answer} ${violated} ${difference} ${body.join()}`, isRefused: answer > taken }
  }
}

/** Keys of states, breadth first: every third of those met, up to so many. */
function statesOf(engine: Engine, statesMax: number): readonly Int32Array[] {
  const { machine, layout, expand } = engine
  const { words } = layout
  const keyNow = (): Int32Array => machine.key.slice(0, words)
  const met = new Map([[keyNow().join(), keyNow()]])
  for (const key of met.values()) {
    if (met.size > 3 * statesMax) break
    machine.load(key, 0)
    expand((_kind, _a, _b, answer) => {
      if (answer === taken && !met.has(keyNow().join())) met.set(keyNow().join(), keyNow())
    })
  }
  return [...met.values()].filter((_, n) => n % 3 === 0).slice(0, statesMax)
}
