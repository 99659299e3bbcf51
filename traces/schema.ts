import * as Schema from "effect/Schema"
import { alphabet, kinds, type Action, type Kind } from "../model/action.ts"
import type { OperandName, Operands } from "../model/operand.ts"
import { partSwitches } from "../model/parts/words.ts"
import {
  CopyIdJson,
  Count,
  HostIdJson,
  LinkJson,
  LinkNameJson,
  PairIdJson,
  Positive,
  whole,
} from "./scalar.ts"
import { optionalFields } from "./state-schema.ts"

// The one source of every format: what is read is decoded with these, their types are those of the JSON, and the
// JSON Schemas in traces/schema/ are generated from them.

/**
 * How large a cluster and a story may be: what is beyond is refused before any work begins. Runs keep every state, and
 * a state every log.
 */
export const limits = {
  hosts: 256,
  pairs: 256,
  rules: 256,
  groups: 64,
  vcpus: 1_000,
  perHost: 1_000_000,
  log: 1_000,
  bound: 1_000_000,
  actions: 10_000,
} as const

const atMost = (max: number, what: string) =>
  Schema.isMaxLength(max, { expected: `${max.toLocaleString("en")} ${what} at the most` })

/** The name of a group of hosts. */
const Group = Schema.String.check(
  Schema.isPattern(/^[^]{1,64}$/, { expected: "the name of a group, of 64 characters at the most" }),
)

const RegistrationJson = Schema.Struct({ primary: HostIdJson, secondary: Schema.NullOr(HostIdJson) })

/** A configuration, as a person writes it: every part optional but `hosts` and `pairs`. */
export const ConfigJson = Schema.Struct({
  hosts: Schema.NonEmptyArray(
    Schema.Struct({
      id: HostIdJson,
      ftVmsMax: Schema.optionalKey(whole(0, limits.perHost)),
      ftVcpusMax: Schema.optionalKey(whole(0, limits.perHost)),
      groups: Schema.optionalKey(Schema.Array(Group).check(atMost(limits.groups, "groups"))),
      ftEncryption: Schema.optionalKey(Schema.Boolean),
    }),
  ).check(atMost(limits.hosts, "hosts")),
  pairs: Schema.NonEmptyArray(
    Schema.Struct({
      id: PairIdJson,
      vcpus: Schema.optionalKey(whole(1, limits.vcpus)),
      ft: Schema.optionalKey(Schema.Literals(["notConfigured", "disabled", "enabled"])),
      registered: Schema.optionalKey(RegistrationJson),
      encryption: Schema.optionalKey(Schema.Literals(["disabled", "opportunistic", "required"])),
      metro: Schema.optionalKey(Group),
    }),
  ).check(atMost(limits.pairs, "pairs")),
  links: Schema.optionalKey(
    Schema.Record(LinkNameJson, Schema.Struct({ private: Schema.optionalKey(Schema.Boolean) })),
  ),
  rules: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        pairs: Schema.NonEmptyArray(PairIdJson).check(atMost(limits.pairs, "pairs")),
        type: Schema.Literals(["must", "should"]),
        run: Schema.Literals(["on", "not-on"]),
        group: Group,
        active: Schema.optionalKey(Schema.Boolean),
      }),
    ).check(atMost(limits.rules, "rules")),
  ),
  policy: Schema.optionalKey(Schema.Literals(["any", "registered", "reference"])),
  bounds: Schema.optionalKey(
    Schema.Struct({
      log: Schema.optionalKey(whole(0, limits.log)),
      generations: Schema.optionalKey(whole(1, limits.bound)),
      faults: Schema.optionalKey(whole(0, limits.bound)),
      powerOffUpTo: Schema.optionalKey(whole(0, limits.bound)),
      fencesUpTo: Schema.optionalKey(whole(0, limits.bound)),
    }),
  ),
  ...optionalFields(partSwitches),
})
export type ConfigJson = typeof ConfigJson.Type

const CrashReasonJson = Schema.Literals(["divergence", "checkpointError", "other"])

/** An operand, as a schedule writes it. */
const operandJson: { readonly [N in OperandName]: Schema.Codec<Operands[N], unknown> } = {
  copy: CopyIdJson,
  pair: PairIdJson,
  host: HostIdJson,
  role: Schema.Literals(["primary", "secondary"]),
  hosts: LinkJson,
  rule: whole(1, limits.rules),
}

/** What an action of a kind may say beside what it names. */
const detailsJson: { readonly [K in Kind]?: Schema.Struct.Fields } = {
  CrashCopy: { reason: Schema.optionalKey(CrashReasonJson) },
  SuspendFT: { copy: Schema.optionalKey(CopyIdJson) },
  TurnOffFT: { copy: Schema.optionalKey(CopyIdJson) },
}

const actionOf = (kind: Kind): Schema.Codec<Action> =>
  Schema.Struct({
    kind: Schema.Literal(kind),
    ...Object.fromEntries(alphabet[kind].over.map((name) => [name, operandJson[name]])),
    ...detailsJson[kind],
  }) as unknown as Schema.Codec<Action>

/** The schema of one kind of action, for an error that speaks of that kind alone. */
export const actionSchemas: Readonly<Record<Kind, Schema.Codec<Action>>> = Object.fromEntries(
  kinds.map((kind) => [kind, actionOf(kind)]),
) as Record<Kind, Schema.Codec<Action>>

/** An action, as a schedule writes it. */
export const ActionJson = Schema.Union(kinds.map((kind) => actionSchemas[kind]))

const Final = Schema.Record(PairIdJson, Schema.String)

/** What a replay must give. `final` is each pair's FT state at the end, with its reason after a colon. */
export const ExpectJson = Schema.Union([
  Schema.Struct({ verdict: Schema.Literal("holds"), final: Schema.optionalKey(Final) }),
  Schema.Struct({
    verdict: Schema.Literal("breached"),
    property: Schema.String,
    step: Schema.optionalKey(Count),
  }),
  Schema.Struct({
    verdict: Schema.Literal("refused"),
    step: Schema.optionalKey(Positive),
    guard: Schema.optionalKey(Schema.String),
  }),
])
export type ExpectJson = typeof ExpectJson.Type

/** A schedule, as a person writes it. */
export const ScheduleJson = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  source: Schema.optionalKey(Schema.String),
  config: ConfigJson,
  mutant: Schema.optionalKey(Schema.String),
  actions: Schema.Array(ActionJson).check(atMost(limits.actions, "actions")),
  expect: Schema.optionalKey(ExpectJson),
})

/** How short a counterexample is known to be. */
const MinimalityJson = Schema.Literals(["found", "1-minimal", "shortest"])

/** The version of the trace format that is written, and the only one that is read. */
export const traceFormat = "ftpair/1"

/** An implementation, as it introduces itself. */
export const ImplementationJson = Schema.Struct({
  name: Schema.NonEmptyString,
  language: Schema.NonEmptyString,
  version: Schema.String,
  homepage: Schema.optionalKey(Schema.String),
  issues: Schema.optionalKey(Schema.String),
})

/** What a trace says of itself: enough to replay it without a generator and without a seed. */
export const TraceMetaJson = Schema.Struct({
  format: Schema.Literal(traceFormat),
  tool: Schema.Literal("ftpair"),
  version: Schema.String,
  description: Schema.optionalKey(Schema.String),
  config: ConfigJson,
  mutant: Schema.NullOr(Schema.String),
  side: Schema.optionalKey(Schema.Literals(["model", "engine", "both"])),
  property: Schema.NullOr(Schema.String),
  verdict: Schema.Literals(["holds", "breached", "refused", "diverged"]),
  step: Schema.optionalKey(Count),
  guard: Schema.optionalKey(Schema.String),
  why: Schema.optionalKey(Schema.String),
  seed: Schema.optionalKey(Schema.String),
  found: Schema.String,
  minimality: MinimalityJson,
  profile: Schema.optionalKey(Schema.Literals(["pair", "lock", "placement"])),
  implementation: Schema.optionalKey(ImplementationJson),
  observes: Schema.optionalKey(Schema.Array(Schema.String)),
  silent: Schema.optionalKey(Schema.Array(Schema.String)),
  chooses: Schema.optionalKey(Schema.Array(Schema.String)),
  steadiness: Schema.optionalKey(Schema.String),
  answered: Schema.optionalKey(Schema.Unknown),
  expected: Schema.optionalKey(Schema.Unknown),
  replay: Schema.String,
})
export type TraceMetaJson = typeof TraceMetaJson.Type

const ItfState = Schema.StructWithRest(
  Schema.Struct({
    "#meta": Schema.Struct({
      index: Count,
      action: Schema.NullOr(ActionJson),
      refused: Schema.optionalKey(Schema.String),
      answered: Schema.optionalKey(Schema.Unknown),
    }),
    "mbt::actionTaken": Schema.String,
  }),
  [Schema.Record(Schema.String, Schema.Unknown)],
)

/** A trace: an ITF file (Apalache's ADR-015) with what ftpair says of it in `#meta`. */
export const TraceJson = Schema.Struct({
  "#meta": TraceMetaJson,
  params: Schema.optionalKey(Schema.Array(Schema.String)),
  vars: Schema.Array(Schema.String),
  states: Schema.NonEmptyArray(ItfState).check(atMost(limits.actions + 1, "states")),
  loop: Schema.optionalKey(Count),
})
export type TraceJson = typeof TraceJson.Type
