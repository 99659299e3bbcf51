#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander"
import { packageVersion } from "../traces/package.ts"
import { printable } from "../traces/printable.ts"
import { exitCodes, type ExitCode } from "./exit.ts"
import type { CheckFlags } from "./check.ts"
import type { ConformFlags } from "./conform.ts"
import type { ExploreFlags } from "./explore.ts"
import type { ReplayFlags } from "./replay.ts"
import type { ValidateFlags } from "./validate.ts"

const codes = `
Exit codes:
  0  all that was asked for held        15  vacuous: a witness was never seen
  1  usage, configuration or input      16  a replay did not give what its file promises
  11 a deadlock with something owed     17  one seed, two results
  12 a safety property is breached      20  inconclusive: stopped before it was done
  13 a liveness property is breached    70  a defect in ftpair itself
  14 an implementation and the model disagree
  71 an implementation crashed, hung or broke the wire`

/** Runs the command line; resolves to the exit code. What a command needs is loaded when it is called. */
const main = async (argv: readonly string[]): Promise<ExitCode> => {
  const parse = isHelp(argv) ? parsersForHelp : await import("./options.ts")
  const { collectProperties, parseMutant, parseRuns, parseSeedFlag, parseTime, parseWorkers } = parse
  let code: ExitCode = exitCodes.ok
  const program = new Command("ftpair")
    .description(
      "Checks pairs of fault-tolerant VMs: a formal model of the protocol, and what must hold of it.",
    )
    .version(packageVersion)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(`ftpair: ${text.replace(/^error: /, "")}`)
      },
    })
    .addHelpText("after", codes)

  program
    .command("check")
    .description("stored runs first, then random fault schedules; counterexamples are made short and kept")
    .option("--config <file>", "check in this cluster, not in drawn ones")
    .option("--property <id>", "check only this; * for any letters; may be repeated", collectProperties)
    .option("--mutant <name>", "check a protocol with one thing wrong, on purpose", parseMutant)
    .addOption(new Option("--side <side>", "what the mutant breaks").choices(["model", "engine", "both"]))
    .option("--seed <seed>", "decimal, 0x and hex digits, or a commit hash", parseSeedFlag)
    .option("--runs <n>", "how many schedules, model and engine side by side (default: 15000)", parseRuns)
    .option(
      "--engine-runs <n>",
      "how many on the engine alone (default: 400000, and none with --runs)",
      parseRuns,
    )
    .option("--time <time>", "for how long, like 30s, 5m or 1h", parseTime)
    .option("--workers <n>", "how many worker threads (default: one a core)", parseWorkers)
    .option("--out <dir>", "where failures are kept (default: .ftpair/failures)")
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "say nothing; the exit code tells")
    .option("--no-color", "no colours")
    .action(async (flags: CheckFlags) => {
      code = await (await import("./check.ts")).check(flags)
    })

  program
    .command("explore")
    .description("every state within bounds, breadth first: shortest counterexamples, or none")
    .option("--config <file>", "in this cluster")
    .option("--hosts <n>", "plain hosts (default: 3)", parse.parseSize)
    .option("--pairs <n>", "pairs (default: 1)", parse.parseSize)
    .option("--log <n>", "entries in one log (default: 2)", parse.parseBound)
    .option("--generations <n>", "the largest generation of a lock (default: 5)", parse.parseSize)
    .option("--faults <n>", "faults of the whole cluster (default: 2)", parse.parseBound)
    .option("--power-off-up-to <n>", "the largest generation at which PowerOff is offered", parse.parseBound)
    .option("--fences-up-to <n>", "the largest generation at which the tests are offered", parse.parseBound)
    .option("--actions <kinds>", "core, all, or kinds with commas between them", parse.parseActions)
    .option("--property <id>", "ask only this; * for any letters; may be repeated", collectProperties)
    .option("--mutant <name>", "a protocol with one thing wrong, on purpose", parseMutant)
    .option("--no-symmetry", "tell apart what differs only in which host or pair is which")
    .option("--no-reduction", "take no step at once, not even one that only makes more possible")
    .option("--liveness", "ask liveness on the state graph too, under weak fairness")
    .addOption(new Option("--engine <engine>", "what steps").choices(["packed", "model"]).default("packed"))
    .option(
      "--max-states <n>",
      "stop before more states than this (default: what memory holds)",
      parse.parseStates,
    )
    .option("--fingerprint", "keep 63 bits of each state, not all of it")
    .option("--workers <n>", "how many worker threads (default: one a core)", parseWorkers)
    .option("--dot <file>", "draw the state graph of a small scope, for Graphviz")
    .option("--out <dir>", "where counterexamples are kept (default: .ftpair/failures)")
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "say nothing; the exit code tells")
    .option("--no-color", "no colours")
    .action(async (flags: ExploreFlags) => {
      code = await (await import("./explore.ts")).exploreScope(flags)
    })

  program
    .command("replay")
    .description("replays schedules and traces, and compares with what they promise")
    .argument("<files...>", "schedules (.json) and traces (.itf.json)")
    .option("--config <file>", "in this cluster, not in the file's own")
    .option("--property <id>", "ask only this; * for any letters; may be repeated", collectProperties)
    .option("--mutant <name>", "by the rules of this mutant; none: by the protocol's own", parseMutant)
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "say nothing; the exit code tells")
    .option("--no-color", "no colours")
    .action(async (files: readonly string[], flags: ReplayFlags) => {
      code = (await import("./replay.ts")).replayFiles(files, flags)
    })

  program
    .command("show")
    .description("draws a schedule or a trace")
    .argument("<file>", "a schedule (.json) or a trace (.itf.json)")
    .addOption(new Option("--format <format>", "how it is drawn").choices(["text"]).default("text"))
    .action(async (file: string) => {
      code = (await import("./show.ts")).show(file)
    })

  program
    .command("conform")
    .description("drives an implementation over the wire, compares it with the model, shrinks what differs")
    .argument("[command...]", "what starts it, after --: its stdin and stdout are the wire")
    .addOption(
      new Option("--profile <profile>", "it must be of this profile").choices(["pair", "lock", "placement"]),
    )
    .option("--config <file>", "random cases in this cluster only")
    .option("--runs <n>", "how many random cases (default: 2000)", parseRuns)
    .option("--time <time>", "for how long, like 30s, 5m or 1h", parseTime)
    .option(
      "--timeout <ms>",
      "how long an answer may take, in milliseconds (default: 5000)",
      parse.parseMillis,
    )
    .option(
      "--run <pattern>",
      "only these cases: a path, * and **, or a file; may be repeated",
      parse.collectPatterns,
    )
    .option("--known-failing <@file>", "patterns of cases that must still fail, one a line")
    .option("--smoke", "only the handshake and five steps, for a first try")
    .option("--advise", "which bugs would what this implementation shows not tell?")
    .option("--record <file>", "write down the whole session")
    .option("--recorded <file>", "judge a recorded session again, without the implementation")
    .option("--scaffold <language>", "write a skeleton of an adapter into a folder: python, node, c or java")
    .option("--seed <seed>", "decimal, 0x and hex digits, or a commit hash", parseSeedFlag)
    .option("--out <dir>", "where failures are kept (default: .ftpair/failures)")
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "say nothing; the exit code tells")
    .option("--no-color", "no colours")
    .action(async (command: readonly string[], flags: ConformFlags) => {
      code = await (await import("./conform.ts")).conformWith(command, flags)
    })

  program
    .command("validate")
    .description("is this log, perhaps partial, a behaviour of the model?")
    .argument("<log>", "one JSON object a line: what happened, what was seen, or both")
    .option("--config <file>", "the cluster, if the log's first line does not say")
    .addOption(new Option("--profile <profile>", "what is logged").choices(["pair", "lock"]))
    .option(
      "--silent <kinds>",
      "kinds of action that happen without being logged, with commas between them",
      parse.parseNames,
    )
    .option(
      "--observes <paths>",
      "what the log's states show completely, with commas between them",
      parse.parseNames,
    )
    .option("--map <file>", "how a foreign log is read: where its parts stand, and what its words mean")
    .option("--explain <file>", "write the run that explains the log, as a schedule")
    .option("--candidates <n>", "how many model states may fit at once (default: 10000)", parse.parseStates)
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--quiet", "say nothing; the exit code tells")
    .option("--no-color", "no colours")
    .action(async (file: string, flags: ValidateFlags) => {
      code = await (await import("./validate.ts")).validateLog(file, flags)
    })

  await program.parseAsync(argv)
  return code
}

/** Bare help and the version answer at once: they need none of what the flags are checked against. */
const isHelp = (argv: readonly string[]): boolean =>
  argv
    .slice(2)
    .every((word) =>
      [
        "check",
        "explore",
        "replay",
        "show",
        "conform",
        "validate",
        "help",
        "-h",
        "--help",
        "-V",
        "--version",
      ].includes(word),
    ) &&
  (argv.length <= 2 ||
    argv.some((word) => word.startsWith("-h") || ["help", "--help", "-V", "--version"].includes(word)))

const unused = (text: string): never => {
  throw new Error(`defect: ${text} was parsed where only help was asked for`)
}

const parsersForHelp = {
  collectPatterns: unused,
  collectProperties: unused,
  parseActions: unused,
  parseBound: unused,
  parseMillis: unused,
  parseMutant: unused,
  parseNames: unused,
  parseRuns: unused,
  parseSeedFlag: unused,
  parseSize: unused,
  parseStates: unused,
  parseTime: unused,
  parseWorkers: unused,
}

/** The failures of the world and of input: each is one line for whoever called. */
const isToldInOneLine = (error: unknown): error is Error =>
  error instanceof Error && "_tag" in error && (error._tag === "BadInput" || error._tag === "CannotWrite")

const codeOfError = (error: unknown): ExitCode => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (isToldInOneLine(error)) {
    process.stderr.write(`ftpair: ${printable(error.message)}\n`)
    return exitCodes.usage
  }
  process.stderr.write(
    `ftpair: defect, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return exitCodes.defect
}

// Whoever reads a report may stop reading: `ftpair check | head -1` goes on, keeps what it finds, and exits with the
// code of that.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
  })

process.exitCode = await main(process.argv).catch(codeOfError)
