import type { Config } from "./config.ts"

/**
 * What a field holds.
 *
 * Shape  `count` is a whole number, from `min` on. `word` is one of some words. `host` and `copy` are ids, of a copy
 *        that may be gone too. `log` is a list of entries, `links` a set of links, `rules` says of each affinity rule
 *        whether it is in force, and is shown as the numbers of those that are. `record` has fields of its own;
 *        those of a `group` are shown beside those of its owner, and left out where it is null. `each` has fields for
 *        every host, pair or copy.
 */
export type Holds =
  | { readonly tag: "flag" }
  | { readonly tag: "count"; readonly min: 0 | 1 }
  | { readonly tag: "word"; readonly words: readonly string[] }
  | { readonly tag: "text" }
  | { readonly tag: "host" }
  | { readonly tag: "copy" }
  | { readonly tag: "peer" }
  | { readonly tag: "log" }
  | { readonly tag: "links" }
  | { readonly tag: "rules" }
  | { readonly tag: "record" | "group"; readonly fields: Fields }
  | { readonly tag: "each"; readonly of: "host" | "pair" | "copy"; readonly fields: Fields }

/**
 * One field of a state.
 *
 * Shape  `isNullable` says whether it may be null, and `isOptional` whether it may be absent: a part's is, where the
 *        part is off; what is shown as a list is, where that is empty. `distinguishes` says whether two states that differ in it are two: what no guard reads does not.
 *        `isShown` says whether it is part of a state as others see it. What is `derived` is not kept, but made of its
 *        owner. `initially` gives what a part's field of the cluster, of hosts or of pairs holds in the initial state;
 *        undefined where the part is off.
 */
export type Field = Holds & {
  readonly isNullable: boolean
  readonly isOptional: boolean
  readonly distinguishes: boolean
  readonly isShown: boolean
  readonly derived: ((owner: never) => unknown) | null
  readonly initially: (config: Config) => unknown
}

export type Fields = Readonly<Record<string, Field>>

/** The fields that others see, by name. */
export const shownIn = (fields: Fields): readonly (readonly [string, Field])[] =>
  Object.entries(fields).filter(([, { isShown }]) => isShown)

/** A field that is always there, shown, and distinguishes states. */
export const field = (holds: Holds): Field => ({
  ...holds,
  isNullable: false,
  isOptional: false,
  distinguishes: true,
  isShown: true,
  derived: null,
  initially: () => undefined,
})
