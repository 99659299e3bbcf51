/** A place in a text: line and column, from 1. */
type Place = { readonly line: number; readonly column: number }

/** Where a key stands in its object a second time: the keys and numbers that lead to it, and the place. */
type RepeatedKey = Place & { readonly at: readonly string[] }

/** An object or a list whose end is still to come, and where in it the text is; `keys` are an object's so far. */
type Open = { at: string | number; isKeyNext: boolean; readonly keys: Set<string> | null }

/** How deep the brackets of a JSON text go; of a text that is not JSON, no less than its parser would go. */
export const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i)
    if (char === quote) i = endOfString(text, i)
    else if (char === openBracket || char === openBrace) deepest = Math.max(deepest, (depth += 1))
    else if (char === closeBracket || char === closeBrace) depth -= 1
  }
  return deepest
}

/** The first key of a JSON text that its object has had before, of which a parser keeps only the last; null if none. */
export const repeatedKeyIn = (text: string): RepeatedKey | null => {
  const open: Open[] = []
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i)
    const inner = open.at(-1)
    if (char === quote) {
      const end = endOfString(text, i)
      if (inner?.keys != null && inner.isKeyNext) {
        const key = JSON.parse(text.slice(i, end + 1)) as string
        inner.at = key
        inner.isKeyNext = false
        if (inner.keys.has(key)) return { at: open.map(({ at }) => String(at)), ...placeIn(text, i) }
        inner.keys.add(key)
      }
      i = end
    } else if (char === openBrace) open.push({ at: "", isKeyNext: true, keys: new Set() })
    else if (char === openBracket) open.push({ at: 0, isKeyNext: false, keys: null })
    else if (char === closeBrace || char === closeBracket) open.pop()
    else if (char === comma && inner !== undefined) {
      if (typeof inner.at === "number") inner.at += 1
      else inner.isKeyNext = true
    }
  }
  return null
}

/** Where a text first is no JSON, and what is expected there, with what is there instead. */
type JsonFault = Place & { readonly expected: string }

/** The first place at which a text is no JSON; null if it is JSON. */
export const jsonFaultIn = (text: string): JsonFault | null => {
  const ends: ("}" | "]")[] = []
  let expected: keyof typeof expectations = "value"
  const faultAt = (at: number, words: string): JsonFault => ({
    ...placeIn(text, at),
    expected: `expected ${words}, ${at < text.length ? `not ${JSON.stringify(text[at])}` : "and nothing is there"}`,
  })
  for (let i = 0; ;) {
    i = matchedEnd(blank, text, i)
    const char = text[i]
    const isKey: boolean = expected === "key" || expected === "first key"
    const isValue = expected === "value" || expected === "first item"
    const wrong = faultAt.bind(null, i, expectations[expected])
    if (char === undefined) return expected === "end" ? null : wrong()
    if (char === ends.at(-1) && /^(first|next)/.test(expected)) ends.pop()
    else if (char === '"' && (isKey || isValue)) {
      const end = textEnd(text, i)
      if ("expected" in end) return faultAt(end.at, end.expected)
      i = end.at - 1
    } else if (isValue && (char === "{" || char === "[")) {
      ends.push(char === "{" ? "}" : "]")
      expected = char === "{" ? "first key" : "first item"
      i += 1
      continue
    } else if (isValue && matchedEnd(scalar, text, i) > i) i = matchedEnd(scalar, text, i) - 1
    else if ((expected === "colon" && char === ":") || (expected === "next item" && char === ",")) {
      expected = "value"
      i += 1
      continue
    } else if (expected === "next key" && char === ",") {
      expected = "key"
      i += 1
      continue
    } else return wrong()
    i += 1
    expected = isKey && char === '"' ? "colon" : afterValue(ends.at(-1))
  }
}

const afterValue = (end: "}" | "]" | undefined): keyof typeof expectations =>
  end === undefined ? "end" : end === "}" ? "next key" : "next item"

const expectations = {
  value: "a value",
  "first item": 'a value or "]"',
  "next item": '"," or "]"',
  key: "a key in quotes",
  "first key": 'a key in quotes or "}"',
  "next key": '"," or "}"',
  colon: '":"',
  end: "nothing more",
} as const

const blank = /[ \t\n\r]*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Where what a pattern matches at a place ends; the place itself if it matches nothing there. */
const matchedEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Behind the quotes of a text that begins at `start`; or the place in it that no JSON may have, and what may be there. */
const textEnd = (
  text: string,
  start: number,
): { readonly at: number } | { readonly at: number; readonly expected: string } => {
  for (let i = start + 1; ; i += 1) {
    const code = text.charCodeAt(i)
    if (code === quote) return { at: i + 1 }
    if (!(code >= 0x20)) return { at: i, expected: "the end of a text in quotes" }
    if (code !== backslash) continue
    const end = matchedEnd(escape, text, i)
    if (end === i) return { at: i, expected: "an escape of JSON" }
    i = end - 1
  }
}

const placeIn = (text: string, at: number): Place => {
  const before = text.slice(0, at).split("\n")
  return { line: before.length, column: (before.at(-1) as string).length + 1 }
}

/** Where the string that begins at `start` ends. */
const endOfString = (text: string, start: number): number => {
  let i = start + 1
  while (i < text.length && text.charCodeAt(i) !== quote) i += text.charCodeAt(i) === backslash ? 2 : 1
  return i
}

const [quote, comma, backslash, openBracket, openBrace, closeBracket, closeBrace] = [
  34, 44, 92, 91, 123, 93, 125,
]
