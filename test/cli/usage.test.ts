import { Command } from "commander"
import { describe, expect, it } from "vitest"
import { usageErrorLine } from "../../cli/command.ts"

describe("an error of usage is one line", () => {
  it("that names the commands there are, and the nearest", () => {
    expect(usageErrorLine("error: unknown command 'chek'\n(Did you mean check?)\n", program())).toBe(
      "ftpair: unknown command 'chek' (Did you mean check?) There are: check, show.\n",
    )
  })

  it("that names the flags of the command, and the nearest", () => {
    expect(
      usageErrorLine("error: unknown option '--sed'\n(Did you mean --seed?)\n", program().commands[0]),
    ).toBe("ftpair: unknown option '--sed' (Did you mean --seed?) There are: --seed, --help.\n")
  })

  it("in which foreign text moves no cursor", () => {
    expect(usageErrorLine("error: unknown option '--\u001b[2J\u009b1A'\n", program())).toBe(
      "ftpair: unknown option '--\\u001b[2J\\u009b1A' There are: --help.\n",
    )
  })
})

// Helpers

const program = () => {
  const top = new Command("ftpair")
  top.command("check").option("--seed <seed>")
  top.command("show")
  return top as Command & { readonly commands: readonly [Command, ...Command[]] }
}
