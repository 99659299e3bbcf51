import * as Schema from "effect/Schema"
import type { Config } from "../model/config.ts"
import { bad } from "../traces/bad-input.ts"
import { decode } from "../traces/decode.ts"
import { readJson } from "../traces/input-file.ts"
import { configOf } from "../traces/config.ts"
import { Count } from "../traces/scalar.ts"
import { ImplementationJson, traceFormat } from "../traces/schema.ts"
import { replyOf } from "./answer-line.ts"
import { askedActionOf } from "./asked.ts"
import { opened, type CaseOutcome } from "./connection.ts"
import { AdapterFault } from "./fault.ts"
import type { Reply } from "./peer.ts"
import { observed } from "./observation.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { withGround } from "./profiles.ts"
import { judgeCase, noAnswers, sessionOf } from "./session.ts"
import { profileNames } from "./profile-name.ts"
import { Hello } from "./wire.ts"

/**
 * A failure of an implementation, as it was kept: what was asked, and what was answered until it failed.
 *
 * Shape  `replies` begin with the one to the reset. `step` is the action at which it failed, from 1; `fault` is the code
 *        by which it broke the wire, null where its answer differs from the model.
 */
export type StoredFailure = {
  readonly file: string
  readonly hello: Omit<Hello, "actions">
  readonly config: Config
  readonly actions: readonly AskedAction[]
  readonly replies: readonly Reply[]
  readonly step: number
  readonly fault: string | null
}

const Meta = Schema.StructWithRest(
  Schema.Struct({
    format: Schema.Literal(traceFormat),
    config: Schema.Unknown,
    step: Count,
    profile: Schema.Literals(profileNames),
    implementation: ImplementationJson,
    observes: Hello.fields.observes,
    silent: Hello.fields.silent,
    chooses: Hello.fields.chooses,
    answered: Schema.Record(Schema.String, Schema.Unknown),
  }),
  [Schema.Record(Schema.String, Schema.Unknown)],
)

/** The failure that a file keeps; null if it is another trace, or a schedule. Throws BadInput. */
export const storedFailureIn = (file: string): StoredFailure | null => {
  const json = readJson(file)
  const meta = partOf(json, "#meta")
  if (partOf(meta, "verdict") !== "diverged" || partOf(meta, "observes") === undefined) return null
  const {
    config: cluster,
    step,
    profile,
    implementation,
    observes,
    silent,
    chooses,
    answered,
  } = decode(file, Meta, meta, ["#meta"])
  const config = configOf(file, cluster, ["#meta", "config"])
  const wrong = withGround(profile, (ground) => observed(ground.profile.schema, observes))
  if (profile !== "placement" && "wrong" in wrong) throw bad(file, ["#meta", "observes"], wrong.wrong)
  const states = partOf(json, "states")
  if (!Array.isArray(states) || states.length === 0) throw bad(file, ["states"], "expected a list of states")
  const metas = states.map((state: unknown) => partOf(state, "#meta"))
  const fault = answered["fault"]
  return {
    file,
    hello: {
      ...{ seq: 1, ok: true, version: "1", implementation, profile, observes },
      ...(silent === undefined ? {} : { silent }),
      ...(chooses === undefined ? {} : { chooses }),
    },
    config,
    actions: metas
      .slice(1)
      .map((each, i) =>
        askedActionOf(`${file}: states[${i + 1}].#meta`, profile, config, partOf(each, "action")),
      ),
    replies: repliesIn(file, metas),
    step,
    fault: typeof fault === "string" ? fault : null,
  }
}

/** The answers that are kept, up to the first that is not. */
const repliesIn = (file: string, metas: readonly unknown[]): readonly Reply[] => {
  const answers = metas.map((meta) => partOf(meta, "answered"))
  const none = answers.findIndex((answer) => answer === undefined)
  return (none < 0 ? answers : answers.slice(0, none)).map((answer, i) => {
    if (typeof answer !== "object" || answer === null || Array.isArray(answer))
      throw bad(file, ["states", String(i), "#meta", "answered"], "expected an object")
    const json = { seq: i + 1, ...answer }
    return replyOf(JSON.stringify(json), json)
  })
}

const partOf = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null && Object.hasOwn(json, name)
    ? (json as Readonly<Record<string, unknown>>)[name]
    : undefined

/** What the model says to the answers that were kept: the implementation is not asked. */
export const judgedFailure = <S>(
  profile: Profile<S>,
  { hello, config, actions, replies }: StoredFailure,
): CaseOutcome<S> => {
  try {
    const full: Hello = { ...hello, actions: profile.kinds as unknown as Hello["actions"] }
    const session = sessionOf(null, full, profile, 10_000)
    const asked = opened({ path: "", config, actions }, hello.chooses).actions
    return judgeCase(session, config, asked, replies)
  } catch (error) {
    if (error instanceof AdapterFault) return { tag: "broken", fault: error, tally: noAnswers() }
    throw error
  }
}

/** Whether the answers that were kept still fail as the file says: not at all any more, or otherwise. */
export const failureOutcome = <S>(
  { step, fault }: StoredFailure,
  outcome: CaseOutcome<S>,
): "reproduced" | "fixed" | "diverged" => {
  if (outcome.tag === "diverged") return fault === null && outcome.step === step ? "reproduced" : "diverged"
  if (outcome.tag === "broken") return outcome.fault.code === fault ? "reproduced" : "diverged"
  // What was no answer is not kept: all that can be checked is that nothing before it fails.
  return fault === null ? "fixed" : "reproduced"
}
