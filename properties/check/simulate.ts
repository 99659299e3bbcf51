import { describe, kindsOf, type Action, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { initial, type State } from "../../model/state.ts"
import { successors, type Rules, type Successor } from "../../model/step.ts"
import { choiceRange, type Plan } from "../arbitrary/plan.ts"
import { isFaulty, lots, type Lot, type Swarm } from "../arbitrary/swarm.ts"
import { isAtRest, nextOwed, restStepsMax } from "./rest.ts"
import { begin, observe, observeRest, type Judge, type Run } from "./run.ts"

/**
 * Runs a plan, in three phases: an adversary draws actions from the swarm; then faults stop, and some of what
 * is broken heals; then every action that the protocol owes gets its turn, until the cluster is at rest. Stops
 * at the first breach. A run that does not come to rest within its bound is a breach of liveness.
 */
export const simulate = (judge: Judge, plan: Plan): Run => {
  const { rules } = judge
  const { config } = plan
  let run = begin(initial(config))
  const { weights, quietSteps } = plan.swarm
  const open = lots.filter((lot) => weights[lot] > 0)
  const harmless = open.filter((lot) => !isFaulty(lot))
  let lastFault = -Infinity
  for (const [i, choice] of plan.choices.entries()) {
    const chosen = draw(rules, config, run.state, i - lastFault <= quietSteps ? harmless : open, weights, choice)
    if (chosen === null) break
    if (chosen.state.faults > run.state.faults) lastFault = i
    run = observe(judge, config, run, chosen)
    if (run.breach !== null) return run
  }
  run = heal(judge, config, run, plan.heals)
  return run.breach === null ? settle(judge, config, run) : run
}

/**
 * The action that a number chooses among what is enabled: it falls into the share of a lot; if nothing of that
 * lot is enabled, the shares are dealt anew without it. So 0 is the first enabled action of the simplest kind.
 */
const draw = (
  rules: Rules,
  config: Config,
  state: State,
  among: readonly Lot[],
  weights: Swarm["weights"],
  choice: number,
): Successor | null => {
  const open = [...among]
  let total = open.reduce((sum, lot) => sum + weights[lot], 0)
  while (open.length > 0) {
    let rest = (choice / choiceRange) * total
    let at = 0
    while (at < open.length - 1 && rest >= weights[open[at] as Lot]) rest -= weights[open[at++] as Lot]
    const lot = open[at] as Lot
    const found = successorsOf(rules, config, state, lot)
    const within = Math.min(found.length - 1, Math.floor((rest / weights[lot]) * found.length))
    if (found.length > 0) return found[within] as Successor
    open.splice(at, 1)
    total -= weights[lot]
  }
  return null
}

const successorsOf = (rules: Rules, config: Config, state: State, lot: Lot): readonly Successor[] => {
  const kind: Kind = lot === "SpuriousSuspect" ? "Suspect" : lot
  const found = successors(rules, config, state, [kind])
  return kind === "Suspect"
    ? found.filter((successor) => successor.state.faults > state.faults === (lot === "SpuriousSuspect"))
    : found
}

/** Faults have stopped: of what is broken, the bits of `heals` say what is mended, in the order of the alphabet. */
const heal = (judge: Judge, config: Config, start: Run, heals: number): Run => {
  let run = start
  const mends = successors(judge.rules, config, run.state, kindsOf("recovery")).map(({ action }) => action)
  for (const [i, mend] of mends.entries()) {
    if (((heals >> (i % 31)) & 1) === 0) continue
    const mended = successors(judge.rules, config, run.state, [mend.kind]).find(
      ({ action }) => describe(action) === describe(mend),
    )
    if (mended !== undefined) run = observe(judge, config, run, mended)
    if (run.breach !== null) return run
  }
  return run
}

/** Leaves the protocol to itself, fairly, until it is at rest, and judges how it rests. */
export const settle = (judge: Judge, config: Config, start: Run): Run => {
  let run = start
  const stepsMax = restStepsMax(config)
  const lastTaken = new Map<string, number>()
  for (let i = 0; i < stepsMax; i += 1) {
    const due = nextOwed(judge.rules, config, run.state, lastTaken, i)
    if (due === null) return observeRest(judge, config, run, true)
    run = observe(judge, config, run, due)
    if (run.breach !== null) return run
  }
  return observeRest(judge, config, run, isAtRest(judge.rules, config, run.state))
}

/** What was done, action by action. */
export const actionsOf = (run: Run): readonly Action[] => run.actions
