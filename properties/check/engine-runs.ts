import * as fc from "fast-check"
import { kinds, type Action, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import type { Protocol, ProtocolOf } from "../../model/protocol.ts"
import { actionOf, type ActionCode } from "../../impl/engine/action-code.ts"
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
  watched,
  type PropertySet,
} from "../packed/property-set.ts"
import { arbitraryConfig } from "../arbitrary/config.ts"
import { catalogue } from "../catalogue.ts"
import { isLiveness, isPromised } from "../property.ts"
import { arbitrarySwarm, type Swarm } from "../arbitrary/swarm.ts"
import type { BatchResult } from "./batch.ts"
import { lotteryOf, situationOf, timeStandsStill, type Drawn } from "./lottery.ts"
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
  const askedOf = (count: number): BatchResult["asked"] =>
    Object.fromEntries(driver.asked.map((id) => [id, count]))
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
    return { batch, schedules: schedule, asked: askedOf(schedule), actions, witnesses: {}, failure }
  }
  return { batch, schedules, asked: askedOf(schedules), actions, witnesses: {}, failure: null }
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

const tick = kinds.indexOf("Tick")

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

/** What the engine is asked in a cluster, by ids: of the properties that are to be checked, those of safety that it watches and that are promised there. */
const askedIn = (config: Config, ids: readonly string[]): readonly string[] =>
  catalogue
    .filter(
      (property) =>
        ids.includes(property.id) &&
        (watched as readonly string[]).includes(property.id) &&
        !isLiveness(property) &&
        isPromised(property, config),
    )
    .map(({ id }) => id)

/** Draws schedules for one engine, one after the other. */
const driverOf = (runs: EngineRuns, config: Config) => {
  const asked = askedIn(config, runs.properties)
  const ghosts = ghostFieldsFor(config, asked)
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
  const { begin, take } = takerOf(engine, setOf(asked))
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
      const isDrawn = draw(now)
      const violated = isDrawn ? take(drawn) : refused
      if (violated === outgrown) break
      if (violated === refused) {
        refusals += 1
        if (isDrawn && drawn.kind === tick) now |= timeStandsStill
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

  return { properties: runs.properties, asked, engine, run, tally }
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
