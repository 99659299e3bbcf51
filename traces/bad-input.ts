import * as Data from "effect/Data"
import { printable } from "./printable.ts"

/** Something that was read is not what it should be: where, and what was expected there. */
export class BadInput extends Data.TaggedError("BadInput")<{ readonly message: string }> {}

/** The error for a place in a file: the keys and numbers that lead to it, from the outside in. */
export const bad = (file: string, at: readonly string[], expected: string): BadInput =>
  new BadInput({ message: `${file}${at.length === 0 ? "" : `: at ${pathOf(at)}`}: ${expected}` })

const pathOf = (at: readonly string[]): string =>
  at
    .map((part, i) => (/^\d{1,9}$/.test(part) ? `[${part}]` : `${i === 0 ? "" : "."}${printable(part, 80)}`))
    .join("")

/** A foreign value as a message can show it: what is inside an object or a list is left out. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  if (typeof value === "number" && !Number.isFinite(value)) return "a number that is too large"
  if (typeof value === "object" && value !== null) return "an object"
  return value === undefined ? "nothing" : printable(JSON.stringify(value), 80)
}

/** Where the whole of something is to be an object, what it is instead: nothing is said of an object. */
export const insteadOfObject = (value: unknown): string =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? "" : `, not ${shown(value)}`

/** What could have stood in the place of a wrong name, with the one that was probably meant. */
export const oneOf = (known: readonly string[], wrong: unknown): string =>
  `expected ${known.length === 1 ? "" : "one of "}${listed(known)}, not ${shown(wrong)}${typeof wrong === "string" ? nearest(wrong, known) : ""}`

const listedMax = 60

/** Names with commas between them; of very many the first ones. */
export const listed = (known: readonly string[]): string =>
  known.length <= listedMax
    ? known.join(", ")
    : `${known.slice(0, listedMax).join(", ")} and ${known.length - listedMax} more`

/** No name is this long: what is longer is not near any. */
const nameMax = 100

/** A hint at the name that was probably meant; nothing if none is near. */
export const nearest = (name: string, known: readonly string[]): string => {
  if (name.length > nameMax) return ""
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: distanceBetween(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(2, name.length / 3)
    ? `; did you mean ${best.candidate}?`
    : ""
}

/** How many letters must be changed, added or taken away to get from one word to the other. */
const distanceBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    row = next
  }
  return row[b.length] ?? 0
}
