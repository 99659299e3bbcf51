import { choice, withOutputFlags, type AddCommand } from "./command.ts"
import type { ValidateFlags } from "./validate.ts"

export const addValidate: AddCommand = (program, parse, end) => {
  const command = program
    .command("validate")
    .description("checks whether a log, perhaps partial, is a behaviour of the model")
    .argument("<log>", "one JSON object per line: what happened, what was seen, or both")
    .option("--config <file>", "the cluster, if the log's first line does not say")
    .addOption(choice("--profile <profile>", "the profile of the log", ["pair", "lock"]))
    .option(
      "--silent <kinds>",
      "comma-separated kinds of action that happen without being logged",
      parse.parseNames,
    )
    .option(
      "--observes <paths>",
      "comma-separated paths that the log's states show completely",
      parse.parseNames,
    )
    .option("--map <file>", "how to read a foreign log: where its parts stand, and what its words mean")
    .option("--explain <file>", "write a run that explains the log to this file, as a schedule")
    .option(
      "--candidates <n>",
      "largest number of model states that may fit at once (default: 10000)",
      parse.parseStates,
    )
    .action(async (file: string, flags: ValidateFlags) => {
      end(await (await import("./validate.ts")).validateLog(file, flags))
    })
  withOutputFlags(command)
}
