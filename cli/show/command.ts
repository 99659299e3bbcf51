import { choice, withExitCodes, type AddCommand } from "../command.ts"
import type { ShowFlags } from "./show.ts"
import { atFlag, stepsFlag } from "../shared-flags.ts"

export const addShow: AddCommand = (program, parse, end) => {
  const command = program
    .command("show")
    .description("draws a schedule or a trace, or shows what may happen after one of its steps")
    .argument("<file>", "a schedule (.json) or a trace (.itf.json)")
    .addOption(choice("--format <format>", "how it is drawn", ["text"]).default("text"))
    .option(
      "--width <n>",
      "largest width in characters (default: as wide as the terminal, else 100)",
      parse.parseWidth,
    )
    .option("--pair <id>", "draw only this pair (default: all)")
    .option("--steps <a..b>", "draw only these steps, like 3..8, 3.. or ..8 (default: all)", parse.parseSteps)
    .addOption(atFlag(parse))
    .addOption(stepsFlag())
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--no-color", "no ANSI colours")
    .action(async (file: string, flags: ShowFlags) => {
      end((await import("./show.ts")).show(file, flags))
    })
  withExitCodes(command, [])
}
