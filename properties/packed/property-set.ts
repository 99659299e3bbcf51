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
  "S12",
  "E2",
  "P4",
  "O2",
  "O3",
  "O4",
  "O7",
  "O8",
  "O9",
  "O11",
  "O12",
  "O1",
  "O5",
  "O6",
  "O10",
  "P2b",
  "P5",
  "P6",
  "P7",
  "L1",
  "L2",
  "L3",
  "L4",
  "L6",
  "S3a",
  "S3b",
  "TIME0",
  "TIME1",
  "TIME2",
  "TIME3",
  "L5a",
  "L5b",
  "L5c",
  "L5d",
  "L5e",
  "L5f",
] as const

export type Watched = (typeof watched)[number]

/**
 * A set of watched properties, as one number: nothing is allocated to say that all is well, which is 0.
 *
 * Shape  Each set has a number of its own, from 0 on: the empty one, that of each property alone in the order of `watched`,
 *        and the others as they come up, so that the numbers of two threads differ: what is sent to another are ids.
 *        Never negative, so that -1 is no set; and not bits, so that `|` and `&` are no union and no intersection: the
 *        type keeps them away.
 */
export type PropertySet = number & { readonly [brand]: true }

declare const brand: unique symbol

/** The set that holds nothing. */
export const noProperty = 0 as PropertySet

/** Sets of these ids, which may be any number: what there is of one is asked of the number that stands for it. */
export const setsOf = <Id extends string>(ids: readonly Id[]) => {
  type Answers = (PropertySet | undefined)[]
  /** Of each set: the places of its ids, in their order; and the answers that have been worked out so far. */
  const places: (readonly number[])[] = []
  const unions: Answers[] = []
  const intersections: Answers[] = []
  const numbers = new Map<string, PropertySet>()

  const numberOf = (wanted: readonly number[]): PropertySet => {
    const key = wanted.join()
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = places.length as PropertySet
    numbers.set(key, number)
    places.push(wanted)
    unions.push([])
    intersections.push([])
    return number
  }

  const placesIn = (set: PropertySet): readonly number[] => places[set] as readonly number[]

  numberOf([])
  const only = Object.freeze(
    Object.fromEntries(ids.map((id, place) => [id, numberOf([place])])) as Record<Id, PropertySet>,
  )

  const united = (a: PropertySet, b: PropertySet): PropertySet => {
    const both = new Set([...placesIn(a), ...placesIn(b)])
    return numberOf([...both].sort((one, other) => one - other))
  }

  const intersected = (a: PropertySet, b: PropertySet): PropertySet => {
    const others = placesIn(b)
    return numberOf(placesIn(a).filter((place) => others.includes(place)))
  }

  /** What is in one set or in the other. */
  const union = (a: PropertySet, b: PropertySet): PropertySet => {
    if (a === 0 || a === b) return b
    if (b === 0) return a
    const row = unions[a] as Answers
    return (row[b] ??= united(a, b))
  }

  /** What is in both sets. */
  const intersection = (a: PropertySet, b: PropertySet): PropertySet => {
    if (a === 0 || b === 0) return noProperty
    const row = intersections[a] as Answers
    return (row[b] ??= intersected(a, b))
  }

  /** Whether the property is in the set. */
  const includes = (set: PropertySet, id: Id): boolean => intersection(set, only[id]) !== noProperty

  /** The properties in the set, in the order of the catalogue. */
  const idsIn = (set: PropertySet): readonly Id[] => placesIn(set).map((place) => ids[place] as Id)

  /** The set of those ids that are watched; of a mutant's or a person's, some may not be. */
  const setOf = (wanted: readonly string[]): PropertySet =>
    numberOf(ids.flatMap((id, place) => (wanted.includes(id) ? [place] : [])))

  return { only, union, intersection, includes, idsIn, setOf }
}

/** The sets of watched properties; `only` are those of each alone. */
export const { only, union, intersection, includes, idsIn, setOf } = setsOf(watched)
