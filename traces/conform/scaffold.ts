import { copyFileSync, mkdirSync, readdirSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { scaffoldsFolder } from "../package.ts"
import { BadInput } from "../read.ts"
import type { ProfileName } from "./wire.ts"

/** A language in which there is a skeleton: what its adapter is built with, if it is built, and started with. */
type Language = {
  readonly profile: ProfileName
  readonly build: (at: (file: string) => string) => readonly string[] | null
  readonly start: (at: (file: string) => string) => readonly string[]
}

const languages: Readonly<Record<string, Language>> = {
  python: { profile: "pair", build: () => null, start: (at) => ["python3", at("adapter.py")] },
  node: { profile: "pair", build: () => null, start: (at) => ["node", at("adapter.mjs")] },
  c: {
    profile: "lock",
    build: (at) => ["gcc", "-O2", "-Wall", "-o", at("adapter"), at("adapter.c")],
    start: (at) => [at("adapter")],
  },
  java: { profile: "lock", build: () => null, start: (at) => ["java", at("Adapter.java")] },
}

/** A skeleton that was written: its files, the command that builds it, null where none is needed, and the one that starts it. */
export type Scaffold = {
  readonly files: readonly string[]
  readonly build: readonly string[] | null
  readonly start: readonly string[]
}

/** Writes a runnable skeleton of an adapter into a folder, which is made, or empty. Throws BadInput. */
export const scaffold = (name: string, folder: string, profile?: ProfileName): Scaffold => {
  const language = Object.hasOwn(languages, name) ? languages[name] : undefined
  if (language === undefined)
    throw new BadInput({
      message: `--scaffold ${name}: expected ${Object.keys(languages).join(", ")}`,
    })
  if (profile !== undefined && profile !== language.profile) {
    const others = Object.entries(languages).flatMap(([other, each]) =>
      each.profile === profile ? [other] : [],
    )
    throw new BadInput({
      message: `--profile ${profile}: the skeleton in ${name} is of the profile ${language.profile}${others.length === 0 ? "" : `; of the profile ${profile} there is one in ${others.join(" and in ")}`}`,
    })
  }
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
