import { choice, withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import type { ValidateFlags } from "./validate.ts"

export const addValidate: AddCommand = (program, parse, end) => {
  const command = program
    .command("validate")
    .description("checks whether a log, perhaps partial, is a behaviour of the model")
    .argument(
      "<log>",
      "one JSON object per line: what happened, what was seen, or both, and when (t, in milliseconds)",
    )
    .option("--config <file>", "the cluster (default: what the log's first line says)")
    .addOption(
      choice("--profile <profile>", "the profile of the log (default: what its first line says, else pair)", [
        "pair",
        "lock",
      ]),
    )
    .option(
      "--silent <kinds>",
      "comma-separated kinds of action that happen without being logged (default: what the log says, else none)",
      parse.parseNames,
    )
    .option(
      "--observes <paths>",
      "comma-separated paths that the log's states show completely (default: what the log says, else none)",
      parse.parseNames,
    )
    .option(
      "--map <file>",
      "how to read a foreign log: where its parts stand, and what its words mean (default: the log speaks as ftpair does)",
    )
    .option("--explain <file>", "write a run that explains the log to this file, as a schedule")
    .option(
      "--candidates <n>",
      "largest number of model states that may fit at once (default: 10000)",
      parse.parseStates,
    )
    .action(async (file: string, flags: ValidateFlags) => {
      end(await (await import("./validate.ts")).validateLog(file, flags))
    })
  withExitCodes(withOutputFlags(command), [exitCodes.divergence, exitCodes.vacuous, exitCodes.inconclusive])
}
