import { closeSync, openSync, readFileSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { CannotWrite, prepareFolder } from "../atomic-file.ts"
import { BadInput, configOf, decode } from "../read.ts"
import type { Overheard } from "./child.ts"
import type { Reply } from "./peer.ts"
import type { AskedAction } from "./profile.ts"
import type { Case } from "./repertoire.ts"
import { Hello } from "./wire.ts"

/**
 * Writes down every line of the wire as it passes, one JSON object a line: `{"ask":…}` or `{"answer":…}`; an answer that
 * is no JSON as a text. `close` tells what went wrong in writing, if something did: nothing was written from there on.
 * Throws CannotWrite where the file cannot be opened.
 */
export const recorderTo = (
  file: string,
): { readonly overheard: Overheard; readonly close: () => CannotWrite | null } => {
  prepareFolder(dirname(file))
  let failure: CannotWrite | null = null
  const attempt = <A>(act: () => A): A | null => {
    try {
      return act()
    } catch (error) {
      failure ??= new CannotWrite({ message: `${file}: cannot be written: ${(error as Error).message}` })
      return null
    }
  }
  const handle = attempt(() => openSync(file, "w"))
  if (handle === null) throw failure as unknown as CannotWrite
  return {
    overheard: (direction, line) => {
      if (failure !== null) return
      attempt(() => writeSync(handle, `{"${direction}":${isJson(line) ? line : JSON.stringify(line)}}\n`))
    },
    close: () => {
      attempt(() => {
        closeSync(handle)
      })
      return failure
    },
  }
}

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** A case as it was recorded: what was asked from a reset on, and what was answered. */
export type RecordedCase = Case & { readonly replies: readonly Reply[] }

/** A recording: who answered, and case by case what. Throws BadInput. */
export const readRecording = (
  file: string,
): { readonly hello: Hello; readonly cases: readonly RecordedCase[] } => {
  let hello: Hello | null = null
  const asked = new Map<
    unknown,
    { readonly op: string; readonly config?: unknown; readonly action?: AskedAction }
  >()
  const cases: { path: string; config: Case["config"]; actions: AskedAction[]; replies: Reply[] }[] = []
  for (const [n, text] of linesOf(file).entries()) {
    const where = `${file}: line ${n + 1}`
    const { ask, answer } = lineOf(where, text)
    if (ask !== undefined) {
      asked.set(ask["seq"], ask as never)
      continue
    }
    const to = asked.get(answer?.["seq"])
    if (answer === undefined || to === undefined)
      throw new BadInput({ message: `${where}: an answer to nothing that was asked before` })
    asked.delete(answer["seq"])
    if (to.op === "hello") hello = decode(where, Hello, answer, ["answer"])
    if (to.op === "reset")
      cases.push({
        path: `recorded/${cases.length + 1}`,
        config: configOf(where, to.config, ["ask", "config"]),
        actions: [],
        replies: [],
      })
    const current = cases.at(-1)
    if (to.op === "bye" || to.op === "hello" || current === undefined) continue
    if (to.op === "apply" && to.action !== undefined) current.actions.push(to.action)
    current.replies.push({ line: JSON.stringify(answer), json: answer })
  }
  if (hello === null) throw new BadInput({ message: `${file}: expected a recording that begins with hello` })
  return { hello, cases }
}

const linesOf = (file: string): readonly string[] => {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
  } catch (cause) {
    throw new BadInput({
      message: `${file}: cannot be read (${(cause as { code?: string }).code ?? "unknown error"})`,
    })
  }
}

type Line = { readonly ask?: Reply["json"]; readonly answer?: Reply["json"] }

const lineOf = (where: string, text: string): Line => {
  try {
    const json = JSON.parse(text) as Line | null
    if (typeof json === "object" && json !== null && ("ask" in json || "answer" in json)) return json
  } catch {
    // Told below.
  }
  throw new BadInput({ message: `${where}: expected {"ask":…} or {"answer":…}` })
}
