import { choice, type AddCommand } from "./command.ts"

export const addShow: AddCommand = (program, _parse, end) => {
  program
    .command("show")
    .description("draws a schedule or a trace")
    .argument("<file>", "a schedule (.json) or a trace (.itf.json)")
    .addOption(choice("--format <format>", "how it is drawn", ["text"]).default("text"))
    .action(async (file: string) => {
      end((await import("./show.ts")).show(file))
    })
}
