import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { counted } from "../properties/amount.ts"

/** What is counted in reports. Bytes and characters are told only where there are many. */
const things =
  "actions|answers|asks|cases|copies|entries|faults|generations|hosts|kinds|lines|outputs|pairs|properties|" +
  "records|refusals|rules|runs|schedules|states|steps|stored|transitions|trials|vCPUs|ways|witnesses|workers"

/** A number put before a plural by hand: `${n} steps`, `${n} more ways`. */
const byHand = new RegExp(`\\$\\{(?:[^{}]|\\{[^{}]*\\})*\\} (?:[a-z]+ ){0,2}(?:${things})\\b(?!/s)`, "g")

/** A one before a plural: `1 steps`. A word that stands between tells what is counted, as in `1 more ways`. */
const oneOfMany = new RegExp(`(?<![\\w.,/-])1 (?:(?:more|stored|recorded|model) )?(?:${things})\\b`, "g")

/** Where the word after a name is its verb, or the number is a limit or a goal: `300/1,200 schedules`. */
const isMeantSo = (text: string): boolean =>
  /^\$\{(host|id|place\(\w+\))\} (runs|asks)\b/.test(text) ||
  /^\$\{(statesMax|most\.\w+|goal\.wanted|Number\.isFinite\(.*)\} /.test(text)

describe("an amount", () => {
  it("is written with its noun", () => {
    expect(counted(1, "step")).toBe("1 step")
    expect(counted(0, "step")).toBe("0 steps")
    expect(counted(1200, "witness", "witnesses")).toBe("1,200 witnesses")
  })

  it("is put before no plural by hand, so that nobody reads of 1 steps", () => {
    expect(sources().flatMap((file) => found(byHand, file).filter((text) => !isMeantSo(text)))).toEqual([])
    expect("`after ${number(n)} more steps`".match(byHand)).toHaveLength(1)
  })

  it("agrees with its noun in everything that the documents show, and in the stored runs", () => {
    const shown = ["README.md", ...below("docs", ".md"), ...below("traces/corpus", ".json")]

    expect(shown.flatMap((file) => found(oneOfMany, file))).toEqual([])
    expect("after 1 steps, 11 steps, 1 model states".match(oneOfMany)).toHaveLength(2)
  })
})

// Helpers

function sources(): readonly string[] {
  const shipped = ["cli", "conform", "impl", "model", "properties", "traces"]
  return shipped.flatMap((folder) => below(folder, ".ts")).filter((file) => !file.includes("/generate/"))
}

function below(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
}

function found(pattern: RegExp, file: string): readonly string[] {
  return readFileSync(file, "utf8").match(pattern) ?? []
}
