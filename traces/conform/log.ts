import { createReadStream } from "node:fs"
import * as Schema from "effect/Schema"
import type { Config } from "../../model/config.ts"
import { BadInput, configOf, decode } from "../read.ts"
import { ConfigJson } from "../schema.ts"
import type { Json } from "./observation.ts"
import type { AskedAction } from "./profile.ts"
import { logActionOf, profileNames } from "./wire.ts"

/**
 * What a log may say of itself in its first line, in place of flags: the cluster, which profile, what of the state its
 * lines show completely, and what happened without being logged.
 */
export const LogHeader = Schema.Struct({
  config: ConfigJson,
  profile: Schema.optionalKey(Schema.Literals(profileNames)),
  observes: Schema.optionalKey(Schema.Array(Schema.String)),
  silent: Schema.optionalKey(Schema.Array(Schema.String)),
})

/** A line of a log: what happened, or what was seen, or both. `t` is whatever time it was; nothing is read from it. */
export type LogLine = {
  readonly number: number
  readonly action: AskedAction | null
  readonly state: Json | undefined
}

/** Lines of text that follow each other: the number of the first, from 1. Some may be empty. */
export type TextLines = { readonly first: number; readonly texts: readonly string[] }

/** The lines of a file, many at a time. Throws BadInput. */
export async function* textLines(file: string): AsyncGenerator<TextLines> {
  let rest = ""
  let number = 0
  try {
    for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 18 })) {
      const texts = (rest + (chunk as string)).split("\n")
      rest = texts.pop() ?? ""
      const first = number + 1
      number += texts.length
      yield { first, texts }
    }
  } catch (cause) {
    const { code } = cause as { code?: string }
    if (code === undefined) throw cause
    throw new BadInput({ message: `${file}: cannot be read (${code})` })
  }
  if (rest !== "") yield { first: number + 1, texts: [rest] }
}

/** The JSON object in a line. Throws BadInput. */
export const objectIn = (
  file: string,
  number: number,
  text: string,
): { readonly [field: string]: Json | undefined } => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new BadInput({ message: `${file}: line ${number}: is not JSON: ${(cause as Error).message}` })
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new BadInput({
      message: `${file}: line ${number}: expected an object, like {"action":…,"state":…}`,
    })
  return json as { readonly [field: string]: Json | undefined }
}

/** The header in a first line; null if that is a line like the others. Throws BadInput. */
export const headerIn = (
  where: string,
  json: object,
): (typeof LogHeader.Type & { readonly cluster: Config }) | null => {
  if (!("config" in json)) return null
  const header = decode(where, LogHeader, json, [])
  return { ...header, cluster: configOf(where, header.config, ["config"]) }
}

/** An action's fields, one after the other: quicker to make than its JSON, and as telling. */
const signatureOf = (json: Json): string => {
  if (typeof json !== "object" || json === null) return JSON.stringify(json)
  let text = ""
  for (const [field, value] of Object.entries(json))
    text += `${field}=${typeof value === "string" ? value : JSON.stringify(value)};`
  return text
}

/** What reads the lines of a log; actions that it has met before are not checked again. */
export const lineReader = (file: string, profile: "pair" | "lock") => {
  const known = new Map<string, AskedAction>()
  const actionOf = (number: number, json: Json): AskedAction => {
    const text = signatureOf(json)
    const before = known.get(text)
    if (before !== undefined) return before
    const action = logActionOf(`${file}: line ${number}`, profile, json)
    known.set(text, action)
    return action
  }
  return (number: number, json: { readonly [field: string]: Json | undefined }): LogLine => {
    for (const field in json)
      if (field !== "t" && field !== "action" && field !== "state")
        throw new BadInput({ message: `${file}: line ${number}: expected t, action or state, not ${field}` })
    const { action, state } = json
    return {
      number,
      action: action === undefined ? null : actionOf(number, action),
      state,
    }
  }
}
