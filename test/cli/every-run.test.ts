import { describe, expect, it, onTestFinished } from "vitest"
import { cluster, documentOf, freshFolder, ftpair, write } from "./ftpair.ts"

describe("ftpair explore --window", () => {
  it("holds of every run, and says for which, by how many forms", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const answer = await ftpair(folder, "explore", "--hosts", "2", "--window", "1", "--json")

    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(documentOf(answer)).toMatchObject({
      verdict: "held",
      reproduce: "npx ftpair explore --hosts 2 --window 1",
      standsFor: 2924,
      depth: 19,
      premises: { states: 300, breach: null },
      scope: { form: "bit", window: 1, drops: true, config: { hosts: [{ id: "h1" }, { id: "h2" }] } },
    })
  })

  it("keeps of a mutant a run without bounds, that replays", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const answer = await ftpair(folder, "explore", "--window", "0", "--mutant", "HaNoBump", "--json")
    const { breaches } = documentOf(answer) as {
      breaches: readonly { property: string; shortest: number; file: string }[]
    }
    const [breach] = breaches.filter(({ property }) => property === "S1")
    const replayed = await ftpair(folder, "replay", breach?.file ?? "none")

    expect(answer.code).toBe(12)
    expect(breach?.shortest).toBe(5)
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringMatching(/reproduced/) as string })
  })

  it("comes to no verdict where the rules at hand break a premise", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const flags = ["--window", "0", "--mutant", "NeverRespawn", "--actions", "core", "--property", "S2"]

    const answer = await ftpair(folder, "explore", ...flags)

    expect(answer.code).toBe(20)
    expect(answer.stdout).toContain("no verdict about every run")
  })

  it.each([
    [["--window", "1", "--faults", "2"], /--window explores every run, without bounds: .* like --faults/],
    [["--form", "bit", "--log", "2"], /--form explores every run, without bounds: .* like --log/],
    [["--window", "1", "--property", "S19"], /--property S19 is checked within bounds alone/],
    [["--window", "1", "--property", "L1"], /--property L1 is checked within bounds alone/],
    [["--window", "1", "--engine", "model"], /--window is the packed engine's/],
    [["--window", "-1"], /expected/],
    [["--form", "bits"], /ranks, bit/],
  ])("is refused with what does not go with it: %j", async (flags, message) => {
    const folder = freshFolder(onTestFinished)

    const answer = await ftpair(folder, "explore", ...flags)

    expect(answer).toMatchObject({ code: 1, stdout: "" })
    expect(answer.stderr).toMatch(message)
  })
})

describe("ftpair explore", () => {
  it.each([
    ["FT is off, and nothing turns it on", { pairs: [{ id: "p1", ft: "disabled" }] }, []],
    [
      "no host may take a Secondary",
      { hosts: ["h1", "h2"].map((id) => ({ id, groups: ["a"] })), pairs: [{ id: "p1", metro: "a" }] },
      ["--actions", "core"],
    ],
  ])("is vacuous where %s", async (_where, config, flags) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "cluster.json", { ...cluster(2), ...config })

    const answer = await ftpair(folder, "explore", "--config", file, "--faults", "1", "--log", "0", ...flags)

    expect(answer.code).toBe(15)
    expect(answer.stdout).toContain("vacuous, never seen: SpawnSecondary")
  })

  it("refuses a link that is named twice, from either end", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const links = { "h1-h2": { private: false }, "h2-h1": { private: true } }
    const file = write(folder, "cluster.json", { ...cluster(2), links })

    const answer = await ftpair(folder, "explore", "--config", file)

    expect(answer).toMatchObject({ code: 1, stdout: "" })
    expect(answer.stderr).toContain("expected each link once, and h2-h1 stands again the other way round")
  })
})
