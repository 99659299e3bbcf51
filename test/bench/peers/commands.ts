import * as fc from "fast-check"
import { alphabet, kinds, type Action, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import type { Protocol } from "../../../model/protocol.ts"
import { initial, type State } from "../../../model/state.ts"
import { candidates, step } from "../../../model/step.ts"
import { noHistory, remember, type History } from "../../../properties/history.ts"
import { violationsOf } from "../../../properties/property.ts"
import { safety } from "../../../properties/safety.ts"

/**
 * The model under plain `fc.commands`, as the guide of fast-check would have it: one class of commands for each
 * kind of action, and the safety properties checked after each.
 *
 * Units  `actions`: the commands that were enabled, and so run; `drawn`: all that were in the schedules.
 */
type CommandFigures = {
  readonly schedules: number
  readonly drawn: number
  readonly actions: number
  readonly seconds: number
  readonly schedulesPerSecond: number
  readonly actionsPerSecond: number
}

/** Runs `schedules` schedules of 50 commands at most. A violation is thrown, as fast-check reports it. */
export const runCommands = (config: Config, schedules: number, seed = 1): CommandFigures => {
  const protocol = protocolOf(config)
  let drawn = 0
  let actions = 0
  const count = () => {
    actions += 1
  }
  const property = fc.property(schedulesOf(config, count), (commands) => {
    drawn += Array.from(commands).length
    fc.modelRun(() => ({ model: begun(protocol), real: null }), commands)
  })
  const start = performance.now()
  fc.assert(property, { numRuns: schedules, seed })
  const seconds = (performance.now() - start) / 1000
  return {
    schedules,
    drawn,
    actions,
    seconds,
    schedulesPerSecond: schedules / seconds,
    actionsPerSecond: actions / seconds,
  }
}

/** Where a schedule has come to: fast-check's model is mutable. */
type Run = { readonly protocol: Protocol; state: State; history: History }

const begun = (protocol: Protocol): Run => {
  const state = initial(protocol.config)
  return { protocol, state, history: noHistory(state) }
}

type Command = fc.Command<Run, null>

/** One command: which of its kind's candidates it stands for is drawn, and settled in the state that it meets. */
abstract class Taken implements Command {
  abstract readonly kind: Kind
  private readonly choice: number
  private readonly count: () => void

  constructor(choice: number, count: () => void) {
    this.choice = choice
    this.count = count
  }

  check(run: Readonly<Run>): boolean {
    const action = this.actionIn(run)
    return action !== null && step(run.protocol, run.state, action).tag === "next"
  }

  run(run: Run): void {
    const action = this.actionIn(run)
    const outcome = action === null ? null : step(run.protocol, run.state, action)
    if (action === null || outcome?.tag !== "next") throw new Error(`defect: ${this.toString()} is refused`)
    const taken = { before: run.state, action, after: outcome.state }
    const [violation] = violationsOf(run.protocol, safety, run.history, taken)
    if (violation !== undefined) throw new Error(`${violation.property.id}: ${violation.why}`)
    run.history = remember(run.history, taken)
    run.state = outcome.state
    this.count()
  }

  toString(): string {
    return `${this.kind}(${this.choice})`
  }

  private actionIn({ state }: Readonly<Run>): Action | null {
    const open = candidates(state, this.kind)
    return open[this.choice % open.length] ?? null
  }
}

type CommandClass = new (choice: number, count: () => void) => Command

const classOf = (kind: Kind): CommandClass =>
  class extends Taken {
    readonly kind = kind
  }

/** A class for each kind. */
const classes = kinds.map((kind): readonly [Kind, CommandClass] => [kind, classOf(kind)])

const commandsMax = 50

/** Schedules of commands, faults being there only where the configuration has a budget for them. */
const schedulesOf = (config: Config, count: () => void): fc.Arbitrary<Iterable<Command>> =>
  fc.commands(
    classes
      .filter(([kind]) => config.bounds.faults > 0 || alphabet[kind].actor !== "fault")
      .map(([, Of]) => fc.nat({ max: choicesMax }).map((choice) => new Of(choice, count))),
    { maxCommands: commandsMax, size: "max" },
  )

/** More than any kind has candidates in a small cluster, and a number that many counts divide. */
const choicesMax = 719
