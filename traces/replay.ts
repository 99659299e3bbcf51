import type { Action } from "../model/action.ts"
import { ftState } from "../model/ft-state.ts"
import type { GuardId } from "../model/guard-id.ts"
import { initial, pairsOf, type State } from "../model/state.ts"
import { step } from "../model/step.ts"
import type { Protocol, ProtocolOf } from "../model/protocol.ts"
import { isQuiescent, isJudged } from "../properties/check/quiescence.ts"
import { runToQuiescence } from "../properties/check/simulate.ts"
import { begin, type Judge } from "../properties/check/run.ts"
import { noHistory, remember } from "../properties/history.ts"
import { becomesQuiescent } from "../properties/liveness.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { mutated } from "../properties/mutants/mutant.ts"
import {
  ghostsOf,
  violatesWhenQuiescent,
  violationsOf,
  isLiveness,
  type Violation,
  type Property,
} from "../properties/property.ts"
import { refinement, refinementId } from "../properties/refinement.ts"
import { judgeLasso } from "./lasso.ts"
import type { Story } from "./read.ts"
import { stateJsonOf } from "./state-json.ts"
import type { StateJson } from "./state-json.ts"

/** A property that was found false, and after which action. */
export type ViolationAt = Violation & { readonly step: number }

/**
 * What came of replaying a story.
 *
 * Shape  `states` begins with the initial one and has one more for each action taken. `violations` holds for each
 *        property the first step that violated it. `refusal` is the action that the rules refused, if one was.
 */
export type Replay = {
  readonly states: readonly State[]
  readonly violations: readonly ViolationAt[]
  readonly refusal: { readonly step: number; readonly guard: GuardId } | null
}

/** How the replay compares with what the story promises. */
export type ReplayOutcome = "reproduced" | "fixed" | "refused-now" | "diverged"

/** What happened, in the words of an expectation. */
export type Verdict =
  | { readonly verdict: "holds" }
  | { readonly verdict: "breached"; readonly property: string; readonly step: number }
  | { readonly verdict: "refused"; readonly step: number; readonly guard: GuardId }

/**
 * Takes the actions one by one, and checks every property on the way. Liveness is checked at the end, if the cluster is
 * quiescent there; L0, that it becomes quiescent, only if it is among the properties and `checkQuiescence` is on.
 * `probes` are actions, from 1, that may be refused. `loop` is the state, by its number, from which the run goes on for
 * ever as it did: liveness is then checked on the loop, where anything is done in it.
 */
export const replay = (
  protocol: Protocol,
  properties: readonly Property[],
  actions: readonly Action[],
  {
    checkQuiescence = false,
    probes = noProbes,
    loop = null,
  }: {
    readonly checkQuiescence?: boolean
    readonly probes?: ReadonlySet<number>
    readonly loop?: number | null
  } = {},
): Replay => {
  const { config } = protocol
  let state = initial(config)
  let history = noHistory(state, ghostsOf(config, properties))
  const states = [state]
  const violations = new Map<string, ViolationAt>()
  const note = (found: readonly Violation[], at: number): void => {
    for (const violation of found)
      if (!violations.has(violation.property.id))
        violations.set(violation.property.id, { ...violation, step: at })
  }
  for (const [i, action] of actions.entries()) {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused" && probes.has(i + 1)) {
      states.push(state)
      continue
    }
    if (outcome.tag === "refused")
      return { states, violations: [...violations.values()], refusal: { step: i + 1, guard: outcome.guard } }
    const taken = { before: state, action, after: outcome.state }
    note(violationsOf(protocol, properties, history, taken), i + 1)
    history = remember(history, taken)
    state = outcome.state
    states.push(state)
  }
  if (loop !== null && loop < actions.length)
    note(violationsInLoop(protocol, properties, { states, actions, loop }), actions.length)
  else if (isJudged(config, state)) {
    if (isQuiescent(protocol, state))
      note(violatesWhenQuiescent(protocol, properties, history, state), actions.length)
    else if (checkQuiescence) note(neverQuiescentFrom(protocol, state), actions.length)
  }
  return { states, violations: [...violations.values()], refusal: null }
}

const violationsInLoop = (
  protocol: Protocol,
  properties: readonly Property[],
  lasso: Parameters<typeof judgeLasso>[2],
): readonly Violation[] =>
  properties.filter(isLiveness).flatMap((property) => {
    const verdict = judgeLasso(protocol, property, lasso)
    return verdict.tag === "breached" ? [{ property, why: verdict.why }] : []
  })

const noProbes: ReadonlySet<number> = new Set()

const neverQuiescentFrom = (protocol: Protocol, state: State): readonly Violation[] => {
  const judge: Judge = { protocol, properties: [becomesQuiescent], witnesses: [] }
  const run = runToQuiescence(judge, begin(judge, state))
  return run.violation === null ? [] : [run.violation]
}

/** The protocol that a story is about: its mutant's, unless that is only the engine's. */
export const protocolOfStory = ({ mutant, meta }: Story): ProtocolOf =>
  mutated(mutantNamed(meta?.side === "engine" ? "" : (mutant ?? "")))

/**
 * Replays a story. Whether it becomes quiescent, and whether the engine goes along, is checked where the story denies
 * that. The protocol may be another than the one that the story names.
 */
export const replayStory = (
  properties: readonly Property[],
  story: Story,
  protocolIn: ProtocolOf = protocolOfStory(story),
): Replay => {
  const { config, actions, probes, loop, expect, mutant, meta } = story
  const denied = expect?.verdict === "breached" ? expect.property : null
  const asked =
    denied === refinementId
      ? [...properties, refinement(protocolIn, meta?.side === "model" ? null : mutant)]
      : properties
  return replay(protocolIn(config), asked, actions, {
    checkQuiescence: denied === becomesQuiescent.id,
    probes,
    loop,
  })
}

/** What the replay says, in the words of an expectation; a violation of the property that is expected comes first. */
export const verdictOf = ({ violations, refusal }: Replay, story: Story): Verdict => {
  const expected = story.expect?.verdict === "breached" ? story.expect.property : null
  const violation = violations.find(({ property }) => property.id === expected) ?? violations[0]
  if (violation !== undefined)
    return { verdict: "breached", property: violation.property.id, step: violation.step }
  return refusal === null ? { verdict: "holds" } : { verdict: "refused", ...refusal }
}

/** Whether the story's promise was kept, and if not, how. Without a promise, all must hold. */
export const outcomeOf = (story: Story, replayed: Replay): ReplayOutcome => {
  const verdict = verdictOf(replayed, story)
  const expected = story.expect ?? { verdict: "holds" as const }
  if (agrees(expected, verdict) && finalAgrees(story, replayed))
    return firstDifference(story, replayed) === null ? "reproduced" : "diverged"
  if (verdict.verdict === "refused") return "refused-now"
  return verdict.verdict === "holds" && expected.verdict !== "holds" ? "fixed" : "diverged"
}

const agrees = (expected: NonNullable<Story["expect"]>, actual: Verdict): boolean =>
  Object.entries(expected).every(
    ([field, value]) => field === "final" || (actual as Readonly<Record<string, unknown>>)[field] === value,
  )

const finalAgrees = ({ expect }: Story, { states }: Replay): boolean => {
  const end = states.at(-1)
  if (expect?.verdict !== "holds" || expect.final === undefined || end === undefined) return true
  const reached = finalOf(end)
  return Object.entries(expect.final).every(([pair, state]) => {
    const [actual = "", reason] = (reached[pair] ?? "").split(":")
    return state.includes(":") ? state === `${actual}:${reason}` : state === actual
  })
}

/** Each pair's FT state, with its reason after a colon where it has one. */
const finalOf = (state: State): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pairsOf(state).map((pair) => [pair.id, ftState(pair) + (pair.reason === null ? "" : `:${pair.reason}`)]),
  )

/** The first stored state, by its number, that the replay does not give; null if all agree or none is stored. */
export const firstDifference = ({ states }: Story, replayed: Replay): number | null => {
  if (states === null) return null
  const at = replayed.states.findIndex((state, i) => !isSameJson(stateJsonOf(state), states[i]))
  return at < 0 ? null : at
}

const isSameJson = (a: StateJson, b: StateJson | undefined): boolean => canonical(a) === canonical(b)

const canonical = (json: unknown): string =>
  JSON.stringify(json, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )

/** A verdict or an expectation, for people. */
export const wordsOf = (verdict: NonNullable<Story["expect"]>): string => {
  switch (verdict.verdict) {
    case "holds": {
      const final = Object.entries(verdict.final ?? {}).map(([pair, state]) => `${pair} ${state}`)
      return final.length === 0 ? "all holds" : `all holds, and at the end ${final.join(", ")}`
    }
    case "breached":
      return `${verdict.property} violated${verdict.step === undefined ? "" : ` at step ${verdict.step}`}`
    case "refused":
      return `refused${verdict.step === undefined ? "" : ` at step ${verdict.step}`}${verdict.guard === undefined ? "" : ` by ${verdict.guard}`}`
  }
}
