import * as Schema from "effect/Schema"
import type { Json } from "./observation.ts"

/** Names that would reach beyond an object into what all objects share. */
const hostile = ["__proto__", "constructor", "prototype"]

const Pointer = Schema.String.check(
  Schema.isPattern(/^(\/([^~/]|~[01])*)*$/, { expected: "a JSON Pointer (RFC 6901), like /vm/host" }),
  Schema.makeFilter((pointer) => !partsOf(pointer).some((part) => hostile.includes(part)), {
    expected: `a JSON Pointer without ${hostile.join(", ")}`,
  }),
)

/** Where a value stands in a foreign line, and what its values are here; without `values` it is taken as it is. */
const Source = Schema.Union([
  Pointer,
  Schema.Struct({ from: Pointer, values: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)) }),
])

/**
 * How the lines of a foreign log are read, without code: where its parts stand, as JSON Pointers, and what its words
 * mean. A kind that maps to null is passed over; one that is not named is taken as it is. An operand that is null, or
 * that maps to null, is left out.
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

/** What is wrong with where a map puts the parts of a state; null if nothing is. */
export const wrongTarget = ({
  state = {},
}: LogMap): { readonly target: string; readonly why: string } | null => {
  const targets = Object.keys(state)
  for (const target of targets) {
    if (target === "") return { target, why: "expected a place in the state, like /pairs/p1/lock/generation" }
    const within = targets.find((other) => other.startsWith(`${target}/`))
    if (within !== undefined)
      return { target, why: `expected no place within another, and ${within} is in it` }
  }
  return null
}

/** The map without what says when a line was written. */
export const withoutTime = ({ t: _, ...map }: LogMap): LogMap => map

/** The pointers into the lines of the log. */
export const sourcesOf = ({ t, action, state = {} }: LogMap): readonly string[] => {
  const { kind, kinds: _kinds, ...operands } = action ?? {}
  const sources = [...Object.values(operands), ...Object.values(state)] as readonly SourceJson[]
  return [...[t, kind].filter((pointer) => pointer !== undefined), ...sources.map(pointerOf)]
}

/** A foreign line as a line of a log; of one that is passed over, when it was written, or null. Pointers that lead somewhere are added to `met`. */
export const mapped = (
  { t, action, state }: LogMap,
  line: JsonObject,
  met: Set<string> = new Set(),
): JsonObject | null => {
  const kind = action === undefined ? undefined : valueAt(line, action.kind, met)
  const renamed =
    typeof kind === "string" && action?.kinds !== undefined && Object.hasOwn(action.kinds, kind)
      ? action.kinds[kind]
      : kind
  const time = t === undefined ? undefined : valueAt(line, t, met)
  const when = time === undefined ? {} : { t: time }
  if (renamed === null) return time === undefined ? null : when
  const shown = state === undefined ? undefined : stateOf(state, line, met)
  return {
    ...when,
    ...(renamed === undefined ? {} : { action: { kind: renamed as Json, ...operandsOf(action, line, met) } }),
    ...(shown === undefined ? {} : { state: shown }),
  }
}

type SourceJson = typeof Source.Type

const pointerOf = (source: SourceJson): string => (typeof source === "string" ? source : source.from)

const operandsOf = (action: LogMap["action"], line: JsonObject, met: Set<string>): JsonObject => {
  const { kind: _kind, kinds: _kinds, ...sources } = action ?? {}
  const operands = bare()
  for (const [operand, source] of Object.entries(sources)) {
    const value = sourced(source as SourceJson, line, met)
    if (value !== undefined && value !== null) operands[operand] = value
  }
  return operands
}

const stateOf = (
  targets: Readonly<Record<string, SourceJson>>,
  line: JsonObject,
  met: Set<string>,
): JsonObject | undefined => {
  const state = bare()
  for (const [target, source] of Object.entries(targets)) {
    const value = sourced(source, line, met)
    if (value !== undefined) put(state, partsOf(target), value)
  }
  return Object.keys(state).length === 0 ? undefined : state
}

const sourced = (source: SourceJson, line: JsonObject, met: Set<string>): Json | undefined => {
  const values = typeof source === "string" ? undefined : source.values
  const value = valueAt(line, pointerOf(source), met)
  const word = typeof value === "object" || value === undefined ? undefined : String(value)
  return values !== undefined && word !== undefined && Object.hasOwn(values, word)
    ? (values[word] as Json)
    : value
}

const valueAt = (line: JsonObject, pointer: string, met: Set<string>): Json | undefined => {
  let at: Json | undefined = line
  for (const part of partsOf(pointer)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as JsonObject)[part]
  }
  if (at !== undefined) met.add(pointer)
  return at
}

/** An object that inherits nothing. */
const bare = (): Record<string, Json> => Object.create(null) as Record<string, Json>

const put = (object: Record<string, Json>, [first, ...rest]: readonly string[], value: Json): void => {
  if (first === undefined) return
  if (rest.length === 0) object[first] = value
  else {
    object[first] ??= bare()
    put(object[first] as Record<string, Json>, rest, value)
  }
}

function partsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
}
