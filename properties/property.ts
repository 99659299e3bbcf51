import { describe, subjectOf, type Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { Pair } from "../model/pair.ts"
import type { State } from "../model/state.ts"
import type { GuardId } from "../model/guard-id.ts"
import { refusing } from "../model/step.ts"
import type { Protocol, RequirementId } from "../model/protocol.ts"
import {
  ghostsFor,
  isAbout,
  type Ghost,
  type GhostIn,
  type Haunted,
  type PairMove,
  type PartId,
} from "./ghost.ts"
import type { History, PairHistory } from "./history.ts"
import type { Step } from "./step.ts"

/**
 * A claim about every run of the protocol. `statement` is the sentence that a reviewer checks against the predicates;
 * `why` says what breaks in the world without it; `checks` ties it to requirements; `witness` names the witness that
 * shows, where it is seen, that the property does not hold vacuously.
 *
 * Each predicate looks at one pair and answers null where the property holds, else the sentence that says how it does
 * not. A predicate may read the pair, the hosts, and counts that only grow in the property's favour: it is not checked
 * again for a pair when none of these has changed.
 *
 * Shape  `always` is checked in every state, `onStep` on every transition, `whenQuiescent` in every quiescent state, in
 *        which faults have stopped and no enabled, weakly fair action changes anything. `demands` says, in every
 *        state, which actions must be possible there, or may be: the protocol at hand is asked which it refuses. What only
 *        the bounds of an exploration refuse counts as possible, and so does what it is too early for. `part` is the part of
 *        the protocol that it is about: it is asked only where a configuration has that. `promise` says on which condition it is
 *        promised at all: elsewhere it is neither held nor violated. `ghost` is what it needs of the past beside.
 */
export type Property = {
  readonly id: string
  readonly name: string
  readonly family: "safety" | "liveness" | "refinement"
  readonly statement: string
  readonly why: string
  readonly checks: readonly RequirementId[]
  readonly witness: string
  readonly part?: PartId
  readonly promise?: Promised
  readonly ghost?: GhostIn
  readonly always?: (pair: Pair, state: State, config: Config) => string | null
  readonly onStep?: (step: PairStep) => string | null
  readonly whenQuiescent?: (seen: QuiescentPair) => string | null
  readonly demands?: (config: Config, state: State, pair: Pair) => readonly Demand[]
}

/** On what a promise depends: the words go on after "is promised only if". */
export type Promised = { readonly onlyIf: string; readonly holds: (config: Config) => boolean }

/** Whether a property is promised in clusters of a configuration: there it is judged, and nowhere else. */
export const isPromised = (property: Property, config: Config): boolean =>
  isAbout(property, config) && (property.promise?.holds(config) ?? true)

/** The ghosts that some properties and witnesses need in clusters of a configuration. */
export const ghostsOf = (
  config: Config,
  properties: readonly Property[],
  witnesses: readonly Haunted[] = [],
): readonly Ghost[] =>
  ghostsFor(config, [...properties.filter((property) => isPromised(property, config)), ...witnesses])

/** How many of some actions are possible: one at `least`, or so many at the `most`; `now`, within the bounds and not later. */
type Demand = { readonly among: readonly Action[]; readonly now?: true } & (
  { readonly least: 1 } | { readonly most: number }
)

/** Whether a violation of the property is one of liveness: of something good that never comes. */
export const isLiveness = ({ family }: Property): boolean => family === "liveness"

/** One step as one pair sees it, with what the run was for this pair before it. */
export type PairStep = PairMove & { readonly config: Config; readonly history: PairHistory }

/** A pair in a quiescent state. */
export type QuiescentPair = {
  readonly config: Config
  readonly state: State
  readonly pair: Pair
  readonly history: PairHistory
}

/** A property that is false somewhere, and the sentence that says how. */
export type Violation = { readonly property: Property; readonly why: string }

/**
 * What a step violates, in the order of the properties. `protocol` is what the run follows; `history` is that
 * before the step.
 */
export const violationsOf = (
  protocol: Protocol,
  properties: readonly Property[],
  history: History,
  step: Step,
): readonly Violation[] => {
  const touched = touchedBy(protocol.config, history, step)
  const violations: Violation[] = []
  for (const property of properties) {
    if (!isPromised(property, protocol.config)) continue
    const why =
      firstWhy(
        touched,
        (seen) => property.onStep?.(seen) ?? property.always?.(seen.after, step.after, seen.config),
      ) ?? demandRefused(protocol, property, step.after)
    if (why !== null) violations.push({ property, why })
  }
  return violations
}

/**
 * The step as each pair sees it that the action names, or that has changed, or whose hosts or links have. An action
 * on a host, a link or a rule, and one that names nothing, concerns every pair, also where it has changed nothing; and so does
 * any where ghosts are carried.
 */
export const touchedBy = (config: Config, history: History, step: Step): readonly PairStep[] => {
  const hostsChanged =
    ["host", "hosts", "rule", "nothing"].includes(subjectOf(step.action.kind)) ||
    surroundings.some((name) => step.before[name] !== step.after[name])
  const touched: PairStep[] = []
  for (const after of Object.values(step.after.pairs)) {
    const before = step.before.pairs[after.id] as Pair
    const past = history[after.id] as PairHistory
    if (hostsChanged || before !== after || past.ghosts.length > 0 || isNamed(step.action, after))
      touched.push({ config, step, before, after, history: past })
  }
  return touched
}

const surroundings = ["hosts", "cut", "exposed", "rules"] as const

/** Whether the action names the pair, or a copy of it. */
const isNamed = (action: Action, { id }: Pair): boolean =>
  "pair" in action ? action.pair === id : "copy" in action && action.copy.startsWith(`${id}.`)

/** What a quiescent state violates, in the order of the properties. */
export const violatesWhenQuiescent = (
  protocol: Protocol,
  properties: readonly Property[],
  history: History,
  state: State,
): readonly Violation[] => {
  const { config } = protocol
  const violations: Violation[] = []
  for (const property of properties) {
    if (!isPromised(property, config)) continue
    const why =
      firstWhy(Object.values(state.pairs), (pair) =>
        property.whenQuiescent?.({ config, state, pair, history: history[pair.id] as PairHistory }),
      ) ?? demandRefused(protocol, property, state)
    if (why !== null) violations.push({ property, why })
  }
  return violations
}

/** How the rules do not answer as the property demands; of any pair, touched or not. */
const demandRefused = (protocol: Protocol, { demands }: Property, state: State): string | null => {
  if (demands === undefined) return null
  for (const pair of Object.values(state.pairs))
    for (const demand of demands(protocol.config, state, pair)) {
      const why = refusedWords(protocol, state, demand)
      if (why !== null) return why
    }
  return null
}

/** Whether a refusal says nothing against the rules: it is the bounds that refuse, or it is too early. */
const isExcused = ({ now }: Demand, guard: GuardId): boolean =>
  now !== true && (guard === "bound" || guard === "early")

const refusedWords = (protocol: Protocol, state: State, demand: Demand): string | null => {
  const isPossible = (guard: GuardId | null): boolean => guard === null || isExcused(demand, guard)
  if ("least" in demand && demand.among.some((action) => isPossible(refusing(protocol, state, action))))
    return null
  const answers = demand.among.map((action) => ({ action, guard: refusing(protocol, state, action) }))
  const possible = answers.filter(({ guard }) => isPossible(guard))
  const wordsOf = (some: typeof answers): string => some.map(({ action }) => describe(action)).join(" and ")
  if ("most" in demand)
    return possible.length <= demand.most
      ? null
      : `${wordsOf(possible)} should not be possible${demand.most === 0 ? "" : " at once"}`
  const guards = [...new Set(answers.map(({ guard }) => guard))].join(", ")
  return answers.length === 1
    ? `${wordsOf(answers)} must be possible, and is refused: ${guards}`
    : `one of ${wordsOf(answers)} must be possible, and all are refused: ${guards}`
}

const firstWhy = <A>(values: readonly A[], why: (value: A) => string | null | undefined): string | null => {
  for (const value of values) {
    const answer = why(value) ?? null
    if (answer !== null) return answer
  }
  return null
}

/** What a ghost has come to before a step, and what it comes to with it. */
export const ghostIn = <V>(
  ghost: GhostIn<V>,
  { config, history, ...move }: PairStep,
): { readonly before: V; readonly after: V } => {
  const own = ghost(config)
  const carried = history.ghosts.find((each) => each.ghost.id === own.id)
  if (carried === undefined) throw new Error(`defect: a run is looked at that does not carry ${own.id}`)
  const before = carried.value as V
  return { before, after: own.after(before, move) }
}
