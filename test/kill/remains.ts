import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { timeOfDay } from "../../traces/atomic-file.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { caseOf } from "../../conform/named.ts"
import { keptIn } from "../../traces/store.ts"
import { killed, type Ended } from "./killing.ts"
import type { Victim } from "./victim.ts"

/** What a command comes to where it is left alone: its exit code, and each output's content before and after. */
export type Reference = {
  readonly code: number | null
  readonly outputs: Readonly<
    Record<string, { readonly before: string | null; readonly after: string | null }>
  >
}

// What is left in the folder of a command that was killed.

/** The failures that were said to be kept, by their files. */
export const announced = (stdout: string): readonly string[] => [
  ...new Set(
    [...stdout.matchAll(/(?:^ +saved: +|^ +"file": ")(\S+\.itf\.json)"?,?\n/gm)].map(
      ([, file]) => file as string,
    ),
  ),
]

/** The files that were half written, or were about to be renamed. */
export const halfWritten = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"))

/**
 * What is wrong with the folder by itself: a file that was announced is not there, one of the store cannot be read, or an
 * output is neither what it was before nor what it is to become.
 */
export const wrongIn = (
  folder: string,
  { store }: Victim,
  { stdout }: Pick<Ended, "stdout">,
  { outputs }: Reference,
): readonly string[] => [
  ...announced(stdout)
    .filter((file) => !existsSync(join(folder, file)))
    .map((file) => `${file} was announced, and is not there`),
  ...(store === null ? [] : unreadableIn(join(folder, store))),
  ...Object.entries(outputs)
    .filter(([file, { before, after }]) => ![before, after].includes(contentOf(join(folder, file))))
    .map(([file]) => `${file} is neither as it was nor complete`),
]

/** The content of a file; null if there is none. */
export const contentOf = (file: string): string | null =>
  existsSync(file) ? readFileSync(file, "utf8") : null

const unreadableIn = (store: string): readonly string[] => {
  if (!existsSync(store)) return []
  const ofConform = readdirSync(store).filter((name) => /^conform\..*\.itf\.json$/.test(name))
  return [
    ...keptIn(store).setAside.map(({ why }) => why),
    ...ofConform.flatMap((name) => complaintOf(() => caseOf(join(store, name), name))),
    ...readdirSync(store)
      .filter((name) => !/\.itf\.json(\.runs)?$|^\..*\.tmp$/.test(name))
      .map((name) => `${name} is no file of the store`),
  ]
}

const complaintOf = (read: () => unknown): readonly string[] => {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof BadInput) return [error.message]
    throw error
  }
}

/** What is wrong with the failures that were announced, where each is replayed by the program. */
export const wrongWhenReplayed = async (folder: string, { stdout }: Ended): Promise<readonly string[]> => {
  const wrong: string[] = []
  for (const file of announced(stdout)) {
    const { code, stdout: said } = await killed(folder, ["replay", file], { tag: "never" })
    if (code !== 0 || !said.includes("reproduced")) wrong.push(`${file} does not replay: exit code ${code}`)
  }
  return wrong
}

/** What is wrong with the same command again, left alone: it is to find all as it would have, and to tidy up. */
export const wrongWhenAgain = async (
  folder: string,
  { words }: Victim,
  seed: number,
  reference: Reference,
): Promise<readonly string[]> => {
  const hoursAgo = timeOfDay() / 1000 - 2 * 3600
  const before = halfWritten(folder)
  for (const name of before) utimesSync(join(folder, name), hoursAgo, hoursAgo)
  const { code, stdout, stderr } = await killed(folder, words(seed), { tag: "never" })
  const outputs = Object.entries(reference.outputs)
  const left = before.filter((name) => existsSync(join(folder, name)))
  return [
    ...(code === reference.code ? [] : [`the next run exits with ${code}: ${stderr}`]),
    ...(/set aside|passed over|cannot be read/.test(stdout + stderr)
      ? ["the next run complains of a file"]
      : []),
    ...outputs
      .filter(([file, { after }]) => contentOf(join(folder, file)) !== after)
      .map(([file]) => `the next run does not write ${file}`),
    ...left.map((name) => `${name} is never swept away`),
  ]
}
