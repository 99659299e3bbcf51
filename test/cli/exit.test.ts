import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { exitCodes, exitMeanings, worst, type ExitCode } from "../../cli/exit.ts"

/** Every code that several may come to, the worst first. */
const fromTheWorst: readonly ExitCode[] = [70, 1, 11, 12, 13, 14, 15, 16, 17, 71, 20, 0]

describe("worst", () => {
  it("is 0 where nothing is wrong", () => {
    expect(worst([])).toBe(0)
  })

  it("knows every exit code", () => {
    const byNumber = (a: number, b: number): number => a - b

    expect(fromTheWorst.toSorted(byNumber)).toEqual(Object.values(exitCodes).toSorted(byNumber))
  })

  it.each(fromTheWorst.map((code, n) => [code, fromTheWorst.slice(n)] as const))(
    "is %i, wherever it stands, beside any of %j",
    (code, others) => {
      for (const other of others) expect([worst([code, other]), worst([other, code])]).toEqual([code, code])
      expect([worst(others), worst(others.toReversed())]).toEqual([code, code])
    },
  )
})

describe("the register of exit codes", () => {
  it("is the table of the README", () => {
    const rows = readFileSync("README.md", "utf8").matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)

    expect([...rows].map(([, code, meaning]) => [Number(code), meaning])).toEqual(
      Object.values(exitCodes).map((code) => [code, exitMeanings[code]]),
    )
  })
})
