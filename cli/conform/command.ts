import { choice, withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import type { ConformFlags } from "./flags.ts"
import { folderFlag, seedFlag, timeFlag } from "../shared-flags.ts"

export const addConform: AddCommand = (program, parse, end) => {
  const command = program
    .command("conform")
    .description(
      "drives an implementation over the wire, compares it with the model, and shrinks differences",
    )
    .argument(
      "[command...]",
      "the command that starts the implementation, after --; its stdin and stdout are the wire",
    )
    .addOption(
      choice(
        "--profile <profile>",
        "require this profile (default: what the implementation says); with --scaffold: the profile of the skeleton (default: pair in python and node, lock in c and java)",
        ["pair", "lock", "placement"],
      ),
    )
    .option("--config <file>", "draw random cases in this cluster only (default: clusters are drawn)")
    .option("--runs <n>", "number of random cases (default: 2000)", parse.parseRuns)
    .addOption(timeFlag(parse, "none"))
    .option(
      "--timeout <ms>",
      "time limit for each answer, in milliseconds; the first one gets at least 10000 (default: 5000)",
      parse.parseMillis,
    )
    .option(
      "--run <pattern>",
      "run only these cases: a path with * and **, or a file; repeatable (default: all)",
      parse.collectPatterns,
    )
    .option("--known-failing <@file>", "file of patterns of cases that are expected to fail, one per line")
    .option("--smoke", "do only the handshake and five steps, as a first try")
    .option("--advise", "list the bugs that would go unnoticed, given what this implementation shows")
    .option("--record <file>", "record the whole session in this file")
    .option("--recorded <file>", "judge a recorded session again, without the implementation")
    .option(
      "--scaffold <language>",
      "write an adapter skeleton in python, node, c or java into the folder named in place of the command",
    )
    .addOption(seedFlag(parse))
    .addOption(folderFlag())
    .action(async (words: readonly string[], flags: ConformFlags) => {
      end(await (await import("./conform.ts")).conformWith(words, flags))
    })
  withExitCodes(withOutputFlags(command), [
    exitCodes.divergence,
    exitCodes.vacuous,
    exitCodes.notAsPromised,
    exitCodes.inconclusive,
    exitCodes.foreign,
  ])
}
