import { choice, withOutputFlags, type AddCommand } from "./command.ts"
import type { ConformFlags } from "./conform.ts"

export const addConform: AddCommand = (program, parse, end) => {
  const command = program
    .command("conform")
    .description("drives an implementation over the wire, compares it with the model, shrinks what differs")
    .argument("[command...]", "what starts it, after --: its stdin and stdout are the wire")
    .addOption(
      choice("--profile <profile>", "it must be of this profile; with --scaffold, which skeleton", [
        "pair",
        "lock",
        "placement",
      ]),
    )
    .option("--config <file>", "random cases in this cluster only")
    .option("--runs <n>", "how many random cases (default: 2000)", parse.parseRuns)
    .option("--time <time>", "for how long, like 30s, 5m or 1h", parse.parseTime)
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
    .option("--seed <seed>", "decimal, 0x and hex digits, or a commit hash", parse.parseSeedFlag)
    .option("--out <dir>", "where failures are kept (default: .ftpair/failures)")
    .action(async (words: readonly string[], flags: ConformFlags) => {
      end(await (await import("./conform.ts")).conformWith(words, flags))
    })
  withOutputFlags(command)
}
