import type { CheckFlags } from "./checked.ts"
import { choice, withOutputFlags, type AddCommand } from "./command.ts"

export const addCheck: AddCommand = (program, parse, end) => {
  const command = program
    .command("check")
    .description("replays stored runs, then draws random fault schedules; shrinks and keeps counterexamples")
    .option("--config <file>", "check this cluster instead of randomly drawn ones")
    .option(
      "--property <id>",
      "check only this property; * matches any letters; repeatable",
      parse.collectProperties,
    )
    .option("--mutant <name>", "check a protocol with one deliberate fault", parse.parseMutant)
    .addOption(choice("--side <side>", "which side the mutant breaks", ["model", "engine", "both"]))
    .option("--seed <seed>", "a decimal number, 0x and hex digits, or a commit hash", parse.parseSeedFlag)
    .option(
      "--runs <n>",
      "number of schedules run by model and engine side by side (default: 15000)",
      parse.parseRuns,
    )
    .option(
      "--engine-runs <n>",
      "number of schedules run by the engine alone (default: 400000; none with --runs)",
      parse.parseRuns,
    )
    .option("--time <time>", "time limit, like 30s, 5m or 1h", parse.parseTime)
    .option("--allow-vacuous", "exit with 0 even if an expected witness was never seen")
    .option("--workers <n>", "number of worker threads (default: one per core)", parse.parseWorkers)
    .option("--out <dir>", "where failures are kept (default: .ftpair/failures)")
    .action(async (flags: CheckFlags) => {
      end(await (await import("./check.ts")).check(flags))
    })
  withOutputFlags(command)
}
