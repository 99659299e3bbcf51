import type { Capacity } from "./capacity.ts"

/** What bounds the numbers of a state: the capacity, and how many hosts there are. */
export type Room = Capacity & { readonly hosts: number }

/**
 * What a field of a packed state holds: always a number from 0.
 *
 * Shape  `flag`: 0 or 1. `count`: up to `most`. `oneOf`: the place of a value among `values`. `host`: a host by its number, after
 *        as many numbers as there are `others`, which stand for what is no host. Symmetry renames hosts, and nothing else.
 */
export type FieldType =
  | { readonly tag: "flag" }
  | { readonly tag: "count"; readonly most: (room: Room) => number }
  | { readonly tag: "oneOf"; readonly values: readonly string[] }
  | { readonly tag: "host"; readonly others: readonly string[] }

export type FieldTypes = Readonly<Record<string, FieldType>>

export const flag = Object.freeze({ tag: "flag" })
export const count = (most: (room: Room) => number) => ({ tag: "count", most }) as const
export const oneOf = <Value extends string>(...values: readonly Value[]) =>
  ({ tag: "oneOf", values }) as const
export const host = <Other extends string>(...others: readonly Other[]) => ({ tag: "host", others }) as const

/** One more than the lock's largest: a copy that skips the lock may believe in it. */
const generation = count(({ generations }) => generations + 1)
const entries = count(({ log }) => log)

// The core's fields. From a line here follow the place of the field, how it is read and written, how it is packed if the model's
// field of that name is a plain value, and what symmetry makes of it.

/** What a copy has beside its log: its control. */
export const copyFields = {
  phase: oneOf(
    "none",
    "syncing",
    "lockstepSecondary",
    "lockstepPrimary",
    "contendingSecondary",
    "contendingPrimary",
    "live",
  ),
  generation,
  released: entries,
  peer: host("none", "gone"),
  delivered: entries,
  acked: entries,
} as const satisfies FieldTypes

/**
 * The fields of a copy that the model does not keep as one plain value of the same name: its phase and role are one number here,
 * and its channel may be absent.
 */
export const combinedFields: readonly string[] = ["phase", "peer", "delivered", "acked"]

/** A pair's FT setting, its power and its lock. */
export const headFields = {
  ft: oneOf("enabled", "disabled", "notConfigured"),
  power: flag,
  generation,
  holder: host("none"),
} as const satisfies FieldTypes

/**
 * What properties need of a pair's past. In each generation operators may halt the Primary by a test, which costs none,
 * and then take the generation itself.
 */
export const pastFields = {
  interventions: count(({ generations }) => 2 * generations),
  singleFault: oneOf("unprotected", "noFault", "oneFault"),
} as const satisfies FieldTypes

/** Where a pair is registered, and why it needs a Secondary. */
export const booksFields = {
  primary: host("asConfigured"),
  secondary: host("asConfigured", "none"),
  reason: oneOf(
    "none",
    "initializing",
    "userAction",
    "partialHardwareFailure",
    "lostConnection",
    "divergence",
    "checkpointError",
    "other",
  ),
} as const satisfies FieldTypes

/** The number of each name: its place. */
export const numbered = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> =>
  Object.freeze(Object.fromEntries(names.map((name, n) => [name, n])) as Record<Name, number>)

/** The FT settings, as the engine numbers them. */
export const ftSetting = numbered(headFields.ft.values)

/** How many bits hold the numbers from 0 to `max`. */
export const bitsFor = (max: number): number => 32 - Math.clz32(max)

/** What holds what either does, of one sort. */
export const holdingBoth = (one: FieldType, other: FieldType): FieldType =>
  one.tag === "count" && other.tag === "count"
    ? count((room) => Math.max(one.most(room), other.most(room)))
    : one

/** How many bits a field takes. */
export const widthOf = (holds: FieldType, room: Room): number => {
  switch (holds.tag) {
    case "flag":
      return 1
    case "count":
      return bitsFor(holds.most(room))
    case "oneOf":
      return bitsFor(holds.values.length - 1)
    case "host":
      return bitsFor(holds.others.length + room.hosts - 1)
  }
}
