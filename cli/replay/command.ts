import { withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import type { ReplayFlags } from "./replay.ts"
import { atFlag, propertyFlag, stepsFlag } from "../shared-flags.ts"

export const addReplay: AddCommand = (program, parse, end) => {
  const command = program
    .command("replay")
    .description("replays schedules and traces, and compares the outcome with what they promise")
    .argument("<files...>", "schedules (.json) and traces (.itf.json)")
    .option("--config <file>", "replay in this cluster (default: the file's own)")
    .addOption(propertyFlag(parse))
    .option(
      "--mutant <name>",
      "replay by the rules of this mutant; none: by the protocol's own (default: the mutant that the file names, or none)",
      parse.parseMutant,
    )
    .addOption(atFlag(parse))
    .addOption(stepsFlag())
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
