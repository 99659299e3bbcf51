import { existsSync } from "node:fs"
import { printable } from "../../traces/printable.ts"
import { BadInput } from "../../traces/bad-input.ts"
import type { Config } from "../../model/config.ts"
import type { ConformSpec } from "../../conform/campaign.ts"
import { drawnNameIn } from "../../conform/drawn-name.ts"
import { caseOf, matches, namedCases } from "../../conform/named.ts"
import type { Case } from "../../conform/case-source.ts"
import type { Ground } from "../../conform/profiles.ts"
import { isOffered } from "../../conform/times.ts"
import type { Hello } from "../../conform/wire.ts"
import { readText } from "../../traces/input-file.ts"
import { readConfig } from "../../traces/config.ts"
import type { ConformFlags } from "./flags.ts"
import { freshSeed } from "../options.ts"
import { outputFor } from "../output.ts"

/** How many random cases are tried, unless it is said. */
const defaultRuns = 2_000

/** How many model states may fit at once before a case is given up. */
export const candidatesMax = 10_000

/** What the files hold that the flags name: the one cluster to be in, if one is, patterns of known failures, and cases. */
export type Given = {
  readonly config: Config | null
  readonly known: readonly string[]
  readonly files: readonly Case[]
}

/** Reads them: once, and before an implementation is started. Throws BadInput. */
export const givenBy = ({ config, knownFailing, run = [] }: ConformFlags): Given => ({
  config: config === undefined ? null : readConfig(config),
  known: knownFailing === undefined ? [] : patternsIn(knownFailing),
  files: run.filter(isFile).map((file) => caseOf(file, file)),
})

/** What is asked of an implementation by the flags. Throws BadInput. */
export const specOf = <S>(
  { profile }: Ground<S>,
  { actions }: Hello,
  flags: ConformFlags,
  { config, known, files }: Given,
  folder: string,
): ConformSpec => {
  if (profile.name === "pair") {
    if (config !== null) refuseTimed(config, actions, `--config ${flags.config}`)
    for (const file of files) refuseTimed(file.config, actions, `--run ${file.path}`)
  }
  const patterns = flags.run ?? []
  const { warn } = outputFor(flags)
  const passedOver = (why: string): void => {
    warn(`passed over: ${why}`)
  }
  const isPicked = (path: string): boolean =>
    patterns.length === 0 ||
    patterns.some((pattern) => drawnNameIn(pattern) === null && matches(pattern, path))
  const stored =
    config === null
      ? namedCases(profile.name, folder, passedOver).filter((each) => isOffered(each.config, actions))
      : []
  const named = [...files, ...stored.filter(({ path }) => isPicked(path))]
  const picksOthers = !patterns.every(isFile)
  if (patterns.length > 0 && picksOthers && !patterns.some(isDrawn) && named.length === files.length)
    throw new BadInput({
      message: `--run ${patterns.join(" --run ")}: there is no such case; there are scenarios/…, corpus/…, scopes/… and random/…`,
    })
  return {
    named,
    runs: flags.runs ?? defaultRuns,
    seed: flags.seed ?? freshSeed(),
    config,
    inScope: (name) =>
      patterns.length === 0 || patterns.some((pattern) => mayBeIn(pattern, `scopes/${name}/`)),
    drawn: patterns.map(drawnNameIn).filter((name) => name !== null),
    isPicked,
    isKnown: (path) => known.some((pattern) => matches(pattern, path)),
    until: flags.time === undefined ? Infinity : performance.now() + flags.time,
  }
}

/** Refuses a cluster in which time passes where the implementation lets none pass. Throws BadInput. */
const refuseTimed = (config: Config, actions: readonly string[], what: string): void => {
  if (isOffered(config, actions)) return
  throw new BadInput({
    message: `${printable(what)}: expected a configuration without time: the implementation does not name Tick in the actions of its hello`,
  })
}

/** Whether what a flag names is the file of a case, and no pattern. */
const isFile = (pattern: string): boolean => !pattern.includes("*") && existsSync(pattern)

/** Whether a pattern may pick a case of a folder. */
const mayBeIn = (pattern: string, folder: string): boolean => {
  const [plain = ""] = pattern.split("*", 1)
  return plain === pattern ? pattern.startsWith(folder) : folder.startsWith(plain) || plain.startsWith(folder)
}

/** Whether a pattern may pick cases that are made up as they are run. */
const isDrawn = (pattern: string): boolean => /^(scopes|random|\*)/.test(pattern)

/** The patterns in a file, one a line; # begins a comment. */
export const patternsIn = (flag: string): readonly string[] => {
  const file = flag.startsWith("@") ? flag.slice(1) : flag
  return readText(file)
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => line !== "")
}
