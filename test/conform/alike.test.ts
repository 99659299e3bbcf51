import { describe, expect, it } from "vitest"
import { documentOf, freshFolder } from "../cli/ftpair.ts"
import { conform, lockRun } from "./lock-adapter.ts"

describe("failures that come to the same once they are short", () => {
  it("are one, reported with the others, and by themselves what comes to something else", async ({
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const pause = { kind: "Pause", host: "h1" } as const
    const resume = { kind: "Resume", host: "h1" } as const
    const still = { kind: "Advance", ms: 1 } as const
    const runs = [
      lockRun(folder, "short.json", [pause]),
      lockRun(folder, "long.json", [still, still, pause, resume]),
      lockRun(folder, "other.json", [still, { kind: "LoseStorage", host: "h1" }]),
    ].flatMap((file) => ["--run", file])

    const reported = await conform(folder, "diverges-two-ways", ...runs)
    const document = await conform(folder, "diverges-two-ways", ...runs, "--json")

    expect([reported.code, document.code]).toEqual([14, 14])
    expect(reported.stdout.match(/^differs from the model at .*$/gm)).toEqual([
      "differs from the model at action 1 of 1: Pause(h1)",
      "differs from the model at action 1 of 1: LoseStorage(h1)",
    ])
    expect(reported.stdout.match(/^ {2}the same, once shrunk: .*$/gm)).toEqual([
      "  the same, once shrunk: 1 more case: long.json",
    ])
    expect(reported.stdout).toMatch(/^3 cases failed: short\.json, long\.json, other\.json$/m)
    expect(documentOf(document)).toMatchObject({
      failed: ["short.json", "long.json", "other.json"],
      failures: [
        { case: "short.json", steps: 1, alike: ["long.json"], cut: null, spent: false },
        { case: "other.json", steps: 1, alike: [] },
      ],
    })
  })

  it("are reported by the shortest of them, though another was there before", async ({ onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const still = { kind: "Advance", ms: 1 } as const
    const pause = { kind: "Pause", host: "h1" } as const
    const lose = { kind: "LoseStorage", host: "h1" } as const
    const runs = [
      lockRun(folder, "once.json", [still, still, pause]),
      lockRun(folder, "always.json", [still, still, still, lose]),
    ].flatMap((file) => ["--run", file])

    const answer = await conform(folder, "diverges-late-once", ...runs, "--json")

    expect(answer.code).toBe(14)
    expect(documentOf(answer)).toMatchObject({
      failed: ["once.json", "always.json"],
      failures: [{ case: "always.json", steps: 1, alike: ["once.json"] }],
    })
    expect((documentOf(answer) as { failures: readonly unknown[] }).failures).toHaveLength(1)
  })
})
