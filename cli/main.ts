#!/usr/bin/env node
import { Command, CommanderError } from "commander"
import { packageVersion } from "../traces/package.ts"
import { printable } from "../traces/printable.ts"
import { addCheck } from "./check/command.ts"
import {
  messageLine,
  refuseEmptyNames,
  usageErrorLine,
  withExitCodes,
  type AddCommand,
  type Parsers,
} from "./command.ts"
import { addConform } from "./conform/command.ts"
import { exitCodes, type ExitCode } from "./exit.ts"
import { addExplore } from "./explore/command.ts"
import { addList } from "./list/command.ts"
import { addReplay } from "./replay/command.ts"
import { addShow } from "./show/command.ts"
import { guardStream } from "./sink.ts"
import { addTiming } from "./timing/command.ts"
import { addValidate } from "./validate/command.ts"

const commands: readonly AddCommand[] = [
  addCheck,
  addExplore,
  addReplay,
  addShow,
  addConform,
  addValidate,
  addTiming,
  addList,
]

/** Runs the command line; resolves to the exit code. */
const main = async (argv: readonly string[]): Promise<ExitCode> => {
  const parse = isHelp(argv.slice(2)) ? parsersForHelp : await import("./options.ts")
  let code: ExitCode = exitCodes.ok
  const program = new Command("ftpair")
    .description(
      "Checks pairs of fault-tolerant VMs: a formal model of the protocol, and what must hold of it.",
    )
    .version(packageVersion)
    .exitOverride()
  withExitCodes(program, Object.values(exitCodes))
  for (const add of commands)
    add(program, parse, (end) => {
      code = end
    })
  addHelp(program)
  program.hook("preAction", (_program, command) => {
    refuseEmptyNames(command)
  })
  for (const command of [program, ...program.commands])
    command.configureOutput({
      outputError: (text, write) => {
        write(usageErrorLine(text, command))
      },
    })
  await program.parseAsync(argv)
  return code
}

/** Commander's own command prints the help of the whole program for an unknown command. */
const addHelp = (program: Command): void => {
  program
    .helpCommand(false)
    .command("help")
    .description("display help for command")
    .argument("[command]")
    .action(async (name?: string) => {
      const asked = name === undefined ? program : program.commands.find((command) => command.name() === name)
      if (asked !== undefined) asked.help()
      const { nearest } = await import("../traces/bad-input.ts")
      const names = program.commands.map((command) => command.name())
      program.error(`error: unknown command '${name}'${nearest(String(name), names) || "."}`)
    })
}

/** Bare help and the version answer at once: they need none of what the flags are checked against. */
const isHelp = (words: readonly string[]): boolean =>
  words.every((word) => /^[a-z]+$/.test(word) || helpFlags.includes(word)) &&
  (words.length === 0 || words.some((word) => word === "help" || helpFlags.includes(word)))

const helpFlags = ["-h", "--help", "-V", "--version"]

const parsersForHelp = new Proxy({} as Parsers, {
  get: (_target, name) => () => {
    throw new Error(`defect: ${String(name)} was called where only help was asked for`)
  },
})

/** The failures of the world and of input: each is one line on stderr. */
const isToldInOneLine = (error: unknown): error is Error =>
  error instanceof Error && "_tag" in error && (error._tag === "BadInput" || error._tag === "CannotWrite")

const codeOfError = (error: unknown): ExitCode => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (isToldInOneLine(error)) {
    process.stderr.write(`ftpair: ${messageLine(error.message)}\n`)
    return exitCodes.usage
  }
  process.stderr.write(
    `ftpair: defect, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return exitCodes.defect
}

// The reader of a report may stop reading: `ftpair check | head -1` goes on, keeps what it finds, and exits with the
// code of that. A report that cannot be written for another reason, as on a full disk, is no success.
for (const stream of [process.stdout, process.stderr]) guardStream(stream)
process.stderr.on("error", () => {})
process.stdout.once("error", (error: NodeJS.ErrnoException) => {
  process.stdout.on("error", () => {})
  if (error.code === "EPIPE") return
  process.stderr.write(`ftpair: the report cannot be written: ${printable(error.message)}\n`)
  process.on("exit", (code) => {
    if (code === exitCodes.ok) process.exitCode = exitCodes.usage
  })
})

process.exitCode = await main(process.argv).catch(codeOfError)
