/** The properties that a monitor watches, in the order of the catalogue. */
export const watched = [
  "S1",
  "S2",
  "S4",
  "S5",
  "S6",
  "S7",
  "S8",
  "S9",
  "S10",
  "S11",
  "S13",
  "S14",
  "S15",
  "S16",
  "S17",
  "S18",
  "S19",
  "S20",
  "S21",
  "S22",
  "S23",
  "S24",
  "S25",
  "S26",
  "S27",
  "S28",
  "S29",
  "S30",
  "S31",
  "P3",
  "O2",
  "O3",
  "O4",
  "O7",
  "O8",
  "O9",
  "L1",
  "L2",
  "L3",
  "L4",
] as const

export type Watched = (typeof watched)[number]

/**
 * A set of watched properties, as one number: nothing is allocated to say that all is well, which is 0.
 *
 * Shape  The n-th of `watched` is worth 2 ** n, up to the 53rd. Never negative, so that -1 is no set; and not 32
 *        bits, so that `|` and `&` are no union and no intersection: the type keeps them away.
 */
export type PropertySet = number & { readonly [brand]: true }

declare const brand: unique symbol

/** The set that holds nothing. */
export const noProperty = 0 as PropertySet

/** The set of each property alone. */
export const only = Object.freeze(
  Object.fromEntries(watched.map((id, n) => [id, 2 ** n])) as Record<Watched, PropertySet>,
)

const high = 2 ** 32

const combined = (low: number, up: number): PropertySet => ((low >>> 0) + up * high) as PropertySet

/** What is in one set or in the other. */
export const union = (a: PropertySet, b: PropertySet): PropertySet => {
  if (a === 0 || a === b) return b
  if (b === 0) return a
  return combined(a | b, Math.floor(a / high) | Math.floor(b / high))
}

/** What is in both sets. */
export const intersection = (a: PropertySet, b: PropertySet): PropertySet =>
  a === 0 || b === 0 ? noProperty : combined(a & b, Math.floor(a / high) & Math.floor(b / high))

/** Whether the property is in the set. */
export const includes = (set: PropertySet, id: Watched): boolean => Math.floor(set / only[id]) % 2 === 1

/** The properties in the set, in the order of the catalogue. */
export const idsIn = (set: PropertySet): readonly Watched[] =>
  set === 0 ? [] : watched.filter((id) => includes(set, id))

/** The set of those ids that are watched; of a mutant's or a person's, some may not be. */
export const setOf = (ids: readonly string[]): PropertySet =>
  watched.filter((id) => ids.includes(id)).reduce((set, id) => union(set, only[id]), noProperty)
