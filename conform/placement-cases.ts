import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { isConfidential } from "../model/encryption.ts"
import { initial, pairsOf, reachable, type State } from "../model/state.ts"
import { step } from "../model/step.ts"
import { otherEndOf } from "../model/rules/operations.ts"
import { protocolOf } from "../model/core.ts"
import { stateJsonOf } from "../traces/state-json.ts"
import { drawnCase } from "./draw.ts"
import { pairProfile } from "./pair-profile.ts"
import { pairCases } from "./pair-cases.ts"
import { placementProfile, questionKinds, type Placed } from "./placement-profile.ts"
import { placementScopes, statesOf } from "./placement-scopes.ts"
import type { AskedAction } from "./profile.ts"
import type { CaseSource } from "./case-source.ts"

/** What surely bars a host to each question somewhere in the small clusters. */
const barring: Readonly<Record<(typeof questionKinds)[number], readonly string[]>> = {
  SpawnSecondary: [
    ...["storage", "maintenance", "anti-affinity", "unreachable", "confidential", "metro", "rule", "limits"],
    ...["policy", "restart-first"],
  ],
  PowerOn: ["storage", "maintenance", "rule", "encryption", "limits", "registered", "policy"],
  Migrate: [
    ...["storage", "maintenance", "anti-affinity", "unreachable", "confidential", "metro", "rule"],
    ...["encryption", "limits"],
  ],
}

/** After how many steps of a run the placement of everything is asked again. */
const stepsBetween = 7

/** What there is to ask of a placement: the questions that come up in random runs of the whole protocol. */
export const placementCases: CaseSource<Placed> = {
  ...pairCases,
  candidates: () => [],
  canonicalForm: (_config, { host }) => String(host),
  canonicalAction: (_config, _placed, question) => `${question.kind} ${JSON.stringify(question)}`,
  sortOf: (_placed, { kind }, guard) => `${kind} ${guard ?? "taken"}`,
  concerned: () => "",
  calm: [],
  scopes: placementScopes,
  survey: (scope) => {
    const states = statesOf(scope)
    const questions = states
      .flatMap((state) => questionsIn(scope.config, state))
      .filter((question) => isOfPlacement(scope.config, question))
    return { states: states.length, questions }
  },
  renaming: () => ({ renamed: (question) => question, note: () => {} }),
  clusters: (config) => [config],
  episodes: () => [],
  simpler: () => [],
  witnessesIn: (config, steps) => new Set(steps.flatMap(({ action }) => seenOf(config, action))),
  promised: () =>
    questionKinds.flatMap((kind) => [
      `${kind} placed`,
      `${kind} nowhere`,
      ...barring[kind].map((guard) => `${kind} barred by ${guard}`),
    ]),
  drawn: (kinds, name, only) => {
    const profile = pairProfile()
    const timeless = profile.kinds.filter((kind) => kind !== "Tick")
    const run = drawnCase({ profile, caseSource: pairCases, kinds: timeless }, name, only)
    const actions = questionsOn(run.config, run.actions as unknown as readonly Action[])
    return { ...run, actions: actions.filter(({ kind }) => kinds.includes(kind)) }
  },
}

/** The questions that come up on a run. */
const questionsOn = (config: Config, actions: readonly Action[]): readonly AskedAction[] => {
  const protocol = protocolOf(config)
  const questions: AskedAction[] = []
  let state = initial(config)
  for (const [i, action] of actions.entries()) {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") continue
    state = outcome.state
    if (i % stepsBetween === 0)
      questions.push(...questionsIn(config, state).filter((question) => isOfPlacement(config, question)))
  }
  return questions
}

/** Whether it is for a host's sake that a question has the answer that it has, and not for the copy's. */
const isOfPlacement = (config: Config, question: AskedAction): boolean => {
  const outcome = placementProfile.step(config, { host: null }, question)
  if (outcome.tag === "next") return true
  return !["copy", "phase", "peer", "power", "may-run", "primary-only", "ft"].includes(outcome.guard)
}

/** Where could each pair be powered on, each copy be moved, each Primary's Secondary be started? */
const questionsIn = (config: Config, state: State): readonly AskedAction[] => {
  const json = stateJsonOf(state) as unknown as Exclude<AskedAction["state"], undefined>
  const [spawn, powerOn, migrate] = questionKinds
  return pairsOf(state).flatMap((pair): readonly AskedAction[] => [
    ...(pair.power === "off" ? [{ kind: powerOn, pair: pair.id, state: json }] : []),
    ...pair.copies.flatMap((copy): readonly AskedAction[] => {
      const isAlone = pair.power === "on" && copy.phase === "live" && copy.channel === null
      const other = copy.phase === "lockstep" ? otherEndOf(pair, copy) : null
      const mayMove =
        (copy.phase === "live" && copy.channel === null) ||
        (other !== null &&
          reachable(state, copy.host, other.host) &&
          isConfidential(config, state, pair.id, copy.host, other.host))
      return [
        ...(isAlone ? [{ kind: spawn, copy: copy.id, state: json }] : []),
        ...(mayMove ? [{ kind: migrate, copy: copy.id, state: json }] : []),
      ]
    }),
  ])
}

/** What a question shows: whether there is a host for it, and what bars each of the others. */
const seenOf = (config: Config, question: AskedAction): readonly string[] => {
  const placed = { host: null }
  const outcomes = placementProfile
    .matching(config, placed, question)
    .map((each) => placementProfile.step(config, placed, each))
  const isPlaced = outcomes.some(({ tag }) => tag === "next")
  return [
    `${question.kind} ${isPlaced ? "placed" : "nowhere"}`,
    ...outcomes.flatMap((outcome) =>
      outcome.tag === "next" ? [] : [`${question.kind} barred by ${outcome.guard}`],
    ),
  ]
}
