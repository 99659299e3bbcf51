import { nearest } from "../read.ts"

/** Any JSON. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json | undefined }

/**
 * What there is to see of a state, as a tree: a value that is compared as a whole, an object of known fields, or a
 * map from ids. An `optional` field is absent where it has no value.
 */
export type Sight =
  | { readonly tag: "value"; readonly isSet: boolean }
  | {
      readonly tag: "fields"
      readonly fields: Readonly<Record<string, Sight>>
      readonly optional: ReadonlySet<string>
    }
  | { readonly tag: "ids"; readonly each: Sight }

export const value: Sight = { tag: "value", isSet: false }

/** A list whose order says nothing, of pairs whose order says nothing. */
export const setOfPairs: Sight = { tag: "value", isSet: true }

export const fieldsOf = (
  fields: Readonly<Record<string, Sight>>,
  optional: readonly string[] = [],
): Sight => ({
  tag: "fields",
  fields,
  optional: new Set(optional),
})

export const idsTo = (each: Sight): Sight => ({ tag: "ids", each })

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

/** What of `whole` the paths name: `pairs.*.lock` is the lock of every pair, with all below it. Or what is wrong with a path. */
export const observed = (whole: Sight, paths: readonly string[]): Sight | { readonly wrong: string } => {
  let seen: Sight | null = null
  for (const path of paths) {
    const narrow = narrowed(whole, path.split("."), path)
    if ("wrong" in narrow) return narrow
    seen = seen === null ? narrow : union(seen, narrow)
  }
  return seen ?? fieldsOf({})
}

const narrowed = (
  sight: Sight,
  [first, ...rest]: readonly string[],
  path: string,
): Sight | { readonly wrong: string } => {
  if (first === undefined) return sight
  if (sight.tag === "value")
    return { wrong: `${path}: there is nothing below ${path.split(".").at(-rest.length - 2)}` }
  if (sight.tag === "ids") {
    if (first !== "*") return { wrong: `${path}: expected *, which stands for every id, not ${first}` }
    const each = narrowed(sight.each, rest, path)
    return "wrong" in each ? each : idsTo(each)
  }
  const child = sight.fields[first]
  const known = Object.keys(sight.fields)
  if (child === undefined)
    return { wrong: `${path}: expected one of ${known.join(", ")}, not ${first}${nearest(first, known)}` }
  const below = narrowed(child, rest, path)
  if ("wrong" in below) return below
  return { tag: "fields", fields: { [first]: below }, optional: sight.optional }
}

const union = (a: Sight, b: Sight): Sight => {
  if (a.tag === "ids" && b.tag === "ids") return idsTo(union(a.each, b.each))
  if (a.tag !== "fields" || b.tag !== "fields") return a
  const fields: Record<string, Sight> = { ...a.fields }
  for (const [name, sight] of Object.entries(b.fields)) {
    const there = fields[name]
    fields[name] = there === undefined ? sight : union(there, sight)
  }
  return { tag: "fields", fields, optional: a.optional }
}

/** The paths below which everything of `whole` lies: what an implementation may be advised to show. */
export const pathsOf = (whole: Sight): readonly string[] => {
  switch (whole.tag) {
    case "value":
      return [""]
    case "ids":
      return pathsOf(whole.each).map((rest) => joined("*", rest))
    case "fields":
      return Object.entries(whole.fields).flatMap(([name, sight]) =>
        pathsOf(sight).map((rest) => joined(name, rest)),
      )
  }
}

const joined = (first: string, rest: string): string => (rest === "" ? first : `${first}.${rest}`)

/** What of a complete state shows, by a sight of it. */
export const project = (sight: Sight, state: Json): Json => {
  if (sight.tag === "value" || !isObject(state)) return state
  const shown: Record<string, Json | undefined> = {}
  for (const [name, inner] of Object.entries(state)) {
    const below = sight.tag === "ids" ? sight.each : sight.fields[name]
    if (below !== undefined && inner !== undefined) shown[name] = project(below, inner)
  }
  return shown
}

/**
 * How what was shown differs from a complete state that was expected; null if it fits. `strictly`, all that the sight
 * names must be shown and nothing else, ids that are not shown being absent; else what is left out was not looked at.
 */
export const misfit = (sight: Sight, strictly: boolean, shown: Json, expected: Json): Misfit | null => {
  if (shown === expected || isIgnored(shown)) return null
  if (sight.tag === "value" || !isObject(shown) || !isObject(expected)) {
    const isSet = sight.tag === "value" && sight.isSet
    const fits = isSame(shown, expected) || (isSet && isSame(sorted(shown), sorted(expected)))
    return fits ? null : { tag: "differs", at: "", expected, shown }
  }
  return sight.tag === "ids"
    ? misfitOfIds(sight.each, strictly, shown, expected)
    : misfitOfFields(sight, strictly, shown, expected)
}

type JsonObject = { readonly [field: string]: Json | undefined }

const misfitOfIds = (
  each: Sight,
  strictly: boolean,
  shown: JsonObject,
  expected: JsonObject,
): Misfit | null => {
  for (const id in shown) {
    const found = misfitOfPart(each, strictly, shown[id] as Json, expected[id], id)
    if (found !== null) return found
  }
  if (!strictly) return null
  for (const id in expected)
    if (shown[id] === undefined && expected[id] !== undefined)
      return { tag: "differs", at: id, expected: expected[id], shown: undefined }
  return null
}

const misfitOfFields = (
  { fields, optional }: Extract<Sight, { readonly tag: "fields" }>,
  strictly: boolean,
  shown: JsonObject,
  expected: JsonObject,
): Misfit | null => {
  for (const name in shown) {
    const sight = fields[name]
    if (sight === undefined) return { tag: "broken", code: "undeclared", at: name }
    const found = misfitOfPart(sight, strictly, shown[name] as Json, expected[name], name)
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
  sight: Sight,
  strictly: boolean,
  shown: Json,
  expected: Json | undefined,
  name: string,
): Misfit | null => {
  if (expected === undefined) return isIgnored(shown) ? null : { tag: "differs", at: name, expected, shown }
  const found = misfit(sight, strictly, shown, expected)
  return found === null ? null : { ...found, at: joined(name, found.at) }
}

const isIgnored = (shown: Json): boolean => isObject(shown) && shown["#ignore"] === true

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

const sorted = (json: Json): Json =>
  Array.isArray(json)
    ? json.map((each: Json) => JSON.stringify(Array.isArray(each) ? each.toSorted() : each)).sort()
    : json

const isSame = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i += 1) if (!isSame(a[i] as Json, b[i] as Json)) return false
    return true
  }
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => isSame(a[name], b[name]))
}
