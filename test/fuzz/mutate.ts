import type { Dice } from "./dice.ts"

// Structure-aware mutation: JSON documents are damaged in their parts, texts in their letters. What JSON.stringify
// cannot write (depth, numbers that are none) stands in a document as a word that is replaced in its text.

/** Any JSON, as it is mutated. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** One damage, done to a document: it is drawn from its own dice, so that leaving out another changes nothing of it. */
export const damaged = (document: Json, others: readonly Json[], dice: Dice): Json => {
  const places = placesIn(document)
  const { holder, key } = dice.one(places)
  const here = valueAt(holder, key)
  const donor = (): Json => {
    const { holder: from, key: at } = dice.one(placesIn(dice.one(others)))
    return copyOf(valueAt(from, at))
  }
  const change = dice.upTo(10)
  if (change < 3) put(holder, key, hostileValue(dice, here))
  else if (change < 4) remove(holder, key)
  else if (change < 5) duplicate(holder, key, dice)
  else if (change < 6) put(holder, key, retyped(here, dice))
  else if (change < 7) put(holder, key, donor())
  else if (change < 8) rename(holder, key, dice.one(hostileKeys))
  else if (change < 9) swap(holder, key, dice.one(places))
  else insert(here, dice, donor)
  return holder[root] ?? document
}

/** What holds a value, and under which key. The document itself is held under a key of its own. */
type Place = { readonly holder: Holder; readonly key: string | number }
type Holder = { [key: string | number]: Json } | Json[]
type Place0 = { readonly holder: { [key: string]: Json }; readonly key: string }

const root = "the document"

const placesIn = (document: Json): readonly (Place & { readonly holder: { [key: string]: Json } })[] => {
  const outside: Place0 = { holder: { [root]: document }, key: root }
  const places: Place[] = [outside]
  for (let n = 0; n < places.length && n < placesMax; n += 1) {
    const { holder, key } = places[n] ?? outside
    const value = valueAt(holder, key)
    if (typeof value === "object" && value !== null)
      for (const inner of Array.isArray(value) ? value.keys() : Object.keys(value))
        places.push({ holder: value, key: inner })
  }
  return places as never
}

const placesMax = 5_000

const valueAt = (holder: Holder, key: string | number): Json =>
  (holder as { [key: string | number]: Json })[key] ?? null

/** Sets a key as JSON.parse does: `__proto__` is a key like any other. */
const put = (holder: Holder, key: string | number, value: Json): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

const remove = (holder: Holder, key: string | number): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else if (key !== root) Reflect.deleteProperty(holder, key)
}

const duplicate = (holder: Holder, key: string | number, dice: Dice): void => {
  const value = valueAt(holder, key)
  const times = dice.one([1, 1, 2, 300])
  if (Array.isArray(holder))
    holder.splice(Number(key), 0, ...Array.from({ length: times }, () => copyOf(value)))
  else if (key !== root) put(holder, `${key}${dice.one(["2", " ", "\u0000", "x"])}`, copyOf(value))
}

const rename = (holder: Holder, key: string | number, name: string): void => {
  if (Array.isArray(holder) || key === root) return
  const value = valueAt(holder, key)
  Reflect.deleteProperty(holder, key)
  put(holder, name, value)
}

const swap = (holder: Holder, key: string | number, other: Place): void => {
  const [here, there] = [copyOf(valueAt(holder, key)), copyOf(valueAt(other.holder, other.key))]
  put(other.holder, other.key, here)
  put(holder, key, there)
}

const insert = (here: Json, dice: Dice, donor: () => Json): void => {
  if (Array.isArray(here)) here.splice(dice.upTo(here.length + 1), 0, donor())
  else if (typeof here === "object" && here !== null) put(here, dice.one(hostileKeys), donor())
}

export const copyOf = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json

/** What a value is called in a text: objects may have a toString that is none. */
const wordOf = (value: Json): string => (typeof value === "object" ? "object" : String(value))

/** The same said in another type. */
const retyped = (value: Json, dice: Dice): Json =>
  dice.one<() => Json>([
    () => (typeof value === "object" ? JSON.stringify(value).slice(0, 1_000) : wordOf(value)),
    () => [value],
    () => ({ value }),
    () => (typeof value === "string" ? Number(value.replace(/\D/g, "")) : wordOf(value)),
    () =>
      Array.isArray(value)
        ? Object.fromEntries(value.entries())
        : typeof value === "object" && value !== null
          ? Object.values(value)
          : !value,
    () => ({ "#bigint": wordOf(value) }),
    () => ({ "#map": [[wordOf(value), value]] }),
  ])()

const hostileValue = (dice: Dice, here: Json): Json => {
  if (typeof here === "number" && dice.upTo(2) === 0)
    return dice.one([here + 1, here - 1, -here, here * 1000, here + 0.5])
  if (typeof here === "string" && dice.upTo(2) === 0)
    return dice.one<() => string>([
      () => here.slice(0, -1),
      () => here.toUpperCase(),
      () => ` ${here}`,
      () => here + dice.one(hostileTexts),
      () => here.replace(/\d+/, (digits) => String(Number(digits) + 1)),
      () => here.replace(/\d+/, "0$&"),
    ])()
  return dice.one<() => Json>([
    () => dice.one<Json>([null, true, false, 0, -1, 1, 2, 0.5, "", [], {}]),
    () => dice.one([2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e300, 1e9, 1_000_000]),
    () => dice.one(hostileTexts),
    () => dice.one(rawWords),
    () => dice.one(names),
    () => ({ toString: 1, valueOf: 1, constructor: null }),
    () => ({ "#ignore": true }),
  ])()
}

/** What may be taken for a member that every object has. */
const hostileKeys = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "prototype",
  "length",
  "0",
  "",
  "#meta",
  "#map",
  "#bigint",
  "config",
  "state",
  "action",
  "loop",
  "expect",
  "a key",
  "k\u001b[2J\n",
]

const hostileTexts = [
  "\u001b[2J\u001b]0;x\u0007",
  "\n\r\nftpair: faked",
  "\u0000",
  "\ud800",
  "\u202etxet",
  "\u2028",
  "\u009b31m",
  "x".repeat(3_000),
  "x".repeat(100_000),
  "__proto__",
  "constructor",
  "ftpair/1",
  "<script>",
  "é€😀",
  "0",
  "9007199254740993",
  "-0",
  "NaN",
]

const names = [
  "h1",
  "h2",
  "h9",
  "p1",
  "p2",
  "p1.1",
  "p1.2",
  "p1.9",
  "p9.1",
  "gone",
  "S1",
  "L1",
  "none",
  "ftpair/1",
  "pair",
  "lock",
  "placement",
]

const deep = "@deep@"
const rawWords = [
  `${deep}50`,
  `${deep}200`,
  `${deep}20000`,
  "@raw@1e400",
  "@raw@-0",
  "@raw@1e-400",
  "@raw@NaN",
  "@raw@'x'",
  "@raw@01",
  "@raw@",
]

/** How deep lists are nested at the most: damage to the number of a nesting may make it any. */
const deepest = 100_000

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth)

/** The text of a document, with what JSON.stringify cannot write. */
export const textOf = (json: Json): string =>
  JSON.stringify(json)
    .replace(/"@deep@(\d+)"/g, (_, depth: string) => nested(Math.min(Number(depth), deepest)))
    .replace(/"@raw@([^"]*)"/g, "$1")

/** One damage, done to a text. */
export const damagedText = (text: string, dice: Dice): string => {
  const at = dice.upTo(text.length + 1)
  return dice.one<() => string>([
    () => text.slice(0, at),
    () => text.slice(at),
    () => `\ufeff${text}`,
    () => text.replaceAll("\n", "\r\n"),
    () => text + text,
    () => text.slice(0, at) + dice.one(hostileTexts) + text.slice(at),
    () =>
      text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << dice.upTo(7))) + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at + dice.upTo(50)),
    () => `\n\n${text}`,
    () => text.trimEnd(),
    () => "",
    () => dice.one(["[", "{", '"', "[".repeat(200_000), '{"a":'.repeat(100_000), "null", "[]", "0"]),
  ])()
}
