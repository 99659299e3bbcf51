import { readdirSync, readFileSync } from "node:fs"
import { Command, type Option } from "commander"
import { describe, expect, it } from "vitest"
import { addCheck } from "../../cli/check/command.ts"
import type { AddCommand, Parsers } from "../../cli/command.ts"
import { addConform } from "../../cli/conform/command.ts"
import { exitCodes, exitMeanings } from "../../cli/exit.ts"
import { addExplore } from "../../cli/explore/command.ts"
import { addList } from "../../cli/list/command.ts"
import { addReplay } from "../../cli/replay/command.ts"
import { addShow } from "../../cli/show/command.ts"
import { addTiming } from "../../cli/timing/command.ts"
import { addValidate } from "../../cli/validate/command.ts"

/** Flags that ask for something which is else not done: there is no default to tell. */
const asksForMore = /^--(at|require|dot|known-failing|record|recorded|scaffold|explain|show)$/

const commands: readonly (readonly [string, AddCommand])[] = [
  ["check", addCheck],
  ["explore", addExplore],
  ["replay", addReplay],
  ["show", addShow],
  ["conform", addConform],
  ["validate", addValidate],
  ["timing", addTiming],
  ["list", addList],
]

describe.each(commands)("the help of %s", (name, add) => {
  it("reports what holds where a flag that takes something is left out", () => {
    const silent = commandOf(add)
      .options.filter((option) => option.flags.includes("<"))
      .filter((option) => !isTold(option))

    expect(silent.map(({ flags }) => flags)).toEqual([])
  })

  it("reports every exit code that the command gives, and no other", () => {
    const sources = sourcesOf(name)
    const given = Object.entries(exitCodes)
      .filter(([code]) => sources.some((text) => gives(text, code)))
      .map(([, code]) => code)

    const reported = [...helpOf(add).matchAll(/^ {2}(\d+) +(.*)$/gm)].map(([, code, words]) => [
      Number(code),
      words,
    ])

    const due = [...new Set([0, 1, ...given, 70] as const)].toSorted((a, b) => a - b)
    expect(reported).toEqual(due.map((code) => [code, exitMeanings[code]]))
  })
})

it("the help of conform reports how long the first answer may take", () => {
  const [, startMin = ""] =
    /^const startMin = ([\d_]+)$/m.exec(readFileSync("conform/child.ts", "utf8")) ?? []

  expect(startMin).not.toBe("")
  expect(helpOf(addConform).replace(/\s+/g, " ")).toContain(
    `the first one gets at least ${Number(startMin.replace("_", ""))}`,
  )
})

// Helpers

function commandOf(add: AddCommand): Command {
  const program = new Command("ftpair")
  add(program, new Proxy({} as Parsers, { get: () => () => null }), () => {})
  return program.commands[0] as Command
}

function helpOf(add: AddCommand): string {
  let text = ""
  commandOf(add)
    .configureOutput({ writeOut: (words) => void (text += words) })
    .outputHelp()
  return text
}

function isTold({ long, description, defaultValue }: Option): boolean {
  const isExtra = asksForMore.test(long ?? "") || /^with --(at|show)/.test(description)
  return isExtra || description.includes("(default: ") || defaultValue !== undefined
}

/** What makes a command's exit codes: the files of its folder, but for the one that declares its flags. */
function sourcesOf(command: string): readonly string[] {
  return readdirSync(`cli/${command}`)
    .filter((file) => file !== "command.ts")
    .map((file) => readFileSync(`cli/${command}/${file}`, "utf8"))
}

/** Whether a source gives the code, by its name; violations of properties give those of the three families. */
function gives(text: string, name: string): boolean {
  const isOfViolation =
    ["safety", "liveness", "divergence"].includes(name) && text.includes("codeOfViolation")
  return isOfViolation || text.includes(`exitCodes.${name}`)
}
