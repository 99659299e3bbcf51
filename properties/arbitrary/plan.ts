import * as fc from "fast-check"
import type { Config } from "../../model/config.ts"
import { schedulers, type Turns } from "../check/scheduler.ts"
import { arbitraryConfig, smallClusters, type ConfigSize } from "./config.ts"
import { arbitrarySwarm, arbitraryTimelessSwarm, type Swarm } from "./swarm.ts"

/**
 * A run before it is run, as plain numbers: `check/simulate.ts` resolves them against what is enabled, so that
 * every plan, and every shrunk plan, is a legal run.
 *
 * Shape  `choices` drive the adversarial phase, one action each. `heals` says, bit by bit, which of the things then
 *        broken heal before the cluster is left to become quiescent: 0 for none. `turns` is the order in which the
 *        enabled, weakly fair actions are then taken.
 */
export type Plan = {
  readonly config: Config
  readonly swarm: Swarm
  readonly choices: readonly number[]
  readonly heals: number
  readonly turns: Turns
}

/** A choice is one of this many numbers, from 0. */
export const choiceRange = 0x40000000

/** How many actions the adversarial phase of a plan has at the most. */
export const choicesMax = 100

/**
 * Plans; in clusters of `config` if it is given. Shrinks towards fewer actions, simpler kinds, and no recovery. Ticks have a weight
 * only where time passes.
 */
export const arbitraryPlan = (config: Config | null, size: ConfigSize = smallClusters): fc.Arbitrary<Plan> =>
  fc
    .record({
      config: config === null ? arbitraryConfig(size) : fc.constant(config),
      swarm: mayHaveTime(config, size) ? arbitrarySwarm : arbitraryTimelessSwarm,
      choices: fc.noBias(fc.array(fc.nat(choiceRange - 1), { maxLength: choicesMax, size: "max" })),
      heals: fc.oneof({ withCrossShrink: true }, fc.constant(0), fc.constant(0x7fffffff), fc.nat(0x7fffffff)),
      turns: fc.record({ scheduler: fc.constantFrom(...schedulers), seed: fc.nat() }),
    })
    .map((plan) => (plan.config.time === undefined ? { ...plan, swarm: timeless(plan.swarm) } : plan))

const mayHaveTime = (config: Config | null, size: ConfigSize): boolean =>
  config === null ? size.mayHaveTime === true : config.time !== undefined

const timeless = (swarm: Swarm): Swarm => ({ ...swarm, weights: { ...swarm.weights, Tick: 0 } })
