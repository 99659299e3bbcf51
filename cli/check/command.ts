import type { CheckFlags } from "./checked.ts"
import { choice, withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import { folderFlag, propertyFlag, seedFlag, timeFlag, workersFlag } from "../shared-flags.ts"

export const addCheck: AddCommand = (program, parse, end) => {
  const command = program
    .command("check")
    .description("replays stored runs, then draws random fault schedules; shrinks and keeps counterexamples")
    .option(
      "--config <file>",
      "check this cluster (default: clusters of 1 to 4 hosts and 1 or 2 pairs are drawn; time passes in some)",
    )
    .addOption(propertyFlag(parse))
    .option(
      "--mutant <name>",
      "check a protocol with one deliberate fault (default: none)",
      parse.parseMutant,
    )
    .addOption(
      choice("--side <side>", "which side the mutant breaks (default: both)", ["model", "engine", "both"]),
    )
    .addOption(seedFlag(parse))
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
    .addOption(
      timeFlag(
        parse,
        "2m, or longer for a minimum number of schedules; none with --runs or --engine-runs",
        "; a failure is shrunk after it",
      ),
    )
    .option("--allow-vacuous", "exit with 0 even if an expected witness was never seen")
    .addOption(workersFlag(parse.parseWorkers))
    .addOption(folderFlag())
    .action(async (flags: CheckFlags) => {
      end(await (await import("./check.ts")).check(flags))
    })
  withExitCodes(withOutputFlags(command), [
    exitCodes.safety,
    exitCodes.liveness,
    exitCodes.divergence,
    exitCodes.vacuous,
    exitCodes.notAsPromised,
    exitCodes.nonDeterministic,
    exitCodes.inconclusive,
  ])
}
