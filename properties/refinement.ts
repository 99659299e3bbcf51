import { describe, type Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { CopyId } from "../model/ids.ts"
import { identity } from "../model/identity.ts"
import type { GuardId } from "../model/guard-id.ts"
import type { State } from "../model/state.ts"
import { isCandidate, step } from "../model/step.ts"
import type { Protocol, ProtocolOf } from "../model/protocol.ts"
import { actionOf, codeOf, codesOf, type ActionCode } from "../impl/engine/action-code.ts"
import { engineOf, type Engine } from "../impl/engine/engine.ts"
import { unrepresentable, guardOf, taken } from "../impl/engine/guards.ts"
import { LayoutError } from "../impl/engine/capacity.ts"
import { layoutOf, wholly } from "../impl/engine/layout.ts"
import { mutationOf, roomFor } from "../impl/engine/mutations/catalogue.ts"
import { pack, unpack } from "../impl/engine/pack.ts"
import type { Step } from "./step.ts"
import type { Property } from "./property.ts"

/**
 * One thing on which the model and the engine disagree.
 *
 * Shape  `action` is null where they differ about a state, not about a step from it. `model` and `engine` say
 *        what each makes of it: a guard, or the state that it goes to.
 */
export type Divergence = {
  readonly action: Action | null
  readonly model: GuardId | State
  readonly engine: GuardId | State | "unrepresentable" | "not expanded"
}

/**
 * A model and an engine of one configuration, held against each other. The engine's layout holds the books as well
 * (`wholly`): they are compared too.
 */
export type DifferentialPair = {
  readonly protocol: Protocol
  readonly engine: Engine
  /** A second machine, which only packs: the engine never judges its own successors. */
  readonly packer: Engine
}

export const differentialPairOf = (protocol: Protocol, engine: Engine): DifferentialPair => ({
  protocol,
  engine,
  packer: engineOf(engine.layout),
})

/**
 * The first difference in one state: what is packed must unpack to it, every action must be answered alike, by
 * the same next state or the same guard, and what the engine expands must be what the model allows. Null if
 * there is none.
 */
export const divergenceIn = (differential: DifferentialPair, state: State): Divergence | null => {
  const { engine } = differential
  pack(engine.view, state)
  const unpacked = unpack(engine.view)
  if (identity(unpacked) !== identity(state) || !hasSameBooks(engine, unpacked, state))
    return { action: null, model: state, engine: unpacked }
  const expanded = new Set<string>()
  engine.expand((kind, a, b) => expanded.add(`${kind},${a},${b}`))
  for (const code of codesOf(engine.layout)) {
    const divergence = divergenceOn(
      differential,
      state,
      code,
      expanded.has(`${code.kind},${code.a},${code.b}`),
    )
    if (divergence !== null) return divergence
  }
  return null
}

/** The difference that one action makes, from a state that the engine is at, and is at again afterwards. */
const divergenceOn = (
  differential: DifferentialPair,
  state: State,
  code: ActionCode,
  isExpanded: boolean,
): Divergence | null => {
  const { protocol, engine } = differential
  const action = actionOf(engine.layout, state, code)
  const outcome = step(protocol, state, action)
  const answer = engine.step(code.kind, code.a, code.b)
  const model = outcome.tag === "refused" ? outcome.guard : outcome.state
  const isSame = typeof model === "string" ? guardOf(answer) === model : goesTo(differential, answer, model)
  const divergence = isSame ? null : { action, model, engine: answerOf(engine, answer) }
  engine.machine.undo()
  const isDue = outcome.tag === "next" && isCandidate(state, action)
  if (divergence !== null || isExpanded === isDue) return divergence
  return { action, model, engine: isExpanded ? state : "not expanded" }
}

/** Whether two states agree on what no guard reads. The engine counts interventions up to what its layout holds. */
const hasSameBooks = ({ layout }: Engine, unpacked: State, state: State): boolean =>
  Object.values(state.pairs).every((pair) => {
    const other = unpacked.pairs[pair.id]
    return (
      other?.reason === pair.reason &&
      other.registered.primary === pair.registered.primary &&
      other.registered.secondary === pair.registered.secondary &&
      other.interventions === Math.min(pair.interventions, layout.past.interventions.mask)
    )
  })

/** Whether the engine's step led to the state; a second copy on one host has no place in the engine, which says so. */
const goesTo = (differential: DifferentialPair, answer: number, state: State): boolean =>
  answer === unrepresentable ? hasCrowd(state) : answer === taken && isAt(differential, state)

/** Whether the engine is at the state, word for word, and its books say the same. */
export const isAt = ({ engine, packer }: DifferentialPair, state: State): boolean => {
  if (!hasPlaceFor(engine, state)) return false
  pack(packer.view, state)
  for (let word = 0; word < engine.layout.words; word += 1)
    if (engine.machine.key[word] !== packer.machine.key[word]) return false
  const [books, due] = [engine.view, packer.view]
  for (let pair = 0; pair < engine.layout.pairs; pair += 1)
    if (
      books.reasonOf(pair) !== due.reasonOf(pair) ||
      books.primaryAt(pair) !== due.primaryAt(pair) ||
      books.secondaryAt(pair) !== due.secondaryAt(pair)
    )
      return false
  return true
}

const answerOf = (engine: Engine, answer: number): Divergence["engine"] =>
  answer === taken
    ? unpack(engine.view)
    : answer === unrepresentable
      ? "unrepresentable"
      : (guardOf(answer) as GuardId)

/** The divergence in words: what each makes of the action, or where the states that they go to differ. */
export const describeDivergence = ({ action, model, engine }: Divergence): string => {
  const subject = action === null ? "the state itself" : describe(action)
  if (typeof model !== "string" && typeof engine !== "string")
    return `${subject}: ${differences(model, namedAs(engine, model)).join("; ")}`
  const word = (side: Divergence["engine"]): string =>
    typeof side === "string" ? `refuses it: ${side}` : "takes it"
  return `${subject}: the model ${word(model)}, the engine ${word(engine)}`
}

/** The engine's state with its copies called by the names that the model has for the copies on their hosts. */
const namedAs = (state: State, like: State): State => ({
  ...state,
  pairs: Object.fromEntries(
    Object.entries(state.pairs).map(([id, pair]) => {
      const other = like.pairs[pair.id]
      const names = new Map(
        pair.copies.map((copy) => [
          copy.id,
          other?.copies.find(({ host }) => host === copy.host)?.id ?? copy.id,
        ]),
      )
      const named = (copy: CopyId): CopyId => names.get(copy) ?? copy
      return [
        id,
        {
          ...pair,
          started: other?.started ?? pair.started,
          lock: { ...pair.lock, holder: pair.lock.holder === null ? null : named(pair.lock.holder) },
          copies: pair.copies.map((copy) => ({
            ...copy,
            id: named(copy.id),
            channel:
              copy.channel === null || copy.channel.peer === "gone"
                ? copy.channel
                : { ...copy.channel, peer: named(copy.channel.peer) },
          })),
        },
      ]
    }),
  ),
})

/** Where two states differ, as paths with both values. Copies are distinguished by their names, in no order. */
const differences = (model: State, engine: State): readonly string[] =>
  [...differing("", byName(model), byName(engine))].slice(0, differencesMax)

const differencesMax = 8

const byName = (state: State) => ({
  ...state,
  pairs: Object.fromEntries(
    Object.values(state.pairs).map((pair) => [
      pair.id,
      { ...pair, copies: Object.fromEntries(pair.copies.map((copy) => [copy.id, copy])) },
    ]),
  ),
})

function* differing(path: string, model: unknown, engine: unknown): Generator<string> {
  if (isRecord(model) && isRecord(engine)) {
    for (const field of new Set([...Object.keys(model), ...Object.keys(engine)]))
      yield* differing(path === "" ? field : `${path}.${field}`, model[field], engine[field])
  } else if (JSON.stringify(model) !== JSON.stringify(engine))
    yield `${path} is ${valueText(model)} in the model, ${valueText(engine)} in the engine`
}

const valueText = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Refinement as a property of runs: the engine, with the mutant of that name or null for none, takes each step of the
 * model to the same state; and where a run is quiescent, it answers every action alike. It is checked on the run as a
 * whole, though it is called for each pair.
 */
export const refinement = (protocolIn: ProtocolOf, mutant: string | null): Property => {
  const differential = pairsByConfig(protocolIn, mutant)
  let compared: Step | null = null
  let answer: string | null = null
  return {
    id: refinementId,
    name: "EngineRefinesModel",
    family: "refinement",
    statement:
      "The engine takes every step of the model to the same state, and refuses what the model refuses.",
    why: "What is explored and drawn on the engine is worth as much as its agreement with the model.",
    checks: [],
    witness: "protected-again",
    onStep: ({ config, step: taken }) => {
      if (taken === compared) return answer
      compared = taken
      answer = wordsOf(divergenceInStep(differential(config), taken))
      return answer
    },
    whenQuiescent: ({ config, state }) => {
      const { engine, ...others } = differential(config)
      return hasPlaceFor(engine, state) ? wordsOf(divergenceIn({ engine, ...others }, state)) : null
    },
  }
}

/** The id under which a divergence is reported and kept. */
export const refinementId = "R1"

const wordsOf = (divergence: Divergence | null): string | null =>
  divergence === null ? null : describeDivergence(divergence)

/** Why the engine cannot take a cluster, with a mutant of its own, or null if it can. It takes all that are drawn, where `config` is null. */
export const unfitForEngine = (config: Config | null, mutant: string | null = null): string | null => {
  if (config === null) return null
  try {
    layoutOf(config, roomFor(mutant))
    return null
  } catch (error) {
    if (error instanceof LayoutError) return error.message
    throw error
  }
}

const pairsByConfig = (
  protocolIn: ProtocolOf,
  mutant: string | null,
): ((config: Config) => DifferentialPair) => {
  const made = new WeakMap<Config, DifferentialPair>()
  return (config) => {
    const known = made.get(config)
    if (known !== undefined) return known
    const layout = layoutOf(config, { ...wholly, ...roomFor(mutant) })
    const differential = differentialPairOf(protocolIn(config), engineOf(layout, mutationOf(mutant)))
    made.set(config, differential)
    return differential
  }
}

/**
 * Whether the layout of the engine holds the entries of a state: without indexes each stands for its place. Where it does
 * not, the step that led there has shown the difference.
 */
const hasPlaceFor = ({ layout }: Engine, state: State): boolean =>
  layout.indexBits > 0 ||
  Object.values(state.pairs).every(({ copies, observed }) =>
    [observed, ...copies.map(({ log }) => log)].every((log) => log.every(({ index }, n) => index === n + 1)),
  )

/** The difference that a step of the model shows. A second copy on one host has no place in the engine, which says so. */
const divergenceInStep = (
  differential: DifferentialPair,
  { before, action, after }: Step,
): Divergence | null => {
  const { engine } = differential
  if (!hasPlaceFor(engine, before)) return null
  pack(engine.view, before)
  const code = codeOf(engine.layout, before, action)
  if (code === null) throw new Error(`defect: ${describe(action)} was taken by a copy that is not there`)
  const answer = engine.step(code.kind, code.a, code.b)
  const divergence = goesTo(differential, answer, after)
    ? null
    : { action, model: after, engine: answerOf(engine, answer) }
  engine.machine.undo()
  return divergence
}

const hasCrowd = (state: State): boolean =>
  Object.values(state.pairs).some(
    ({ copies }) => new Set(copies.map(({ host }) => host)).size < copies.length,
  )
