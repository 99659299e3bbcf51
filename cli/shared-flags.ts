import { Option } from "commander"
import type { Parsers } from "./command.ts"

// Flags that several commands have. What a command says otherwise than the rest is an argument.

export const seedFlag = ({ parseSeedFlag }: Parsers): Option =>
  new Option(
    "--seed <seed>",
    "a decimal number, 0x and hex digits, or a commit hash (default: drawn anew)",
  ).argParser(parseSeedFlag)

export const timeFlag = ({ parseTime }: Parsers, usual: string, more = ""): Option =>
  new Option("--time <time>", `time limit, like 30s, 5m or 1h (default: ${usual})${more}`).argParser(
    parseTime,
  )

export const propertyFlag = ({ collectProperties }: Parsers, usual = "all"): Option =>
  new Option(
    "--property <id>",
    `check only this property; * matches any letters; repeatable (default: ${usual})`,
  ).argParser(collectProperties)

export const workersFlag = (parse: (text: string) => number, most = ""): Option =>
  new Option("--workers <n>", `number of worker threads${most} (default: one per core)`).argParser(parse)

export const folderFlag = (kept = "failures"): Option =>
  new Option("--out <dir>", `where ${kept} are kept (default: .ftpair/failures)`)

export const atFlag = ({ parseBound }: Parsers): Option =>
  new Option(
    "--at <n>",
    "show the state after step n, what is enabled there, and why the rest is not",
  ).argParser(parseBound)

export const stepsFlag = (): Option =>
  new Option("--out <file>", "with --at: write the steps up to there as a schedule")
