import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { replayFiles, type ReplayFlags } from "../../cli/replay/replay.ts"
import { corpusFolder, scenariosFolder } from "../../traces/package.ts"
import { cluster, documentOf, freshFolder, ftpair, inProcess, protect, write } from "./ftpair.ts"

describe.concurrent("ftpair replay", () => {
  it("gives what each of the published scenarios promises", async ({ expect, onTestFinished }) => {
    const files = readdirSync(scenariosFolder).map((name) => join(scenariosFolder, name))

    const answer = await ftpair(freshFolder(onTestFinished), "replay", "--json", ...files)

    const documents = documentOf(answer) as readonly Replayed[]
    expect(documents.map(({ file }) => file)).toEqual(files)
    expect(documents.filter(({ outcome }) => outcome !== "reproduced")).toEqual([])
    expect(answer).toMatchObject({ code: 0, stderr: "" })
  })

  it("answers with one document for one file, the end of the run in it", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", { config: cluster(2), actions: protect })

    const answer = await ftpair(folder, "replay", "--json", file)

    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(documentOf(answer)).toMatchObject({
      file,
      verdict: "holds",
      outcome: "reproduced",
      final: { pairs: { p1: { state: "running", copies: { "p1.2": { host: "h2", role: "secondary" } } } } },
    })
  })

  it("exits with the gravest of several files", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const files = [holds, refused, violatesSafety].map((schedule, i) => write(folder, `${i}.json`, schedule))

    const answer = await ftpair(folder, "replay", "--json", ...files)

    expect(answer.code).toBe(12)
    expect(documentOf(answer)).toMatchObject([
      { verdict: "holds", outcome: "reproduced" },
      { verdict: "refused", step: 2, guard: "anti-affinity", outcome: "refused-now" },
      { verdict: "breached", property: "S7", step: 2, outcome: "diverged" },
    ])
  })

  it("draws each step with what it changed, and says what came of it", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", { title: "Two on one host.", ...violatesSafety })

    const { stdout } = await ftpair(folder, "replay", file)

    expect(stdout).toContain("Two on one host.")
    expect(stdout).toMatch(
      /^ +2 {2}SpawnSecondary\(p1\.1, h1\) {2}p1 needSecondary \(initializing\) → starting$/m,
    )
    expect(stdout).toMatch(/S7 AntiAffinity violated at step 2: p1\.1 and p1\.2 both run on h1/)
    expect(stdout).toContain("diverged: S7 violated at step 2")
  })

  it("says nothing with --quiet", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", violatesSafety)

    const answer = await ftpair(folder, "replay", "--quiet", file)

    expect(answer).toEqual({ code: 12, stdout: "", stderr: "" })
  })

  it("replays by other rules, in another cluster, and with fewer questions", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", violatesSafety)
    write(folder, "one.json", { ...cluster(0), hosts: [{ id: "h1", ftVmsMax: 1 }] })
    const calls = ["--mutant none", "--config one.json", "--property S1"]

    const answers = await Promise.all(
      calls.map((flags) => ftpair(folder, "replay", "--json", ...flags.split(" "), file)),
    )

    expect(answers.map(({ code }) => code)).toEqual([16, 16, 0])
    expect(answers.map(documentOf)).toMatchObject([
      { verdict: "refused", step: 2, guard: "anti-affinity" },
      { verdict: "refused", step: 2, guard: "limits" },
      { verdict: "holds" },
    ])
  })
})

describe.concurrent("ftpair replay of a schedule that promises nothing", () => {
  it.for([
    ["exits with 0 where all holds", 0, { config: cluster(2), actions: protect }],
    ["exits with 12 where safety is violated", 12, violatesSafety],
    ["exits with 13 where liveness is violated", 13, violatesLiveness],
    ["exits with 16 where an action is refused", 16, refused],
  ] as const)("%s", async ([, code, schedule], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", schedule)

    const answer = await ftpair(folder, "replay", file)

    expect(answer.code).toBe(code)
  })
})

/** A cluster in which a host should not be run on. */
const preferring = {
  ...cluster(2),
  hosts: [{ id: "h1", groups: ["a"] }, { id: "h2" }],
  rules: [{ pairs: ["p1"], type: "should", run: "not-on", group: "a" }],
}

describe.concurrent("ftpair replay of a schedule without actions", () => {
  it.for([
    [
      "that promises nothing",
      {},
      15,
      /^ {2}vacuous: the file has no actions, so that nothing was replayed$/m,
    ],
    ["that promises to hold", { expect: { verdict: "holds" } }, 15, /^ {2}vacuous: /m],
    [
      "that promises to violate a property at its start, and does",
      {
        mutant: "ShouldAsMust",
        config: preferring,
        expect: { verdict: "breached", property: "O11", step: 0 },
      },
      0,
      /^ {2}reproduced: O11 violated at step 0/m,
    ],
    ["that promises what did not come", { expect: { verdict: "refused" } }, 16, /^ {2}fixed: /m],
  ] as const)("%s", async ([, more, code, said], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "empty.json", { config: cluster(2), actions: [], ...more })

    const answer = await ftpair(folder, "replay", "empty.json")

    expect(answer).toMatchObject({ code, stderr: "" })
    expect(answer.stdout).toMatch(said)
  })
})

describe.concurrent("ftpair replay of schedules that make a promise", () => {
  it("exits with 0 where all of them keep it", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const files = [
      { ...holds, expect: { verdict: "holds", final: { p1: "running" } } },
      { ...violatesSafety, expect: violationOf("S7", 2) },
      { ...violatesLiveness, expect: violationOf("L4") },
      { ...refused, expect: { verdict: "refused", step: 2, guard: "anti-affinity" } },
    ].map((schedule, i) => write(folder, `${i}.json`, schedule))

    const answer = await ftpair(folder, "replay", "--json", ...files)

    const documents = documentOf(answer) as readonly Replayed[]
    expect(answer.code).toBe(0)
    expect(documents.map(({ outcome }) => outcome)).toEqual(files.map(() => "reproduced"))
    expect(documents).toMatchObject([
      { verdict: "holds", expected: { verdict: "holds", final: { p1: "running" } } },
      { verdict: "breached", property: "S7", step: 2 },
      { verdict: "breached", property: "L4", step: 2 },
      { verdict: "refused", step: 2, guard: "anti-affinity" },
    ])
  })

  it("exits with 16 where one does not, and reports how it came", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const files = [
      { ...holds, expect: { verdict: "holds", final: { p1: "starting" } } },
      { ...holds, expect: violationOf("S7") },
      { ...holds, expect: { verdict: "refused" } },
      { ...violatesSafety, expect: violationOf("S1") },
      { ...violatesSafety, expect: { verdict: "holds" } },
      { ...refused, expect: { verdict: "holds" } },
      { ...refused, expect: { verdict: "refused", guard: "limits" } },
    ].map((schedule, i) => write(folder, `${i}.json`, schedule))

    const answer = await ftpair(folder, "replay", "--json", ...files)

    const documents = documentOf(answer) as readonly Replayed[]
    expect(answer.code).toBe(16)
    expect(documents.map(({ outcome }) => outcome)).toEqual([
      "diverged",
      "fixed",
      "fixed",
      "diverged",
      "diverged",
      "refused-now",
      "refused-now",
    ])
  })
})

describe("ftpair replay of a trace that stores its states", () => {
  /** A trace of which one stored state is not what its actions lead to. */
  const edited = (): string => {
    const text = readFileSync(join(corpusFolder, "S1.secondary-skips-lock.itf.json"), "utf8")
    const lines = text.split("\n").map((line) => (isOfStep3.test(line) ? line.replace(...otherPower) : line))
    expect(lines.join("\n")).not.toBe(text)
    const folder = freshFolder(onTestFinished)
    return join(folder, write(folder, "S1.edited.itf.json", lines.join("\n")))
  }
  const isOfStep3 = /^ *\{"#meta":\{"index":3,/
  const otherPower = ['"power":"on"', '"power":"off"'] as const

  it("is held to them, and names the first that differs", () => {
    expect(replayed(edited())).toMatchObject({
      code: 16,
      stdout: expect.stringMatching(
        /^ {2}diverged: .*; the state after step 3 is not the one stored; /m,
      ) as string,
    })
  })

  it("is not under rules or in a cluster that it is given", () => {
    const file = edited()
    const folder = freshFolder(onTestFinished)
    const config = join(folder, write(folder, "three.json", cluster(3)))

    for (const flags of [{ mutant: "SecondarySkipsLock" }, { config }])
      expect(replayed(file, flags)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^ {2}reproduced: /m) as string,
      })
  })
})

describe("ftpair replay of an action that is refused", () => {
  it("reports which, and by what guard", () => {
    const folder = freshFolder(onTestFinished)

    expect(replayed(join(folder, write(folder, "run.json", refused))).stdout).toMatch(
      /^ +2 {2}SpawnSecondary\(p1\.1, h1\) {2}refused by the guard anti-affinity$/m,
    )
  })

  it("takes it by the rules of a mutant that is given", () => {
    const folder = freshFolder(onTestFinished)
    const file = join(folder, write(folder, "run.json", refused))

    expect(replayed(file, { mutant: "SpawnIgnoresAntiAffinity" })).toMatchObject({
      code: 12,
      stdout: expect.stringContaining("S7 AntiAffinity violated at step 2") as string,
    })
  })
})

// Helpers

const replayed = (file: string, flags: Partial<ReplayFlags> = {}) =>
  inProcess(() => replayFiles([file], { color: false, ...flags }))

type Replayed = { readonly file: string; readonly outcome: string }

const holds = { config: cluster(2), actions: protect }

/** Two copies on one host, which only a mutant allows. */
const violatesSafety = {
  config: cluster(2),
  mutant: "SpawnIgnoresAntiAffinity",
  actions: [protect[0], { ...protect[1], host: "h1" }],
}

/** The same, by the rules of the protocol. */
const refused = { config: cluster(2), actions: violatesSafety.actions }

/** An entry that is never released, in a cluster that is then quiescent. */
const violatesLiveness = {
  config: cluster(1, { log: 1 }),
  mutant: "LiveWithholds",
  actions: [protect[0], { kind: "Record", copy: "p1.1" }],
}

const violationOf = (property: string, step?: number) => ({
  verdict: "breached",
  property,
  ...(step === undefined ? {} : { step }),
})
