import { availableParallelism } from "node:os"
import { randomBytes } from "node:crypto"
import { InvalidArgumentError } from "commander"
import { coreKinds, kinds, type Kind } from "../model/action.ts"
import { parseSeed } from "../properties/check/seed.ts"
import { catalogue, matching } from "../properties/catalogue.ts"
import { number } from "../properties/amount.ts"
import { visible } from "../properties/explore/vacuity.ts"
import { mutantNamed, mutants } from "../properties/mutants/catalogue.ts"
import { nearest } from "../traces/bad-input.ts"
import { limits } from "../traces/schema.ts"

// What the flags take, and the error of a wrong one. Each parser throws `InvalidArgumentError`, which ends the command
// with exit code 1 and one line.

const countOf =
  (name: string) =>
  (text: string): number => {
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new InvalidArgumentError(`expected ${name}: a whole number, 1 or more.`)
    return Number(text)
  }

export const parseRuns = countOf("a number of schedules")

/** A worker is a thread with a heap of its own; one of an exploration has a table of states too, some 30 MB. */
const workersMax = { check: 256, explore: 32 }

const workersOf =
  (command: keyof typeof workersMax) =>
  (text: string): number => {
    const workers = countOf("a number of workers")(text)
    const most = workersMax[command]
    if (workers > most) throw new InvalidArgumentError(`expected a number of workers: ${most} at the most.`)
    return workers
  }

export const parseWorkers = workersOf("check")

export const parseExplorers = workersOf("explore")

export const parseSeedFlag = (text: string): string => {
  const seed = parseSeed(text)
  if (seed === null)
    throw new InvalidArgumentError(
      "expected a seed: a decimal number, 0x and hex digits, or a 40-digit commit hash.",
    )
  return seed
}

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const

/** `30s`, `5m` or `1h`, in milliseconds. */
export const parseTime = (text: string): number => {
  const [, amount, unit] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined)
    throw new InvalidArgumentError("expected a time, like 30s, 5m or 1h.")
  return Number(amount) * units[unit as keyof typeof units]
}

/** The name of a shipped mutant, or `none` for the protocol itself. */
export const parseMutant = (name: string): string => {
  if (name !== "none" && mutantNamed(name) === null) {
    const names = mutants.map((mutant) => mutant.name)
    throw new InvalidArgumentError(
      `expected the name of a mutant${nearest(name, names) || "."} There are: ${names.join(", ")}.`,
    )
  }
  return name
}

/** Adds the properties that a pattern matches, by their ids, to those collected so far. */
export const collectProperties = (
  pattern: string,
  soFar: readonly string[] | undefined,
): readonly string[] => {
  const found = matching([pattern]).map(({ id }) => id)
  if (found.length === 0)
    throw new InvalidArgumentError(
      `expected the id or name of a property, * for any letters. There are: ${catalogue.map(({ id, name }) => `${id} ${name}`).join(", ")}.`,
    )
  return [...new Set([...(soFar ?? []), ...found])]
}

/** Adds a pattern of cases to those given so far. */
export const collectPatterns = (pattern: string, soFar: readonly string[] | undefined): readonly string[] => [
  ...(soFar ?? []),
  pattern,
]

/** Names, with commas between them. */
export const parseNames = (text: string): readonly string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")

/** A bound: a whole number, 0 allowed. */
export const parseBound = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 0 to 999,999.")
  return Number(text)
}

/** How many entries a log may have: as many as a configuration allows. */
export const parseLog = (text: string): number => {
  if (!/^\d{1,4}$/.test(text) || Number(text) > limits.log)
    throw new InvalidArgumentError(`expected a whole number from 0 to ${number(limits.log)}.`)
  return Number(text)
}

/** `3..8`, `3..`, `..8` or `3`: the first and the last step, null where it is open. */
export const parseSteps = (text: string): readonly [first: number | null, last: number | null] => {
  const [, first = "", dots, last = ""] = /^(\d{0,6})(\.\.)?(\d{0,6})$/.exec(text) ?? []
  if (first === "" && last === "") throw new InvalidArgumentError("expected steps, like 3..8, 3.. or ..8.")
  const from = first === "" ? null : Number(first)
  return dots === undefined ? [from, from] : [from, last === "" ? null : Number(last)]
}

/** How many characters a line may have. */
export const parseWidth = (text: string): number => {
  if (!/^\d{2,4}$/.test(text) || Number(text) < 40)
    throw new InvalidArgumentError("expected a number of characters from 40 to 9,999.")
  return Number(text)
}

export const parseMillis = countOf("milliseconds")

export const parseSize = countOf("how many")

export const parseStates = countOf("a number of states")

/** `core`, `all`, or kinds of action by their names, with commas between them. */
export const parseActions = (text: string): readonly Kind[] => {
  if (text === "core") return coreKinds
  if (text === "all") return kinds
  const names = text
    .split(",")
    .map((name) => name.trim())
    .flatMap((name): readonly string[] => (name === "core" ? coreKinds : [name]))
  for (const name of names)
    if (!(kinds as readonly string[]).includes(name))
      throw new InvalidArgumentError(
        `expected core, all, or kinds of action${nearest(name, kinds) || "."} There are: ${kinds.join(", ")}; core stands for its own.`,
      )
  return kinds.filter((kind) => names.includes(kind))
}

/** Kinds of action and witnesses that an exploration must see, with commas between them. */
export const parseRequired = (text: string): readonly string[] => {
  const names = text.split(",").map((name) => name.trim())
  for (const name of names)
    if (!visible.includes(name))
      throw new InvalidArgumentError(
        `expected kinds of action and witnesses${nearest(name, visible) || "."} There are: ${visible.join(", ")}.`,
      )
  return [...new Set(names)]
}

export const freshSeed = (): string => `0x${randomBytes(8).toString("hex")}`

export const defaultWorkers = (command: keyof typeof workersMax): number =>
  Math.min(availableParallelism(), workersMax[command])
