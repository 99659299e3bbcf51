import { basename } from "node:path"
import { describe, expect, it } from "vitest"
import { describe as written, kinds, type Action, type Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { identityWithInterventions } from "../../../model/identity.ts"
import type { Pair } from "../../../model/pair.ts"
import { protocolOf } from "../../../model/core.ts"
import type { Protocol } from "../../../model/protocol.ts"
import { initial, pairsOf, type State } from "../../../model/state.ts"
import { successors } from "../../../model/step.ts"
import { codeOf } from "../../../impl/engine/action-code.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { unrepresentable } from "../../../impl/engine/guards.ts"
import { layoutOf, wholly } from "../../../impl/engine/layout.ts"
import { monitorOf } from "../../../properties/packed/monitor.ts"
import { ghostCarrierOf } from "../../../properties/packed/time/carrier.ts"
import { ghostFieldsFor } from "../../../properties/packed/time/ghosts.ts"
import { idsIn, union, watched, type Watched } from "../../../properties/packed/property-set.ts"
import { mutationOf, roomFor } from "../../../impl/engine/mutations/catalogue.ts"
import { pack } from "../../../impl/engine/pack.ts"
import { sinceProtected } from "../../../impl/engine/single-fault.ts"
import { witnessMonitorOf, watchedWitnesses } from "../../../properties/packed/witnesses.ts"
import { catalogue } from "../../../properties/catalogue.ts"
import { isQuiescent, isJudged } from "../../../properties/check/quiescence.ts"
import { carryOn, noHistory, remember, type History, type PairHistory } from "../../../properties/history.ts"
import { becomesQuiescent } from "../../../properties/liveness.ts"
import { mutantNamed, mutants } from "../../../properties/mutants/catalogue.ts"
import { coreScope, kindsWith, mutated, type Mutant } from "../../../properties/mutants/mutant.ts"
import type { Step } from "../../../properties/step.ts"
import { ghostsOf, violatesWhenQuiescent, violationsOf } from "../../../properties/property.ts"
import { witnesses } from "../../../properties/witnesses.ts"
import { corpusFolder } from "../../../traces/package.ts"
import { readStory } from "../../../traces/read.ts"
import { filesIn } from "../../../traces/store.ts"
import { act, clusterOf, overtaken, toRunning } from "../../fixtures.ts"
import { base, byRole, guarded, inexact, timedIn } from "../../parts/time/clusters.ts"
import { differencesIn, numbersOf, packGhosts } from "./ghosts.ts"

describe("the monitors of properties and witnesses", () => {
  it("watch each property of the catalogue but the one that is about no state", () => {
    const ids = catalogue.filter((property) => property !== becomesQuiescent).map(({ id }) => id)

    expect([...watched].sort()).toEqual([...ids].sort())
  })

  it.each([...protocolWalks(), ...longWalks()].map((walk) => [walk.name, walk] as const))(
    "find of the protocol what its properties and witnesses find: %s",
    (_name, walk) => {
      expect(walked(walk).differences).toEqual([])
    },
  )

  it.each(mutantWalks().map((walk) => [walk.name, walk] as const))(
    "find of %s what its properties and witnesses find",
    (_name, walk) => {
      expect(walked(walk).differences).toEqual([])
    },
  )

  it.each(corpusWalks().map((walk) => [walk.name, walk] as const))(
    "find on the way of %s what its properties and witnesses find",
    (_name, walk) => {
      expect(walked(walk).differences).toEqual([])
    },
  )

  it("find no violation in the protocol", () => {
    const violated = protocolWalks().flatMap((walk) => [...walked(walk).violated])

    expect(violated).toEqual([])
  })

  it.each(watched.map((id) => [id]))("have something to find: %s is violated on the way", (id) => {
    const violated = new Set(everyWalk().flatMap((walk) => [...walked(walk).violated]))

    expect([...violated]).toContain(id)
  })

  it.each(watchedWitnesses.map((id) => [id]))("have something to find: %s is seen on the way", (id) => {
    const witnessed = new Set(everyWalk().flatMap((walk) => [...walked(walk).witnessed]))

    expect([...witnessed]).toContain(id)
  })

  it.each(
    (["PowerOn", "HaRestart", "TryLock", "TestRestartSecondary", "PowerOff", "TestFailover"] as const).map(
      (kind) => [kind],
    ),
  )("let the lock grow by one at the most, and never go back: %s", (kind) => {
    const { machine, view, ...others } = engineOf(layoutOf(plainConfig(2, 1)))
    const monitor = monitorOf({ machine, view, ...others })
    const violatedBy = (growth: number): boolean => {
      view.lockAt(0, 2, -1)
      machine.commit()
      monitor.begin()
      view.lockAt(0, 2 + growth, -1)
      return idsIn(monitor.ofStep(kinds.indexOf(kind), 0, 0)).includes("S10")
    }

    expect([-1, 0, 1, 2, 3].map(violatedBy)).toEqual([true, false, false, true, true])
  })

  it("do not judge liveness at the bound of generations", () => {
    const engine = engineOf(layoutOf(plainConfig(3, 1, { generations: 1 })))

    expect(monitorOf(engine).isJudged()).toBe(false)
    expect(monitorOf(engineOf(layoutOf(plainConfig(3, 1, { generations: 2 })))).isJudged()).toBe(true)
  })
})

// Helpers

/** A walk of the model, the engine beside it: along a run, and from all of it on breadth first. */
type Walk = {
  readonly name: string
  readonly mutant: Mutant | null
  readonly config: Config
  readonly indexed: boolean
  readonly along: readonly Action[]
  readonly statesMax: number
}

/** What a walk showed: where the engine finds something else than the model, and what was found at all. */
type Findings = {
  readonly differences: readonly string[]
  readonly violated: ReadonlySet<string>
  readonly witnessed: ReadonlySet<string>
}

/** Four hosts, two of them on each of the sites across which the pair runs. */
function acrossSites(): Config {
  const config = clusterOf([{ groups: ["a"] }, { groups: ["a"] }, {}, {}], { bounds: coreScope.bounds })
  return { ...config, pairs: config.pairs.map((pair) => ({ ...pair, metro: "a" })) }
}

function protocolWalks(): readonly Walk[] {
  const again = `${overtaken} SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3)`
  const acknowledged = `${toRunning} Record(p1.1) Deliver(p1.2) Ack(p1.1)`
  const ways: readonly (readonly [string, string, number])[] = [
    ["from the start", "", 1500],
    ["once a pair is protected again", again, 150],
    ["once an output is due on both sides", `${acknowledged} Suspect(p1.2) TryLock(p1.2) Release(p1.2)`, 150],
  ]
  const untimed = [
    ...ways.map(([name, way, statesMax]) => ({ name, config: coreScope, way, statesMax })),
    {
      name: "across two sites",
      config: acrossSites(),
      way: toRunning.replaceAll("h2", "h3"),
      statesMax: 100,
    },
  ].map(({ way, ...walk }) => ({
    ...walk,
    mutant: null,
    indexed: false,
    along: way.split(" ").filter(Boolean).map(act),
  }))
  return [...untimed, ...timedWalks(), ...timedWanders()]
}

/** Where what is possible but for time is refused, and where nothing but time is left to pass. */
function timedWalks(): readonly Walk[] {
  const config = timedIn({ ...guarded, respawnMax: 2 }, { faults: 2, log: 1, powerOffUpTo: 1, fencesUpTo: 1 })
  const tested = `${toRunning} TestFailover(p1) Tick Tick Tick Suspect(p1.2)`
  const contending = `${toRunning} FailHost(h1) Tick Tick Suspect(p1.2)`
  const ways = [
    ["with time, from the start", "", 150],
    ["with time, while a contender waits", contending, 80],
    ["with time, by the reference policy, while HA waits", "PowerOn(p1,h1) FailHost(h1)", 80],
    ["with time, once an operator has tested a failover", tested, 0],
  ] as const
  return ways.map(([name, way, statesMax]) => ({
    name,
    mutant: null,
    config: name.includes("policy") ? { ...config, policy: "reference" as const } : config,
    indexed: false,
    along: way.split(" ").filter(Boolean).map(act),
    statesMax,
  }))
}

/** Runs that last beyond a bound, each where the one thing that it is about decides whether the bound counts. */
function longWalks(): readonly Walk[] {
  const ticks = (n: number): string => Array.from({ length: n }, () => "Tick").join(" ")
  const inB = timedIn(base, { faults: 2 })
  const atTheBound = timedIn(guarded, { faults: 1, generations: 1 })
  const wins =
    "Suspect(p1.1) TryLock(p1.1) Tick SpawnSecondary(p1.1,h3) BeginLockstep(p1.1) JoinLockstep(p1.3)"
  const ways = [
    [
      "a failover at the bound of generations",
      atTheBound,
      `FailHost(h1) ${ticks(2)} Suspect(p1.2) ${ticks(12)}`,
    ],
    ["a stale copy without storage", inB, `LoseStorage(h2) ${ticks(3)} ${wins} ${ticks(8)}`],
  ] as const
  return ways.map(([name, config, way]) => ({
    name: `with time, ${name}`,
    mutant: null,
    config,
    indexed: false,
    along: `${toRunning} ${way}`.split(" ").map(act),
    statesMax: 0,
  }))
}

function mutantWalks(): readonly Walk[] {
  return mutants.map((mutant, seed) => {
    const config = mutant.scope ?? coreScope
    const isTimed = config.time !== undefined
    return {
      name: mutant.name,
      mutant,
      config,
      indexed: roomFor(mutant.name).indexed === true,
      along: isTimed ? wanderOf(mutated(mutant)(config), kindsWith(mutant), seed, 40) : [],
      statesMax: isTimed ? 0 : 250,
    }
  })
}

/** Random runs in which time passes as often as not: with two pairs, and all that operators do; with delays, drift and encryption. */
function timedWanders(): readonly Walk[] {
  const bounds = { log: 1, generations: 4, faults: 3, powerOffUpTo: 2, fencesUpTo: 2 }
  const able = { ftEncryption: true }
  const clusters = {
    "two pairs": { ...clusterOf([{}, {}, {}, {}], { pairs: 2, bounds }), time: byRole },
    "delays and drift": { ...clusterOf([able, able, {}], { bounds }), time: { ...inexact, goLiveDelay: 3 } },
    "false alarms": { ...clusterOf([{}, {}, {}], { bounds }), time: { ...guarded, delayMax: 2 } },
  }
  return Object.entries(clusters).flatMap(([name, config]) =>
    [1, 2, 3].map((seed) => ({
      name: `with time, at random, ${name}, ${seed}`,
      mutant: null,
      config,
      indexed: false,
      along: wanderOf(protocolOf(config), kinds, seed, 60),
      statesMax: 0,
    })),
  )
}

/** A random run: a tick as often as not, or an action of some kind that is possible. */
function wanderOf(
  protocol: Protocol,
  among: readonly Kind[],
  seed: number,
  length: number,
): readonly Action[] {
  let state = initial(protocol.config)
  let random = seed + 1
  const below = (n: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff
    return (random >>> 8) % n
  }
  const run: Action[] = []
  while (run.length < length) {
    const all = successors(protocol, state, among)
    const ticks = below(2) === 0 ? all.filter(({ action }) => action.kind === "Tick") : []
    const offered = [...new Set((ticks.length > 0 ? ticks : all).map(({ action }) => action.kind))]
    const kind = offered[below(offered.length)]
    const ofKind = all.filter(({ action }) => action.kind === kind)
    const next = ofKind[below(ofKind.length)]
    if (next === undefined || isCrowded(next.state)) break
    run.push(next.action)
    state = next.state
  }
  return run
}

/** The shortest runs that violate what the first states of a scope do not, and no step further. */
function corpusWalks(): readonly Walk[] {
  return filesIn(corpusFolder, ".itf.json").flatMap((file) => {
    const { config, mutant, actions } = readStory(file)
    return [
      {
        name: basename(file, ".itf.json"),
        mutant: mutant === null ? null : mutantNamed(mutant),
        config,
        indexed: true,
        along: actions,
        statesMax: 0,
      },
    ]
  })
}

function everyWalk(): readonly Walk[] {
  return [...protocolWalks(), ...mutantWalks(), ...corpusWalks()]
}

/** Each walk is gone once. */
const walked = (walk: Walk): Findings => {
  const known = findings.get(walk.name)
  if (known !== undefined) return known
  const found = walkedAnew(walk)
  findings.set(walk.name, found)
  return found
}

const findings = new Map<string, Findings>()

type Place = { readonly state: State; readonly history: History }

const walkedAnew = ({ mutant, config, indexed, along, statesMax }: Walk): Findings => {
  const protocol = mutated(mutant)(config)
  const sides = sidesOf(mutant, config, indexed)
  const start = initial(config)
  const seen = new Set([identityWithInterventions(start)])
  const queue: Place[] = [{ state: start, history: noHistory(start, ghostsOf(config, asked)) }]
  for (const [n, place] of queue.entries()) {
    if (n >= Math.max(along.length + 1, statesMax)) break
    sides.compareWhenQuiescent(place)
    const next = along[n]
    for (const { action, state } of successors(protocol, place.state)) {
      const taken: Step = { before: place.state, action, after: state }
      const isViolated = sides.compareStep(place, taken)
      const isOnTheWay = next !== undefined && written(next) === written(action)
      const key = identityWithInterventions(state)
      if (isCrowded(state) || (isOnTheWay ? false : isViolated || n < along.length || seen.has(key))) continue
      seen.add(key)
      queue.push({ state, history: remember(place.history, taken) })
    }
  }
  return sides.findings
}

/** Whether there are two copies of one pair on a host: for that the engine has no place. */
const isCrowded = (state: State): boolean =>
  pairsOf(state).some(({ copies }) => new Set(copies.map(({ host }) => host)).size < copies.length)

/** The model's properties and witnesses, and what the engine makes of them. */
const sidesOf = (mutant: Mutant | null, config: Config, indexed: boolean) => {
  const protocol = mutated(mutant)(config)
  const name = mutant?.name ?? null
  const ghosts = ghostFieldsFor(config, watched)
  const layout = layoutOf(config, { ...roomFor(name), indexed, singleFault: true, ghosts, ...wholly })
  const engine = engineOf(layout, mutationOf(name), null, ghosts === null ? null : ghostCarrierOf)
  const monitor = monitorOf(engine)
  const witnessMonitor = witnessMonitorOf(engine)
  const differences: string[] = []
  const violated = new Set<string>()
  const witnessed = new Set<string>()

  const compare = (what: string, model: readonly string[], packed: readonly string[]): void => {
    if (model.join() === packed.join() || differences.length >= 5) return
    differences.push(`${what}: the model finds ${model.join() || "nothing"}, the engine ${packed.join()}`)
  }

  const packPlace = ({ state, history }: Place): void => {
    pack(engine.view, state, (n) => ({
      sinceProtected: sinceProtectedOf(state, history, config.pairs[n]?.id),
    }))
    packGhosts(engine.view, numbersOf(config, history, state))
  }

  const compareWhenQuiescent = (place: Place): void => {
    packPlace(place)
    if (monitor.isJudged() !== isJudged(config, place.state)) differences.push("isJudged")
    if (!isQuiescent(protocol, place.state)) return
    const model = idsOf(violatesWhenQuiescent(protocol, asked, place.history, place.state))
    compare(
      `quiescent in ${identityWithInterventions(place.state)}`,
      model,
      idsIn(union(monitor.whenQuiescent(), monitor.ofRefusals())),
    )
    for (const id of model) violated.add(id)
  }

  /** Whether the step violates anything: beyond it, the walk does not go. */
  const compareStep = (place: Place, taken: Step): boolean => {
    const { action, before } = taken
    const what = `${written(action)} from ${identityWithInterventions(before)}`
    const model = idsOf(violationsOf(protocol, asked, place.history, taken))
    for (const id of model) violated.add(id)
    packPlace(place)
    const code = codeOf(layout, before, action)
    if (code === null) throw new Error(`${written(action)} was taken by a copy that is not there`)
    monitor.begin()
    witnessMonitor.begin()
    const answer = engine.step(code.kind, code.a, code.b)
    if (answer === unrepresentable) {
      if (!model.includes("S7")) differences.push(`${what}: unrepresentable`)
      return true
    }
    const ofStep = union(monitor.ofStep(code.kind, code.a, code.b), monitor.ofState())
    const found = witnessMonitor.ofState(everyWitness) | witnessMonitor.ofStep(code.kind, code.a)
    const seen = witnessesOf(config, place.history, taken)
    engine.machine.commit()
    const carried = numbersOf(config, carryOn(place.history, taken), taken.after)
    compare(what, [], differencesIn(engine.view, carried))
    compare(what, model, idsIn(union(ofStep, monitor.ofRefusals())))
    compare(
      what,
      watchedWitnesses.filter((id) => seen.includes(id)),
      watchedWitnesses.filter((id) => ((found >> watchedWitnesses.indexOf(id)) & 1) === 1),
    )
    for (const id of seen) witnessed.add(id)
    return model.length > 0
  }

  return { findings: { differences, violated, witnessed }, compareWhenQuiescent, compareStep }
}

const asked = catalogue.filter(({ id }) => (watched as readonly string[]).includes(id))
const everyWitness = 2 ** watchedWitnesses.length - 1

const idsOf = (violations: ReturnType<typeof violationsOf>): readonly Watched[] => {
  const ids = violations.map(({ property }) => property.id)
  return watched.filter((id) => ids.includes(id))
}

/** What the witnesses see of a step, whichever pair it is about, among what the monitor looks for. */
const witnessesOf = (config: Config, history: History, taken: Step): readonly string[] =>
  watchedWitnesses.filter((id) =>
    pairsOf(taken.after).some((after) => {
      const before = taken.before.pairs[after.id] as Pair
      const past = history[after.id] as PairHistory
      return witnesses
        .find((witness) => witness.id === id)
        ?.seen({ config, step: taken, before, after, history: past })
    }),
  )

/** How the pair stands to single faults, by what the history says. */
const sinceProtectedOf = (state: State, history: History, pair: Pair["id"] | undefined): number => {
  const since = pair === undefined ? null : (history[pair]?.faultsWhenProtected ?? null)
  if (since === null) return sinceProtected.unprotected
  const faults = state.faults - since
  return faults === 0
    ? sinceProtected.noFault
    : faults === 1
      ? sinceProtected.oneFault
      : sinceProtected.unprotected
}
