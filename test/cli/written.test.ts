import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { freshFolder, ftpair } from "./ftpair.ts"

describe("a file that is to be written", () => {
  it.each([
    ["replay", "--at", "0", "--out", "run.json", "run.json"],
    ["show", "--at", "0", "--out", "./run.json", "run.json"],
    ["validate", "--explain", "run.json", "run.json"],
    ["timing", "--show", "restored", "--out", "link.json", "--config", "run.json"],
    ["explore", "--dot", "run.json", "--config", "run.json"],
  ])("is none of those that are read: %s", async (...words) => {
    const folder = freshFolder(onTestFinished)
    const text = JSON.stringify({ hosts: [{ id: "h1" }], pairs: [{ id: "p1" }] })
    writeFileSync(join(folder, "run.json"), text)
    symlinkSync("run.json", join(folder, "link.json"))

    const answer = await ftpair(folder, ...words)

    expect(answer).toMatchObject({ code: 1, stdout: "" })
    expect(answer.stderr).toContain("expected another file than run.json, which is read")
    expect(readFileSync(join(folder, "run.json"), "utf8")).toBe(text)
  })
})
