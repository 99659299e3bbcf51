import { join } from "node:path"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { replayFiles } from "../../cli/replay/replay.ts"
import { show, type ShowFlags } from "../../cli/show/show.ts"
import { corpusFolder, packageVersion, scenariosFolder } from "../../traces/package.ts"
import { readStory } from "../../traces/read.ts"
import { cluster, freshFolder, ftpair, inProcess, protect, write } from "./ftpair.ts"

describe.concurrent("ftpair show", () => {
  it("draws a column for each host, and a row for each step", async ({ expect, onTestFinished }) => {
    const file = join(scenariosFolder, "05-link-cut.json")

    const answer = await ftpair(freshFolder(onTestFinished), "show", "--width", "200", file)

    const [title, blank, header, ...rows] = answer.stdout.split("\n")
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(title).toMatch(/^The link between the two hosts is cut/)
    expect(blank).toBe("")
    expect(header).toMatch(/^step +action +h1 +h2 +h3 +lock +FT state, cut links$/)
    expect(rows.filter((row) => /^ +\d+ /.test(row))).toHaveLength(1 + 12)
    expect(rows[5]).toMatch(/^ +5 {2}CutLink\(h1-h2\) .* cut h1-h2$/)
    expect(rows[8]).toMatch(/^ +8 {2}TryLock\(p1\.2\) .*P p1\.2 g2 live 0\/0 .*p1 g2 by p1\.2/)
  })

  it("notes a violation beneath its step, and the mutant above", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", {
      config: cluster(2),
      mutant: "SpawnIgnoresAntiAffinity",
      actions: [protect[0], { ...protect[1], host: "h1" }],
    })

    const { code, stdout } = await ftpair(folder, "show", "--format", "text", "--width", "200", file)

    const lines = stdout.split("\n")
    const violated = lines.findIndex((line) => line.includes("SpawnSecondary(p1.1, h1)"))
    expect(code).toBe(0)
    expect(lines[0]).toBe("mutant SpawnIgnoresAntiAffinity")
    expect(lines[violated + 1]).toBe("   !  S7 AntiAffinity: p1.1 and p1.2 both run on h1")
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

describe("show", () => {
  const file = join(scenariosFolder, "05-link-cut.json")

  it.each([
    ["as wide as a page where there is no terminal", {}, 100],
    ["as wide as `--width` says", { width: 70 }, 70],
  ])("is %s", (_situation, flags, width) => {
    const { code, stdout } = inProcess(() => show(file, { color: true, ...flags }))

    expect(code).toBe(0)
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width)
    expect(stdout).toContain("lockstep")
  })

  it("answers with a document of all steps, or of what may happen after one", () => {
    const all = inProcess(() => show(file, { color: true, json: true }))
    const one = inProcess(() => show(file, { color: true, json: true, at: 7 }))

    expect(JSON.parse(all.stdout)).toMatchObject({
      file,
      loop: null,
      steps: [
        { step: 0, action: null, changes: [] },
        { step: 1, action: protect[0] },
        ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((step) => ({ step })),
      ],
    })
    expect(JSON.parse(one.stdout)).toMatchObject({
      step: 7,
      action: { kind: "Suspect", copy: "p1.2" },
      enabled: {
        protocol: [
          { action: { kind: "TryLock", copy: "p1.1" } },
          { action: { kind: "TryLock", copy: "p1.2" } },
        ],
      },
    })
  })

  it("answers with a document of some steps only, and of no more than fit into one", () => {
    const record = { kind: "Record", copy: "p1.1" }
    const actions = [protect[0], ...Array.from({ length: 2_500 }, () => record)]
    const folder = freshFolder(onTestFinished)
    const long = join(folder, write(folder, "long.json", { config: cluster(2), actions }))

    const some = inProcess(() => show(long, { color: true, json: true, steps: [2499, null] }))

    expect((JSON.parse(some.stdout) as { steps: object[] }).steps).toMatchObject([
      { step: 2499, action: record },
      { step: 2500, action: record },
      { step: 2501, action: record },
    ])
    expect(() => inProcess(() => show(long, { color: true, json: true }))).toThrow(
      /expected states of 16 MiB of JSON at the most, and those up to step \d+ have more: --steps A\.\.B shows some$/,
    )
  })

  it.each<readonly [string, Omit<ShowFlags, "color">, RegExp]>([
    ["a pair", { pair: "q1" }, /expected a pair of the cluster \(p1\), not q1; did you mean p1\?$/],
    ["a step", { at: 13 }, /expected a step from 0 to 12, not 13: the run has 12 steps$/],
    ["steps", { steps: [20, 30] }, /expected steps from 0 to 12, the first before the last, not 20\.\.30$/],
    ["steps the other way round", { steps: [5, 3] }, /not 5\.\.3$/],
    ["a place to go on from without a step", { out: "next.json" }, /give that with --at N$/],
  ])("refuses %s that it does not have", (_what, flags, message) => {
    expect(() => inProcess(() => show(file, { color: true, ...flags }))).toThrow(message)
  })
})

describe.each(["show", "replay"] as const)("%s --at", (command) => {
  const run = (file: string, flags: { readonly at: number; readonly out?: string }) =>
    inProcess(() =>
      command === "show"
        ? show(file, { color: true, ...flags })
        : replayFiles([file], { color: true, ...flags }),
    )
  const file = join(scenariosFolder, "05-link-cut.json")

  it("reports the state, what is enabled there, and why the rest is not", () => {
    const { code, stdout } = run(file, { at: 7 })

    expect(code).toBe(0)
    expect(stdout).toContain("after step 7, Suspect(p1.2)")
    expect(stdout).toContain("p1.2 on h2: secondary contending, generation 1; log nothing; released 0")
    expect(stdout).toMatch(/^enabled, protocol\n {2}TryLock\(p1\.1\) .*\n {2}TryLock\(p1\.2\) /m)
    expect(stdout).toContain("  Record(p1.1): phase, it contends\n")
    expect(stdout).toContain(`npx ftpair replay --at 7 --out next.json ${file}`)
  })

  it("writes the steps up to there as a schedule that leads to the same state", () => {
    const folder = freshFolder(onTestFinished)
    const next = join(folder, "next.json")

    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true)

    run(file, { at: 7, out: next })

    expect(said.mock.calls).toEqual([[`ftpair: wrote ${next}\n`]])
    said.mockRestore()
    const whole = inProcess(() => show(file, { color: true, json: true, at: 7 }))
    const prefix = inProcess(() => show(next, { color: true, json: true, at: 7 }))
    expect({ ...(JSON.parse(prefix.stdout) as object), file }).toEqual(JSON.parse(whole.stdout))
  })
})

describe("replay --at", () => {
  const file = join(scenariosFolder, "05-link-cut.json")

  it("answers with the same in its document, and judges the whole run", () => {
    const { code, stdout } = inProcess(() => replayFiles([file], { color: true, json: true, at: 7 }))

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "reproduced",
      at: {
        step: 7,
        refused: expect.arrayContaining([
          { action: { kind: "Record", copy: "p1.1" }, guard: "phase", sentence: "it contends" },
        ]) as unknown,
      },
    })
  })

  it("goes by the rules of the mutant, there and in the schedule to go on from", () => {
    const folder = freshFolder(onTestFinished)
    const next = join(folder, "next.json")
    const mutant = join(corpusFolder, "S7.spawn-ignores-anti-affinity.itf.json")
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true)

    const { stdout } = inProcess(() => replayFiles([mutant], { color: false, at: 1, out: next }))
    const document = inProcess(() => replayFiles([mutant], { color: false, json: true, at: 1 }))
    said.mockRestore()

    const spawned = { kind: "SpawnSecondary", copy: "p1.1", host: "h1" }
    expect(stdout).toMatch(/^enabled, protocol\n[^]*^ {2}SpawnSecondary\(p1\.1, h1\) [^]*^refused$/m)
    expect(JSON.parse(document.stdout)).toMatchObject({
      at: {
        enabled: {
          protocol: expect.arrayContaining([expect.objectContaining({ action: spawned })]) as unknown,
        },
      },
    })
    expect(readStory(next)).toMatchObject({ mutant: "SpawnIgnoresAntiAffinity", actions: { length: 1 } })
  })

  it("goes on from one file only", () => {
    expect(() =>
      inProcess(() => replayFiles([file, file], { color: true, at: 7, out: "next.json" })),
    ).toThrow(/of a single file: give that with --at N$/)
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

  it("how it is used where nothing is named, as an error", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished))

    expect(answer).toMatchObject({ code: 1, stdout: "" })
    expect(answer.stderr).toContain("Usage: ftpair")
  })
})
