import { choice, withExitCodes, type AddCommand } from "../command.ts"
import type { ShowFlags } from "./show.ts"

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
    .option(
      "--at <n>",
      "show the state after step n, what is enabled there, and why the rest is not",
      parse.parseBound,
    )
    .option("--out <file>", "with --at: write the steps up to there as a schedule")
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--no-color", "no ANSI colours")
    .action(async (file: string, flags: ShowFlags) => {
      end((await import("./show.ts")).show(file, flags))
    })
  withExitCodes(command, [])
}
