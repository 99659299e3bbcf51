import * as Schema from "effect/Schema"
import { shownIn, type Field, type Fields } from "../model/field.ts"
import { stateFields } from "../model/fields.ts"
import { CopyIdJson, Count, EntryJson, HostIdJson, LinkJson, PairIdJson, Positive } from "./scalar.ts"
import type { StateJson as State } from "./state-json.ts"

type Any = Schema.Codec<unknown>

/**
 * What may stand where a value is expected: `field` says it of a field of a struct, which may lack it or not, and `member` of what an
 * id leads to.
 */
type Presence = {
  readonly field: (schema: Any, mayLack: boolean) => Any
  readonly member: (schema: Any) => Any
}

/** The schema of a field's value. */
const valueSchema = (field: Field, presence: Presence): Any => {
  const schema = plainSchema(field, presence)
  return field.isNullable && field.tag !== "group" ? Schema.NullOr(schema) : schema
}

const plainSchema = (field: Field, presence: Presence): Any => {
  switch (field.tag) {
    case "flag":
      return Schema.Boolean
    case "count":
      return field.min === 0 ? Count : Positive
    case "word":
      return field.words.length === 1
        ? Schema.Literal(field.words[0] as string)
        : Schema.Literals(field.words)
    case "text":
      return Schema.String
    case "host":
      return HostIdJson
    case "copy":
      return CopyIdJson
    case "peer":
      return Schema.Union([CopyIdJson, Schema.Literal("gone")])
    case "log":
      return Schema.Array(EntryJson)
    case "links":
      return Schema.Array(LinkJson)
    case "rules":
      return Schema.Array(Positive)
    case "record":
    case "group":
      return structOf(field.fields, presence)
    case "each":
      return Schema.Record(ids[field.of], presence.member(structOf(field.fields, presence)))
  }
}

/** The schemas of fields that may all be absent. */
export const optionalFields = (fields: Fields): Readonly<Record<string, Any>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, optional(valueSchema(field, whole))]),
  )

const ids = { host: HostIdJson, pair: PairIdJson, copy: CopyIdJson }

const structOf = (fields: Fields, presence: Presence): Any =>
  Schema.Struct(Object.fromEntries(membersOf(fields, presence, false)))

const membersOf = (
  fields: Fields,
  presence: Presence,
  mayLack: boolean,
): readonly (readonly [string, Any])[] =>
  shownIn(fields).flatMap(([name, field]) =>
    field.tag === "group"
      ? membersOf(field.fields, presence, true)
      : [[name, presence.field(valueSchema(field, presence), mayLack || field.isOptional)] as const],
  )

const optional = (schema: Any): Any => Schema.optionalKey(schema)

/** All that is shown must be there. */
const whole: Presence = {
  field: (schema, mayLack) => (mayLack ? optional(schema) : schema),
  member: (schema) => schema,
}

/** A cluster at one moment, with all that is shown of it. */
export const StateJson = structOf(stateFields, whole) as Schema.Codec<State>

/** A value that is not known this time. */
export const Ignore = Schema.Struct({ "#ignore": Schema.Literal(true) })

/** A cluster at one moment, as far as it is observed. */
export const SeenStateJson = structOf(stateFields, {
  field: (schema) => optional(Schema.Union([schema, Ignore])),
  member: (schema) => Schema.Union([schema, Ignore]),
})
