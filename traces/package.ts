import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const rootAbove = (folder: string): string => {
  if (existsSync(join(folder, "package.json"))) return folder
  if (dirname(folder) === folder) throw new Error("defect: ftpair runs outside its package")
  return rootAbove(dirname(folder))
}

/** Where the package is installed: the folder of its `package.json`, above the compiled code as above the sources. */
export const packageRoot: string = rootAbove(dirname(fileURLToPath(import.meta.url)))

export const packageVersion: string = (
  JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string }
).version

/** The counterexamples that ship with the package: one of every mutant, each with what it promises. */
export const corpusFolder = join(packageRoot, "traces", "corpus")

/** The published failure scenarios of vSphere FT, as schedules with their expected outcomes. */
export const scenariosFolder = join(packageRoot, "traces", "scenarios")

/** The skeletons of adapters, a folder a language. */
export const scaffoldsFolder = join(packageRoot, "conform", "adapters", "scaffold")
