import { Option, type Command } from "commander"
import { printable } from "../traces/printable.ts"
import { exitCodes, exitMeanings, type ExitCode } from "./exit.ts"
import type * as parsers from "./options.ts"

/** The parsers of what flags take; for bare help they are stand-ins that parse nothing. */
export type Parsers = typeof parsers

/** Adds one command to the program. `end` takes the exit code; what a command needs is loaded when it is called. */
export type AddCommand = (program: Command, parse: Parsers, end: (code: ExitCode) => void) => void

/** The three flags that every command has which reports something. */
export const withOutputFlags = (command: Command): Command =>
  command
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "no output; see the exit code")
    .option("--no-color", "no ANSI colours")

/**
 * Tells in a command's help how it may end. `own` are the codes beside those with which every command may end: 0, 1
 * and 70.
 */
export const withExitCodes = (command: Command, own: readonly ExitCode[]): Command =>
  command.addHelpText(
    "after",
    exitText([...new Set([exitCodes.ok, exitCodes.usage, ...own, exitCodes.defect])]),
  )

const exitText = (codes: readonly ExitCode[]): string =>
  [
    "",
    "Exit codes:",
    ...codes.toSorted((a, b) => a - b).map((code) => `  ${String(code).padEnd(2)}  ${exitMeanings[code]}`),
  ].join("\n")

/** A flag that takes one of a few words. */
export const choice = (flags: string, description: string, words: readonly string[]): Option =>
  new Option(flags, description).choices(words)

/** How long a word of the call may be in a message, in characters: of a longer one the middle is left out. */
const wordMax = 120

/**
 * A message as one line that may go to a terminal. A long word of the call, wherever the message repeats it, is cut, and
 * its length is said.
 */
export const messageLine = (message: string, words: readonly string[] = process.argv.slice(2)): string => {
  const values = words.map((word) => word.replace(/^--[a-z-]+=/, ""))
  const long = [...words, ...values].filter(({ length }) => length > wordMax)
  const cut = long.reduce((text, word) => text.replaceAll(word, () => printable(word, wordMax)), message)
  return printable(cut.trim().replaceAll(/\s*\n\s*/g, " "))
}

/** An error of usage in one line, with the names that would have been right. */
export const usageErrorLine = (
  text: string,
  { options, commands, registeredArguments }: Command,
  words?: readonly string[],
): string => {
  const line = messageLine(text.replace(/^error: /, ""), words)
  const names = line.startsWith("unknown option")
    ? [...options.map(({ long }) => long ?? ""), "--help"]
    : line.startsWith("unknown command")
      ? commands.map((command) => command.name())
      : line.startsWith("missing required argument")
        ? registeredArguments.flatMap(({ argChoices = [] }) => argChoices)
        : []
  return `ftpair: ${names.length === 0 ? line : `${line.replace(/\.?$/, ".")} There are: ${names.join(", ")}.`}\n`
}

/** Ends a command with an error of usage where an empty text stands in the place of the name of a file or a folder. */
export const refuseEmptyNames = (command: Command): void => {
  const values = command.opts<Readonly<Record<string, unknown>>>()
  for (const option of command.options) {
    const [, at = "", named] = /<(@?)(file|dir|pattern)>/.exec(option.flags) ?? []
    if (named !== undefined && [values[option.attributeName()]].flat().some((name) => name === at))
      command.error(`error: ${option.long}: expected ${namedIn[named]}, and it is empty`)
  }
  for (const [n, argument] of command.registeredArguments.entries())
    if (["file", "files", "log"].includes(argument.name()) && [command.processedArgs[n]].flat().includes(""))
      command.error(`error: ${argument.name()}: expected ${namedIn["file"]}, and it is empty`)
}

const namedIn: Readonly<Record<string, string>> = {
  file: "the name of a file",
  dir: "the name of a folder",
  pattern: "a pattern of cases or the name of a file",
}
