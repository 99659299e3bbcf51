import { describe, expect, it } from "vitest"
import { kinds, plainKinds, subjectOf, type Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf } from "../../../impl/engine/layout.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import type { BatchResult } from "../../../properties/check/batch.ts"
import { runEngineBatch, type EngineRuns } from "../../../properties/check/engine-runs.ts"
import { phaseKinds } from "../../../properties/check/lottery.ts"
import { seedOf } from "../../../properties/check/seed.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import { isLiveness } from "../../../properties/property.ts"
import { minimise } from "../../../properties/shrink/minimise.ts"
import { base, timedIn } from "../../parts/time/clusters.ts"

const safety = catalogue.filter((property) => !isLiveness(property)).map(({ id }) => id)

describe("a batch on the engine", () => {
  it("is a function of its seed and its number", () => {
    const first = runEngineBatch(runsOf(null), "7", 3, 1500)

    expect(runEngineBatch(runsOf(null), "7", 3, 1500)).toEqual(first)
    expect(runEngineBatch(runsOf(null), "8", 3, 1500).actions).not.toEqual(first.actions)
    expect(runEngineBatch(runsOf(null), "7", 4, 1500).actions).not.toEqual(first.actions)
  })

  it("is a function of them with a failure, too", () => {
    const first = foundBy(runsOf("SecondarySkipsLock"))

    expect(first.failure).not.toBeNull()
    expect(runEngineBatch(runsOf("SecondarySkipsLock"), "7", first.batch, 5000)).toEqual(first)
  })

  it("finds nothing wrong with the protocol", () => {
    const result = runEngineBatch(runsOf(null), "7", 0, 10_000)

    expect(result).toMatchObject({ batch: 0, schedules: 10_000, failure: null })
    expect(Object.keys(result.actions).length).toBeGreaterThan(20)
    expect(actionsIn(result)).toBeGreaterThan(10_000)
  })

  it("finds nothing wrong with the protocol in a cluster that it is given", () => {
    const config = plainConfig(3, 1, { log: 2, generations: 5, faults: 2 })

    const result = runEngineBatch(runsOf(null, { config }), "7", 0, 5000)

    expect(result).toMatchObject({ schedules: 5000, failure: null })
  })

  it("counts as many schedules as it is asked for, if they are no multiple of a swarm's", () => {
    expect(runEngineBatch(runsOf(null), "7", 0, 1234).schedules).toBe(1234)
  })

  it.each([
    "SecondarySkipsLock",
    "WinWithoutBump",
    "SuspectWhileSyncing",
    "GoLiveDiscardsReceived",
    "NoReRelease",
    "IndexFromZero",
    "OutputBeforeAck",
    "ReorderChannel",
    "CheckpointForgotten",
    "SyncStorageContends",
    "SpawnIgnoresAntiAffinity",
    "MigrateToPeersHost",
    "StorageLossUnvalidated",
    "HaFromEmpty",
  ])("finds %s, and what it finds the model confirms", (mutant) => {
    const runs = runsOf(mutant)

    const { failure, schedules } = foundBy(runs)

    const { actions = [], config = plainConfig(3, 1), property = "" } = failure ?? {}
    const small = minimise(runs.protocolIn, matching([property]), config, actions)
    expect(failure?.schedule).toBe(schedules)
    expect(actions).toHaveLength(failure?.found ?? -1)
    expect(small?.violation.property.id).toBe(property)
    expect(small?.run.actions.length).toBeLessThanOrEqual(actions.length)
  })

  it("reports no property that it is not asked", () => {
    const result = runEngineBatch(runsOf("SpawnIgnoresAntiAffinity", { properties: ["S10"] }), "7", 0, 2000)
    const asked = foundBy(runsOf("CheckpointForgotten", { properties: ["S17"] }))

    expect(result.failure).toBeNull()
    expect(asked.failure?.property).toBe("S17")
  })

  it("finds a failure in its own place, however many schedules it may run", () => {
    const runs = runsOf("GoLiveDiscardsReceived")
    const found = foundBy(runs, 1000)
    const { schedule = 0 } = found.failure ?? {}

    expect(schedule).toBeGreaterThan(1000)
    expect(runEngineBatch(runs, "7", found.batch, schedule)).toEqual(found)
    expect(runEngineBatch(runs, "7", found.batch, schedule - 1).failure).toBeNull()
  })

  it("draws other schedules in each part of it", () => {
    const [first, both] = [1000, 2000].map((schedules) => runEngineBatch(runsOf(null), "7", 0, schedules))

    const second = Object.entries(both?.actions ?? {}).map(
      ([kind, n]) => [kind, n - (first?.actions[kind as Kind] ?? 0)] as const,
    )
    expect(Object.fromEntries(second)).not.toEqual(first?.actions)
  })

  it("draws blindly in some parts of it and not in others, and finds there what has no chance by the protocol", () => {
    const { failure } = runEngineBatch(runsOf("HaRestartOnSuspicion"), "7", 2, 4000)

    expect(failure?.property).toBe("S13")
    expect(failure?.schedule).toBeGreaterThan(1000)
  })

  it("judges one cluster by one mutant, or by other properties, after another", () => {
    const config = plainConfig(2, 1, { log: 1, faults: 1 })
    const [anti, lock] = [["S7"], ["S10"]]
    const runs = [
      ["SpawnIgnoresAntiAffinity", anti],
      [null, anti],
      ["SpawnIgnoresAntiAffinity", lock],
      ["SpawnIgnoresAntiAffinity", anti],
    ] as const

    const failures = runs.map(([mutant, properties]) => {
      const { failure } = runEngineBatch(runsOf(mutant, { config, properties }), "7", 0, 300)
      return failure?.property ?? null
    })

    expect(failures).toEqual(["S7", null, null, "S7"])
  })

  it("finds what the rules refuse and must not", () => {
    const config = plainConfig(2, 1, { log: 0, faults: 2 })

    const { failure } = foundBy(runsOf("PowerOnWaitsForTheLost", { config, properties: ["S25"] }))

    expect(failure?.property).toBe("S25")
  })

  it("ends a schedule in which a mutant goes beyond the bounds", () => {
    const config = plainConfig(2, 1, { log: 0, faults: 4, generations: 2 })
    const runs = runsOf("SecondarySkipsLock", { config, properties: ["S4"] })

    const { schedules, failure } = runEngineBatch(runs, "7", 0, 2000)

    expect([schedules, failure]).toEqual([2000, null])
  })

  it("keeps to the cluster that it is given", () => {
    const config = plainConfig(2, 1, { log: 1, faults: 1 })

    const { failure } = runEngineBatch(runsOf("SpawnIgnoresAntiAffinity", { config }), "7", 0, 2000)

    expect(failure?.config).toEqual(config)
    expect(failure?.property).toBe("S7")
  })
})

describe("what mends a cluster is drawn where that is damaged,", () => {
  it.each<readonly [Kind, Kind, number]>([
    ["HealLink", "CutLink", 1],
    ["RecoverHost", "FailHost", 1],
    ["RestoreStorage", "LoseStorage", 1],
    ["ExitMaintenance", "EnterMaintenance", 0],
  ])("%s after %s alone", (mending, damage, faults) => {
    const config = plainConfig(3, 1, { log: 1, faults })
    const runs = runsOf(null, { config, properties: [] })

    const batches = Array.from({ length: 150 }, (_, n) => n)
      .filter((n) => !isBlind(n))
      .map((n) => runEngineBatch(runs, "7", n, 30).actions)

    const others = damages.filter((kind) => kind !== damage)
    const damaged = batches.filter(
      (actions) => damage in actions && others.every((kind) => !(kind in actions)),
    )
    expect(damaged.length).toBeGreaterThan(0)
    expect(damaged.some((actions) => mending in actions)).toBe(true)
  })
})

describe("a batch on the engine where time passes", () => {
  it("draws ticks, what is early without them, and all that time may stand still for", () => {
    const config = timedIn(base, { faults: 3 })

    const { actions, failure } = runEngineBatch(runsOf(null, { config }), "7", 0, 3000)

    expect(failure).toBeNull()
    expect(actions.Tick).toBeGreaterThan(3000)
    const timed = ["Suspect", "AbandonSync", "SyncLost", "TryLock", "HaRestart", "BeginLockstep"] as const
    expect([...timed, "JoinLockstep", "SpawnSecondary"].filter((kind) => !(kind in actions))).toEqual([])
  })

  it("draws none where no time passes", () => {
    const { actions } = runEngineBatch(runsOf(null, { config: plainConfig(3, 1, { log: 1 }) }), "7", 0, 1000)

    expect(actions).not.toHaveProperty("Tick")
  })

  it("goes on where time stands still, for what is due then comes first", () => {
    const runs = runsOf(null, { config: timedIn(base), properties: [] })

    const lengths = Array.from({ length: 6 }, (_, n) => actionsIn(runEngineBatch(runs, "7", n, 100)) / 100)

    // A schedule has 50 actions at the most.
    expect(lengths.reduce((sum, length) => sum + length, 0) / 6).toBeGreaterThan(40)
  })

  it("says of what it has judged each schedule, and that is what the cluster promises", () => {
    const alarming = timedIn({ ...base, delayMax: 5 })
    const [plain, timed, alarmed] = [plainConfig(3, 1, { log: 1 }), timedIn(base), alarming].map(
      (config) => runEngineBatch(runsOf(null, { config }), "7", 0, 60).asked,
    )

    expect(plain).toMatchObject({ S1: 60, S18: 60 })
    expect(timed).toMatchObject({ S1: 60, S18: 60 })
    expect(alarmed).toMatchObject({ S1: 60 })
    expect(alarmed).not.toHaveProperty("S18")
    expect([plain, timed].flatMap((asked) => Object.keys(asked ?? {}))).not.toContain("S3b")
    expect(Object.keys(plain ?? {}).filter((id) => /^(L|TIME)/.test(id))).toEqual([])
  })

  it("finds nothing wrong where false alarms cost what would be a violation without", () => {
    const config = timedIn({ ...base, delayMax: 5 }, { faults: 1 })

    expect(runEngineBatch(runsOf(null, { config }), "7", 0, 4000).failure).toBeNull()
  })
})

describe("what a copy in each phase might do", () => {
  it("is what the engine takes there, somewhere in a small cluster", () => {
    const listed = phaseKinds.flatMap((among, phase) => among.map((kind) => `${phase} ${kind}`))

    expect(takenByPhase(plainConfig(3, 1, { log: 1, faults: 2, generations: 3 }))).toEqual(new Set(listed))
  })
})

// Helpers

const runsOf = (mutant: string | null, asked: Partial<EngineRuns> = {}): EngineRuns => ({
  protocolIn: mutated(mutantNamed(mutant ?? "")),
  mutant,
  properties: safety,
  config: null,
  ...asked,
})

/** The first of some batches that finds a failure, in a schedule beyond so many. */
const foundBy = (runs: EngineRuns, beyond = 0): BatchResult => {
  for (let batch = 0; batch < 20; batch += 1) {
    const result = runEngineBatch(runs, "7", batch, 5000)
    if ((result.failure?.schedule ?? 0) > beyond) return result
  }
  throw new Error(`${runs.mutant} is found in none of 20 batches`)
}

const actionsIn = ({ actions }: BatchResult): number =>
  Object.values(actions).reduce((sum, count) => sum + count, 0)

/** Each phase with each kind that a copy in it takes, in the first states of a cluster, breadth first. */
const takenByPhase = (config: Config): ReadonlySet<string> => {
  const { machine, view, expand } = engineOf(layoutOf(config, { among: plainKinds }))
  const taken = new Set<string>()
  const keys = [machine.key.slice()]
  const seen = new Set([String(keys[0])])
  for (const key of keys.values()) {
    machine.load(key, 0)
    const phases = Array.from({ length: view.slots }, (_, slot) => view.phaseIn(view.controlOf(slot)))
    expand((number, a) => {
      const kind = kinds[number] as Kind
      if (subjectOf(kind) === "copy") taken.add(`${phases[a]} ${kind}`)
      if (seen.has(String(machine.key)) || seen.size >= statesMax) return
      seen.add(String(machine.key))
      keys.push(machine.key.slice())
    })
  }
  return taken
}

const statesMax = 12_000

const damages: readonly Kind[] = ["CutLink", "FailHost", "LoseStorage", "EnterMaintenance"]

/** Whether the first swarm of a batch draws blindly: by the seed of its first part. */
const isBlind = (batch: number): boolean => (seedOf("7", -1 - 1000 * batch) & 3) === 0
