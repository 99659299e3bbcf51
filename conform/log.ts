import { isUtf8 } from "node:buffer"
import { constants, createReadStream, openSync, statSync } from "node:fs"
import { Socket } from "node:net"
import type { Readable } from "node:stream"
import * as Schema from "effect/Schema"
import type { Config } from "../model/config.ts"
import { pairIdOf, type CopyId } from "../model/ids.ts"
import { isOfSystem } from "../traces/atomic-file.ts"
import { BadInput, bad, insteadOfObject, oneOf } from "../traces/bad-input.ts"
import { systemReason } from "../traces/system-error.ts"
import { jsonIn, notUtf8, withoutMark } from "../traces/input-file.ts"
import { printable } from "../traces/printable.ts"
import { decode } from "../traces/decode.ts"
import { configOf } from "../traces/config.ts"
import { ConfigJson } from "../traces/schema.ts"
import { lineCutter } from "./lines.ts"
import type { Json } from "./observation.ts"
import { inOrder } from "./pair-profile.ts"
import type { AskedAction } from "./profile.ts"
import { profileNames } from "./profile-name.ts"
import { logActionOf } from "./wire.ts"

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

/**
 * A line of a log: what happened, or what was seen, or both, and when.
 *
 * Shape  `t` is in milliseconds from any beginning. Where nothing is read from it, it may be anything, and is left out.
 */
export type LogLine = {
  readonly number: number
  readonly t?: number
  readonly action: AskedAction | null
  readonly state: Json | undefined
}

/** Lines of text that follow each other: the number of the first, from 1. Some may be blank. */
type TextLines = { readonly first: number; readonly texts: readonly string[] }

/** The longest line that is read, in bytes. */
export const lineMax = 16 * 1024 * 1024

/**
 * The lines of a file, or a pipe, or with `-` of stdin, many at a time; of a long log no more is held at once. Ends
 * early where the signal is given. Throws BadInput.
 */
export async function* textLines(file: string, stop?: AbortSignal): AsyncGenerator<TextLines> {
  const stream = opened(file)
  const stopped = (): void => void stream.destroy()
  stop?.addEventListener("abort", stopped)
  const cutter = lineCutter()
  let number = 0
  const textsOf = (lines: readonly Buffer[]): TextLines => {
    const first = number + 1
    return { first, texts: lines.map((line) => textOf(file, (number += 1), line)) }
  }
  try {
    for await (const chunk of stream) {
      const ended = cutter.take(chunk as Buffer)
      if (ended.length > 0) yield textsOf(ended)
      if (cutter.length() > lineMax) throw tooLong(file, number + 1)
    }
    if (cutter.length() > 0) yield textsOf(cutter.take(Buffer.from("\n")))
  } catch (cause) {
    if (stop?.aborted === true) return
    throw unreadable(file, cause)
  } finally {
    stop?.removeEventListener("abort", stopped)
    stream.destroy()
  }
}

const opened = (file: string): Readable => {
  try {
    return streamOf(file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** What the system refuses, as bad input; anything else as it is. */
const unreadable = (file: string, cause: unknown): unknown =>
  isOfSystem(cause) ? new BadInput({ message: `${file}: cannot be read (${systemReason(cause)})` }) : cause

const streamOf = (file: string): Readable => {
  if (file === "-") return process.stdin
  const found = statSync(file, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile() && !found.isFIFO())
    throw new BadInput({
      message: `${file}: cannot be read (expected a file or a pipe, and it is ${found.isDirectory() ? "a folder" : "neither"})`,
    })
  return found?.isFIFO() === true ? pipeOf(file) : createReadStream(file, { highWaterMark: 1 << 18 })
}

/** A pipe, which may wait for its writer: read so that a signal is heard meanwhile. */
const pipeOf = (file: string): Readable =>
  new Socket({
    fd: openSync(file, constants.O_RDONLY | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  })

const textOf = (file: string, number: number, line: Buffer): string => {
  if (line.length > lineMax) throw tooLong(file, number)
  if (!isUtf8(line)) throw bad(`${file}: line ${number}`, [], notUtf8(line))
  const text = line.toString("utf8")
  return number === 1 ? withoutMark(text) : text
}

const tooLong = (file: string, number: number): BadInput =>
  new BadInput({ message: `${file}: line ${number}: expected ${lineMax / 1024 / 1024} MiB at the most` })

/** Whether there is nothing in a line. */
export const isBlank = (text: string): boolean => text.trim() === ""

/** The JSON object in a line. Throws BadInput. */
export const objectIn = (
  file: string,
  number: number,
  text: string,
): { readonly [field: string]: Json | undefined } => {
  const json = jsonIn(`${file}: line ${number}`, text, true)
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new BadInput({
      message: `${file}: line ${number}: expected an object, like {"action":…,"state":…}${insteadOfObject(json)}`,
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

/** How many actions are remembered at the most. */
const knownMax = 10_000

/**
 * What reads the lines of a log, and when they were written where that `isTimed`. Actions that it has met before, letter by letter,
 * are not checked again.
 *
 * Shape  `read` takes a line's JSON, and throws BadInput; `actionIn` an action's text, and is null where something is wrong with it.
 */
export const lineReader = (
  file: string,
  profile: "pair" | "lock",
  cluster: Config,
  isTimed = cluster.time !== undefined,
) => {
  const known = new Map<string, AskedAction>()
  const actionOf = (number: number, json: Json): AskedAction => {
    const text = JSON.stringify(json)
    const before = known.get(text)
    if (before !== undefined) return before
    const where = `${file}: line ${number}`
    const action = inOrder(logActionOf(where, profile, json))
    checkNames(where, cluster, action)
    if (known.size >= knownMax) known.clear()
    known.set(text, action)
    return action
  }
  const read = (number: number, json: { readonly [field: string]: Json | undefined }): LogLine => {
    for (const field in json)
      if (field !== "t" && field !== "action" && field !== "state")
        throw bad(`${file}: line ${number}`, [], `expected t, action or state, not ${printable(field, 80)}`)
    const { t, action, state } = json
    return {
      number,
      ...(t === undefined || !isTimed ? {} : { t: timeOf(`${file}: line ${number}`, t) }),
      action: action === undefined ? null : actionOf(number, action),
      state,
    }
  }
  const actionIn = (number: number, text: string): AskedAction | null => {
    const before = known.get(text)
    if (before !== undefined) return before
    try {
      return actionOf(number, JSON.parse(text) as Json)
    } catch {
      return null
    }
  }
  return { read, actionIn }
}

/** When a line was written. Throws BadInput. */
const timeOf = (where: string, t: Json): number => {
  if (typeof t === "number" && Number.isFinite(t)) return t
  throw bad(
    where,
    ["t"],
    `expected milliseconds, a number, not ${typeof t === "number" ? t : printable(JSON.stringify(t), 80)}`,
  )
}

/** That an action speaks of hosts and pairs that there are. Throws BadInput. */
const checkNames = (where: string, cluster: Config, action: AskedAction): void => {
  const hosts: readonly unknown[] = cluster.hosts.map(({ id }) => id)
  const pairs: readonly unknown[] = cluster.pairs.map(({ id }) => id)
  const { host, hosts: ends, pair, copy } = action
  const of = typeof copy === "string" ? pairIdOf(copy as CopyId) : pair
  for (const [at, named] of [["host", host] as const, ...endsNamed(ends)])
    if (named !== undefined && !hosts.includes(named))
      throw bad(where, ["action", at], oneOf(hosts as readonly string[], named))
  if (Array.isArray(ends) && ends[0] === ends[1])
    throw bad(where, ["action", "hosts"], "expected two different hosts")
  if (of !== undefined && !pairs.includes(of))
    throw bad(where, ["action", copy === undefined ? "pair" : "copy"], oneOf(pairs as readonly string[], of))
}

const endsNamed = (ends: Json | undefined): readonly (readonly [string, Json])[] =>
  Array.isArray(ends) ? ends.map((end: Json) => ["hosts", end] as const) : []
