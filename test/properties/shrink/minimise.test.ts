import * as fc from "fast-check"
import { describe, expect, it, onTestFinished } from "vitest"
import { describe as written, type Action } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import type { Protocol, ProtocolOf } from "../../../model/protocol.ts"
import { initial } from "../../../model/state.ts"
import { step, successors } from "../../../model/step.ts"
import { arbitraryPlan } from "../../../properties/arbitrary/plan.ts"
import { inTurn } from "../../../properties/check/scheduler.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { simulate } from "../../../properties/check/simulate.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { mutantNamed, mutants } from "../../../properties/mutants/catalogue.ts"
import { mutated, without, type Mutant } from "../../../properties/mutants/mutant.ts"
import type { Property } from "../../../properties/property.ts"
import type { AskedAction } from "../../../conform/profile.ts"
import { withGround } from "../../../conform/profiles.ts"
import type { CaseSource } from "../../../conform/case-source.ts"
import { minimise, minimising, type Minimised } from "../../../properties/shrink/minimise.ts"
import { simplifications } from "../../../properties/shrink/simpler-cluster.ts"
import { usualTimes } from "../../../properties/time/usual.ts"
import { configOf, jsonOfConfig } from "../../../traces/config.ts"
import { replay } from "../../../traces/replay.ts"
import { keep, keptIn } from "../../../traces/store.ts"
import { freshFolder } from "../../cli/ftpair.ts"
import { arbitraryRun } from "../arbitrary/runs.ts"

describe("minimise", () => {
  it.each([
    ["SpawnIgnoresAntiAffinity"],
    ["IndexFromZero"],
    ["LoserRetries"],
    ["OutputBeforeAck"],
    ["PowerOnResetsLock"],
    ["PowerOffWithoutFence"],
    ["HolderBlocksRestart"],
  ])("makes what violates under %s as short as it can be, or nearly", (name) => {
    const mutant = mutantCalled(name)
    const { protocolIn, properties } = judging(mutant)
    const shortest = Math.min(...Object.values(mutant.killedBy).flatMap((steps) => steps ?? []))
    fc.assert(
      fc.property(anySeed, (seed) => {
        const found = firstViolation(mutant, seed)

        const minimal = minimised(protocolIn, properties, found.config, found.actions)

        const { actions } = minimal.run
        const protocol = protocolIn(minimal.config)
        // A run may violate more than what it was made short for.
        const { property } = minimal.violation
        expect(violationAtEnd(protocol, [property], actions)).toBe(property.id)
        expect(actions.length).toBeLessThanOrEqual(found.actions.length)
        expect(actions.length).toBeLessThanOrEqual(1.5 * shortest)
        expect(dispensable(protocol, properties, actions).map(written)).toEqual([])
      }),
      { numRuns: 1 },
    )
  })

  it.each([["SpawnIgnoresAntiAffinity"], ["IndexFromZero"], ["PowerOnResetsLock"]])(
    "says that it is shortest under %s only where no shorter one is",
    (name) => {
      const mutant = mutantCalled(name)
      const { protocolIn, properties } = judging(mutant)
      fc.assert(
        fc.property(anySeed, (seed) => {
          const found = firstViolation(mutant, seed)

          const { config, run, minimality } = minimised(protocolIn, properties, found.config, found.actions)

          expect(minimality).toBe("shortest")
          expect(someViolationWithin(protocolIn(config), properties, run.actions.length - 1)).toBe(false)
        }),
        { numRuns: 1 },
      )
    },
  )

  it("claims no more than its search has shown", () => {
    const actions: readonly Action[] = [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
      { kind: "BeginLockstep", copy: "p1.1" },
      { kind: "JoinLockstep", copy: "p1.2" },
      { kind: "Suspect", copy: "p1.2" },
    ]
    const skips = judging(mutantCalled("SecondarySkipsLock"))
    const stopped = { turns: inTurn, isStopped: () => true }

    const small = minimised(skips.protocolIn, skips.properties, plainConfig(2, 1, { log: 0 }), actions)
    const cutShort = finished(
      minimising(skips.protocolIn, skips.properties, plainConfig(2, 1), actions, stopped),
    )

    expect(small).toMatchObject({ minimality: "shortest", run: { actions } })
    expect(cutShort).toMatchObject({ minimality: "found" })
  })

  it("does not claim that it is shortest where there are more states than its search looks at", () => {
    const few = plainConfig(2, 1, { log: 0, faults: 0 })
    const [inFew, inMany] = [few, plainConfig(2, 1)].map((config) =>
      minimised(protocolOf, [tooManyGenerations], config, onAndOff),
    )

    expect(inFew).toMatchObject({ minimality: "shortest", violation: { step: 10 } })
    expect(inMany).toMatchObject({ minimality: "1-minimal", violation: { step: 10 } })
  })

  it("names the cause of what is left when quiescent, not what follows from it", () => {
    const { protocolIn } = judging(mutantCalled("LoserRetries"))
    const actions: readonly Action[] = [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "LoseStorage", host: "h1" },
      { kind: "HaRestart", pair: "p1", host: "h2" },
      { kind: "RestoreStorage", host: "h1" },
    ]

    const { violation } = minimised(protocolIn, catalogue, plainConfig(2, 1, { log: 0 }), actions)

    expect(violation.property.id).toBe("L3")
    expect(violation.why).toContain("p1.1 on h1 is still contending at generation 1")
  })

  it("keeps to what was violated at first, where the quiescent state at the end violates another too", () => {
    const liveness = (id: string, whenQuiescent: NonNullable<Property["whenQuiescent"]>): Property => {
      const { always: _, ...others } = tooManyGenerations
      return { ...others, id, whenQuiescent }
    }
    const untouched = liveness("untouched", ({ pair }) => (pair.interventions === 0 ? "untouched" : null))
    const quiescent = liveness("quiescent", () => "it is quiescent")

    const { violation, run } = minimised(
      protocolOf,
      [untouched, quiescent],
      plainConfig(2, 1),
      onAndOff.slice(0, 2),
    )

    expect(run.actions).toEqual([])
    expect(violation.property.id).toBe("quiescent")
  })

  it("takes away what the violation does not need: hosts, pairs, rules, limits and room in the logs", () => {
    const cluster: Config = {
      ...plainConfig(4, 2, { log: 2 }),
      rules: [{ pairs: ["p2"], type: "must", run: "not-on", group: "a", active: true }],
      hosts: plainConfig(4, 2).hosts.map((host) => ({ ...host, ftVmsMax: 2, groups: ["b"] })),
      pairs: plainConfig(4, 2).pairs.map((pair) => ({ ...pair, vcpus: 2 })),
    }
    const actions: readonly Action[] = [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "PowerOn", pair: "p2", host: "h3" },
      { kind: "FailHost", host: "h4" },
      { kind: "SpawnSecondary", copy: "p2.1", host: "h3" },
    ]

    const { config, run } = minimised(spawning.protocolIn, spawning.properties, cluster, actions)

    expect(config).toEqual(plainConfig(2, 1, { log: 0 }))
    expect(run.actions.map(written)).toEqual(["PowerOn(p1, h1)", "SpawnSecondary(p1.1, h1)"])
  })

  it("takes away a policy that the violation does not need, and has FT on where it may be on", () => {
    const plain = plainConfig(2, 1, { log: 0 })
    const notConfigured = { ft: "notConfigured", registered: { primary: "h2", secondary: null } } as const
    const cluster: Config = {
      ...plain,
      policy: "registered",
      pairs: plain.pairs.map((pair) => ({ ...pair, ...notConfigured })),
    }
    const actions: readonly Action[] = [
      { kind: "TurnOnFT", pair: "p1" },
      { kind: "PowerOn", pair: "p1", host: "h2" },
      { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    ]

    const { config, run } = minimised(spawning.protocolIn, spawning.properties, cluster, actions)

    expect(config).toEqual(plain)
    expect(run.actions.map(written)).toEqual(["PowerOn(p1, h1)", "SpawnSecondary(p1.1, h1)"])
  })

  it("takes away time that the violation does not need, and its ticks", () => {
    const cluster: Config = { ...plainConfig(2, 1, { log: 1 }), time: usualTimes }
    const actions: readonly Action[] = [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "Tick" },
      { kind: "SpawnSecondary", copy: "p1.1", host: "h1" },
    ]

    const { config, run } = minimised(spawning.protocolIn, spawning.properties, cluster, actions)

    expect(config).toEqual(plainConfig(2, 1, { log: 0 }))
    expect(run.actions.map(written)).toEqual(["PowerOn(p1, h1)", "SpawnSecondary(p1.1, h1)"])
  })

  it("makes times as short as the violation allows, and clocks exact", () => {
    const { protocolIn, properties } = judging(mutantCalled("HaImpatient"))
    const cluster: Config = { ...plainConfig(3, 2, { log: 1 }), time: usualTimes }
    const actions: readonly Action[] = [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "Tick" },
      { kind: "LoseStorage", host: "h1" },
      { kind: "Tick" },
      { kind: "HaRestart", pair: "p1", host: "h2" },
    ]

    const { config, run, minimality } = minimised(protocolIn, properties, cluster, actions)

    const ofOne = { primary: 1, secondary: 1 }
    const none = { delayMax: 0, goLiveDelay: 0, lockMax: 0, syncMax: 0, respawnMax: 0, driftEvery: 0 }
    const periods = { heartbeatPeriod: 1, logPeriod: 1 }
    expect(config).toEqual({
      ...plainConfig(2, 1, { log: 0 }),
      time: { ...none, ...periods, heartbeatTimeout: ofOne, silenceTimeout: ofOne, haDelay: 1 },
    })
    expect(run.actions.map(({ kind }) => kind)).toMatchObject({ length: 3, 0: "PowerOn", 2: "HaRestart" })
    expect(minimality).toBe("shortest")
  })

  it("renames who is asked by name with its pair", () => {
    const actions: readonly Action[] = [{ kind: "SuspendFT", pair: "p2", copy: "p2.1" }]

    const candidates = simplifications(plainConfig(2, 2), actions)

    expect(candidates.map((candidate) => candidate.actions)).toContainEqual([
      { kind: "SuspendFT", pair: "p1", copy: "p1.1" },
    ])
  })

  it("leaves a cluster that can be written and read, whatever its hosts are called", () => {
    const cluster = configOf(
      "cluster.json",
      { hosts: [{ id: "h2" }, { id: "h5" }], pairs: [{ id: "p3" }] },
      [],
    )
    const actions: readonly Action[] = [
      { kind: "PowerOn", pair: "p3", host: "h2" },
      { kind: "SpawnSecondary", copy: "p3.1", host: "h2" },
    ]

    const { config } = minimised(spawning.protocolIn, spawning.properties, cluster, actions)

    expect(configOf("cluster.json", jsonOfConfig(config), [])).toEqual(config)
  })

  it("keeps the host that a rule's group is of, so that what is stored can be read back", () => {
    const hosts = plainConfig(4, 1).hosts.map((host, n) => ({ ...host, groups: n === 1 ? ["a"] : [] }))
    const cluster: Config = {
      ...plainConfig(4, 1, { log: 0 }),
      hosts,
      rules: [{ pairs: ["p1"], type: "must", run: "on", group: "a", active: true }],
    }
    const unruled: ProtocolOf = (config) => without("PowerOn", "rule")(protocolOf(config))

    const { config, run, violation, minimality } = minimised(unruled, matching(["S8"]), cluster, [
      { kind: "PowerOn", pair: "p1", host: "h1" },
    ])
    const folder = freshFolder(onTestFinished)
    keep(folder, {
      property: violation.property.id,
      step: violation.step,
      why: violation.why,
      config,
      mutant: null,
      actions: run.actions,
      states: [initial(config), run.state],
      found: "by hand",
      seed: null,
      minimality,
      description: null,
    })

    expect(config).toMatchObject({ hosts: [{ groups: [] }, { groups: ["a"] }], rules: [{ group: "a" }] })
    expect(keptIn(folder)).toMatchObject({ failures: [{ config }], setAside: [] })
  })

  it.each(["pair", "lock"] as const)(
    "makes no cluster simpler than it can be written and read, in the profile %s",
    (name) => {
      withGround(name, ({ profile: { initial, step }, caseSource }) => {
        fc.assert(
          fc.property(arbitraryRun(mutants.map((mutant) => mutant.name)), ({ config, actions }) => {
            const given = asGiven(
              config,
              name === "pair" ? actions.slice(0, actions.length % 4) : contended(config),
            )
            for (const { config: simpler, actions: asked } of everySimpler(caseSource.simpler, given)) {
              const start = initial(simpler)
              const outcomes = asked.map((action) => step(simpler, start, action))
              expect(configOf("cluster.json", jsonOfConfig(simpler), [])).toEqual(simpler)
              expect(outcomes).not.toContainEqual({ tag: "refused", guard: "unknown" })
            }
          }),
          { numRuns: 60 },
        )
      })
    },
  )

  it("keeps, of a run that never becomes quiescent, only how it gets there", () => {
    const neverQuiescent = mutated(mutantCalled("SuspectsForNothing"))
    const config = plainConfig(2, 1, { log: 0 })
    const actions: readonly Action[] = [{ kind: "PowerOn", pair: "p1", host: "h1" }]

    const { run, violation, minimality } = minimised(neverQuiescent, matching(["L0"]), config, actions)

    expect(violation.property.id).toBe("L0")
    expect(minimality).toBe("1-minimal")
    expect(dispensable(neverQuiescent(config), matching(["L0"]), run.actions).map(written)).toEqual([])
  })

  it("claims nothing to be shortest that goes round for ever, which no search for shorter runs can see", () => {
    const neverQuiescent: ProtocolOf = (config) => without("AbandonSync", "needed")(protocolOf(config))
    const actions: readonly Action[] = [{ kind: "PowerOn", pair: "p1", host: "h1" }]
    const turns = { scheduler: "undoing", seed: 0 } as const

    const minimal = minimise(neverQuiescent, matching(["L1"]), plainConfig(2, 1, { log: 0 }), actions, turns)

    expect(minimal).toMatchObject({ minimality: "1-minimal", violation: { property: { id: "L1" } } })
    expect(minimal?.violation.loop).toBeLessThan(minimal?.run.actions.length ?? 0)
  })

  it("passes over what is refused, and calls each copy by the name that it then gets", () => {
    const actions: readonly Action[] = [
      { kind: "Ack", copy: "p1.7" },
      { kind: "PowerOn", pair: "p1", host: "h2" },
      { kind: "PowerOff", pair: "p1" },
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "SpawnSecondary", copy: "p1.2", host: "h1" },
    ]

    const { run } = minimised(spawning.protocolIn, spawning.properties, plainConfig(2, 1), actions)

    expect(run.actions.map(written)).toEqual(["PowerOn(p1, h1)", "SpawnSecondary(p1.1, h1)"])
  })

  it("has nothing to say of a run that violates nothing", () => {
    const actions: readonly Action[] = [{ kind: "PowerOn", pair: "p1", host: "h1" }]

    expect(minimise(protocolOf, catalogue, plainConfig(2, 1, { log: 1 }), actions)).toBeNull()
  })
})

// Helpers

/** A cluster and the actions in it, as a minimiser takes and gives them. */
type Candidate = { readonly config: Config; readonly actions: readonly AskedAction[] }

/** The same with names as a person gives them. */
const asGiven = ({ bounds, ...cluster }: Config, actions: readonly object[]): Candidate => {
  const given = JSON.stringify({ ...cluster, actions })
    .replaceAll(/"h(\d+)"/g, '"esx$1"')
    .replaceAll(/"h(\d+)-h(\d+)"/g, '"esx$1-esx$2"')
    .replaceAll(/"p(\d+)(\.\d+)?"/g, '"p3$1$2"')
  const { actions: asked, ...config } = JSON.parse(given) as Omit<Config, "bounds"> &
    Pick<Candidate, "actions">
  return { config: { ...config, bounds }, actions: asked }
}

/** Every second contender contends, and tries; the host of each third one fails. */
const contended = ({ hosts, pairs: [pair] }: Config): readonly AskedAction[] =>
  hosts.flatMap(({ id }, n) => [
    ...(n % 2 === 0 ? [{ kind: "Contend", copy: `${pair?.id}.${n + 1}`, generation: 1 }] : []),
    ...(n % 3 === 0 ? [{ kind: "FailHost", host: id }] : []),
  ])

/** What simplifying leads to: all in one step, and from the last of each on. */
const everySimpler = (
  simpler: CaseSource<unknown>["simpler"],
  { config, actions }: Candidate,
): readonly Candidate[] => {
  const found: Candidate[] = [...simpler(config, actions)]
  const last = found.at(-1)
  return last === undefined ? [] : [...found, ...everySimpler(simpler, last)]
}

const mutantCalled = (name: string): Mutant => {
  const mutant = mutantNamed(name)
  if (mutant === null) throw new Error(`there is no mutant ${name}`)
  return mutant
}

type Judging = { readonly protocolIn: ProtocolOf; readonly properties: readonly Property[] }

/** The mutant's protocol, and the properties that it is known to break. */
const judging = (mutant: Mutant): Judging => ({
  protocolIn: mutated(mutant),
  properties: catalogue.filter(({ id }) => id in mutant.killedBy),
})

const spawning = judging(mutantCalled("SpawnIgnoresAntiAffinity"))

/** What any run violates that a generation is lost in often enough: in ten steps at the least. */
const tooManyGenerations: Property = {
  id: "fewGenerations",
  name: "FewGenerations",
  family: "safety",
  statement: "There are five generations at the most.",
  why: "A run that violates it is long.",
  checks: [],
  witness: "",
  always: ({ lock }) => (lock.generation > 5 ? `there is generation ${lock.generation}` : null),
}

const onAndOff: readonly Action[] = Array.from({ length: 8 }, (): readonly Action[] => [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "PowerOff", pair: "p1" },
]).flat()

/** A seed; a smaller one is no simpler. */
const anySeed = fc.noShrink(fc.nat())

/** The first run that violates something, of those drawn from a seed: long, and full of what it does not need. */
const firstViolation = (
  mutant: Mutant,
  seed: number,
): { readonly config: Config; readonly actions: readonly Action[] } => {
  const { protocolIn, properties } = judging(mutant)
  for (const plan of fc.sample(arbitraryPlan(null), { seed, numRuns: 4000 })) {
    const run = simulate({ protocol: protocolIn(plan.config), properties, witnesses: [] }, plan)
    if (run.violation !== null) return { config: plan.config, actions: run.actions }
  }
  throw new Error(`no run violates anything under ${mutant.name}`)
}

const minimised = (
  protocolIn: ProtocolOf,
  properties: readonly Property[],
  config: Config,
  actions: readonly Action[],
): Minimised => {
  const minimal = minimise(protocolIn, properties, config, actions)
  if (minimal === null) throw new Error("the run that was to be minimised violates nothing")
  return minimal
}

/** The property that the run violates at its end and not before; null if there is none. */
const violationAtEnd = (
  protocol: Protocol,
  properties: readonly Property[],
  actions: readonly Action[],
): string | null => {
  const { violations, refusal } = replay(protocol, properties, actions)
  const isAtEnd = refusal === null && violations.every((violation) => violation.step === actions.length)
  return isAtEnd ? (violations[0]?.property.id ?? null) : null
}

/** The actions without each of which, one at a time, the others still violate something. */
const dispensable = (
  protocol: Protocol,
  properties: readonly Property[],
  actions: readonly Action[],
): readonly Action[] =>
  actions.filter((_action, i) => {
    const taken = possible(protocol, actions.toSpliced(i, 1))
    return replay(protocol, properties, taken, { checkQuiescence: true }).violations.length > 0
  })

/** Those of the actions that are not refused. */
const possible = (protocol: Protocol, actions: readonly Action[]): readonly Action[] => {
  let state = initial(protocol.config)
  return actions.filter((action) => {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "next") state = outcome.state
    return outcome.tag === "next"
  })
}

/** Whether any run of so many actions violates something: each is tried, with nothing left out. */
const someViolationWithin = (
  protocol: Protocol,
  properties: readonly Property[],
  steps: number,
  actions: readonly Action[] = [],
): boolean => {
  const { violations, states } = replay(protocol, properties, actions)
  const state = states.at(-1)
  if (violations.length > 0) return true
  if (steps === 0 || state === undefined) return false
  return successors(protocol, state).some(({ action }) =>
    someViolationWithin(protocol, properties, steps - 1, [...actions, action]),
  )
}
