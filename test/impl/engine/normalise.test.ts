import { describe, expect, it } from "vitest"
import { coreKinds, kinds, plainKinds, timedKinds, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { codesOf, type ActionCode } from "../../../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../../../impl/engine/engine.ts"
import { kindNumber, layoutOf } from "../../../impl/engine/layout.ts"
import { watched } from "../../../properties/packed/property-set.ts"
import { normaliserOf } from "../../../impl/engine/normalise.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { mutants } from "../../../properties/mutants/catalogue.ts"
import { scopeFor } from "../../../properties/mutants/mutant.ts"
import { bounded, clusterOf, kindsAbout, ruleOnP1 } from "../../fixtures.ts"
import { base, timedIn } from "../../parts/time/clusters.ts"

const never = 0
const always = Infinity
const core = { generations: 5, fencesUpTo: never, powerOffUpTo: never }

const scopes: readonly (readonly [name: string, config: Config, among: readonly Kind[]])[] = [
  ["1 fault, log 1", bounded({ ...core, faults: 1, log: 1 }), coreKinds],
  [
    "2 faults, no log, power-off always",
    bounded({ ...core, faults: 2, log: 0, powerOffUpTo: always }),
    coreKinds,
  ],
  ["1 fault, log 2, power-off up to 2", bounded({ ...core, faults: 1, log: 2, powerOffUpTo: 2 }), coreKinds],
  [
    "all kinds: maintenance, migration and tests",
    bounded({ log: 1, generations: 4, faults: 1, powerOffUpTo: 1, fencesUpTo: 2 }),
    plainKinds,
  ],
  [
    "all kinds but migration",
    bounded({ log: 1, generations: 4, faults: 1, powerOffUpTo: 1, fencesUpTo: 2 }),
    plainKinds.filter((kind) => kind !== "Migrate"),
  ],
  [
    "the operations on FT, rules and links too",
    clusterOf([{ ftEncryption: true }, { ftEncryption: true, groups: ["a"] }, {}], {
      rules: [ruleOnP1("must", "on", "a")],
      bounds: { log: 0, generations: 2, faults: 1, powerOffUpTo: 1, fencesUpTo: 1 },
    }),
    kinds,
  ],
  [
    "2 pairs, 1 fault",
    clusterOf([{}, {}, {}], { pairs: 2, bounds: { ...core, generations: 3, faults: 1, log: 0 } }),
    coreKinds,
  ],
  [
    "2 pairs, one copy a host, a must rule, maintenance and migration",
    clusterOf([{ ftVmsMax: 1, groups: ["a"] }, { ftVmsMax: 1, groups: ["a"] }, { ftVmsMax: 1 }], {
      pairs: 2,
      rules: [ruleOnP1("must", "on", "a")],
      bounds: { ...core, generations: 3, faults: 1, log: 0 },
    }),
    [...coreKinds, "Migrate", "EnterMaintenance", "ExitMaintenance"],
  ],
  ["time, 1 fault, log 1", timedIn(base, { faults: 1, log: 1, generations: 1 }), timedKinds],
  ["time and false alarms, log 1", timedIn({ ...base, delayMax: 2 }, { log: 1, generations: 1 }), timedKinds],
]

/** What is checked in a state or on a step. Properties of a run's past distinguish states that are otherwise the same. */
const safety = watched.filter((id) => !id.startsWith("L") && id !== "S18" && id !== "S19")

/** What mutants violate of safety. */
const kills = mutants.flatMap((mutant) =>
  Object.keys(mutant.killedBy)
    .filter((id) => !id.startsWith("L"))
    .map((id) => [mutant.name, id, mutant] as const),
)

describe.each(scopes)("the normaliser, with %s,", (_name, config, among) => {
  const whole = graphOf(config, among, null)
  const reduced = graphOf(config, among, normaliserOf)

  it("leads from every state to one of the reduced graph", () => {
    expect(astray(whole, reduced)).toBe(0)
    expect(reduced.states.size).toBeLessThan(whole.states.size)
  })

  it("leaves possible, or has already done, whatever could be done before", () => {
    expect(stepsLost(whole, reduced)).toBe(0)
  })

  it("leads to no state that was not there before", () => {
    const extra = [...reduced.states.keys()].filter((key) => !whole.states.has(key))

    expect(extra).toEqual([])
  })

  it("finds nothing more to normalise when it is asked again", () => {
    const { engine } = reduced
    const normalise = normaliserOf(engine)
    const moved = [...whole.states.values()].filter((key) => {
      engine.machine.load(key, 0)
      normalise()
      const once = keyOf(engine)
      return normalise() || keyOf(engine) !== once
    })

    expect(moved).toEqual([])
  })

  it("says whether it has taken a step", () => {
    const { engine } = reduced
    const normalise = normaliserOf(engine)
    const wrong = [...whole.states.values()].filter((key) => {
      engine.machine.load(key, 0)
      const before = keyOf(engine)
      return normalise() !== (keyOf(engine) !== before)
    })

    expect(wrong).toEqual([])
  })
})

// Where a normaliser goes too far, it need not be missed that all it leads to was reached another way: it is the
// steps that are lost.
describe("a normaliser that takes one thing too much is found out:", () => {
  const config = bounded({ ...core, faults: 2, log: 1 })
  const whole = graphOf(config, coreKinds, null)

  it.each([
    ["a link that a channel spans", "HealLink"],
    ["the storage of whoever contends for the lock as it is", "RestoreStorage"],
    ["the lock, by whoever contends for it as it is", "TryLock"],
    ["a copy that its Primary still waits for", "SyncLost"],
    ["a restart", "HaRestart"],
    ["a delivery", "Deliver"],
    ["a start of lockstep", "BeginLockstep"],
    ["an input", "Record"],
  ] as const)("%s", (_name, kind) => {
    const reduced = graphOf(config, coreKinds, normalisingToo(kind))

    expect(stepsLost(whole, reduced)).toBeGreaterThan(0)
  })

  it.each(["Record", "BeginLockstep", "SpawnSecondary"] as const)(
    "some of them, like %s, even by where they lead",
    (kind) => {
      const reduced = graphOf(config, coreKinds, normalisingToo(kind))

      expect(astray(whole, reduced)).toBeGreaterThan(0)
    },
  )

  // What is measured by clocks, or due, is lost where it changes before the next tick.
  it.each(["RecoverHost", "HealLink", "RestoreStorage"] as const)("%s, where time passes", (kind) => {
    const timed = timedIn(base, { faults: 1, generations: 2 })
    const everyState = graphOf(timed, timedKinds, null)
    const reduced = graphOf(timed, timedKinds, normalisingToo(kind))

    expect(stepsLost(everyState, reduced)).toBeGreaterThan(0)
  })

  it("and the right one is not", () => {
    const reduced = graphOf(config, coreKinds, normaliserOf)

    expect([astray(whole, reduced), stepsLost(whole, reduced)]).toEqual([0, 0])
  })
})

describe("with the reduction, a sweep", () => {
  it.each(scopes)("holds the protocol to be right, as without, with %s", (_name, config, among) => {
    const [whole, reduced] = [false, true].map((reduction) =>
      sweep({ config, among, mutant: null, properties: safety, symmetry: false, reduction }),
    )

    expect(whole).toMatchObject({ end: "complete", tally: { violated: new Map() } })
    expect(reduced).toMatchObject({ end: "complete", tally: { violated: new Map() } })
    expect(reduced?.tally.states).toBeLessThan(whole?.tally.states ?? 0)
  })

  it.each(kills)("finds that %s violates %s", (name, id, mutant) => {
    const asked = {
      config: scopeFor(mutant, id),
      among: kindsAbout(mutant),
      mutant: name,
      properties: [id],
      symmetry: true,
      reduction: true,
    }

    const { end, tally } = sweep(asked)

    expect(end).toBe("violation")
    expect(new Set([...tally.violated.values()].flat())).toEqual(new Set([id]))
  })

  it("takes nothing at once that the scope does not offer", () => {
    const config = bounded({ ...core, faults: 2, log: 0 })
    const among: readonly Kind[] = ["PowerOn", "FailHost", "HaRestart"]
    const scope = { config, among, mutant: null, properties: ["S1"], symmetry: false }

    const [whole, reduced] = [false, true].map((reduction) => sweep({ ...scope, reduction }).tally)

    expect(whole?.transitions).toBeGreaterThan(20)
    expect([reduced?.states, reduced?.transitions]).toEqual([whole?.states, whole?.transitions])
  })
})

// Helpers

type Normaliser = (engine: Engine) => () => boolean

type Graph = {
  readonly engine: Engine
  readonly normalise: () => boolean
  readonly states: ReadonlyMap<string, Int32Array>
}

/** All states within reach, each normalised as it is met if there is a normaliser. */
function graphOf(config: Config, among: readonly Kind[], normaliser: Normaliser | null): Graph {
  const engine = engineOf(layoutOf(config, { among }))
  const normalise = normaliser === null ? () => false : normaliser(engine)
  const states = new Map<string, Int32Array>()
  const note = (): void => {
    const key = keyOf(engine)
    if (!states.has(key)) states.set(key, engine.machine.key.slice(0, engine.layout.words))
  }
  note()
  for (const state of states.values()) {
    engine.machine.load(state, 0)
    engine.expand(() => {
      normalise()
      note()
    })
  }
  return { engine, normalise, states }
}

/** How many states of the whole graph the normaliser of the reduced one leads to where it has not been. */
function astray(whole: Graph, { engine, normalise, states }: Graph): number {
  let count = 0
  for (const state of whole.states.values()) {
    engine.machine.load(state, 0)
    normalise()
    if (!states.has(keyOf(engine))) count += 1
  }
  return count
}

function keyOf({ machine, layout }: Engine): string {
  let key = ""
  for (let word = 0; word < layout.words; word += 1) key += `${machine.key[word]},`
  return key
}

/** How many steps of the whole graph are none from where the normaliser of the reduced one leads first. */
function stepsLost(whole: Graph, { engine, normalise }: Graph): number {
  const normalKeys = new Map<string, string>()
  const normalKey = (): string => {
    const key = keyOf(engine)
    const known = normalKeys.get(key)
    if (known !== undefined) return known
    normalise()
    normalKeys.set(key, keyOf(engine))
    return keyOf(engine)
  }
  const successors = new Map<string, ReadonlySet<string>>()
  const successorsOf = (key: string): ReadonlySet<string> => {
    const found = successors.get(key) ?? new Set([key, ...normalSuccessors()])
    successors.set(key, found)
    return found
  }
  const normalSuccessors = (): readonly string[] => {
    const keys: string[] = []
    engine.expand(() => {
      keys.push(normalKey())
    })
    return keys
  }
  let lost = 0
  for (const state of whole.states.values()) {
    engine.machine.load(state, 0)
    const steps = normalSuccessors()
    normalise()
    engine.machine.commit()
    const possible = successorsOf(keyOf(engine))
    lost += steps.filter((key) => !possible.has(key)).length
  }
  return lost
}

/** A normaliser that takes every step of one kind besides, as long as one leads anywhere. */
function normalisingToo(kind: Kind): Normaliser {
  return (engine) => {
    const normalise = normaliserOf(engine)
    const codes = codesOf(engine.layout).filter((code) => code.kind === kindNumber[kind])
    const takes = ({ kind: number, a, b }: ActionCode): boolean => {
      const before = keyOf(engine)
      return engine.step(number, a, b) === 0 && keyOf(engine) !== before
    }
    return () => {
      let took = normalise()
      while (codes.some(takes)) {
        normalise()
        took = true
      }
      return took
    }
  }
}
