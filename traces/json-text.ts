/** Where a key stands in its object a second time: the keys and numbers that lead to it; line and column, from 1. */
type RepeatedKey = { readonly at: readonly string[]; readonly line: number; readonly column: number }

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

const placeIn = (text: string, at: number): { readonly line: number; readonly column: number } => {
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
