import { readdirSync, readFileSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { makeFolder, writeAtomically } from "../traces/atomic-file.ts"
import { scaffoldsFolder } from "../traces/package.ts"
import { printable } from "../traces/printable.ts"
import { BadInput } from "../traces/bad-input.ts"
import type { ProfileName } from "./profile-name.ts"

/**
 * A language in which there are skeletons.
 *
 * Shape  `usual` is the profile where none is named, `shared` the files of every profile but README.md, `own` the file
 *        of each profile. `build` is what the adapter is built with, if it is built, `start` what it is started with.
 */
type Language = {
  readonly usual: ProfileName
  readonly shared: readonly string[]
  readonly own: string
  readonly build: (at: (file: string) => string) => readonly string[] | null
  readonly start: (at: (file: string) => string) => readonly string[]
}

const languages: Readonly<Record<string, Language>> = {
  python: {
    usual: "pair",
    shared: ["wire.py"],
    own: "adapter.py",
    build: () => null,
    start: (at) => ["python3", at("adapter.py")],
  },
  node: {
    usual: "pair",
    shared: ["wire.mjs"],
    own: "adapter.mjs",
    build: () => null,
    start: (at) => ["node", at("adapter.mjs")],
  },
  c: {
    usual: "lock",
    shared: ["wire.h"],
    own: "adapter.c",
    build: (at) => ["gcc", "-O2", "-Wall", "-o", at("adapter"), at("adapter.c")],
    start: (at) => [at("adapter")],
  },
  // Before Java 22, `java Adapter.java` compiles one file alone: the wire is in it.
  java: {
    usual: "lock",
    shared: [],
    own: "Adapter.java",
    build: () => null,
    start: (at) => ["java", at("Adapter.java")],
  },
}

/** A skeleton that was written: its files, the command that builds it, null where none is needed, and the one that starts it. */
type Scaffold = {
  readonly files: readonly string[]
  readonly build: readonly string[] | null
  readonly start: readonly string[]
}

/**
 * Writes a runnable skeleton of an adapter into a folder, which is made, or empty: of the profile, or of the usual one
 * of the language. Throws BadInput.
 */
export const scaffold = (name: string, folder: string, profile?: ProfileName): Scaffold => {
  const language = Object.hasOwn(languages, name) ? languages[name] : undefined
  if (language === undefined)
    throw new BadInput({
      message: `--scaffold ${printable(name)}: expected ${Object.keys(languages).join(", ")}`,
    })
  const texts = textsOf(name, language, profile ?? language.usual)
  makeEmpty(folder)
  for (const [file, text] of texts) writeAtomically(join(folder, file), text)
  const at = (file: string): string => asPath(join(folder, file))
  return { files: texts.map(([file]) => at(file)), build: language.build(at), start: language.start(at) }
}

/** What is written: the files by their names. README.md says how to start it, and then what to fill in. */
const textsOf = (
  name: string,
  { shared, own }: Language,
  profile: ProfileName,
): readonly (readonly [file: string, text: string])[] => {
  const text = (...path: readonly string[]): string => readFileSync(join(scaffoldsFolder, ...path), "utf8")
  return [
    ["README.md", `${text(name, "README.md")}\n${text(`${profile}.md`)}`],
    [own, text(name, profile, own)],
    ...shared.map((file) => [file, text(name, file)] as const),
  ]
}

const makeEmpty = (folder: string): void => {
  try {
    makeFolder(folder)
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
