import { describe, expect, it } from "vitest"
import { worst, type ExitCode } from "../../cli/exit.ts"

describe("worst", () => {
  it.each<readonly [string, readonly ExitCode[], ExitCode]>([
    ["is 0 where nothing is wrong", [], 0],
    ["is what is wrong, wherever it stands", [0, 15, 0], 15],
    ["takes the lowest of several findings", [15, 13, 12, 16], 12],
    ["takes a finding over having run out of time", [20, 17], 17],
    ["takes a defect over everything", [12, 70, 20], 70],
  ])("%s", (_situation, codes, code) => {
    expect(worst(codes)).toBe(code)
  })
})
