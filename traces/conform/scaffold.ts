import { copyFileSync, mkdirSync, readdirSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { scaffoldsFolder } from "../package.ts"
import { BadInput } from "../read.ts"

/** A language in which there is a skeleton: what its adapter is built with, if it is built, and started with. */
type Language = {
  readonly build: (at: (file: string) => string) => readonly string[] | null
  readonly start: (at: (file: string) => string) => readonly string[]
}

const languages: Readonly<Record<string, Language>> = {
  python: { build: () => null, start: (at) => ["python3", at("adapter.py")] },
  node: { build: () => null, start: (at) => ["node", at("adapter.mjs")] },
  c: {
    build: (at) => ["gcc", "-O2", "-Wall", "-o", at("adapter"), at("adapter.c")],
    start: (at) => [at("adapter")],
  },
  java: { build: () => null, start: (at) => ["java", at("Adapter.java")] },
}

/** A skeleton that was written: its files, the command that builds it, null where none is needed, and the one that starts it. */
export type Scaffold = {
  readonly files: readonly string[]
  readonly build: readonly string[] | null
  readonly start: readonly string[]
}

/** Writes a runnable skeleton of an adapter into a folder, which is made, or empty. Throws BadInput. */
export const scaffold = (name: string, folder: string): Scaffold => {
  const language = Object.hasOwn(languages, name) ? languages[name] : undefined
  if (language === undefined)
    throw new BadInput({
      message: `--scaffold ${name}: expected ${Object.keys(languages).join(", ")}`,
    })
  makeEmpty(folder)
  const template = join(scaffoldsFolder, name)
  const files = readdirSync(template)
  for (const file of files) copyFileSync(join(template, file), join(folder, file))
  const at = (file: string): string => asPath(join(folder, file))
  return { files: files.map(at), build: language.build(at), start: language.start(at) }
}

const makeEmpty = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length === 0) return
  } catch (cause) {
    throw new BadInput({
      message: `${folder}: no folder can be made there (${(cause as { code?: string }).code ?? "unknown error"})`,
    })
  }
  throw new BadInput({ message: `${folder}: is not empty, and nothing is written over` })
}

/** A file as a command names it: a name with no folder would be looked for among the programs. */
const asPath = (file: string): string => (isAbsolute(file) || file.startsWith(".") ? file : `./${file}`)
