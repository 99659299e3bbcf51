import { execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"
import { it } from "vitest"
import { packageRoot } from "../../../traces/package.ts"

// What this machine has, and how what needs it is built and started.

/** The folder of the adapters. */
export const adapters = join(packageRoot, "conform", "adapters")

/** The programs that an adapter or a skeleton may need, with what makes each tell its version. */
const programs = {
  node: "--version",
  python3: "--version",
  gcc: "--version",
  java: "-version",
} as const

export type Program = keyof typeof programs

const has = (program: Program): boolean =>
  program === "node" || spawnSync(program, [programs[program]]).status === 0

const missing: readonly Program[] = (Object.keys(programs) as Program[]).filter((program) => !has(program))

/** `it`, or where the machine has no such program, the same skipped, with a line that says why. */
export const itWith = (program: Program, what: string): typeof it | typeof it.skip => {
  if (!missing.includes(program)) return it
  console.log(`skipped: ${what}: there is no ${program} on this machine`)
  return it.skip
}

/** Compiles a file of C, warnings being errors; returns the program. */
export const compiled = (source: string, folder: string): string => {
  const target = join(folder, "compiled")
  execFileSync("gcc", ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", target, source])
  return target
}
