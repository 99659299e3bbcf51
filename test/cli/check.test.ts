import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, it } from "vitest"
import type { Action } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { catalogue, matching } from "../../properties/catalogue.ts"
import { canBeSeen, witnesses } from "../../properties/witnesses.ts"
import { replay } from "../../traces/replay.ts"
import { traceOf, writeTrace, type Counterexample } from "../../traces/write.ts"
import { cluster, documentOf, freshFolder, ftpair, inShell, protect, write, type Answer } from "./ftpair.ts"

describe.concurrent("ftpair check, where a safety property is violated,", () => {
  let folder: string
  let found: Answer
  let remove: () => void

  afterAll(() => {
    remove()
  })

  beforeAll(async () => {
    folder = freshFolder((atEnd) => {
      remove = atEnd
    })
    found = await ftpair(folder, ..."check --mutant SecondarySkipsLock --seed 7 --workers 1".split(" "))
  })

  it("exits with 12", ({ expect }) => {
    expect(found.code).toBe(12)
  })

  it("reports the property, and the numbered actions up to the violation", ({ expect }) => {
    expect(found.stdout).toMatch(/^S1 SinglePrimary violated at step 5 of 5$/m)
    expect(found.stdout).toMatch(/^ +S2 +NoDivergentOutput +no violation seen$/m)
    expect(found.stdout).toMatch(/^ +1 {2}PowerOn\(p1, h1\) +p1 on/m)
    expect(found.stdout).toMatch(/^ +5 {2}Suspect\(p1\.2\) .*(\n.*)*p1\.2 secondary lockstep → primary live/m)
  })

  it("reports what else the same step violates, and ends with all of it", ({ expect }) => {
    expect(found.stdout).toMatch(
      /^ {2}and by the same step S15 NobodyAheadOfTheLock: p1\.2 .* is ahead of the lock/m,
    )
    expect(found.stdout).toMatch(/^ +S15 +NobodyAheadOfTheLock +violated$/m)
    expect(found.stdout).toMatch(/^violated: S1, S15, S30 /m)
  })

  it("reports how long the run was as it was drawn, and after each way of shortening it", ({ expect }) => {
    expect(said(found, "shrunk:")).toMatch(
      /^\d+ actions drawn; \d+ after shrinking by fast-check; 5 after minimising: shortest$/,
    )
  })

  it("writes plainly where it is not on a terminal, and nothing to stderr", ({ expect }) => {
    expect(found.stdout).not.toContain("\u001b")
    expect(found.stderr).toBe("")
  })

  it("keeps the counterexample, by its property and its story", ({ expect }) => {
    const kept = readdirSync(join(folder, ".ftpair", "failures")).filter((name) => name.endsWith(".itf.json"))

    expect(kept).toEqual([expect.stringMatching(/^S1\.secondary-skips-lock-[0-9a-f]{8}\.itf\.json$/)])
    expect(said(found, "saved:")).toBe(`.ftpair/failures/${kept[0]}`)
  })

  it("prints a line that finds the same again, in another folder", async ({ expect, onTestFinished }) => {
    const other = freshFolder(onTestFinished)

    const again = await inShell(other, said(found, "Reproduce:"))

    expect(again.code).toBe(12)
    expect(fromFailureOn(again)).toBe(fromFailureOn(found))
  })

  it("prints a line that replays it", async ({ expect }) => {
    const replayed = await inShell(folder, said(found, "Replay:"))

    expect(replayed.code).toBe(0)
    expect(replayed.stdout).toContain("reproduced: S1 violated at step 5, as the file promises")
  })

  it("keeps what the protocol itself does not reproduce", async ({ expect }) => {
    const answer = await ftpair(folder, "replay", "--mutant", "none", "--json", said(found, "saved:"))

    expect(answer.code).toBe(16)
    expect(["fixed", "refused-now"]).toContain((documentOf(answer) as { readonly outcome: string }).outcome)
  })

  it("says, where a stored failure holds now, why that ends with 16", async ({ expect }) => {
    const answer = await ftpair(folder, "replay", "--mutant", "none", said(found, "saved:"))

    expect(answer.code).toBe(16)
    expect(answer.stdout).toMatch(
      /the file promises: S1 violated at step 5; not as promised, so exit code 16$/m,
    )
  })
})

describe.concurrent("ftpair check --json", () => {
  const call = "check --mutant SpawnIgnoresAntiAffinity --seed 7 --workers 1 --json".split(" ")
  let folder: string
  let found: Answer
  let remove: () => void

  afterAll(() => {
    remove()
  })

  beforeAll(async () => {
    folder = freshFolder((atEnd) => {
      remove = atEnd
    })
    found = await ftpair(folder, ...call)
  })

  it("answers with one document that tells everything", ({ expect }) => {
    const document = checkedBy(found)

    expect(found).toMatchObject({ code: 12, stderr: "" })
    expect(document).toMatchObject({ verdict: "breached", seed: "7", stopped: "failure" })
    expect(document.schedules).toBeGreaterThan(0)
    expect(document.actions["PowerOn"]).toBeGreaterThan(0)
    expect(document.seconds).toBeGreaterThan(0)
    expect(sorted(Object.keys(document.witnesses))).toEqual(sorted(idsOf(witnesses)))
    expect(sorted(Object.keys(document.properties))).toEqual(sorted(idsOf(catalogue)))
    expect(document.properties["S7"]).toEqual({ verdict: "breached" })
    expect(document.properties["S1"]).toEqual({ verdict: "inconclusive" })
    expect(document.breaches).toHaveLength(1)
    expect(document.breaches[0]).toMatchObject({ property: "S7", steps: 2, shortest: 2 })
    expect(document.breaches[0]?.file).toMatch(
      /^\.ftpair\/failures\/S7\.spawn-ignores-anti-affinity-.*\.itf\.json$/,
    )
  })

  it("replays what is kept before anything is drawn, and goes no further where it fails again", async ({
    expect,
  }) => {
    const again = await ftpair(folder, ...call)

    const document = checkedBy(again)
    expect(again.code).toBe(12)
    expect(document).toMatchObject({ verdict: "breached", schedules: 0, actions: {} })
    expect(["failure", "runs", "time", "interrupted"]).not.toContain(document.stopped)
    expect(document.breaches).toMatchObject([
      { property: "S7", steps: 2, file: checkedBy(found).breaches[0]?.file },
    ])
  })

  it("gives the same to one worker and to two, down to the failure", async ({ expect, onTestFinished }) => {
    const answers = await Promise.all(
      [1, 2].map((workers) => {
        const own = freshFolder(onTestFinished)
        write(own, "two.json", cluster(2, { log: 1 }))
        const common = "check --mutant HolderBlocksRestart --property L1 --config two.json --seed 2 --json"
        return ftpair(own, ...common.split(" "), "--workers", `${workers}`)
      }),
    )

    const [one, two] = answers.map(timeless)
    expect(answers.map(({ code }) => code)).toEqual([13, 13])
    expect(one).toMatchObject({ verdict: "breached", breaches: [{ property: "L1" }] })
    expect(two).toEqual(one)
  })

  it("gives the same to one seed, in decimal, in hex and as a commit", async ({ expect, onTestFinished }) => {
    const seeds = ["255", "0xFF", "00000000000000000000000000000000000000ff"]

    const answers = await Promise.all(
      [...seeds, "256"].map((seed) =>
        ftpair(freshFolder(onTestFinished), ...quickly("S8", 3), "--seed", seed),
      ),
    )

    const [decimal, hex, commit, next] = answers.map((answer) => ({ ...timeless(answer), seed: "" }))
    expect(hex).toEqual(decimal)
    expect(commit).toEqual(decimal)
    expect(next).not.toEqual(decimal)
    expect(checkedBy(answers[2] as Answer).seed).toBe(seeds[2])
  })

  it("says that a verdict is vacuous where witnesses were not seen", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const call = "check --mutant NeverRespawn --property S1 --property S17 --runs 800 --seed 7 --json".split(
      " ",
    )

    const [vacuous, allowed] = await Promise.all(
      [call, [...call, "--allow-vacuous"]].map((words) => ftpair(folder, ...words)),
    )

    expect([vacuous?.code, allowed?.code]).toEqual([15, 0])
    expect(checkedBy(vacuous as Answer)).toMatchObject({ verdict: "vacuous", schedules: 800, breaches: [] })
    expect(checkedBy(vacuous as Answer).unseen).not.toEqual([])
    expect(checkedBy(allowed as Answer).unseen).not.toEqual([])
  })

  it("requires of few schedules no witness that they need not show, and says how many do", async ({
    expect,
    onTestFinished,
  }) => {
    const call =
      "check --property S4 --property S14 --mutant ZeroMeansNone --runs 3 --seed 4 --workers 1".split(" ")
    const folder = freshFolder(onTestFinished)

    const [document, text] = await Promise.all([ftpair(folder, ...call, "--json"), ftpair(folder, ...call)])

    expect([document.code, text.code]).toEqual([0, 0])
    expect(checkedBy(document)).toMatchObject({ verdict: "held", schedules: 3, unseen: [] })
    expect(Object.keys(checkedBy(document).rare).length).toBeGreaterThan(0)
    expect(text.stdout).toMatch(
      /^not seen yet, and not to be expected of so few schedules: \S+ \([\d,]+ show it\)/m,
    )
  })

  it("is inconclusive where nothing was finished, or nothing was checked", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "large.json", cluster(64))
    const calls = [
      "check --property S1 --mutant SecondarySkipsLock --time 1s --config large.json --workers 1 --seed 1",
      "check --property L1 --mutant ZeroMeansNone --engine-runs 10 --workers 1 --seed 1",
    ]

    const answers = await Promise.all(calls.map((call) => ftpair(folder, ...call.split(" "))))

    expect(answers.map(({ code }) => code)).toEqual([20, 20])
    expect(answers[0]?.stdout).toContain("inconclusive, no schedule was finished")
    expect(answers[1]?.stdout).toContain("inconclusive, nothing was checked")
  })

  it("reports the whole of it: version, configuration, workers, and how to do it again", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "two.json", cluster(2, { log: 1 }))
    const call =
      "check --mutant IndexFromZero --side engine --config two.json --seed 7 --runs 40 --workers 2 --json"

    const document = checkedBy(await ftpair(folder, ...call.split(" "))) as unknown as Record<string, unknown>

    expect(document).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      workers: 2,
      config: { hosts: [{ id: "h1" }, { id: "h2" }] },
      reproduce: expect.stringContaining("--config two.json") as string,
      breaches: [{ property: "R1", differs: [expect.stringContaining("in the engine") as string] }],
    })
  })

  it("says that all held where all was seen", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished), ...quickly("S4", 60))

    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(checkedBy(answer)).toMatchObject({
      verdict: "held",
      schedules: 60,
      properties: { S4: { verdict: "held" } },
      breaches: [],
      stopped: "runs",
    })
  })

  it("checks only what a wildcard names, and counts only its witnesses", async ({
    expect,
    onTestFinished,
  }) => {
    const answer = await ftpair(freshFolder(onTestFinished), ...quickly("S1*", 3), "--property", "l0")

    const document = checkedBy(answer)
    const asked = matching(["S1*", "L0"])
    expect(sorted(Object.keys(document.properties))).toEqual(sorted(idsOf(asked)))
    expect(sorted(Object.keys(document.witnesses))).toEqual(
      sorted([...new Set(asked.map(({ witness }) => witness))]),
    )
  })

  it("draws its runs in the cluster that it is given", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "two.json", cluster(2))
    const call = "check --mutant ZeroMeansNone --runs 20 --config two.json --seed 7 --workers 1 --json".split(
      " ",
    )

    const answer = await ftpair(folder, ...call)

    const document = checkedBy(answer)
    const visible = witnesses.filter((witness) => canBeSeen(witness, plainConfig(2, 1)))
    expect([0, 15]).toContain(answer.code)
    expect(document).toMatchObject({ schedules: 20, breaches: [] })
    expect(sorted(Object.keys(document.witnesses))).toEqual(sorted(idsOf(visible)))
    expect(visible.length).toBeLessThan(witnesses.length)
  })

  it("stops when its time is up", async ({ expect, onTestFinished }) => {
    const call = "check --mutant ZeroMeansNone --property S8 --time 2s --workers 1 --json".split(" ")

    const answer = await ftpair(freshFolder(onTestFinished), ...call)

    expect([0, 20]).toContain(answer.code)
    expect(checkedBy(answer)).toMatchObject({ stopped: "time", breaches: [] })
  })
})

describe.concurrent("ftpair check", () => {
  it("says nothing with --quiet, and keeps what it finds where --out says", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const call = "check --mutant SpawnIgnoresAntiAffinity --seed 7 --workers 1 --quiet --out kept/here"

    const answer = await ftpair(folder, ...call.split(" "))

    const kept = readdirSync(join(folder, "kept", "here")).filter((name) => name.endsWith(".itf.json"))
    expect(answer).toEqual({ code: 12, stdout: "", stderr: "" })
    expect(kept).toEqual([expect.stringMatching(/^S7\./)])
    expect(existsSync(join(folder, ".ftpair"))).toBe(false)
  })

  it("prints lines that work where a name has a blank in it", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "my cluster.json", cluster(3))
    const call = "check --mutant SpawnIgnoresAntiAffinity --seed 7 --workers 1".split(" ")

    const found = await ftpair(folder, ...call, "--out", "my failures", "--config", "my cluster.json")
    const replayed = await inShell(folder, said(found, "Replay:"))

    expect([found.code, replayed.code]).toEqual([12, 0])
    expect(said(found, "Reproduce:")).toMatch(/--config (["'])my cluster\.json\1 /)
  })

  it("forgets a failure that has held three times in a row", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = keepRun(folder, protect.slice(0, 2))

    const kept: boolean[] = []
    for (let run = 1; run <= 3; run += 1) {
      const answer = await ftpair(folder, ...quickly("S7", 1))
      expect(checkedBy(answer).breaches).toEqual([])
      kept.push(existsSync(join(folder, file)))
    }

    expect(kept).toEqual([true, true, false])
  })
})

// Helpers

/** What `check --json` answers with, as far as it is needed here. */
type Checked = {
  readonly verdict: string
  readonly seed: string
  readonly schedules: number
  readonly actions: Readonly<Record<string, number>>
  readonly witnesses: Readonly<Record<string, number>>
  readonly properties: Readonly<Record<string, { readonly verdict: string }>>
  readonly breaches: readonly { readonly property: string; readonly steps: number; readonly file: string }[]
  readonly unseen: readonly string[]
  readonly rare: Readonly<Record<string, number>>
  readonly stopped: string
  readonly seconds: number
}

const checkedBy = (answer: Answer): Checked => documentOf(answer) as Checked

/** The document without what may differ between two runs of one campaign. */
const timeless = (answer: Answer) => ({ ...checkedBy(answer), seconds: 0, workers: 0, reproduce: "" })

/** What stands behind a label: `saved: …`, `Reproduce: …`. */
const said = ({ stdout }: Answer, label: string): string =>
  stdout
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line.startsWith(label))
    ?.slice(label.length)
    .trim() ?? ""

/** The report of a failure, to the end, without how long it took. */
const fromFailureOn = ({ stdout }: Answer): string =>
  stdout.slice(stdout.indexOf("S1 SinglePrimary violated")).replace(/^[\d.]+ s( \(.*)?$/m, "")

/** A call that is quickly done: its mutant violates none of the checked properties, and keeps the corpus out of it. */
const quickly = (property: string, runs: number): readonly string[] => [
  ..."check --mutant ZeroMeansNone --workers 1 --json --property".split(" "),
  property,
  "--runs",
  `${runs}`,
]

/** Keeps a run by the rules of that mutant, as if it had once violated S7; returns its file within the folder. */
const keepRun = (folder: string, actions: readonly Action[]): string => {
  const file = join(".ftpair", "failures", "S7.by-hand.itf.json")
  const config = plainConfig(2, 1, { log: 1 })
  const { states } = replay(protocolOf(config), [], actions)
  const kept: Counterexample = {
    property: "S7",
    step: 2,
    why: "by hand",
    config,
    mutant: "ZeroMeansNone",
    actions,
    states,
    found: "by hand",
    seed: null,
    minimality: "found",
    description: null,
  }
  writeTrace(join(folder, file), traceOf(kept, file))
  return file
}

const idsOf = (things: readonly { readonly id: string }[]): readonly string[] => things.map(({ id }) => id)

const sorted = (words: readonly string[]): readonly string[] => words.toSorted()
