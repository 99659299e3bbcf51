import type { CheckFlags } from "./check.ts"
import { choice, withOutputFlags, type AddCommand } from "./command.ts"

export const addCheck: AddCommand = (program, parse, end) => {
  const command = program
    .command("check")
    .description("stored runs first, then random fault schedules; counterexamples are made short and kept")
    .option("--config <file>", "check in this cluster, not in drawn ones")
    .option("--property <id>", "check only this; * for any letters; may be repeated", parse.collectProperties)
    .option("--mutant <name>", "check a protocol with one thing wrong, on purpose", parse.parseMutant)
    .addOption(choice("--side <side>", "what the mutant breaks", ["model", "engine", "both"]))
    .option("--seed <seed>", "decimal, 0x and hex digits, or a commit hash", parse.parseSeedFlag)
    .option(
      "--runs <n>",
      "how many schedules, model and engine side by side (default: 15000)",
      parse.parseRuns,
    )
    .option(
      "--engine-runs <n>",
      "how many on the engine alone (default: 400000, and none with --runs)",
      parse.parseRuns,
    )
    .option("--time <time>", "for how long, like 30s, 5m or 1h", parse.parseTime)
    .option("--allow-vacuous", "held is held, though a witness was never seen")
    .option("--workers <n>", "how many worker threads (default: one a core)", parse.parseWorkers)
    .option("--out <dir>", "where failures are kept (default: .ftpair/failures)")
    .action(async (flags: CheckFlags) => {
      end(await (await import("./check.ts")).check(flags))
    })
  withOutputFlags(command)
}
