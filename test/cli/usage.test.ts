import { Argument, Command } from "commander"
import { describe, expect, it } from "vitest"
import { messageLine, usageErrorLine } from "../../cli/command.ts"

describe("an error of usage is one line", () => {
  it("that names the commands there are, and the nearest", () => {
    expect(usageErrorLine("error: unknown command 'chek'\n(Did you mean check?)\n", program())).toBe(
      "ftpair: unknown command 'chek' (Did you mean check?). There are: check, show.\n",
    )
  })

  it("that names the flags of the command, and the nearest", () => {
    expect(
      usageErrorLine("error: unknown option '--sed'\n(Did you mean --seed?)\n", program().commands[0]),
    ).toBe("ftpair: unknown option '--sed' (Did you mean --seed?). There are: --seed, --help.\n")
  })

  it("that names what could have been asked for", () => {
    const list = new Command("list").addArgument(new Argument("<what>").choices(["mutants", "guards"]))

    expect(usageErrorLine("error: missing required argument 'what'\n", list)).toBe(
      "ftpair: missing required argument 'what'. There are: mutants, guards.\n",
    )
  })

  it.each([
    ["of an option", (word: string) => ["--seed", word]],
    ["of an option, behind =", (word: string) => [`--seed=${word}`]],
    ["with spaces in it", (word: string) => ["--seed", word.replaceAll("7", " ")]],
  ])("in which a long word of the call is cut: %s", (_where, wordsOf) => {
    const words = wordsOf("7$&".repeat(40_000))
    const value = words.at(-1)?.replace("--seed=", "")

    const line = messageLine(`option '--seed <seed>' argument '${value}' is invalid.`, words)

    expect(line).toMatch(
      /^option '--seed <seed>' argument '.{60} … \(120000 characters\) … .{30}' is invalid\.$/,
    )
  })

  it("in which foreign text moves no cursor", () => {
    expect(usageErrorLine("error: unknown option '--\u001b[2J\u009b1A'\n", program())).toBe(
      "ftpair: unknown option '--\\u001b[2J\\u009b1A'. There are: --help.\n",
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
