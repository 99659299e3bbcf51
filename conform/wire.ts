import * as Schema from "effect/Schema"
import { kinds } from "../model/action.ts"
import { lockKinds } from "./lock-model.ts"
import { bad, oneOf } from "../traces/bad-input.ts"
import { decode } from "../traces/decode.ts"
import { CopyIdJson, Count, HostIdJson, PairIdJson, Positive } from "../traces/scalar.ts"
import { ActionJson, actionSchemas, ConfigJson, ImplementationJson } from "../traces/schema.ts"
import { Ignore, SeenStateJson, StateJson } from "../traces/state-schema.ts"
import { profileNames, type ProfileName } from "./profile-name.ts"
import type { AskedAction } from "./profile.ts"

// The one source of the wire: what comes in is decoded with these, and the JSON Schemas in traces/schema/ and the
// reference in docs/wire.md are generated from them.

/** The version of the wire that is spoken. */
export const wireVersion = "1"

/** A field that an implementation may leave out, or not know. */
const seen = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.Union([schema, Ignore]))

const SeenLock = Schema.Struct({ generation: seen(Positive), holder: seen(Schema.NullOr(CopyIdJson)) })

/** A state of the profile `lock`, as far as it is observed. */
const SeenLockState = Schema.Struct({
  hosts: seen(
    Schema.Record(
      HostIdJson,
      Schema.Union([
        Schema.Struct({
          up: seen(Schema.Boolean),
          storage: seen(Schema.Boolean),
          paused: seen(Schema.Boolean),
        }),
        Ignore,
      ]),
    ),
  ),
  lock: seen(SeenLock),
  copies: seen(
    Schema.Record(
      CopyIdJson,
      Schema.Union([
        Schema.Struct({
          host: seen(HostIdJson),
          belief: seen(Schema.Literals(["none", "contending", "holds"])),
          generation: seen(Positive),
        }),
        Ignore,
      ]),
    ),
  ),
})

const lockAction = <const K extends string, F extends Schema.Struct.Fields>(kind: K, fields: F) =>
  Schema.Struct({ kind: Schema.Literal(kind), ...fields })

/** An action of the profile `lock`. */
const LockActionJson = Schema.Union([
  lockAction("Contend", { copy: CopyIdJson, generation: Positive }),
  lockAction("TryLock", { copy: CopyIdJson }),
  lockAction("FailHost", { host: HostIdJson }),
  lockAction("LoseStorage", { host: HostIdJson }),
  lockAction("RestoreStorage", { host: HostIdJson }),
  lockAction("Pause", { host: HostIdJson }),
  lockAction("Resume", { host: HostIdJson }),
  lockAction("Advance", { ms: Count }),
])

/** An action whose host is left to the implementation: a question in `placement`, a choice in `pair`. */
const OpenActionJson = Schema.Union([
  Schema.Struct({ kind: Schema.Literals(["SpawnSecondary", "Migrate"]), copy: CopyIdJson }),
  Schema.Struct({ kind: Schema.Literals(["PowerOn", "HaRestart"]), pair: PairIdJson }),
])

/** The kinds of action whose host an implementation may choose. */
export const openKinds = ["SpawnSecondary", "PowerOn", "HaRestart"] as const

const Seq = Positive

/** What is asked of an implementation, one a line. */
export const asks = {
  hello: Schema.Struct({ seq: Seq, op: Schema.Literal("hello"), versions: Schema.Array(Schema.String) }),
  reset: Schema.Struct({ seq: Seq, op: Schema.Literal("reset"), config: ConfigJson }),
  apply: Schema.Struct({
    seq: Seq,
    op: Schema.Literal("apply"),
    action: Schema.Union([ActionJson, LockActionJson, OpenActionJson]),
    state: Schema.optionalKey(StateJson),
  }),
  bye: Schema.Struct({ seq: Seq, op: Schema.Literal("bye") }),
} as const

const Done = Schema.Literal(true)

/** What an error says: whether the action, for certain, was not taken. */
export const errorCodes = {
  timeout: "no answer came from inside in time: it may have happened, and it may not",
  crash: "a part of the implementation died on the way: it may have happened, and it may not",
  unavailable: "something that it needs is not there just now: it has not happened",
  abort: "it was begun and taken back: it has not happened",
  "not-supported": "this implementation has no such action: it has not happened",
  malformed: "the ask was not understood: it has not happened",
} as const

const ErrorAnswer = Schema.Struct({
  seq: Seq,
  ok: Schema.Literal(false),
  error: Schema.Struct({
    code: Schema.Literals(Object.keys(errorCodes) as [keyof typeof errorCodes]),
    text: Schema.String,
    definite: Schema.Boolean,
  }),
})

const Skipped = Schema.Struct({ seq: Seq, skipped: Schema.String })

export const Hello = Schema.Struct({
  seq: Seq,
  ok: Done,
  version: Schema.Literal(wireVersion),
  implementation: ImplementationJson,
  profile: Schema.Literals(profileNames),
  observes: Schema.Array(Schema.String),
  actions: Schema.NonEmptyArray(Schema.Literals([...new Set([...kinds, ...lockKinds])])),
  window: Schema.optionalKey(Positive),
  silent: Schema.optionalKey(Schema.Array(Schema.Literals(kinds))),
  chooses: Schema.optionalKey(Schema.Array(Schema.Literals(openKinds))),
})
export type Hello = typeof Hello.Type

const answersWith = <S extends Schema.Constraint>(state: S) =>
  ({
    reset: Schema.Struct({ seq: Seq, ok: Done, state: Schema.optionalKey(state) }),
    apply: Schema.Struct({
      seq: Seq,
      ok: Done,
      refused: Schema.optionalKey(Schema.String),
      state: Schema.optionalKey(state),
    }),
  }) as const

/** What an implementation of each profile answers when all goes well. */
export const answers = {
  hello: Hello,
  pair: answersWith(SeenStateJson),
  lock: answersWith(SeenLockState),
  placement: {
    reset: Schema.Struct({ seq: Seq, ok: Done }),
    apply: Schema.Union([
      Schema.Struct({ seq: Seq, ok: Done, host: HostIdJson }),
      Schema.Struct({ seq: Seq, ok: Done, refused: Schema.String }),
    ]),
  },
  bye: Schema.Struct({ seq: Seq, ok: Done }),
  error: ErrorAnswer,
  skipped: Skipped,
} as const

/** Any ask. */
export const Ask = Schema.Union([asks.hello, asks.reset, asks.apply, asks.bye])

/** Any answer. */
export const Answer = Schema.Union([
  answers.hello,
  answers.pair.reset,
  answers.pair.apply,
  answers.lock.reset,
  answers.lock.apply,
  answers.placement.apply,
  answers.bye,
  answers.error,
  answers.skipped,
])

/** How an implementation can break the wire, by the codes with which it is reported. */
export const faults = {
  hung: "no answer within the time allowed, nor in as much time again; to hello, none in 10 s, or in the time allowed if that is more",
  late: "an answer after the time allowed",
  crashed: "the implementation ended before it had answered",
  "no-newline": "an answer that does not end with a newline, or two on one line",
  "not-json": "a line on stdout that is not JSON: stdout belongs to the wire, logs to stderr",
  malformed:
    "JSON that is no answer of the wire: the field, and what was expected there; or nested deeper than 32",
  "wrong-seq": "an answer to another ask than the one that waits",
  "answered-twice": "a second answer to an ask",
  "left-out": "a field that `observes` in hello promises is not shown",
  undeclared: "a field is shown that `observes` in hello does not name",
  "too-long":
    "a line longer than 1 MiB, or answers of a case that take more than 16 MiB and 32 KiB each, in a larger cluster more: their text, and 64 bytes for each list and object",
  "no-exit": "still running after bye",
  "bad-exit": "after bye it ended by a signal, or with another status than 0",
} as const
export type FaultCode = keyof typeof faults

/** The kinds of question, and what each names: with the whole state in which it is asked. */
const questions = ["SpawnSecondary", "PowerOn", "Migrate"] as const

function questionOf(kind: (typeof questions)[number]): Schema.Codec<unknown> {
  const named = kind === "PowerOn" ? { pair: PairIdJson } : { copy: CopyIdJson }
  return Schema.Struct({
    kind: Schema.Literal(kind),
    ...named,
    state: StateJson,
  }) as unknown as Schema.Codec<unknown>
}

/** The actions of a log: any of which operands may be left out, where they were not logged. */
const logActions: Readonly<Record<ProfileName, ReadonlyMap<string, Schema.Codec<unknown>>>> = {
  pair: new Map(
    kinds.map((kind) => [
      kind,
      openAction(actionSchemas[kind] as unknown as Schema.Struct<Schema.Struct.Fields>),
    ]),
  ),
  placement: new Map(questions.map((kind) => [kind, questionOf(kind)])),
  lock: new Map(
    LockActionJson.members.map((member) => [member.fields.kind.literal, member as Schema.Codec<unknown>]),
  ),
}

function openAction({ fields }: Schema.Struct<Schema.Struct.Fields>): Schema.Codec<unknown> {
  const open = Object.entries(fields).map(([name, field]) => [
    name,
    name === "kind" || name === "reason" ? field : Schema.optionalKey(field),
  ])
  return Schema.Struct(Object.fromEntries(open) as Schema.Struct.Fields) as unknown as Schema.Codec<unknown>
}

/** An action of a log, its operands open or not. Throws BadInput, with the place. */
export const logActionOf = (where: string, profile: ProfileName, json: unknown): AskedAction => {
  const kind = (json as { kind?: unknown } | null)?.kind
  const schema = typeof kind === "string" ? logActions[profile].get(kind) : undefined
  if (schema === undefined) {
    const known = [...logActions[profile].keys()]
    if (typeof kind !== "string") throw bad(where, ["action"], "expected an action: an object with a kind")
    throw bad(where, ["action", "kind"], oneOf(known, kind))
  }
  return decode(where, schema, json, ["action"]) as AskedAction
}
