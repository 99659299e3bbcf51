import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { BadInput, bad } from "./bad-input.ts"
import { systemReason } from "./system-error.ts"
import { depthOf, jsonFaultIn, repeatedKeyIn } from "./json-text.ts"

/** The largest file that is read whole, in bytes. */
export const fileMax = 16 * 1024 * 1024

/** How deep lists and objects in a file may stand within each other. */
export const depthMax = 100

/**
 * The JSON in a file. Throws `BadInput`: a folder, a device or a pipe is none, nor is a file that is too large, or in
 * which a key stands twice in an object.
 */
export const readJson = (file: string): unknown => {
  const text = readText(file)
  const json = jsonIn(file, text)
  const repeated = repeatedKeyIn(text)
  if (repeated === null) return json
  const { at, line, column } = repeated
  throw bad(file, at, `expected each key once, and this one stands again in line ${line}, column ${column}`)
}

/**
 * The JSON in a text. Of a key that stands twice in an object, the last one counts. Throws `BadInput`, with the line and
 * the column; of a text that is a line of a file, which `file` then names too, only the column.
 */
export const jsonIn = (file: string, text: string, isLine = false): unknown => {
  if (depthOf(text) > depthMax)
    throw bad(file, [], `expected lists and objects within each other ${depthMax} deep at the most`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    const fault = jsonFaultIn(text)
    if (fault === null) throw cause
    const { line, column, expected } = fault
    throw bad(file, [], `is not JSON: ${isLine ? "" : `line ${line}, `}column ${column}: ${expected}`)
  }
  // A key that would change what an object is where it is copied.
  if (text.includes("__proto__") || text.includes("\\u")) refuseHostileKeys(file, json)
  return json
}

const refuseHostileKeys = (file: string, json: unknown, at: readonly string[] = []): void => {
  if (typeof json !== "object" || json === null) return
  if (Object.hasOwn(json, "__proto__")) throw bad(file, [...at, "__proto__"], "unknown key")
  for (const [key, value] of Object.entries(json)) refuseHostileKeys(file, value, [...at, key])
}

/** The text of a file, without a byte order mark. Throws `BadInput`. */
export const readText = (file: string): string => {
  const bytes = bytesOf(file)
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    throw bad(file, [], notUtf8(bytes))
  }
}

/** What is wrong with bytes that are no text in UTF-8, by the first of them. */
export const notUtf8 = (bytes: Uint8Array): string => {
  const mark = `${bytes[0]} ${bytes[1]}`
  const isUtf16 = mark === "255 254" || mark === "254 255"
  return `expected a text in UTF-8${isUtf16 ? ", and this begins as UTF-16 does" : ""}`
}

/** A text without the byte order mark that it may begin with. */
export const withoutMark = (text: string): string => (text.startsWith("\ufeff") ? text.slice(1) : text)

const bytesOf = (file: string): Uint8Array => {
  try {
    // A pipe without a writer would not be opened otherwise.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if (!fstatSync(handle).isFile())
        throw new BadInput({ message: `${file}: cannot be read (expected a regular file)` })
      return bytesIn(file, handle)
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    if (cause instanceof BadInput) throw cause
    throw new BadInput({ message: `${file}: cannot be read (${systemReason(cause)})` })
  }
}

/** All bytes of an open file, whatever size it says that it has: it may grow meanwhile, or not know. */
const bytesIn = (file: string, handle: number): Uint8Array => {
  const chunks: Buffer[] = []
  let size = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize)
    const length = readSync(handle, chunk)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, length))
    size += length
    if (size > fileMax)
      throw new BadInput({
        message: `${file}: cannot be read (expected ${fileMax / 1024 / 1024} MiB at the most)`,
      })
  }
}

const chunkSize = 1 << 18
