import { basename } from "node:path"
import { corpusFolder, scenariosFolder } from "../package.ts"
import { readStory } from "../read.ts"
import { filesIn } from "../store.ts"
import type { Case } from "./repertoire.ts"

/**
 * The stored runs as cases of the whole protocol: the published failure scenarios, the counterexamples of the
 * mutants, and the failures that were kept. Each asks what was done, whatever it was that it broke.
 */
export const namedCases = (keptFolder: string): readonly Case[] => [
  ...casesIn(keptFolder, ".itf.json", "kept").filter(({ path }) => path.startsWith("kept/conform.")),
  ...casesIn(scenariosFolder, ".json", "scenarios"),
  ...casesIn(corpusFolder, ".itf.json", "corpus"),
]

const casesIn = (folder: string, ending: string, source: string): readonly Case[] =>
  filesIn(folder, ending).map((file): Case => caseOf(file, `${source}/${basename(file, ending)}`))

/** The run in a file, a schedule or a trace, as a case. Throws BadInput. */
export const caseOf = (file: string, path: string): Case => {
  const { config, actions } = readStory(file)
  return { path, config, actions: actions }
}

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
