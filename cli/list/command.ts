import { Argument } from "commander"
import { withExitCodes, type AddCommand } from "../command.ts"
import type { ListFlags } from "./list.ts"

const listed = ["mutants", "properties", "witnesses", "guards", "scopes"] as const

export const addList: AddCommand = (program, _parse, end) => {
  const command = program
    .command("list")
    .description("lists what ftpair knows by name, with a sentence on each")
    .addArgument(new Argument("<what>", "what is listed").choices(listed))
    .option("--json", "one JSON document on stdout, and nothing else")
    .option("--no-color", "no ANSI colours")
    .action(async (what: (typeof listed)[number], flags: ListFlags) => {
      end((await import("./list.ts")).list(what, flags))
    })
  withExitCodes(command, [])
}
