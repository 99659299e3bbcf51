import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { faultOf } from "./outcome.ts"
import { damagesOf, shrunk, targets, textOfCase, tried, type Case, type Target } from "./targets.ts"

describe("damaged input is reported in one line and a documented code:", () => {
  it.each([
    ["schedules", 200],
    ["traces", 200],
    ["configurations", 200],
    ["logs", 200],
    ["maps", 200],
    ["recordings", 200],
    ["stores", 100],
    ["options", 200],
    ["answers", 20],
  ])("%s, %i cases", async (name, cases) => {
    for (let number = 0; number < cases; number += 1) {
      const each: Case = { target: targetNamed(name), seed: "ci", number }
      const fault = await tried(each, damagesOf(each), folder)
      expect(
        fault === null
          ? null
          : `case ${number}: ${fault}; ${textOfCase(each, damagesOf(each)).slice(0, 500)}`,
      ).toBe(null)
    }
  })

  it("covers every target", () => {
    expect(all.map(({ name }) => name).sort()).toEqual([
      "answers",
      "configurations",
      "logs",
      "maps",
      "options",
      "recordings",
      "schedules",
      "stores",
      "traces",
    ])
  })
})

describe("the harness", () => {
  const broken = (run: Target["run"]): Case => ({
    target: { ...targetNamed("schedules"), run },
    seed: "ci",
    number: 1,
  })

  it.each<readonly [string, Target["run"], string]>([
    ["a defect", () => Promise.reject(new Error("boom")), "exit code 70: Error: boom"],
    ["a code that is not documented", () => 71, "exit code 71"],
    ["exit code 1 without a word", () => 1, "exit code 1 without a word"],
    ["two lines", () => (process.stderr.write("a\nb\n"), 1), "more than one line"],
    [
      "a changed prototype",
      () => {
        Object.assign(Object.prototype, { spoiled: true })
        return 0
      },
      "a prototype was changed",
    ],
  ])("notices %s", async (_situation, run, fault) => {
    expect(await tried(broken(run), [0], folder)).toContain(fault)
  })

  it("notices what a terminal would obey", () => {
    for (const text of ["\u001b[2J", "\u009b31m", "a\rb", "\u202etxet"])
      expect(faultOf({ code: 0, stdout: text, stderr: "" }, [0])).toContain("an unprintable character")
  })

  it("draws the same case again, and leaves out damages that are not to blame", async () => {
    const each: Case = { target: targetNamed("traces"), seed: "ci", number: 7 }
    expect(textOfCase(each, damagesOf(each))).toBe(textOfCase(each, damagesOf(each)))
    expect(
      await shrunk(
        broken(() => 70),
        folder,
      ),
    ).toEqual([])
  })
})

// Helpers

let all: readonly Target[] = []
const folder = mkdtempSync(join(tmpdir(), "ftpair-fuzz-"))
beforeAll(async () => {
  all = await targets()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const targetNamed = (name: string): Target => all.find((target) => target.name === name) as Target
