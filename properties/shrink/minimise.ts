import { alphabet, kinds, type Action, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import type { ProtocolOf } from "../../model/protocol.ts"
import { begin, observe, observeRound, type JudgeOf, type Run } from "../check/run.ts"
import { roundsOf } from "../check/lasso.ts"
import { inTurn, type Turns } from "../check/scheduler.ts"
import { searching } from "../check/search.ts"
import { runToQuiescence } from "../check/simulate.ts"
import { becomesQuiescent, respawned } from "../liveness.ts"
import { isQuiescent } from "../check/quiescence.ts"
import { violatesWhenQuiescent, isLiveness, type Property } from "../property.ts"
import { finished } from "../explore/turns.ts"
import { copyNames } from "./copy-names.ts"
import { simplifications } from "./simpler-cluster.ts"

/**
 * How short a counterexample is known to be: `found` as it came; `1-minimal`, no single action can go;
 * `shortest`, breadth-first search found none shorter in its cluster.
 */
export type Minimality = "found" | "1-minimal" | "shortest"

/** A minimised counterexample: its cluster, its run up to the violation, what it violates, and the claim. */
export type Minimised = {
  readonly config: Config
  readonly run: Run
  readonly violation: NonNullable<Run["violation"]>
  readonly minimality: Minimality
}

/** How many states a search for a shorter run may visit, from each state on the run. */
const detourStatesMax = 1500

/** How many states the search for the shortest way of all may look at. */
const shortestStatesMax = 20_000

/**
 * Makes a counterexample shorter and simpler: drops actions, in chunks and one by one; drops hosts, pairs, rules and
 * limits that it does not need; looks for a shorter way from every state on it. What is left violates one of the
 * properties, and no single action can go. Where a shorter run violates another of them than the one that was found,
 * the shorter one is reported: it is the same defect, seen earlier. Null if `actions` violates none.
 */
export const minimise = (
  protocolIn: ProtocolOf,
  properties: readonly Property[],
  config: Config,
  actions: readonly Action[],
  turns: Turns = inTurn,
): Minimised | null =>
  finished(minimising(protocolIn, properties, config, actions, { turns, isStopped: () => false }))

/**
 * How a counterexample is minimised: in which order its run goes on until it is quiescent, and whether it was stopped.
 */
type Minimising = { readonly turns: Turns; readonly isStopped: () => boolean }

/** The same as a generator, which yields now and then. Once it is stopped, it returns the shortest so far: `found`. */
export function* minimising(
  protocolIn: ProtocolOf,
  properties: readonly Property[],
  config: Config,
  actions: readonly Action[],
  { turns, isStopped }: Minimising,
): Generator<void, Minimised | null, void> {
  const simplest: Shrinking = {
    judgeIn: (cluster) => ({ protocol: protocolIn(cluster), properties, witnesses: [] }),
    properties,
    turns: inTurn,
    asksRounds: false,
    isStopped,
  }
  const inOrder = attempt(simplest, config, actions)
  const plain = inOrder === null ? { ...simplest, turns } : simplest
  const start = inOrder ?? attempt(plain, config, actions)
  if (start?.violation == null) return null
  const shrinking = { ...plain, asksRounds: start.violation.loop !== undefined }
  const first = start.violation.property
  let best = { config, run: start }
  while (!isStopped()) {
    const fewer = { ...best, run: yield* withFewerActions(shrinking, best.config, best.run) }
    const simpler = yield* inSimplerCluster(shrinking, fewer.config, fewer.run)
    best = simpler
    if (isStopped()) break
    if (simpler.run !== fewer.run) continue
    const detour = yield* shorterRun(shrinking, simpler.config, simpler.run)
    if (detour === null)
      return withCause(shrinking, first, yield* claimed(shrinking, simpler.config, simpler.run))
    best = { config: simpler.config, run: detour }
  }
  return withCause(shrinking, first, minimisedAs(best.config, best.run, "found"))
}

/**
 * The same, reported by its cause where its last state violates several properties at once: a pair that is not
 * protected again (L1) is what follows from another failure to go on; else by what was violated in the first place.
 */
const withCause = (shrinking: Shrinking, first: Property, minimal: Minimised): Minimised => {
  const { config, run, violation } = minimal
  const judge = shrinking.judgeIn(config)
  if (
    violation.loop !== undefined ||
    violation.property.whenQuiescent === undefined ||
    !isQuiescent(judge.protocol, run.state)
  )
    return minimal
  const violations = violatesWhenQuiescent(judge.protocol, judge.properties, run.history, run.state)
  const causes = violations.filter(({ property }) => property !== respawned)
  const cause = causes.find(({ property }) => property === first) ?? causes[0] ?? violation
  const reported = { ...cause, step: violation.step }
  return { ...minimal, violation: reported, run: { ...run, violation: reported } }
}

/**
 * The judge of each cluster, and how runs go on until they are quiescent; `asksRounds` where the run to be minimised
 * goes round for ever.
 */
type Shrinking = Minimising & {
  readonly judgeIn: JudgeOf
  readonly properties: readonly Property[]
  readonly asksRounds: boolean
}

/**
 * Replays the actions as far as they go: one that is refused is passed over, and a copy is called by the name that it
 * gets this time. A liveness property is judged once the run has gone on until it is quiescent. The run, cut off at its
 * violation; null if there is none.
 */
const attempt = (shrinking: Shrinking, config: Config, actions: readonly Action[]): Run | null => {
  const judge = shrinking.judgeIn(config)
  let run = begin(judge, initial(config))
  const states = [run.state]
  const names = copyNames()
  const rounds = shrinking.asksRounds ? roundsOf(judge.protocol) : null
  rounds?.begin(run.state)
  for (const original of actions) {
    const action = names.renamed(original)
    const outcome = step(judge.protocol, run.state, action)
    names.note(original, outcome.tag === "next" ? run.state : null)
    if (outcome.tag === "refused") continue
    run = observe(judge, run, { action, state: outcome.state })
    if (run.violation !== null) return run
    states.push(run.state)
    const round = rounds?.after(action, run.state) ?? null
    if (round !== null) run = observeRound(judge, run, round, states.slice(-round))
    if (run.violation !== null) return run
  }
  const isQuiescenceChecked = judge.properties.some(
    (property) => isLiveness(property) || property.whenQuiescent !== undefined,
  )
  const continued = isQuiescenceChecked ? runToQuiescence(judge, run, shrinking.turns) : run
  if (continued.violation === null) return null
  // A run that never becomes quiescent is shown up to where that begins: what it does then may go on for ever.
  return continued.violation.property === becomesQuiescent && continued.violation.loop === undefined
    ? { ...run, violation: { ...continued.violation, step: run.actions.length } }
    : continued
}

/** Chunks are dropped from half of the run down to single actions, until none can go. */
function* withFewerActions(shrinking: Shrinking, config: Config, start: Run): Generator<void, Run, void> {
  let run = start
  for (let size = Math.max(1, run.actions.length >> 1); ; size = Math.max(1, size >> 1)) {
    let dropped = false
    for (let at = run.actions.length - size; at >= 0; at -= 1) {
      const kept = [...run.actions.slice(0, at), ...run.actions.slice(at + size)]
      const shorter = attempt(shrinking, config, kept)
      yield
      if (shrinking.isStopped()) return run
      if (shorter === null || shorter.actions.length >= run.actions.length) continue
      run = shorter
      dropped = true
      at = Math.min(at, run.actions.length - size + 1)
    }
    if (size === 1 && !dropped) return run
  }
}

/** A simpler cluster in which the same actions violate the property, no later: each simplification that works is kept. */
function* inSimplerCluster(
  shrinking: Shrinking,
  config: Config,
  run: Run,
): Generator<void, { readonly config: Config; readonly run: Run }, void> {
  for (const simpler of simplifications(config, run.actions)) {
    const again = attempt(shrinking, simpler.config, simpler.actions)
    yield
    if (shrinking.isStopped()) break
    if (again !== null && again.actions.length <= run.actions.length)
      return yield* inSimplerCluster(shrinking, simpler.config, again)
  }
  return { config, run }
}

/**
 * A shorter run that leaves this one at some state and violates a property another way; null if none was found.
 * First by the protocol's actions and the kinds that this run has anyhow, which reaches farther; then by all.
 */
function* shorterRun(shrinking: Shrinking, config: Config, run: Run): Generator<void, Run | null, void> {
  const usual = kinds.filter(
    (kind) => alphabet[kind].actor === "protocol" || run.actions.some((a) => a.kind === kind),
  )
  return (
    (yield* detourAmong(shrinking, config, run, usual)) ?? (yield* detourAmong(shrinking, config, run, kinds))
  )
}

function* detourAmong(
  shrinking: Shrinking,
  config: Config,
  run: Run,
  among: readonly Kind[],
): Generator<void, Run | null, void> {
  const judge = shrinking.judgeIn(config)
  let prefix = begin(judge, initial(config))
  for (const [i, action] of run.actions.entries()) {
    const found = yield* searching(judge, prefix, run.actions.length - i - 1, detourStatesMax, among)
    if (shrinking.isStopped()) return null
    if (found !== "none" && found !== "unknown") return found
    const outcome = step(judge.protocol, prefix.state, action)
    if (outcome.tag === "refused") throw new Error(`defect: ${action.kind} was taken, and is refused now`)
    prefix = observe(judge, prefix, { action, state: outcome.state })
  }
  return null
}

/**
 * The run with its claim. Of all the shortest runs, the one is reported that violates the earliest property, if the
 * search reaches so far. No such search can see a run that never becomes quiescent: nothing is claimed to be shortest
 * there.
 */
function* claimed(shrinking: Shrinking, config: Config, run: Run): Generator<void, Minimised, void> {
  const judge = shrinking.judgeIn(config)
  const { length } = run.actions
  const start = begin(judge, initial(config))
  const shorter = yield* searching(judge, start, length - 1, shortestStatesMax)
  if (shorter !== "none" && shorter !== "unknown") return yield* claimed(shrinking, config, shorter)
  if (shrinking.isStopped()) return minimisedAs(config, run, "found")
  if (
    shorter === "unknown" ||
    run.violation?.property === becomesQuiescent ||
    run.violation?.loop !== undefined
  )
    return minimisedAs(config, run, "1-minimal")
  const found = yield* searching(judge, start, length, shortestStatesMax)
  return minimisedAs(config, found === "none" || found === "unknown" ? run : found, "shortest")
}

const minimisedAs = (config: Config, run: Run, minimality: Minimality): Minimised => {
  if (run.violation === null) throw new Error("defect: a counterexample without a violation")
  return { config, run, violation: run.violation, minimality }
}
