import { withOutputFlags, type AddCommand } from "./command.ts"
import type { ReplayFlags } from "./replay.ts"

export const addReplay: AddCommand = (program, parse, end) => {
  const command = program
    .command("replay")
    .description("replays schedules and traces, and compares with what they promise")
    .argument("<files...>", "schedules (.json) and traces (.itf.json)")
    .option("--config <file>", "in this cluster, not in the file's own")
    .option("--property <id>", "ask only this; * for any letters; may be repeated", parse.collectProperties)
    .option("--mutant <name>", "by the rules of this mutant; none: by the protocol's own", parse.parseMutant)
    .option(
      "--at <n>",
      "the state after step n, what is enabled there, and why the rest is not",
      parse.parseBound,
    )
    .option("--out <file>", "with --at: write the steps up to there as a schedule")
    .action(async (files: readonly string[], flags: ReplayFlags) => {
      end((await import("./replay.ts")).replayFiles(files, flags))
    })
  withOutputFlags(command)
}
