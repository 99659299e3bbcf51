import { join } from "node:path"
import { describe, it } from "vitest"
import { packageVersion, scenariosFolder } from "../../traces/package.ts"
import { cluster, freshFolder, ftpair, protect, write } from "./ftpair.ts"

describe.concurrent("ftpair show", () => {
  it("draws a column for each host, and a row for each step", async ({ expect, onTestFinished }) => {
    const file = join(scenariosFolder, "05-link-cut.json")

    const answer = await ftpair(freshFolder(onTestFinished), "show", file)

    const [title, blank, header, ...rows] = answer.stdout.split("\n")
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(title).toMatch(/^The link between the two hosts is cut/)
    expect(blank).toBe("")
    expect(header).toMatch(/^step +action +h1 +h2 +h3 +lock +FT state, cut links$/)
    expect(rows.filter((row) => /^ +\d+ /.test(row))).toHaveLength(1 + 12)
    expect(rows[5]).toMatch(/^ +5 {2}CutLink\(h1-h2\) .* cut h1-h2$/)
    expect(rows[8]).toMatch(/^ +8 {2}TryLock\(p1\.2\) .*P p1\.2 g2 live 0\/0 .*p1 g2 by p1\.2/)
  })

  it("notes a breach beneath its step, and the mutant above", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", {
      config: cluster(2),
      mutant: "SpawnIgnoresAntiAffinity",
      actions: [protect[0], { ...protect[1], host: "h1" }],
    })

    const { code, stdout } = await ftpair(folder, "show", "--format", "text", file)

    const lines = stdout.split("\n")
    const breached = lines.findIndex((line) => line.includes("SpawnSecondary(p1.1, h1)"))
    expect(code).toBe(0)
    expect(lines[0]).toBe("mutant SpawnIgnoresAntiAffinity")
    expect(lines[breached + 1]).toBe("   !  S7 AntiAffinity: p1.1 and p1.2 both run on h1")
  })

  it("draws a run as far as it goes, and notes what is refused", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", { config: cluster(2), actions: [protect[0], protect[3]] })

    const { code, stdout } = await ftpair(folder, "show", file)

    const rows = stdout.split("\n").slice(1, 4)
    expect(code).toBe(0)
    expect(rows[0]).toMatch(/^ +0 /)
    expect(rows[1]).toMatch(/^ +1 {2}PowerOn\(p1, h1\)/)
    expect(rows[2]).toBe("   !  JoinLockstep(p1.2) is refused by the guard copy")
  })
})

describe.concurrent("ftpair tells", () => {
  it.for([
    ["--help", "Usage: ftpair"],
    ["help check", "Usage: ftpair check"],
    ["check --help", "--seed <seed>"],
    ["check --seed 7 --help", "--seed <seed>"],
    ["replay --help", "Usage: ftpair replay"],
  ] as const)("how it is used: %s", async ([line, said], { expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished), ...line.split(" "))

    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(answer.stdout).toContain(said)
  })

  it("its version", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished), "--version")

    expect(answer).toEqual({ code: 0, stdout: `${packageVersion}\n`, stderr: "" })
  })

  it("how it is used where nothing is asked, as an error", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished))

    expect(answer).toMatchObject({ code: 1, stdout: "" })
    expect(answer.stderr).toContain("Usage: ftpair")
  })
})
