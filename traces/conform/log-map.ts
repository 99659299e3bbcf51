import * as Schema from "effect/Schema"
import type { Json } from "./observation.ts"

const Pointer = Schema.String.check(
  Schema.isPattern(/^(\/([^~/]|~[01])*)*$/, { expected: "a JSON Pointer (RFC 6901), like /vm/host" }),
)

/** Where a value stands in a foreign line, and what its values are here; without `values` it is taken as it is. */
const Source = Schema.Union([
  Pointer,
  Schema.Struct({ from: Pointer, values: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)) }),
])

/**
 * How the lines of a foreign log are read, without code: where its parts stand, as JSON Pointers, and what its words
 * mean. A kind that maps to null is passed over; one that is not named is taken as it is.
 */
export const LogMap = Schema.Struct({
  t: Schema.optionalKey(Pointer),
  action: Schema.optionalKey(
    Schema.StructWithRest(
      Schema.Struct({
        kind: Pointer,
        kinds: Schema.optionalKey(Schema.Record(Schema.String, Schema.NullOr(Schema.String))),
      }),
      [Schema.Record(Schema.String, Schema.Unknown)],
    ),
  ),
  state: Schema.optionalKey(Schema.Record(Pointer, Source)),
})
export type LogMap = typeof LogMap.Type

/** The sources of an action's operands, which the struct above leaves open. */
export const LogOperands = Schema.Record(Schema.String, Source)

type JsonObject = { readonly [field: string]: Json | undefined }

/** A foreign line as a line of a log; null if it is passed over. */
export const mapped = ({ action, state }: LogMap, line: JsonObject): JsonObject | null => {
  const kind = action === undefined ? undefined : valueAt(line, action.kind)
  const renamed =
    typeof kind === "string" && action?.kinds !== undefined && kind in action.kinds
      ? action.kinds[kind]
      : kind
  if (renamed === null) return null
  const shown = state === undefined ? undefined : stateOf(state, line)
  return {
    ...(renamed === undefined ? {} : { action: { kind: renamed as Json, ...operandsOf(action, line) } }),
    ...(shown === undefined ? {} : { state: shown }),
  }
}

type SourceJson = typeof Source.Type

const operandsOf = (action: LogMap["action"], line: JsonObject): JsonObject => {
  const { kind: _kind, kinds: _kinds, ...sources } = action ?? {}
  const operands: Record<string, Json> = {}
  for (const [operand, source] of Object.entries(sources)) {
    const value = sourced(source as SourceJson, line)
    if (value !== undefined) operands[operand] = value
  }
  return operands
}

const stateOf = (targets: Readonly<Record<string, SourceJson>>, line: JsonObject): JsonObject | undefined => {
  const state: Record<string, Json> = {}
  for (const [target, source] of Object.entries(targets)) {
    const value = sourced(source, line)
    if (value !== undefined) put(state, partsOf(target), value)
  }
  return Object.keys(state).length === 0 ? undefined : state
}

const sourced = (source: SourceJson, line: JsonObject): Json | undefined => {
  const { from, values } = typeof source === "string" ? { from: source, values: undefined } : source
  const value = valueAt(line, from)
  const word = typeof value === "object" || value === undefined ? undefined : String(value)
  return values !== undefined && word !== undefined && word in values ? (values[word] as Json) : value
}

const valueAt = (line: JsonObject, pointer: string): Json | undefined => {
  let at: Json | undefined = line
  for (const part of partsOf(pointer)) {
    if (typeof at !== "object" || at === null) return undefined
    at = (at as JsonObject)[part]
  }
  return at
}

const put = (object: Record<string, Json>, [first, ...rest]: readonly string[], value: Json): void => {
  if (first === undefined) return
  if (rest.length === 0) object[first] = value
  else {
    object[first] ??= {}
    put(object[first] as Record<string, Json>, rest, value)
  }
}

const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
