import { choice, withOutputFlags, type AddCommand } from "./command.ts"
import type { ValidateFlags } from "./validate.ts"

export const addValidate: AddCommand = (program, parse, end) => {
  const command = program
    .command("validate")
    .description("is this log, perhaps partial, a behaviour of the model?")
    .argument("<log>", "one JSON object a line: what happened, what was seen, or both")
    .option("--config <file>", "the cluster, if the log's first line does not say")
    .addOption(choice("--profile <profile>", "what is logged", ["pair", "lock"]))
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
    .action(async (file: string, flags: ValidateFlags) => {
      end(await (await import("./validate.ts")).validateLog(file, flags))
    })
  withOutputFlags(command)
}
