import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { cluster, documentOf, freshFolder, ftpair, write, type Answer } from "./ftpair.ts"

describe.concurrent("ftpair explore", () => {
  it("holds in the usual scope, and answers with one document that tells everything", async ({
    expect,
    onTestFinished,
  }) => {
    const answer = await ftpair(freshFolder(onTestFinished), "explore", "--json")

    const document = exploredBy(answer)
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(document).toMatchObject({
      verdict: "held",
      breaches: [],
      divergences: [],
      end: "complete",
      waiting: 0,
    })
    expect(document.states).toBeGreaterThan(1000)
    expect(document.transitions).toBeGreaterThan(document.states)
    expect(document.depth).toBeGreaterThan(10)
    expect(document.seconds).toBeGreaterThan(0)
    expect(document.actions["PowerOn"]?.generated).toBeGreaterThan(0)
    expect(Object.values(document.witnesses).some((depth) => depth !== null)).toBe(true)
    expect(document.assurance).toMatch(/^exhaustive within these bounds: 3 hosts, 1 pair, log ≤ 2/)
    expect(document.scope).toMatchObject({
      mutant: null,
      symmetry: true,
      asymmetric: false,
      reduction: false,
      engine: "packed",
      exact: true,
    })
  })

  it("counts the same with either engine", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const call = words(`explore ${small} --no-symmetry --no-reduction --json --engine`)

    const [packed, model] = (
      await Promise.all([ftpair(folder, ...call, "packed"), ftpair(folder, ...call, "model")])
    ).map(exploredBy)

    expect(packed).toMatchObject({ verdict: "held", states: 768, transitions: 1785, depth: 11 })
    expect(model).toMatchObject({ verdict: "held", states: 768, transitions: 1785, depth: 11 })
    expect(generatedIn(model)).toEqual(generatedIn(packed))
  })

  it("exits with 12 at a safety violation, and keeps a run that replays", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)

    const found = await ftpair(folder, ...words("explore --mutant SecondarySkipsLock --property S1 --json"))

    const [violation] = exploredBy(found).breaches
    const replayed = await ftpair(folder, "replay", violation?.file ?? "")
    expect(found.code).toBe(12)
    expect(exploredBy(found)).toMatchObject({ verdict: "breached", end: "violation" })
    expect(violation).toMatchObject({ property: "S1", steps: 5, shortest: 5 })
    expect(replayed.code).toBe(0)
    expect(replayed.stdout).toContain("reproduced: S1 violated at step 5")
  })

  it("reports the steps of a run once, though several properties are violated by it", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)

    const { stdout, code } = await ftpair(
      folder,
      ...words("explore --mutant SecondarySkipsLock --property S1 --property S15 --actions core --log 0"),
    )

    expect(code).toBe(12)
    expect(stdout).toContain("S1 SinglePrimary violated after 5 steps: shortest")
    expect(stdout).toMatch(
      /S15 NobodyAheadOfTheLock violated after 5 steps: shortest\n.*\n.*\n\n {2}the same run as for S1, above\n\n {2}saved: /,
    )
    expect(stdout.match(/^ +5 {2}Suspect/gm)).toHaveLength(1)
  })

  it("exits with 13 at a liveness violation, and keeps a run that replays", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)

    const found = await ftpair(folder, ...words("explore --mutant HolderBlocksRestart --property L1 --json"))

    const [violation] = exploredBy(found).breaches
    const replayed = await ftpair(folder, "replay", violation?.file ?? "")
    expect(found.code).toBe(13)
    expect(violation).toMatchObject({ property: "L1", steps: 2 })
    expect(replayed.code).toBe(0)
    expect(replayed.stdout).toContain("reproduced: L1 violated at step 2")
  })

  it("is inconclusive beyond the most states, and reports what was covered", async ({
    expect,
    onTestFinished,
  }) => {
    const answer = await ftpair(freshFolder(onTestFinished), ...words("explore --max-states 500 --json"))

    const document = exploredBy(answer)
    expect(answer.code).toBe(20)
    expect(document).toMatchObject({ verdict: "inconclusive", end: "too many states", breaches: [] })
    expect(document.states).toBeLessThanOrEqual(500)
    expect(document.waiting).toBeGreaterThan(0)
    expect(document.assurance).toMatch(new RegExp(`^partial: every state within ${document.depth} steps`))
  })

  it("draws a small scope", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const answer = await ftpair(folder, ...words(`explore ${small} --faults 0 --dot small.dot`))

    const lines = readFileSync(join(folder, "small.dot"), "utf8").split("\n")
    expect(answer.code).toBe(0)
    expect(lines[0]).toBe("digraph ftpair {")
    expect(lines.filter((line) => /^ {2}s\d+ \[label=/.test(line))).toHaveLength(22)
    expect(lines.filter((line) => /^ {2}s\d+ -> s\d+ /.test(line))).toHaveLength(21)
  })

  it("does not draw a large one", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const answer = await ftpair(folder, ...words("explore --dot large.dot --json"))

    expect(answer).toEqual({
      code: 1,
      stdout: "",
      stderr: "ftpair: --dot large.dot: the scope has more than 2000 states: expected a smaller one\n",
    })
    expect(existsSync(join(folder, "large.dot"))).toBe(false)
  })

  it("reports with --liveness which fairness each property needs", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished), ...words(`explore ${small} --log 1 --liveness`))

    expect(answer.code).toBe(0)
    expect(answer.stdout).toMatch(/^ +L2 +Suspect, TryLock$/m)
    expect(answer.stdout).toMatch(/^ +L4 +Ack, Deliver, JoinLockstep, Release, Suspect$/m)
  })

  it("says nothing with --quiet", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished), ...words(`explore ${small} --quiet`))

    expect(answer).toEqual({ code: 0, stdout: "", stderr: "" })
  })

  it.for([
    ["--actions Recrod", /expected core, all, or kinds of action; did you mean Record\?/],
    ["--log -1", /'--log <n>'.* expected a whole number from 0 to 1,000/],
    ["--log 1001", /'--log <n>'.* expected a whole number from 0 to 1,000/],
    ["--window 1001", /'--window <n>'.* expected a whole number from 0 to 1,000/],
    ["--faults 1000000", /'--faults <n>'.* expected a whole number from 0 to 999,999/],
    ["--hosts 0", /'--hosts <n>'.* expected how many: a whole number, 1 or more/],
    ["--mutant Nobody", /expected the name of a mutant/],
    ["--config two.json --hosts 3", /expected either these or --config/],
    ["--generations 70000", /the engine counts generations up to 65535, and not to 70000/],
  ] as const)(
    "gets one line that says what is wrong with %s",
    async ([flags, message], { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      write(folder, "two.json", cluster(2))

      const answer = await ftpair(folder, "explore", "--json", ...words(flags))

      expect(answer.code).toBe(1)
      expect(answer.stdout).toBe("")
      expect(answer.stderr).toMatch(message)
      expect(answer.stderr.trimEnd().split("\n")).toHaveLength(1)
    },
  )

  it("explores the cluster that it is given", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "two.json", cluster(2, { log: 1 }))

    const answer = await ftpair(folder, ...words("explore --config two.json --json"))

    expect(answer.code).toBe(0)
    expect(exploredBy(answer).assurance).toContain("2 hosts, 1 pair, log ≤ 1")
  })

  it("counts every state of a cluster of 8 hosts and 2 pairs, by symmetry or not", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const call = words(
      `explore --hosts 8 --pairs 2 ${small} --faults 0 --generations 2 --no-reduction --json`,
    )

    const [joined, apart] = (
      await Promise.all([ftpair(folder, ...call), ftpair(folder, ...call, "--no-symmetry")])
    ).map(exploredBy)

    expect(apart?.states).toBe(31_329)
    expect(joined?.standsFor).toBe(31_329)
  })
})

describe.concurrent("ftpair check, where only the engine is a mutant,", () => {
  it("exits with 14, and keeps a run that replays", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const call = "check --mutant SecondarySkipsLock --side engine --seed 7 --workers 1 --json"

    const found = await ftpair(folder, ...words(call))

    const [violation] = exploredBy(found).breaches
    const replayed = await ftpair(folder, "replay", violation?.file ?? "")
    expect(found.code).toBe(14)
    expect(replayed.code).toBe(0)
    expect(replayed.stdout).toContain("reproduced")
  })
})

// Helpers

/** 768 states: one fault, no log, no operators. */
const small = "--log 0 --faults 1 --power-off-up-to 0"

/** What `explore --json` answers with, as far as it is needed here. */
type Explored = {
  readonly verdict: string
  readonly states: number
  readonly standsFor: number
  readonly transitions: number
  readonly depth: number
  readonly seconds: number
  readonly breaches: readonly { readonly property: string; readonly steps: number; readonly file: string }[]
  readonly divergences: readonly string[]
  readonly actions: Readonly<Record<string, { readonly distinct: number; readonly generated: number }>>
  readonly witnesses: Readonly<Record<string, number | null>>
  readonly assurance: string
  readonly scope: object
  readonly end: string
  readonly waiting: number
}

const exploredBy = (answer: Answer): Explored => documentOf(answer) as Explored

const generatedIn = (explored: Explored | undefined) =>
  Object.entries(explored?.actions ?? {})
    .map(([kind, { generated }]) => [kind, generated])
    .sort()

const words = (text: string): readonly string[] => text.split(" ")
