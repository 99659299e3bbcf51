import { Option, type Command } from "commander"
import { printable } from "../traces/printable.ts"
import type { ExitCode } from "./exit.ts"
import type * as parsers from "./options.ts"

/** The parsers of what flags take; for bare help they are stand-ins that parse nothing. */
export type Parsers = typeof parsers

/** Adds one command to the program. `end` is told the exit code; what a command needs is loaded when it is called. */
export type AddCommand = (program: Command, parse: Parsers, end: (code: ExitCode) => void) => void

/** The three flags that every command has which reports something. */
export const withOutputFlags = (command: Command): Command =>
  command
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "no output; the exit code tells")
    .option("--no-color", "no ANSI colours")

/** A flag that takes one of a few words. */
export const choice = (flags: string, description: string, words: readonly string[]): Option =>
  new Option(flags, description).choices(words)

/** An error of usage in one line, with the names that would have been right. */
export const usageErrorLine = (text: string, { options, commands }: Command): string => {
  const line = text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
  const names = line.startsWith("unknown option")
    ? [...options.map(({ long }) => long ?? ""), "--help"]
    : line.startsWith("unknown command")
      ? commands.map((command) => command.name())
      : []
  return `ftpair: ${printable(line)}${names.length === 0 ? "" : ` There are: ${names.join(", ")}.`}\n`
}
