import * as fc from "fast-check"
import { alphabet, kinds, subjectOf, type Action, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import type { Protocol, ProtocolOf } from "../../model/protocol.ts"
import { actionOf, rangesOf, secondsOf, type ActionCode } from "../../impl/engine/action-code.ts"
import { CapacityExceeded } from "../../impl/engine/capacity.ts"
import { engineOf, type Engine } from "../../impl/engine/engine.ts"
import { unrepresentable, taken } from "../../impl/engine/guards.ts"
import { layoutOf } from "../../impl/engine/layout.ts"
import { monitorOf } from "../packed/monitor.ts"
import { ghostCarrierOf } from "../packed/time/carrier.ts"
import { ghostFieldsFor } from "../packed/time/ghosts.ts"
import { mutationOf, roomFor } from "../../impl/engine/mutations/catalogue.ts"
import {
  idsIn,
  intersection,
  noProperty,
  only,
  setOf,
  union,
  type PropertySet,
} from "../packed/property-set.ts"
import { arbitraryConfig } from "../arbitrary/config.ts"
import { arbitrarySwarm, lots, type Lot, type Swarm } from "../arbitrary/swarm.ts"
import type { BatchResult } from "./batch.ts"
import { inTurn } from "./scheduler.ts"
import { seedOf } from "./seed.ts"

/** How many actions a schedule has, and how many draws in a row may be refused before it ends early. */
const actionsMax = 50
const refusalsMax = 100

/** How many schedules are drawn with one swarm, in one cluster. */
const schedulesOfSwarm = 1000

/** How many schedules on the engine make one batch. */
export const engineBatch = 20_000

/**
 * What one batch on the engine is: which mutant it has, which properties are checked, and where. `config` is null where
 * clusters are drawn.
 */
export type EngineRuns = {
  readonly protocolIn: ProtocolOf
  readonly mutant: string | null
  readonly properties: readonly string[]
  readonly config: Config | null
}

/**
 * Runs schedules on the engine alone, fast: random actions, every safety property checked after each. What violates is
 * judged by the model, which takes the same actions. A function of its arguments.
 */
export const runEngineBatch = (
  runs: EngineRuns,
  seed: string,
  batch: number,
  schedules: number,
): BatchResult => {
  const actions: Partial<Record<Kind, number>> = {}
  let done = 0
  const config = runs.config ?? drawn(arbitraryConfig(), seedOf(seed, -1 - batch * partsMax))
  const driver = driverFor(runs, config)
  for (let part = 0; done < schedules; part += 1) {
    const partSeed = seedOf(seed, -1 - batch * partsMax - part)
    const swarm = drawn(arbitrarySwarm, partSeed)
    const count = Math.min(schedulesOfSwarm, schedules - done)
    const found = driver.run(swarm, partSeed, count)
    driver.tally(actions)
    if (found === null) {
      done += count
      continue
    }
    const schedule = done + found.schedule
    const failure = {
      schedule,
      property: idsIn(found.violated)[0] ?? "S7",
      found: found.codes.length,
      swarm,
      turns: inTurn,
      config,
      actions: actionsOf(runs.protocolIn(config), driver.engine, found.codes),
      loop: null,
    }
    return { batch, schedules: schedule, actions, witnesses: {}, failure }
  }
  return { batch, schedules, actions, witnesses: {}, failure: null }
}

/** More parts than any batch has: the seeds of one batch are none of another's. */
const partsMax = 1000

const drawn = <A>(arbitrary: fc.Arbitrary<A>, seed: number): A =>
  fc.sample(arbitrary, { seed, numRuns: 1 })[0] as A

const drivers = new WeakMap<Config, { readonly mutant: string | null; readonly driver: Driver }>()

/** The driver of a cluster. One is kept for each cluster: a second engine beside it would make both slower. */
const driverFor = (runs: EngineRuns, config: Config): Driver => {
  const known = drivers.get(config)
  if (known?.mutant === runs.mutant && known.driver.properties === runs.properties) return known.driver
  const driver = driverOf(runs, config)
  drivers.set(config, { mutant: runs.mutant, driver })
  return driver
}

type Driver = ReturnType<typeof driverOf>

/** What a draw that the rules do not allow answers: no set of properties is negative. */
const refused = -1

/** What a draw answers that cannot be taken: the schedule ends before it. */
const outgrown = -2

/** What a schedule was found to violate, by its number from 1. */
type Found = {
  readonly schedule: number
  readonly violated: PropertySet
  readonly codes: readonly ActionCode[]
}

/** Draws schedules for one engine, one after the other. */
const driverOf = (runs: EngineRuns, config: Config) => {
  const ghosts = ghostFieldsFor(config, runs.properties)
  const engine = engineOf(
    layoutOf(config, {
      ...roomFor(runs.mutant),
      interventions: true,
      singleFault: true,
      registered: true,
      reason: true,
      ghosts,
    }),
    mutationOf(runs.mutant),
    null,
    ghosts === null ? null : ghostCarrierOf,
  )
  const { machine } = engine
  const start = machine.key.slice()
  const situation = situationOf(engine)
  const { follow, draw, drawn } = lotteryOf(engine)
  const { begin, take } = takerOf(engine, setOf(runs.properties))
  const codes = Array.from({ length: actionsMax }, () => ({ kind: 0, a: 0, b: 0 }))
  const counts = new Float64Array(kinds.length)

  const note = (length: number): void => {
    const code = codes[length] as { kind: number; a: number; b: number }
    code.kind = drawn.kind
    code.a = drawn.a
    code.b = drawn.b
    counts[drawn.kind] = (counts[drawn.kind] as number) + 1
  }

  /** Runs one schedule, and returns what its last action violates. */
  const schedule = (): { readonly length: number; readonly violated: PropertySet } => {
    machine.load(start, 0)
    begin()
    let refusals = 0
    let now = situation()
    for (let length = 0; length < actionsMax && refusals < refusalsMax;) {
      const violated = draw(now) ? take(drawn) : refused
      if (violated === outgrown) break
      if (violated === refused) {
        refusals += 1
        continue
      }
      refusals = 0
      now = situation()
      note(length)
      length += 1
      if (violated !== 0) return { length, violated }
      begin()
    }
    return { length: 0, violated: noProperty }
  }

  const run = (swarm: Swarm, seed: number, schedules: number): Found | null => {
    follow(swarm, seed)
    for (let n = 1; n <= schedules; n += 1) {
      const { length, violated } = schedule()
      if (violated !== 0)
        return { schedule: n, violated, codes: codes.slice(0, length).map((code) => ({ ...code })) }
    }
    return null
  }

  const tally = (actions: Partial<Record<Kind, number>>): void => {
    kinds.forEach((kind, n) => {
      if ((counts[n] as number) > 0) actions[kind] = (actions[kind] ?? 0) + (counts[n] as number)
    })
    counts.fill(0)
  }

  return { properties: runs.properties, engine, run, tally }
}

/** An action that was drawn; a suspicion is to be spurious or is not. */
type Drawn = { kind: number; a: number; b: number; isSpurious: boolean }

/**
 * Draws actions for the state that an engine is at, by the weights of the swarm that it follows.
 *
 * Shape  `draw` draws one into `drawn`, and returns whether there was any to draw.
 */
const lotteryOf = ({ view, layout }: Engine) => {
  let elsewhere: readonly Int32Array[] = []
  let byPhase: readonly Int32Array[] = []
  let ofCopies = 0
  let random = 1
  const isSpurious = lots.map((lot) => lot === "SpuriousSuspect")
  const kindOf = lots.map((lot) => kinds.indexOf(lot === "SpuriousSuspect" ? "Suspect" : lot))
  const ranges = rangesOf(layout)
  const overA = kinds.map((kind) => ranges[subjectOf(kind)])
  const overB = kinds.map((kind) => secondsOf(layout, kind))
  const drawn: Drawn = { kind: 0, a: 0, b: 0, isSpurious: false }

  /** A pseudo-random number below `n`: xorshift, a multiplication in place of a division. */
  const below = (n: number): number => {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    return ((random >>> 8) * n * 2 ** -24) | 0
  }

  /** The slot of some copy; there is one. */
  const occupied = (): number => {
    let slot = below(view.slots)
    while (view.controlOf(slot) === 0) slot = slot + 1 === view.slots ? 0 : slot + 1
    return slot
  }

  /** First it is drawn whether a copy acts, and which, and then what of all that a copy in its phase might do. */
  const draw = (bits: number): boolean => {
    const others = elsewhere[bits] as Int32Array
    const slot = (bits & hasCopies) !== 0 && below(ofCopies + others.length) < ofCopies ? occupied() : -1
    const table = slot < 0 ? others : (byPhase[view.phaseIn(view.controlOf(slot))] as Int32Array)
    if (table.length === 0) return false
    const lot = table[below(table.length)] as number
    drawn.kind = kindOf[lot] as number
    drawn.a = slot < 0 ? below(overA[drawn.kind] as number) : slot
    const seconds = overB[drawn.kind] as number
    drawn.b = seconds > 1 ? below(seconds) : 0
    drawn.isSpurious = isSpurious[lot] === true
    return true
  }

  /**
   * Follows a swarm. Most draws are of what has a chance, by the protocol as it is written: one swarm in four draws
   * blindly, for rules that allow more.
   */
  const follow = (swarm: Swarm, seed: number): void => {
    random = seed | 1
    const isBlind = (seed & 3) === 0
    elsewhere = Array.from({ length: 1 << situations.length }, (_, bits) =>
      lotTable(
        swarm,
        (kind) =>
          (isBlind ? !isOfCopy(kind) : isOpen(kind, bits)) && (overA[kinds.indexOf(kind)] as number) > 0,
      ),
    )
    byPhase = phaseKinds.map((among) =>
      lotTable(swarm, (kind) => (isBlind ? isOfCopy(kind) : among.includes(kind))),
    )
    ofCopies = byPhase.reduce((sum, table) => sum + table.length, 0) / (phaseKinds.length - 1)
  }

  return { follow, draw, drawn }
}

/** Takes actions that were drawn, each from the state at which `begin` was called, and checks the properties. */
const takerOf = (engine: Engine, checked: PropertySet) => {
  const { machine, view } = engine
  const monitor = monitorOf(engine)
  const suspect = kinds.indexOf("Suspect")

  const taking = ({ kind, a, b, isSpurious }: Drawn): PropertySet | typeof refused => {
    const faults = view.faultsSoFar()
    const answer = engine.step(kind, a, b)
    if (answer > taken) return refused
    if (kind === suspect && view.faultsSoFar() > faults !== isSpurious) {
      machine.undo()
      return refused
    }
    if (answer === unrepresentable) return intersection(only.S7, checked)
    machine.commit()
    return intersection(
      union(union(monitor.ofStep(kind, a, b), monitor.ofState()), monitor.ofRefusals()),
      checked,
    )
  }

  /**
   * What an action violates; `refused` if the rules do not allow it, and `outgrown` where a faulty rule goes beyond the
   * bounds, and a number beyond its room.
   */
  const take = (drawn: Drawn): PropertySet | typeof refused | typeof outgrown => {
    try {
      return taking(drawn)
    } catch (error) {
      if (!(error instanceof CapacityExceeded)) throw error
      return outgrown
    }
  }

  return { begin: monitor.begin, take }
}

/** What there must be for some kinds to have a chance: each a bit of a situation. */
const situations = ["a copy", "damage", "a pair that is off", "a pair that is down", "faults left"] as const

const hasCopies = 1

/** What the state that an engine is at has of the situations, in bits. */
const situationOf = ({ view, layout }: Engine): (() => number) => {
  const { hosts, pairs, controlOf, hasStorage, isOn, has, faultsSoFar } = view
  const links = (hosts * (hosts - 1)) / 2
  const isDamaged = (): boolean => {
    for (let host = 0; host < hosts; host += 1)
      if (!hasStorage(host) || has(layout.maintenance, host)) return true
    for (let link = 0; link < links; link += 1) if (has(layout.cut, link)) return true
    return false
  }
  return () => {
    let bits = (isDamaged() ? 2 : 0) | (faultsSoFar() < layout.config.bounds.faults ? 16 : 0)
    for (let pair = 0; pair < pairs; pair += 1) {
      let mayRun = false
      for (let host = 0; host < hosts; host += 1) {
        if (controlOf(pair * hosts + host) === 0) continue
        bits |= hasCopies
        if (hasStorage(host)) mayRun = true
      }
      if (!isOn(pair)) bits |= 4
      else if (!mayRun) bits |= 8
    }
    return bits
  }
}

const isOfCopy = (kind: Kind): boolean => subjectOf(kind) === "copy"

/** Whether a kind that names no copy has a chance in a situation. */
const isOpen = (kind: Kind, bits: number): boolean => {
  if (isOfCopy(kind)) return false
  if (kind === "PowerOn") return (bits & 4) !== 0
  if (kind === "HaRestart") return (bits & 8) !== 0
  if (alphabet[kind].actor === "recovery") return (bits & 2) !== 0
  return alphabet[kind].actor !== "fault" || (bits & 16) !== 0
}

/** What a copy in each phase might do, by the engine's numbers of the phases. What is left out its rules refuse. */
export const phaseKinds: readonly (readonly Kind[])[] = [
  [],
  ["JoinLockstep", "SyncLost", "CrashCopy"],
  ["Deliver", "Suspect", "Migrate", "CrashCopy"],
  ["Record", "Ack", "Release", "Suspect", "TestRestartSecondary", "Migrate", "CrashCopy"],
  ["TryLock", "CrashCopy"],
  ["TryLock", "CrashCopy"],
  ["Record", "Release", "BeginLockstep", "AbandonSync", "SpawnSecondary", "Migrate", "CrashCopy"],
]

/** The lots of some kinds, by number, each as often as its weight says, so that one draw picks one. */
const lotTable = ({ weights }: Swarm, isAmong: (kind: Kind) => boolean): Int32Array =>
  Int32Array.from(
    lots.flatMap((lot: Lot, n) =>
      isAmong(lot === "SpuriousSuspect" ? "Suspect" : lot)
        ? Array.from({ length: Math.ceil(weights[lot] * 2) }, () => n)
        : [],
    ),
  )

/** The schedule in the model's words, as far as the model goes along. */
const actionsOf = (
  protocol: Protocol,
  { layout }: Engine,
  codes: readonly ActionCode[],
): readonly Action[] => {
  let state = initial(protocol.config)
  const actions: Action[] = []
  for (const code of codes) {
    const action = actionOf(layout, state, code)
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") break
    actions.push(action)
    state = outcome.state
  }
  return actions
}
