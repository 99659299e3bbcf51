import type { Json, ObservationSchema } from "./observation.ts"

/**
 * A line of a log that has nothing but a time, an action and a state, in this order and without blanks.
 *
 * Shape  `action` is the action's text; `state` is where the state's text begins, which ends one letter before the line does;
 *        null where there is none.
 */
type PlainLine = { readonly action: string; readonly state: number | null }

const plainTime = /\{"t":(?:0|[1-9][0-9]{0,15}),/y

/**
 * The parts of a line, found without a parser; null if the line is not plain. They are what a parser would find if the
 * action's text is JSON, and the state's text is.
 */
export const plainLine = (text: string): PlainLine | null => {
  plainTime.lastIndex = 0
  const begin = plainTime.test(text) ? plainTime.lastIndex : 1
  if (!text.startsWith(actionName, begin) || text.charCodeAt(0) !== openBrace) return null
  const from = begin + actionName.length
  const end = text.indexOf("}", from) + 1
  if (end === 0 || text.charCodeAt(text.length - 1) !== closeBrace) return null
  const action = text.slice(from, end)
  if (end === text.length - 1) return { action, state: null }
  return text.startsWith(stateName, end) ? { action, state: end + stateName.length } : null
}

const [comma, openBrace, closeBrace] = [44, 123, 125]
const actionName = '"action":'
const stateName = ',"state":'

/**
 * Whether a text goes on, from `at`, as JSON.stringify writes what an observation schema shows of a state: where that
 * ends, or -1.
 */
type TextMatch = (state: Json, text: string, at: number) => number

/**
 * What compares the states of a run, one after the other, with texts. They share what a step did not change, so at each
 * place the last text is kept.
 */
export const textMatchOf = (schema: ObservationSchema): TextMatch => {
  let last: Json | undefined
  let lastText = ""
  const match = schema.tag === "value" ? matchWhole : partsMatch(schema)
  return (json, text, at) => {
    if (json === last) return text.startsWith(lastText, at) ? at + lastText.length : -1
    const end = match(json, text, at)
    if (end < 0) return -1
    last = json
    lastText = text.slice(at, end)
    return end
  }
}

const matchWhole: TextMatch = (json, text, at) => {
  const whole = JSON.stringify(json)
  return text.startsWith(whole, at) ? at + whole.length : -1
}

/** What compares an object part by part; what is no object is compared whole. */
const partsMatch = (schema: Exclude<ObservationSchema, { readonly tag: "value" }>): TextMatch => {
  const parts = new Map<string, Part | null>()
  const partOf = (name: string): Part | null => {
    const below = schema.tag === "ids" ? schema.each : schema.fields[name]
    const part = below === undefined ? null : { key: `${JSON.stringify(name)}:`, match: textMatchOf(below) }
    if (parts.size >= partsMax) parts.clear()
    parts.set(name, part)
    return part
  }
  return (json, text, at) => {
    if (!isObject(json)) return matchWhole(json, text, at)
    let end = at
    for (const name in json) {
      const value = json[name]
      const known = parts.get(name)
      const part = known === undefined ? partOf(name) : known
      if (value === undefined || part === null) continue
      if (text.charCodeAt(end) !== (end === at ? openBrace : comma) || !text.startsWith(part.key, end + 1))
        return -1
      end = part.match(value, text, end + 1 + part.key.length)
      if (end < 0) return -1
    }
    if (end === at) return text.startsWith("{}", at) ? at + 2 : -1
    return text.charCodeAt(end) === closeBrace ? end + 1 : -1
  }
}

const isObject = (json: Json): json is { readonly [field: string]: Json | undefined } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

type Part = { readonly key: string; readonly match: TextMatch }

/** How many ids are remembered at one place: copies come and go. */
const partsMax = 1000
