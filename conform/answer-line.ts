import { isUtf8 } from "node:buffer"
import { shortened } from "./fault.ts"
import type { Reply } from "./peer.ts"
import type { FaultCode } from "./wire.ts"

/** The longest line that is read, in bytes: a thousand times the length of a usual state. */
export const lineMax = 1024 * 1024

/** How deep an answer may be nested: twice as deep as a state. */
const depthMax = 32

/**
 * How many lists and objects an answer may have: each takes memory, however short it is. The largest clusters need a
 * third of this.
 */
const partsMax = 100_000

/** What a list or an object weighs, beside its text, in bytes of text. */
const partWeight = 64

/** Why a line is no answer: a code, and a sentence. */
export type BadLine = { readonly code: FaultCode; readonly detail: string }

/** A line as an answer, or why it is none. Its content is judged later. */
export const takeAnswer = (line: Buffer | string): Reply | BadLine => {
  const bytes = typeof line === "string" ? Buffer.from(line, "utf8") : line
  if (bytes.length > lineMax) return { code: "too-long", detail: tooLong }
  if (!isUtf8(bytes)) return { code: "not-json", detail: "expected UTF-8, and these bytes are none" }
  const text = bytes.toString("utf8")
  const { end, depth, parts } = firstObject(bytes)
  if (parts > partsMax)
    return {
      code: "malformed",
      detail: `expected at most ${partsMax.toLocaleString("en-US")} lists and objects`,
    }
  if (depth > depthMax)
    return { code: "malformed", detail: `expected an answer nested at most ${depthMax} deep` }
  const json = parsed(text)
  if (json !== null) return replyOf(text, json, bytes.length + partWeight * parts)
  const rest = end === null ? "" : bytes.subarray(end).toString("utf8").trimStart()
  if (end === null || rest === "" || parsed(bytes.subarray(0, end).toString("utf8")) === null)
    return { code: "not-json", detail: "expected an answer: one JSON object on a line" }
  return rest.startsWith("{")
    ? { code: "no-newline", detail: "expected one answer a line, and there are two" }
    : { code: "not-json", detail: "expected nothing after the answer on its line, and there is more" }
}

/** How long a text in an answer may be that is kept whole, in characters; and how much is kept of a longer one. */
const textMax = 4_000
const textStart = 250

/** An answer as far as it is kept: of a long text in it, its start and its length. */
export const replyOf = (line: string, json: Reply["json"], weight = 0): Reply =>
  line.length <= textMax
    ? { line, json, weight }
    : { line: copied(shortened(line)), json: withoutLongTexts(json) as Reply["json"], weight }

const withoutLongTexts = (json: unknown): unknown => {
  if (typeof json === "string") return kept(json)
  if (Array.isArray(json)) return json.map(withoutLongTexts)
  if (typeof json !== "object" || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [kept(key), withoutLongTexts(value)]))
}

const kept = (text: string): string => (text.length <= textMax ? text : copied(shortened(text, textStart)))

/** A copy of the text: a slice would keep the whole text in memory. */
const copied = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le")

/** The message about a line that is too long. */
export const tooLong = `no answer is longer than ${lineMax.toLocaleString("en-US")} bytes`

/** Why an answer is not the expected one; null if it is. `expected` is null where none is. */
export const misnumbered = (
  { seq }: Reply["json"],
  expected: number | null,
  lastSeq: number,
): BadLine | null => {
  if (typeof seq !== "number")
    return {
      code: "malformed",
      detail: `expected the number of the ask in seq, not ${seq === undefined ? "nothing" : shortened(JSON.stringify(seq), 60)}`,
    }
  if (seq === expected) return null
  const next = expected ?? lastSeq + 1
  if (seq < next && seq > 0) return { code: "answered-twice", detail: `ask ${seq} was answered before` }
  return {
    code: "wrong-seq",
    detail:
      expected === null
        ? `nothing was asked, and ask ${seq} is answered`
        : `expected the answer to ask ${expected}, not to ${seq}`,
  }
}

const parsed = (text: string): Reply["json"] | null => {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Reply["json"]) : null
  } catch {
    return null
  }
}

const [quote, backslash, open, openList, close, closeList] = Buffer.from('"\\{[}]')

/**
 * Where the first JSON object of a line ends, null if it does not; how deep it is nested, and how many parts it has. One
 * pass.
 */
const firstObject = (
  bytes: Buffer,
): { readonly end: number | null; readonly depth: number; readonly parts: number } => {
  let depth = 0
  let parts = 0
  let deepest = 0
  let isInString = false
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (isInString) {
      if (byte === backslash) at += 1
      else if (byte === quote) isInString = false
    } else if (byte === quote) isInString = true
    else if (byte === open || byte === openList) {
      depth += 1
      parts += 1
      if (depth > deepest) deepest = depth
    } else if (byte === close || byte === closeList) {
      depth -= 1
      if (depth <= 0) return { end: at + 1, depth: deepest, parts }
    }
  }
  return { end: null, depth: deepest, parts }
}
