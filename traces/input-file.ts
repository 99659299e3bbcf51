import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { BadInput, bad } from "./bad-input.ts"

/** The largest file that is read whole, in bytes. */
export const fileMax = 16 * 1024 * 1024

/** How deep lists and objects in a file may stand within each other. */
export const depthMax = 100

/** The JSON in a file. Throws `BadInput`: a folder, a device or a pipe is none, nor is a file that is too large. */
export const readJson = (file: string): unknown => jsonIn(file, readText(file))

/** The JSON in a text. Throws `BadInput`. */
export const jsonIn = (file: string, text: string): unknown => {
  if (depthOf(text) > depthMax)
    throw bad(file, [], `expected lists and objects within each other ${depthMax} deep at the most`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\s+/g, " ")
    throw new BadInput({ message: `${file}: is not JSON: ${reason}` })
  }
  // A key that would change what an object is where it is copied.
  if (text.includes("__proto__") || text.includes("\\u")) refuseHostileKeys(file, json)
  return json
}

/** How deep the brackets of a JSON text go; of a text that is not JSON, no less than its parser would go. */
const depthOf = (text: string): number => {
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

/** Where the string that begins at `start` ends. */
const endOfString = (text: string, start: number): number => {
  let i = start + 1
  while (i < text.length && text.charCodeAt(i) !== quote) i += text.charCodeAt(i) === backslash ? 2 : 1
  return i
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [34, 92, 91, 93, 123, 125]

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
    throw new BadInput({ message: `${file}: expected a text in UTF-8` })
  }
}

const bytesOf = (file: string): Uint8Array => {
  try {
    // A pipe without a writer would not be opened otherwise.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if (!fstatSync(handle).isFile())
        throw new BadInput({ message: `${file}: cannot be read (expected a file, and it is none)` })
      return bytesIn(file, handle)
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    if (cause instanceof BadInput) throw cause
    const { code, message } = cause as { code?: string; message: string }
    throw new BadInput({ message: `${file}: cannot be read (${code ?? message})` })
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
