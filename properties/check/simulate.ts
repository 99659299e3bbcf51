import { alphabet, describe, kindsOf, type Action, type Kind } from "../../model/action.ts"
import type { Copy } from "../../model/copy.ts"
import type { HostId } from "../../model/ids.ts"
import { peerOf, primaryOf } from "../../model/pair.ts"
import { initial, running, type State } from "../../model/state.ts"
import { successors, type Successor } from "../../model/step.ts"
import type { Protocol } from "../../model/protocol.ts"
import { choiceRange, type Plan } from "../arbitrary/plan.ts"
import { isFaulty, lots, type Lot, type Swarm } from "../arbitrary/swarm.ts"
import { roundsOf } from "./lasso.ts"
import { isQuiescent, tailMax } from "./quiescence.ts"
import { begin, observe, observeQuiescence, observeRound, type Judge, type Run } from "./run.ts"
import { inTurn, turnsOf, type Turns } from "./scheduler.ts"

/**
 * Runs a plan, in three phases: an adversary draws actions from the swarm; then faults stop, and some of what is broken
 * heals; then every weakly fair action gets its turn, in a fair order, until the cluster is quiescent. Stops at the
 * first violation. A run that does not become quiescent within its bound, or goes round, is a violation of liveness.
 */
export const simulate = (judge: Judge, plan: Plan): Run => {
  const { protocol } = judge
  let run = begin(judge, initial(protocol.config))
  const { weights, quietSteps, stallSteps } = plan.swarm
  const open = lots.filter((lot) => weights[lot] > 0)
  const harmless = open.filter((lot) => !isFaulty(lot))
  let lastFault = -Infinity
  let stalled: Stall = null
  for (const [i, choice] of plan.choices.entries()) {
    const { state } = run
    const among = i - lastFault <= quietSteps ? harmless : open
    const stall: Stall = stalled !== null && i < stalled.until ? stalled : null
    const chosen = draw(
      protocol,
      state,
      among,
      weights,
      ({ action }) => !isHeldUp(stall, state, action),
      choice,
    )
    if (chosen === null) break
    if (chosen.state.faults > state.faults) {
      lastFault = i
      const suspected = suspectedBy(state, chosen.action)
      if (suspected !== null) stalled = { host: suspected.host, until: i + stallSteps }
    }
    run = observe(judge, run, chosen)
    if (run.violation !== null) return run
  }
  run = heal(judge, run, plan.heals)
  return run.violation === null ? runToQuiescence(judge, run, plan.turns) : run
}

/**
 * The action that a number chooses among what is enabled: it falls into the share of a lot; if nothing of that
 * lot is enabled, the shares are dealt anew without it. So 0 is the first enabled action of the simplest kind.
 */
const draw = (
  protocol: Protocol,
  state: State,
  among: readonly Lot[],
  weights: Swarm["weights"],
  mayAct: (successor: Successor) => boolean,
  choice: number,
): Successor | null => {
  const open = [...among]
  let total = open.reduce((sum, lot) => sum + weights[lot], 0)
  while (open.length > 0) {
    let rest = (choice / choiceRange) * total
    let at = 0
    while (at < open.length - 1 && rest >= weights[open[at] as Lot]) rest -= weights[open[at++] as Lot]
    const lot = open[at] as Lot
    const found = successorsOf(protocol, state, lot).filter(mayAct)
    const within = Math.min(found.length - 1, Math.floor((rest / weights[lot]) * found.length))
    if (found.length > 0) return found[within] as Successor
    open.splice(at, 1)
    total -= weights[lot]
  }
  return null
}

const successorsOf = (protocol: Protocol, state: State, lot: Lot): readonly Successor[] => {
  const kind: Kind = lot === "SpuriousSuspect" ? "Suspect" : lot
  const found = successors(protocol, state, [kind])
  return kind === "Suspect"
    ? found.filter((successor) => successor.state.faults > state.faults === (lot === "SpuriousSuspect"))
    : found
}

/** A host on which no copy acts until a step. */
type Stall = { readonly host: HostId; readonly until: number } | null

/** The copy that a suspicion is about: the other half of the pair. */
const suspectedBy = (state: State, action: Action): Copy | null => {
  const found = action.kind === "Suspect" ? running(state, action.copy) : null
  if (found === null) return null
  return found.copy.role === "primary" ? peerOf(found.pair, found.copy) : primaryOf(found.pair, found.copy)
}

/** Whether an action of the protocol would have to be taken by a copy on the host that stands still. */
const isHeldUp = (stall: Stall, state: State, action: Action): boolean =>
  stall !== null &&
  "copy" in action &&
  alphabet[action.kind].actor === "protocol" &&
  running(state, action.copy)?.copy.host === stall.host

/** Faults have stopped: of what is broken, the bits of `heals` say what is mended, in the order of the alphabet. */
const heal = (judge: Judge, start: Run, heals: number): Run => {
  let run = start
  const mends = successors(judge.protocol, run.state, kindsOf("recovery")).map(({ action }) => action)
  for (const [i, mend] of mends.entries()) {
    if (((heals >> (i % 31)) & 1) === 0) continue
    const mended = successors(judge.protocol, run.state, [mend.kind]).find(
      ({ action }) => describe(action) === describe(mend),
    )
    if (mended !== undefined) run = observe(judge, run, mended)
    if (run.violation !== null) return run
  }
  return run
}

/**
 * Takes enabled actions fairly until the state is quiescent, and judges that state; or until the run goes round. A run
 * that does neither within its bound does not become quiescent either, where that is promised.
 */
export const runToQuiescence = (judge: Judge, start: Run, turns: Turns = inTurn): Run => {
  let run = start
  const stepsMax = tailMax(judge.protocol.config)
  const next = turnsOf(turns, judge.protocol)
  const rounds = roundsOf(judge.protocol)
  const states = [run.state]
  rounds.begin(run.state)
  for (let i = 0; i < stepsMax; i += 1) {
    const due = next(run.state, i)
    if (due === null) return observeQuiescence(judge, run, true)
    run = observe(judge, run, due)
    if (run.violation !== null) return run
    states.push(run.state)
    const round = rounds.after(due.action, due.state)
    if (round === null) continue
    const judged = observeRound(judge, run, round, states.slice(-round))
    if (judged.violation !== null) return judged
    run = judged
  }
  return observeQuiescence(judge, run, isQuiescent(judge.protocol, run.state))
}
