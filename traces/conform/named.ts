import { basename } from "node:path"
import { corpusFolder, scenariosFolder } from "../package.ts"
import { configOf, readJson, readStory } from "../read.ts"
import { filesIn } from "../store.ts"
import type { Case } from "./repertoire.ts"
import { logActionOf, type ProfileName } from "./wire.ts"

/**
 * The stored runs as cases: the failures of this profile that were kept; and, of the whole protocol, the published
 * failure scenarios and the counterexamples of the mutants. Each asks what was done, whatever it was that it broke.
 */
export const namedCases = (profile: ProfileName, keptFolder: string): readonly Case[] => [
  ...casesIn(keptFolder, ".itf.json", "kept", (file) => isKeptOf(profile, file)),
  ...(profile === "pair" ? casesIn(scenariosFolder, ".json", "scenarios") : []),
  ...(profile === "pair" ? casesIn(corpusFolder, ".itf.json", "corpus") : []),
]

const casesIn = (
  folder: string,
  ending: string,
  source: string,
  isMeant: (file: string) => boolean = () => true,
): readonly Case[] =>
  filesIn(folder, ending)
    .filter(isMeant)
    .map((file): Case => caseOf(file, `${source}/${basename(file, ending)}`))

const isKeptOf = (profile: ProfileName, file: string): boolean =>
  basename(file).startsWith("conform.") && (readJson(file) as OtherTrace)["#meta"].profile === profile

/** The run in a file, a schedule or a trace, as a case. Throws BadInput. */
export const caseOf = (file: string, path: string): Case => {
  const json = readJson(file) as Partial<OtherTrace> | null
  const profile = json?.["#meta"]?.profile
  if (profile === "lock" || profile === "placement")
    return caseOfOther(file, path, profile, json as OtherTrace)
  const { config, actions } = readStory(file)
  return { path, config, actions: actions }
}

type OtherTrace = {
  readonly "#meta": { readonly profile?: unknown; readonly config?: unknown }
  readonly states: readonly { readonly "#meta"?: { readonly action?: unknown } }[]
}

const caseOfOther = (
  file: string,
  path: string,
  profile: "lock" | "placement",
  { "#meta": { config }, states }: OtherTrace,
): Case => ({
  path,
  config: configOf(file, config, ["#meta", "config"]),
  actions: states
    .slice(1)
    .map((state, i) => logActionOf(`${file}: states[${i + 1}].#meta`, profile, state["#meta"]?.action)),
})

/** Whether a path matches a pattern: `*` is any letters within a part, `**` any parts. */
export const matches = (pattern: string, path: string): boolean => {
  const expression = pattern
    .split("**")
    .map((part) =>
      part
        .split("*")
        .map((text) => text.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"))
        .join("[^/]*"),
    )
    .join(".*")
  return new RegExp(`^${expression}$`).test(path)
}
