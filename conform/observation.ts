import { oneOf } from "../traces/bad-input.ts"

/** Any JSON. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json | undefined }

/**
 * What is observable of a state, as a tree: a value that is compared as a whole, an object of known fields, or a map
 * from ids. An `optional` field is absent where it has no value.
 */
export type ObservationSchema =
  | { readonly tag: "value"; readonly isSet: boolean }
  | {
      readonly tag: "fields"
      readonly fields: Readonly<Record<string, ObservationSchema>>
      readonly optional: ReadonlySet<string>
    }
  | { readonly tag: "ids"; readonly each: ObservationSchema }

export const value: ObservationSchema = { tag: "value", isSet: false }

/** A list whose order says nothing; where it is one of pairs, neither does theirs. */
export const asSet: ObservationSchema = { tag: "value", isSet: true }

export const fieldsOf = (
  fields: Readonly<Record<string, ObservationSchema>>,
  optional: Iterable<string> = [],
): ObservationSchema => ({
  tag: "fields",
  // A name that every object knows is no field.
  fields: Object.assign(Object.create(null) as Record<string, ObservationSchema>, fields),
  optional: new Set(optional),
})

export const idsTo = (each: ObservationSchema): ObservationSchema => ({ tag: "ids", each })

/**
 * How a state that was shown differs from one that was expected.
 *
 * Shape  `differs` is data: the two disagree at a field. `broken` is about the showing: a field that was promised is
 *        left out, or one that was not is shown.
 */
export type Misfit =
  | {
      readonly tag: "differs"
      readonly at: string
      readonly expected: Json | undefined
      readonly shown: Json | undefined
    }
  | { readonly tag: "broken"; readonly code: "left-out" | "undeclared"; readonly at: string }

/**
 * What of `whole` the paths name: `pairs.*.lock` is the lock of every pair, with all below it; `*` alone is everything;
 * `!hosts.*.maintenance` takes out again what others name. Or what is wrong with a path.
 */
export const observed = (
  whole: ObservationSchema,
  paths: readonly string[],
): ObservationSchema | { readonly wrong: string } => {
  if (paths.length > pathsMax) return { wrong: `expected ${pathsMax} paths at the most, not ${paths.length}` }
  let seen: ObservationSchema | null = null
  for (const path of paths.filter((each) => !each.startsWith("!"))) {
    const narrow = path === "*" ? whole : narrowed(whole, path.split("."), path)
    if ("wrong" in narrow) return narrow
    seen = seen === null ? narrow : union(seen, narrow)
  }
  for (const exception of paths.filter((each) => each.startsWith("!"))) {
    const path = exception.slice(1)
    const taken = narrowed(whole, path.split("."), path)
    if ("wrong" in taken) return { wrong: `!${taken.wrong}` }
    const left: ObservationSchema | null = seen === null ? null : without(seen, path.split("."))
    if (left === seen) return { wrong: `${exception}: expected to take out what another path names` }
    seen = left
  }
  return seen ?? fieldsOf({})
}

/** How many paths there may be: far more than there are fields. */
const pathsMax = 1000

/** Whether something of what a path leads to is seen; `*` stands for every id. */
export const sees = (schema: ObservationSchema, [first, ...rest]: readonly string[]): boolean => {
  if (first === undefined || schema.tag === "value") return true
  const below = schema.tag === "ids" ? schema.each : schema.fields[first]
  return below !== undefined && sees(below, rest)
}

const narrowed = (
  schema: ObservationSchema,
  [first, ...rest]: readonly string[],
  path: string,
): ObservationSchema | { readonly wrong: string } => {
  if (first === undefined) return schema
  if (schema.tag === "value")
    return { wrong: `${path}: there is nothing below ${path.split(".").at(-rest.length - 2)}` }
  if (schema.tag === "ids") {
    if (first !== "*") return { wrong: `${path}: expected *, which stands for every id, not ${first}` }
    const each = narrowed(schema.each, rest, path)
    return "wrong" in each ? each : idsTo(each)
  }
  const child = schema.fields[first]
  if (child === undefined) return { wrong: `${path}: ${oneOf(Object.keys(schema.fields), first)}` }
  const below = narrowed(child, rest, path)
  return "wrong" in below ? below : fieldsOf({ [first]: below }, schema.optional)
}

/** What is left of a schema without what a path names; null if nothing is; the same schema if that was not in it. */
const without = (
  schema: ObservationSchema,
  [first, ...rest]: readonly string[],
): ObservationSchema | null => {
  if (first === undefined) return null
  if (schema.tag === "value") return schema
  const child = schema.tag === "ids" ? schema.each : schema.fields[first]
  if (child === undefined) return schema
  const below = without(child, rest)
  if (below === child) return schema
  if (schema.tag === "ids") return below === null ? null : idsTo(below)
  const others = Object.entries(schema.fields).filter(([name]) => name !== first)
  const left = below === null ? others : [...others, [first, below] as const]
  return left.length === 0 ? null : fieldsOf(Object.fromEntries(left), schema.optional)
}

const union = (a: ObservationSchema, b: ObservationSchema): ObservationSchema => {
  if (a.tag === "ids" && b.tag === "ids") return idsTo(union(a.each, b.each))
  if (a.tag !== "fields" || b.tag !== "fields") return a
  const added = Object.entries(b.fields).map(([name, schema]): [string, ObservationSchema] => {
    const there = a.fields[name]
    return [name, there === undefined ? schema : union(there, schema)]
  })
  return fieldsOf({ ...a.fields, ...Object.fromEntries(added) }, a.optional)
}

/** The paths below which everything of `whole` lies: what an implementation may be advised to show. */
export const pathsOf = (whole: ObservationSchema): readonly string[] => {
  switch (whole.tag) {
    case "value":
      return [""]
    case "ids":
      return pathsOf(whole.each).map((rest) => joined("*", rest))
    case "fields":
      return Object.entries(whole.fields).flatMap(([name, schema]) =>
        pathsOf(schema).map((rest) => joined(name, rest)),
      )
  }
}

const joined = (first: string, rest: string): string => (rest === "" ? first : `${first}.${rest}`)

/** What of a complete state shows, by an observation schema. */
export const project = (schema: ObservationSchema, state: Json): Json => {
  if (schema.tag === "value" || !isObject(state)) return state
  const shown: Record<string, Json | undefined> = {}
  for (const [name, inner] of Object.entries(state)) {
    const below = schema.tag === "ids" ? schema.each : schema.fields[name]
    if (below !== undefined && inner !== undefined) shown[name] = project(below, inner)
  }
  return shown
}

/**
 * How what was shown differs from a complete state that was expected; null if it fits. `strictly`, all that the schema
 * names must be shown and nothing else, ids that are not shown being absent; else what is left out was not looked at.
 */
export const misfit = (
  schema: ObservationSchema,
  strictly: boolean,
  shown: Json,
  expected: Json,
): Misfit | null => {
  if (shown === expected || isIgnored(shown)) return null
  if (schema.tag === "value" || !isObject(shown) || !isObject(expected)) {
    const isSet = schema.tag === "value" && schema.isSet
    const fits = isSame(shown, expected) || (isSet && isSame(sorted(shown), sorted(expected)))
    return fits ? null : { tag: "differs", at: "", expected, shown }
  }
  return schema.tag === "ids"
    ? misfitOfIds(schema.each, strictly, shown, expected)
    : misfitOfFields(schema, strictly, shown, expected)
}

type JsonObject = { readonly [field: string]: Json | undefined }

const misfitOfIds = (
  each: ObservationSchema,
  strictly: boolean,
  shown: JsonObject,
  expected: JsonObject,
): Misfit | null => {
  for (const id in shown) {
    const found = misfitOfPart(each, strictly, shown[id] as Json, own(expected, id), id)
    if (found !== null) return found
  }
  if (!strictly) return null
  for (const id in expected)
    if (shown[id] === undefined && expected[id] !== undefined)
      return { tag: "differs", at: id, expected: expected[id], shown: undefined }
  return null
}

const misfitOfFields = (
  { fields, optional }: Extract<ObservationSchema, { readonly tag: "fields" }>,
  strictly: boolean,
  shown: JsonObject,
  expected: JsonObject,
): Misfit | null => {
  for (const name in shown) {
    const schema = fields[name]
    if (schema === undefined) return { tag: "broken", code: "undeclared", at: name }
    const found = misfitOfPart(schema, strictly, shown[name] as Json, expected[name], name)
    if (found !== null) return found
  }
  if (!strictly) return null
  for (const name in fields) {
    if (shown[name] !== undefined) continue
    if (!optional.has(name)) return { tag: "broken", code: "left-out", at: name }
    if (expected[name] !== undefined)
      return { tag: "differs", at: name, expected: expected[name], shown: undefined }
  }
  return null
}

const misfitOfPart = (
  schema: ObservationSchema,
  strictly: boolean,
  shown: Json,
  expected: Json | undefined,
  name: string,
): Misfit | null => {
  if (expected === undefined) return isIgnored(shown) ? null : { tag: "differs", at: name, expected, shown }
  const found = misfit(schema, strictly, shown, expected)
  return found === null ? null : { ...found, at: joined(name, found.at) }
}

/** What is there by a name, and not what every object knows by it. */
const own = (json: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(json, name) ? json[name] : undefined

const isIgnored = (shown: Json): boolean => isObject(shown) && shown["#ignore"] === true

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** A list of pairs of names in one order, whatever order they came in; anything else as it is. */
const sorted = (json: Json): Json =>
  Array.isArray(json)
    ? json.map((each: Json) => JSON.stringify(isNames(each) ? each.toSorted() : each)).toSorted()
    : json

const isNames = (json: Json): json is readonly string[] =>
  Array.isArray(json) && json.every((each) => typeof each === "string")

const isSame = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i += 1) if (!isSame(a[i] as Json, b[i] as Json)) return false
    return true
  }
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  )
}
