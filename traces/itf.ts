import type { Action } from "../model/action.ts"
import { shownIn, type Field, type Fields } from "../model/field.ts"
import { stateFields } from "../model/fields.ts"
import type { StateJson } from "./state-json.ts"

/**
 * An expression of the Informal Trace Format. Integers are always written as `#bigint`; what may be absent is
 * written as Quint writes it, as the variant `Some` or `None`.
 *
 * Source  Apalache's ADR-015, "Informal Trace Format in JSON".
 */
export type Itf =
  | boolean
  | string
  | { readonly "#bigint": string }
  | { readonly "#tup": readonly Itf[] }
  | { readonly "#set": readonly Itf[] }
  | { readonly "#map": readonly (readonly [Itf, Itf])[] }
  | readonly Itf[]
  | { readonly [field: string]: Itf }

/** The variables of a state, as a trace names them. */
const stateVars: readonly string[] = shownIn(stateFields).map(([name]) => name)

/** The variables of some states: one that a state may leave out only if some state has it. */
export const varsIn = (states: readonly StateJson[]): readonly string[] =>
  stateVars.filter((name) => !mayLack(name) || states.some((state) => Object.hasOwn(state, name)))

const mayLack = (name: string): boolean => stateFields[name]?.isOptional === true

/** The variables in which Quint records what was done. */
export const actionVars = ["mbt::actionTaken", "mbt::nondetPicks"] as const

/** A state's variables, in ITF. What it leaves out is empty. */
export const itfOfState = (
  state: StateJson,
  vars: readonly string[] = varsIn([state]),
): Readonly<Record<string, Itf>> => {
  const own = itfOfFields(stateFields, state)
  return Object.fromEntries(vars.map((name) => [name, own[name] ?? { "#set": [] }]))
}

/** The fields of a thing that are shown. */
const itfOfFields = (fields: Fields, json: object): Readonly<Record<string, Itf>> =>
  Object.fromEntries(
    shownIn(fields).flatMap(([name, field]) =>
      field.tag === "group"
        ? Object.entries(field.fields).map(([inner, each]) => [
            inner,
            itfOfValue({ ...each, isNullable: true }, (json as Json)[inner] ?? null),
          ])
        : (json as Json)[name] === undefined
          ? []
          : [[name, itfOfValue(field, (json as Json)[name])]],
    ),
  )

type Json = Readonly<Record<string, unknown>>

const itfOfValue = (field: Field, value: unknown): Itf => {
  if (isHostOrNone(field)) return (value ?? noHost) as Itf
  if (field.isNullable)
    return option(value === null ? null : itfOfValue({ ...field, isNullable: false }, value))
  switch (field.tag) {
    case "count":
      return int(value as number)
    case "log":
      return (value as readonly (readonly [number, number])[]).map(itfOfEntry)
    case "links":
      return { "#set": (value as readonly (readonly string[])[]).map((link) => ({ "#tup": [...link] })) }
    case "rules":
      return { "#set": (value as readonly number[]).map(int) }
    case "record":
    case "group":
      return itfOfFields(field.fields, value as object)
    case "each":
      return mapOf(value as Readonly<Record<string, object>>, (each) => itfOfFields(field.fields, each))
    default:
      return value as Itf
  }
}

/** A host is written plainly; where there may be none, no host is the empty string. */
const isHostOrNone = ({ tag, isNullable }: Field): boolean => tag === "host" && isNullable

const noHost = ""

const itfOfEntry = ([generation, index]: readonly [number, number]): Itf => ({
  "#tup": [int(generation), int(index)],
})

/** What was done, as Quint's model-based testing reads it: the action's name, and its choices as options. */
export const itfOfAction = (action: Action | null): Readonly<Record<(typeof actionVars)[number], Itf>> => ({
  "mbt::actionTaken": action?.kind ?? "init",
  "mbt::nondetPicks": {
    copy: option(action !== null && "copy" in action ? action.copy : null),
    pair: option(action !== null && "pair" in action ? action.pair : null),
    host: option(action !== null && "host" in action ? action.host : null),
    ...(action !== null && "role" in action ? { role: option(action.role) } : {}),
    ...(action !== null && "rule" in action ? { rule: option(int(action.rule)) } : {}),
    hosts: option(action !== null && "hosts" in action ? { "#tup": [...action.hosts] } : null),
  },
})

/** An integer, in ITF. */
export const int = (n: number): Itf => ({ "#bigint": String(n) })

/** A value that may be absent, in ITF: null where it is. */
export const option = (value: Itf | null): Itf =>
  value === null ? { tag: "None", value: { "#tup": [] } } : { tag: "Some", value }

/** A map from names, in ITF. */
export const mapOf = <A>(record: Readonly<Record<string, A>>, encode: (value: A) => Itf): Itf => ({
  "#map": Object.entries(record).map(([key, value]) => [key, encode(value)] as const),
})

/**
 * An ITF expression as plain JSON: maps become objects, sets and tuples arrays, integers numbers, options their
 * value or null. Plain numbers, which older tools write, are taken as they are. Throws a TypeError for a map that is
 * none.
 */
export const jsonOfItf = (itf: unknown): unknown => {
  if (Array.isArray(itf)) return itf.map(jsonOfItf)
  if (typeof itf !== "object" || itf === null) return itf
  const object = itf as Readonly<Record<string, unknown>>
  if (typeof object["#bigint"] === "string") return numberOf(object["#bigint"])
  if (Array.isArray(object["#tup"])) return object["#tup"].map(jsonOfItf)
  if (Array.isArray(object["#set"])) return object["#set"].map(jsonOfItf)
  if (Array.isArray(object["#map"])) return recordOf(object["#map"])
  if (object["tag"] === "None") return null
  if (object["tag"] === "Some") return jsonOfItf(object["value"])
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, jsonOfItf(value)]))
}

/** An integer, if it is one that a number can be; else its digits, which no schema takes for a number. */
const numberOf = (digits: string): number | string => {
  const number = Number(digits)
  return Number.isSafeInteger(number) && String(number) === digits ? number : digits
}

/** A map with a value for each key. Throws a TypeError for whatever else it is. */
const recordOf = (entries: readonly unknown[]): Readonly<Record<string, unknown>> => {
  const record = new Map<string, unknown>()
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string" || record.has(entry[0]))
      throw new TypeError("expected a map: a list of keys with their values, each key once")
    record.set(entry[0], jsonOfItf(entry[1]))
  }
  return Object.fromEntries(record)
}

/** A state of a trace, as plain JSON of the form that `stateJsonOf` gives. */
export const stateOfItf = (state: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(
    stateVars
      .map((name) => [name, withoutAbsent(jsonOfItf(state[name]))] as const)
      .filter(([name, value]) => !mayLack(name) || !isNothing(value)),
  )

/** What a state leaves out. */
const isNothing = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0)

/** The fields of a group that is not there are left out, such as a channel's; everywhere else null stays. */
const withoutAbsent = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(withoutAbsent)
  if (typeof json !== "object" || json === null) return json
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key, value]) => value !== null || !grouped.includes(key))
      .map(([key, value]) => [
        key,
        value === noHost && hostsOrNone.includes(key) ? null : withoutAbsent(value),
      ]),
  )
}

/** The names of the fields, here or below, of which this holds of what they are, or of what they are in. */
const namesOf = (
  fields: Fields,
  isWanted: (field: Field, owner: Field["tag"] | null) => boolean,
  owner: Field["tag"] | null = null,
): readonly string[] =>
  Object.entries(fields).flatMap(([name, field]) => [
    ...(isWanted(field, owner) ? [name] : []),
    ...("fields" in field ? namesOf(field.fields, isWanted, field.tag) : []),
  ])

const grouped = namesOf(stateFields, (_field, owner) => owner === "group")
const hostsOrNone = namesOf(stateFields, isHostOrNone)
