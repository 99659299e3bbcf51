import { unbounded, type Config } from "../model/config.ts"
import { BadInput, oneOf } from "../traces/bad-input.ts"
import { finished } from "../properties/explore/turns.ts"
import { decode } from "../traces/decode.ts"
import { jsonOfConfig } from "../traces/config.ts"
import {
  advance,
  firstCandidates,
  type Candidate,
  type RuledOut,
  type Observation,
  type Watch,
} from "./candidates.ts"
import { AdapterFault } from "./fault.ts"
import { observed, project, type Json, type ObservationSchema } from "./observation.ts"
import type { AskBody, Peer, Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { withAnySilentReason } from "./reasons.ts"
import { answers, Hello, wireVersion, type FaultCode } from "./wire.ts"

/** An implementation that has introduced itself: what it is, and what of a state it shows. */
export type Session<S> = {
  readonly peer: Peer
  readonly hello: Hello
  readonly profile: Profile<S>
  readonly schema: ObservationSchema
  readonly candidatesMax: number
}

/**
 * How an implementation fared in one case.
 *
 * Shape  `tally` counts its answers. `fits` has the steps that are known for sure, up to the first that is not.
 *        `skipped`: it has no such cluster. `diverged` is the first answer that no model state fits, by the number of
 *        its action, from 1 (0: the state after the reset); `shown` is what it answered, `replies` all
 *        that it answered until then, `frontier` each model state that
 *        had fitted until then and what rules it out. `beyond`: too many model states fit to follow them all.
 */
export type CaseResult<S> = { readonly tally: Tally } & (
  | { readonly tag: "fits"; readonly steps: readonly Followed<S>[] }
  | { readonly tag: "skipped"; readonly why: string }
  | ({ readonly tag: "diverged" } & Divergence<S>)
  | { readonly tag: "beyond"; readonly step: number; readonly size: number }
)

/** A step that surely happened, or was surely refused, in a state that is surely known. */
export type Followed<S> =
  | { readonly isTaken: true; readonly before: S; readonly action: AskedAction; readonly after: S }
  | { readonly isTaken: false; readonly before: S; readonly action: AskedAction }

export type Divergence<S> = {
  readonly step: number
  readonly shown: Reply["json"]
  readonly replies: readonly Reply[]
  readonly frontier: readonly RuledOut<S>[]
  readonly before: readonly Candidate<S>[]
}

/** The answers to actions, by what they were. `errors` are definite, `unsure` are not. */
export type Tally = {
  readonly taken: number
  readonly refused: number
  readonly skipped: number
  readonly errors: number
  readonly unsure: number
}

/** The tally of a case that was not followed. */
export const noAnswers = (): { -readonly [K in keyof Tally]: Tally[K] } => ({
  taken: 0,
  refused: 0,
  skipped: 0,
  errors: 0,
  unsure: 0,
})

/** Says hello. Rejects with AdapterFault if the answer is none, or promises what there is not. */
export const greet = async (peer: Peer): Promise<Hello> => {
  const [reply] = await peer.ask([{ op: "hello", versions: [wireVersion] }])
  const hello = decodedAs(Hello, reply as Reply, "the answer to hello")
  peer.setWindow(hello.window ?? 1)
  return hello
}

/** The session of a profile. Throws AdapterFault where `observes` names what there is not to see. */
export const sessionOf = <S, P extends Peer | null>(
  peer: P,
  hello: Hello,
  profile: Profile<S>,
  candidatesMax: number,
): Omit<Session<S>, "peer"> & { readonly peer: P } => {
  const schema = profile.name === "placement" ? profile.schema : observed(profile.schema, hello.observes)
  if ("wrong" in schema) throw faultOf("malformed", `observes, in the answer to hello: ${schema.wrong}`, null)
  const stranger = hello.actions.find((kind) => !profile.kinds.includes(kind))
  if (stranger !== undefined)
    throw faultOf(
      "malformed",
      `actions, in the answer to hello: ${oneOf(profile.kinds, stranger)} in the profile ${profile.name}`,
      null,
    )
  return { peer, hello, profile, schema, candidatesMax }
}

/** Takes leave: the implementation is asked to end. */
export const leave = async (peer: Peer): Promise<void> => {
  const [reply] = await peer.ask([{ op: "bye" }])
  decodedAs(answers.bye, reply as Reply, "the answer to bye")
}

/** The ask that begins a case. Bounds are no part of the protocol, and not sent. */
export const resetOf = (config: Config): AskBody => {
  const { bounds: _, ...sent } = jsonOfConfig(config)
  return { op: "reset", config: sent }
}

/**
 * Follows the answers to a reset and to actions by the model, up to the first that does not fit. Throws AdapterFault,
 * with the answers up to the first that is none.
 */
export const judgeCase = <S>(...judged: Parameters<typeof judging<S>>): CaseResult<S> =>
  finished(judging(...judged))

/** The same, as work that gives way after each answer. */
export function* judging<S>(
  session: Omit<Session<S>, "peer">,
  config: Config,
  actions: readonly AskedAction[],
  replies: readonly Reply[],
): Generator<void, CaseResult<S>, void> {
  let read = 0
  const reading = function* (): Generator<readonly [number, Reply]> {
    for (const [step, reply] of replies.entries()) {
      read = step + 1
      yield [step, reply]
    }
  }
  try {
    return yield* following(session, config, actions, replies, reading())
  } catch (error) {
    throw error instanceof AdapterFault ? error.after(replies.slice(0, read)) : error
  }
}

function* following<S>(
  { hello, profile, schema, candidatesMax }: Omit<Session<S>, "peer">,
  { bounds: _, ...unbound }: Config,
  actions: readonly AskedAction[],
  replies: readonly Reply[],
  reading: Iterable<readonly [number, Reply]>,
): Generator<void, CaseResult<S>, void> {
  const config: Config = { ...unbound, bounds: unbounded }
  const silent = new Set<string>(hello.silent ?? [])
  const watch: Watch<S> = {
    profile: withAnySilentReason(profile, schema),
    config,
    schema,
    strictly: true,
    silent,
    candidatesMax,
  }
  const tally = noAnswers()
  const steps: Followed<S>[] = []
  let isSure = silent.size === 0
  let candidates = firstCandidates(watch)
  for (const [step, reply] of reading) {
    const action = step === 0 ? null : (actions[step - 1] as AskedAction)
    const observation = observationOf(hello.profile, action, reply, tally)
    if (step === 0 && observation.answered !== "done")
      return { tag: "skipped", why: whyOf(reply), tally: { ...noAnswers(), skipped: actions.length } }
    const result = advance(watch, candidates, observation)
    if (result.tag === "beyond") return { tag: "beyond", step, size: result.size, tally }
    if (result.tag === "fits") {
      isSure &&= result.candidates.length === 1
      if (isSure && action !== null) steps.push(...sureStep(candidates, observation, result.candidates))
      candidates = result.candidates
      yield
      continue
    }
    // What is no answer of the wire at all is reported as that, and not as a difference.
    decodedAs(schemaFor(hello.profile, action), reply, answerTo(step, action))
    if (result.tag === "broken")
      throw faultOf(
        result.code,
        `${result.at}, in ${answerTo(step, action)}; hello has observes ${JSON.stringify(hello.observes)}`,
        reply.line,
      )
    return {
      tag: "diverged",
      step,
      shown: reply.json,
      replies: replies.slice(0, step + 1),
      frontier: result.frontier,
      before: candidates,
      tally,
    }
  }
  return { tag: "fits", steps, tally }
}

/** The step, if it is one, from the one state that fitted to the one that does. */
const sureStep = <S>(
  [before]: readonly Candidate<S>[],
  { action, answered }: Observation,
  [after]: readonly Candidate<S>[],
): readonly Followed<S>[] => {
  if (before === undefined || after === undefined || action === null || answered === "not-done") return []
  if (answered === "refused") return [{ isTaken: false, before: before.state, action }]
  const taken = after.way?.action ?? action
  return [{ isTaken: true, before: before.state, action: taken, after: after.state }]
}

/** What of a complete state this implementation would show. */
export const expectedOf = <S>({ profile, schema }: Pick<Session<S>, "profile" | "schema">, state: S): Json =>
  project(schema, profile.view(state))

const observationOf = (
  profile: Hello["profile"],
  action: AskedAction | null,
  reply: Reply,
  tally: ReturnType<typeof noAnswers>,
): Observation => {
  const { json } = reply
  if (json["ok"] !== true) return observationOfOther(action, reply, tally)
  const part = profile === "placement" ? "host" : "state"
  const shown = profile === "placement" ? placed(json) : (json["state"] as Json | undefined)
  const isRefused = "refused" in json
  for (const field in json)
    if (field !== "seq" && field !== "ok" && field !== part)
      if (field !== "refused" || action === null || typeof json[field] !== "string")
        decodedAs(
          schemaFor(profile, action),
          reply,
          action === null ? "the answer to reset" : "the answer to apply",
        )
  if (isRefused) {
    if (profile === "placement" && shown !== undefined)
      decodedAs(schemaFor(profile, action), reply, "the answer to apply")
    tally.refused += 1
    return { action, answered: "refused", shown }
  }
  if (action !== null) tally.taken += 1
  const isShown = profile !== "placement" || action !== null
  return { action, answered: "done", shown: isShown ? (shown ?? {}) : undefined }
}

/** The host that a question was answered with. */
const placed = ({ host }: Reply["json"]): Json | undefined =>
  host === undefined ? undefined : { host: host as Json }

const observationOfOther = (
  action: AskedAction | null,
  reply: Reply,
  tally: ReturnType<typeof noAnswers>,
): Observation => {
  if ("skipped" in reply.json) {
    decodedAs(answers.skipped, reply, "an answer that skips")
    tally.skipped += 1
    return { action, answered: "not-done", shown: undefined }
  }
  const { error } = decodedAs(answers.error, reply, "an answer")
  if (error.definite) tally.errors += 1
  else tally.unsure += 1
  return { action, answered: error.definite ? "not-done" : "unsure", shown: undefined }
}

const whyOf = ({ json }: Reply): string => {
  if (typeof json["skipped"] === "string") return json["skipped"]
  return (json["error"] as { text: string } | undefined)?.text ?? ""
}

const schemaFor = (profile: Hello["profile"], action: AskedAction | null) =>
  action === null ? answers[profile].reset : answers[profile].apply

const answerTo = (step: number, action: AskedAction | null): string =>
  action === null ? "the answer to reset" : `the answer to action ${step}, ${JSON.stringify(action)}`

/** What a reply says by a schema. Throws AdapterFault, with the line, the field, and what was expected there. */
const decodedAs = <S extends Parameters<typeof decode>[1]>(
  schema: S,
  { line, json }: Reply,
  what: string,
): S["Type"] => {
  try {
    return decode(what, schema, json, [])
  } catch (error) {
    if (error instanceof BadInput) throw faultOf("malformed", error.message, line)
    throw error
  }
}

const faultOf = (code: FaultCode, detail: string, line: string | null): AdapterFault =>
  new AdapterFault({ code, detail, line, log: "" })
