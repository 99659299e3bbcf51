import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { BadInput } from "./read.ts"
import type { TraceJson } from "./schema.ts"
import { fileNameOf, storyOf, traceOf, writeTrace, type Counterexample } from "./write.ts"

/** Where the failures of this checkout are kept, below the folder in which the command is run. */
export const failuresFolder = join(".ftpair", "failures")

/** After how many runs in a row without it a kept failure is forgotten. */
const cleanRunsMax = 3

/** The traces in a folder, in the order of their names; none if there is no such folder. */
export const filesIn = (folder: string, ending: string): readonly string[] => {
  if (!existsSync(folder)) return []
  if (!statSync(folder).isDirectory()) throw new BadInput({ message: `${folder}: expected a folder` })
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name))
}

/** Keeps a counterexample in a folder, and tells the file. The same one again takes the same file. */
export const keep = (folder: string, counterexample: Counterexample): string => {
  const digest = createHash("sha256")
    .update(JSON.stringify([counterexample.config, counterexample.actions]))
    .digest("hex")
    .slice(0, 8)
  const story = counterexample.mutant === null ? digest : `${storyOf(counterexample.mutant)}-${digest}`
  const file = join(folder, fileNameOf(counterexample.property, story))
  const trace: TraceJson = traceOf(counterexample, file)
  writeTrace(file, trace)
  noteClean(folder, file, 0)
  return file
}

/** Notes that a kept failure has held once more. After the third time in a row it is forgotten: true. */
export const holdsAgain = (folder: string, file: string): boolean => {
  const runs = (cleanRuns(folder)[file] ?? 0) + 1
  if (runs >= cleanRunsMax) rmSync(file)
  noteClean(folder, file, runs >= cleanRunsMax ? null : runs)
  return runs >= cleanRunsMax
}

/** Notes that a kept failure has failed once more: its count begins anew. */
export const failsAgain = (folder: string, file: string): void => {
  noteClean(folder, file, 0)
}

const ledger = (folder: string): string => join(folder, "clean-runs.json")

const cleanRuns = (folder: string): Readonly<Record<string, number>> => {
  try {
    return JSON.parse(readFileSync(ledger(folder), "utf8")) as Record<string, number>
  } catch {
    return {}
  }
}

const noteClean = (folder: string, file: string, runs: number | null): void => {
  const { [file]: _forgotten, ...others } = cleanRuns(folder)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    ledger(folder),
    `${JSON.stringify(runs === null ? others : { ...others, [file]: runs }, null, 2)}\n`,
  )
}
