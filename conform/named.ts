import { basename } from "node:path"
import { corpusFolder, scenariosFolder } from "../traces/package.ts"
import { BadInput, bad, oneOf } from "../traces/bad-input.ts"
import { readJson } from "../traces/input-file.ts"
import { anything, fits, partsOf, type Token } from "../properties/pattern.ts"
import { configOf } from "../traces/config.ts"
import { readStory } from "../traces/read.ts"
import { filesIn } from "../traces/store.ts"
import type { Case } from "./case-source.ts"
import { askedActionOf } from "./asked.ts"
import { profileNames, type ProfileName } from "./profile-name.ts"

/**
 * The stored runs as cases: the failures of this profile that were kept; and, of the whole protocol, the published
 * failure scenarios and the counterexamples of the mutants. Each asks what was done, whatever it was that it broke. A
 * kept failure that cannot be read is left where it is, and `warn` is called with the reason.
 */
export const namedCases = (
  profile: ProfileName,
  keptFolder: string,
  warn: (why: string) => void = () => {},
): readonly Case[] => [
  ...keptCases(profile, keptFolder, warn),
  ...(profile === "pair" ? casesIn(scenariosFolder, ".json", "scenarios") : []),
  ...(profile === "pair" ? casesIn(corpusFolder, ".itf.json", "corpus") : []),
]

/** The shipped runs as cases. */
const casesIn = (folder: string, ending: string, source: string): readonly Case[] =>
  filesIn(folder, ending).map((file) => caseOf(file, `${source}/${basename(file, ending)}`))

const keptCases = (profile: ProfileName, folder: string, warn: (why: string) => void): readonly Case[] =>
  filesIn(folder, ".itf.json").flatMap((file) => {
    if (!basename(file).startsWith("conform.")) return []
    try {
      const kept = profileIn(file, readJson(file))
      return kept === profile ? [caseOf(file, `kept/${basename(file, ".itf.json")}`)] : []
    } catch (error) {
      if (!(error instanceof BadInput)) throw error
      warn(error.message)
      return []
    }
  })

/** The profile of a kept failure. Throws BadInput. */
const profileIn = (file: string, json: unknown): ProfileName => {
  const profile = partOf(partOf(json, "#meta"), "profile")
  const known = profileNames.find((name) => name === profile)
  if (known === undefined) throw bad(file, ["#meta", "profile"], oneOf(profileNames, profile))
  return known
}

const partOf = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null && Object.hasOwn(json, name)
    ? (json as Readonly<Record<string, unknown>>)[name]
    : undefined

/** The run in a file, a schedule or a trace, as a case. Throws BadInput. */
export const caseOf = (file: string, path: string): Case => {
  const json = readJson(file)
  const profile = partOf(partOf(json, "#meta"), "profile")
  if (profile === "lock" || profile === "placement") return caseOfOther(file, path, profile, json)
  const { config, actions } = readStory(file)
  return { path, config, actions: actions }
}

const caseOfOther = (file: string, path: string, profile: "lock" | "placement", json: unknown): Case => {
  const config = configOf(file, partOf(partOf(json, "#meta"), "config"), ["#meta", "config"])
  const states = partOf(json, "states")
  if (!Array.isArray(states)) throw bad(file, ["states"], "expected a list of states")
  const actions = states
    .slice(1)
    .map((state: unknown, i) =>
      askedActionOf(
        `${file}: states[${i + 1}].#meta`,
        profile,
        config,
        partOf(partOf(state, "#meta"), "action"),
      ),
    )
  return { path, config, actions }
}

/** Whether a path matches a pattern: `*` is any letters within a part, `**` any parts. */
export const matches = (pattern: string, path: string): boolean =>
  fits(
    partsOf(pattern, (stars) => (stars === "*" ? withinPart : anything)),
    path,
  )

const withinPart: Token = { isAny: (character) => character !== "/" }
