import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { createHash, randomBytes } from "node:crypto"
import { basename, dirname, join } from "node:path"
import { CannotWrite, isOfSystem, prepareFolder, sweepLeftovers, timeOfDay } from "./atomic-file.ts"
import { BadInput } from "./bad-input.ts"
import { systemReason } from "./system-error.ts"
import { readStory, type Story } from "./read.ts"
import type { TraceJson } from "./schema.ts"
import { fileNameOf, storyOf, traceOf, writeTrace, type Counterexample } from "./write.ts"

// The store of failures. Several commands may use it at once, and any of them may be killed at any moment. In it are
//   PROPERTY.STORY.itf.json        a failure of the protocol or of a mutant; `check` replays it
//   PROPERTY.STORY.itf.json.runs   what became of it since, a line a run: `held` or `failed`
//   conform.NAME.itf.json          a failure of an implementation: it is `conform`'s, and nobody else touches it
//   .*.tmp                         a file that is being written, or was when its process was killed
// Whatever else is there is left as it is.

/** Where the failures of this checkout are kept, below the folder in which the command is run. */
export const failuresFolder = join(".ftpair", "failures")

/**
 * Where failures are kept: in the folder that was given, or in the usual one. That one was not named by the user, so it
 * must be a folder of this place: no part of it is followed that is a symbolic link. Throws CannotWrite.
 */
export const storeAt = (given: string | undefined): string => {
  if (given !== undefined) {
    prepareFolder(given)
    return given
  }
  for (const folder of [dirname(failuresFolder), failuresFolder]) {
    const found = lstatSync(folder, { throwIfNoEntry: false })
    if (found?.isSymbolicLink() === true)
      throw new CannotWrite({
        message: `${folder}: cannot be written: expected a folder, and it is a symbolic link; --out DIR keeps failures elsewhere`,
      })
    if (found?.isDirectory() !== true) break
  }
  return failuresFolder
}

/** After how many runs in a row without it a kept failure is forgotten. */
const cleanRunsMax = 3

/** A ledger is never longer than this by our own hand. Units: bytes. */
const ledgerMax = 65_536

/** The traces in a folder, in the order of their names; none if there is no such folder. Throws BadInput. */
export const filesIn = (folder: string, ending: string): readonly string[] => {
  if (!existsSync(folder)) return []
  if (!statSync(folder).isDirectory()) throw new BadInput({ message: `${folder}: expected a folder` })
  return namesIn(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name))
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (!isOfSystem(error)) throw error
    throw new BadInput({ message: `${folder}: cannot be read (${systemReason(error)})` })
  }
}

/** An entry of the store that is no kept failure, though it is named like one: it stays where it is. */
export type SetAside = { readonly file: string; readonly why: string }

/** The kept failures of the protocol and of mutants, and what else is named like one. */
export const keptIn = (
  folder: string,
): { readonly failures: readonly Story[]; readonly setAside: readonly SetAside[] } => {
  const failures: Story[] = []
  const setAside: SetAside[] = []
  const consider = (file: string, read: () => Story | null): void => {
    try {
      const story = read()
      if (story !== null) failures.push(story)
    } catch (error) {
      if (!(error instanceof BadInput)) throw error
      setAside.push({ file, why: error.message })
    }
  }
  consider(folder, () => {
    for (const file of filesIn(folder, ".itf.json"))
      if (!basename(file).startsWith("conform.")) consider(file, () => failureIn(file))
    return null
  })
  return { failures, setAside }
}

/** The failure in a file; null if it has gone meanwhile. Throws BadInput. */
const failureIn = (file: string): Story | null => {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  // Such a name was listed with U+FFFD in place of its bytes, and does not lead back to the file.
  if (stat === undefined && file.includes("\ufffd"))
    throw new BadInput({ message: `${file}: expected a name in UTF-8` })
  if (stat === undefined) return null
  if (!stat.isFile()) throw new BadInput({ message: `${file}: expected a file, and no link or folder` })
  const story = readStory(file)
  if (story.expect?.verdict !== "breached")
    throw new BadInput({ message: `${file}: expected a failure: a trace in which a property is violated` })
  return story
}

/** Keeps a counterexample in a folder, and returns the file. The same one again takes the same file. Throws CannotWrite. */
export const keep = (folder: string, counterexample: Counterexample): string => {
  const { config, actions, side } = counterexample
  const digest = createHash("sha256")
    .update(JSON.stringify([config, actions, ...(side === undefined ? [] : [side])]))
    .digest("hex")
    .slice(0, 8)
  const story = counterexample.mutant === null ? digest : `${storyOf(counterexample.mutant)}-${digest}`
  const file = join(folder, fileNameOf(counterexample.property, story))
  const trace: TraceJson = traceOf(counterexample, file)
  sweepLeftovers(folder, timeOfDay())
  failsAgain(file)
  writeTrace(file, trace)
  return file
}

/** Notes that a kept failure has held once more. After the third time in a row it is forgotten: true. */
export const holdsAgain = (file: string): boolean => {
  if (cleanRuns(file) + 1 < cleanRunsMax) {
    note(file, "held")
    return false
  }
  return forget(file)
}

/** Notes that a kept failure has failed once more: its count begins anew. */
export const failsAgain = (file: string): void => {
  if (cleanRuns(file) > 0) note(file, "failed")
}

/**
 * Takes a failure out of the store, unless it was found again in the meantime: every finder says so in the ledger
 * before writing the file, and here the ledger is read again once the file is out of the way.
 */
const forget = (file: string): boolean => {
  const aside = join(dirname(file), `.${basename(file).slice(0, 200)}.${randomBytes(6).toString("hex")}.tmp`)
  try {
    renameSync(file, aside)
    const isFoundAgain = cleanRuns(file) === 0
    if (isFoundAgain && !existsSync(file)) linkSync(aside, file)
    rmSync(aside)
    if (!isFoundAgain) rmSync(ledgerOf(file), { force: true })
    return !isFoundAgain
  } catch (error) {
    // Gone already, or not ours to remove.
    if (!isOfSystem(error)) throw error
    return false
  }
}

const ledgerOf = (file: string): string => `${file}.runs`

/** How often in a row, up to now, a failure has held. A ledger that cannot be read counts for none. */
const cleanRuns = (file: string): number => {
  const lines = ledgerText(ledgerOf(file)).split("\n").slice(0, -1)
  return lines.length - 1 - lines.findLastIndex((line) => line !== "held")
}

/** Lines are only ever added, each by one write: two runs at once lose none, and half a line counts for nothing. */
const note = (file: string, line: "held" | "failed"): void => {
  const { O_WRONLY, O_APPEND, O_CREAT } = constants
  withLedger(ledgerOf(file), O_WRONLY | O_APPEND | O_CREAT, (handle) => writeSync(handle, `${line}\n`))
}

const ledgerText = (ledger: string): string =>
  withLedger(ledger, constants.O_RDONLY, (handle) => readFileSync(handle, "utf8")) ?? ""

/** Opens a ledger, never through a symbolic link, and only if it is a file of a ledger's size; null if it is not. */
const withLedger = <A>(ledger: string, flags: number, use: (handle: number) => A): A | null => {
  try {
    const handle = openSync(ledger, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644)
    try {
      const stat = fstatSync(handle)
      return stat.isFile() && stat.size < ledgerMax ? use(handle) : null
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (!isOfSystem(error)) throw error
    return null
  }
}
