import * as fc from "fast-check"
import type { Action, Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { arbitraryPlan, type Plan } from "../arbitrary/plan.ts"
import type { Swarm } from "../arbitrary/swarm.ts"
import { wasJudgedBy, type Judge, type JudgeOf, type Run } from "./run.ts"
import type { Turns } from "./scheduler.ts"
import { seedOf } from "./seed.ts"
import { simulate } from "./simulate.ts"

/** How many schedules are drawn from one seed: small, so that work is shared out evenly and a failure ends it soon. */
export const batchSize = 100

/** How many schedules fast-check may try to shrink one; our own minimiser goes on from there. */
const shrinkRunsMax = 400

/**
 * What the schedules of one batch were.
 *
 * Shape  `asked` counts the schedules in whose cluster each property was judged, `witnesses` those in which each was seen, and
 *        `actions` how often each kind was taken. The batch ends with the first schedule that fails, which counts. Schedules tried in shrinking do not.
 */
export type BatchResult = {
  readonly batch: number
  readonly schedules: number
  readonly asked: Readonly<Record<string, number>>
  readonly actions: Readonly<Partial<Record<Kind, number>>>
  readonly witnesses: Readonly<Record<string, number>>
  readonly failure: Failure | null
}

/**
 * A schedule that violates a property.
 *
 * Shape  `schedule` is its number within the batch, from 1; `found` how many actions it had when it was drawn;
 *        `swarm` what was then drawn for it, and `turns` the order at its end. `config` and `actions` are as fast-check has shrunk them;
 *        `loop` is the state, by its number, to which a run comes back that goes round for ever.
 */
export type Failure = {
  readonly schedule: number
  readonly property: string
  readonly found: number
  readonly swarm: Swarm
  readonly turns: Turns
  readonly config: Config
  readonly actions: readonly Action[]
  readonly loop: number | null
}

/**
 * Runs the schedules of one batch: a function of its arguments alone. `onFound` is called at once with the schedule
 * that fails, as it was drawn: to shrink it takes a while.
 */
export const runBatch = (
  judgeIn: JudgeOf,
  config: Config | null,
  seed: string,
  batch: number,
  schedules: number = batchSize,
  onFound: (unshrunk: BatchResult) => void = () => {},
): BatchResult => {
  const tally = startTally()
  let first: { readonly plan: Plan; readonly run: Run } | null = null
  const resultOf = (found: typeof first, shrunk: Plan | null): BatchResult => {
    const counts = tally.result()
    return { batch, ...counts, failure: failureOf(judgeIn, found, shrunk, counts.schedules) }
  }
  let shrinkRuns = 0
  const holds = (plan: Plan): boolean => {
    if (first !== null) {
      shrinkRuns += 1
      return (
        shrinkRuns > shrinkRunsMax ||
        simulate(narrowed(judgeIn(plan.config), first.run), plan).violation === null
      )
    }
    const judge = judgeIn(plan.config)
    const run = simulate(judge, plan)
    tally.count(judge, run)
    if (run.violation !== null) {
      first = { plan, run }
      onFound(resultOf(first, plan))
    }
    return run.violation === null
  }
  const details = fc.check(fc.property(arbitraryPlan(config), holds), {
    seed: seedOf(seed, batch),
    numRuns: schedules,
  })
  // What was thrown and is no violation is a defect, of the model, the engine or a property: it must not pass for one held.
  if (details.failed && tally.isClean()) throw details.errorInstance
  return resultOf(first, details.counterexample?.[0] ?? null)
}

/** While a schedule is being shrunk, only the property that it was found to violate counts. */
const narrowed = (judge: Judge, { violation }: Run): Judge => ({
  ...judge,
  properties: judge.properties.filter((property) => property === violation?.property),
  witnesses: [],
})

const failureOf = (
  judgeIn: JudgeOf,
  first: { readonly plan: Plan; readonly run: Run } | null,
  shrunk: Plan | null,
  schedule: number,
): Failure | null => {
  if (first?.run.violation == null || shrunk === null) return null
  const { actions, violation } = simulate(narrowed(judgeIn(shrunk.config), first.run), shrunk)
  return {
    schedule,
    property: first.run.violation.property.id,
    found: first.run.actions.length,
    swarm: first.plan.swarm,
    turns: shrunk.turns,
    config: shrunk.config,
    actions,
    loop: violation?.loop ?? null,
  }
}

const startTally = () => {
  let schedules = 0
  let violations = 0
  const asked: Record<string, number> = {}
  const actions: Partial<Record<Kind, number>> = {}
  const witnesses: Record<string, number> = {}
  return {
    count: ({ properties }: Judge, run: Run): void => {
      schedules += 1
      for (const property of properties)
        if (wasJudgedBy(run, property)) asked[property.id] = (asked[property.id] ?? 0) + 1
      for (const { kind } of run.actions) actions[kind] = (actions[kind] ?? 0) + 1
      for (const id of run.witnessed) witnesses[id] = (witnesses[id] ?? 0) + 1
      violations += run.violation === null ? 0 : 1
    },
    isClean: (): boolean => violations === 0,
    result: () => ({ schedules, asked, actions, witnesses }),
  }
}
