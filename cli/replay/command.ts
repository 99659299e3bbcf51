import { withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import type { ReplayFlags } from "./replay.ts"

export const addReplay: AddCommand = (program, parse, end) => {
  const command = program
    .command("replay")
    .description("replays schedules and traces, and compares the outcome with what they promise")
    .argument("<files...>", "schedules (.json) and traces (.itf.json)")
    .option("--config <file>", "replay in this cluster (default: the file's own)")
    .option(
      "--property <id>",
      "check only this property; * matches any letters; repeatable (default: all)",
      parse.collectProperties,
    )
    .option(
      "--mutant <name>",
      "replay by the rules of this mutant; none: by the protocol's own (default: the mutant that the file names, or none)",
      parse.parseMutant,
    )
    .option(
      "--at <n>",
      "show the state after step n, what is enabled there, and why the rest is not",
      parse.parseBound,
    )
    .option("--out <file>", "with --at: write the steps up to there as a schedule")
    .action(async (files: readonly string[], flags: ReplayFlags) => {
      end((await import("./replay.ts")).replayFiles(files, flags))
    })
  withExitCodes(withOutputFlags(command), [
    exitCodes.safety,
    exitCodes.liveness,
    exitCodes.divergence,
    exitCodes.vacuous,
    exitCodes.notAsPromised,
  ])
}
