import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { packageRoot, scenariosFolder } from "../../traces/package.ts"
import { cluster, documentOf, freshFolder, ftpair, inShell, write, type Answer } from "../cli/ftpair.ts"
import { conform, conformBriefly, conformRandomly, lockRun } from "./lock-adapter.ts"

describe.concurrent("ftpair conform finds that", () => {
  it("the engine does all that the scenarios ask as the model does", async ({ expect, onTestFinished }) => {
    const answer = await engine(freshFolder(onTestFinished), null, "--run", "scenarios/**", "--json")

    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(documentOf(answer)).toMatchObject({
      verdict: "conforms",
      implementation: { name: "engine", language: "TypeScript" },
      profile: "pair",
      cases: { named: readdirSync(scenariosFolder).length, scopes: 0, random: 0 },
      failures: [],
      failed: [],
      stopped: "done",
    })
  })

  it("a good arbitration conforms, in all small scopes and in some random cases", async ({
    expect,
    onTestFinished,
  }) => {
    const answer = await conform(freshFolder(onTestFinished), "good", "--runs", "5", "--json")

    const report = documentOf(answer) as Report
    expect(answer.code).toBe(0)
    expect(report).toMatchObject({ verdict: "conforms", profile: "lock", seed: "1", cases: { random: 5 } })
    expect(report.cases.scopes).toBeGreaterThan(1000)
    expect(report.answers.taken + report.answers.refused).toBeGreaterThan(10_000)
  })

  it("what declares few kinds conforms, though it cannot show what others would", async ({
    expect,
    onTestFinished,
  }) => {
    const answer = await conform(freshFolder(onTestFinished), "few", "--runs", "5", "--json")

    expect(answer).toMatchObject({ code: 0, stderr: "" })
    const { verdict, unseen, witnesses } = documentOf(answer) as Report
    expect({ verdict, unseen }).toEqual({ verdict: "conforms", unseen: [] })
    expect(witnesses).not.toHaveProperty("holder-unsure")
  })

  it("nothing was seen of what it declares, where it skips that", async ({ expect, onTestFinished }) => {
    const answer = await conform(freshFolder(onTestFinished), "never-contends", "--runs", "5")

    expect(answer).toMatchObject({ code: 15, stderr: "" })
    expect(answer.stdout).toMatch(/^ {2}never seen: two-contend, claim-goes-stale, /m)
    expect(answer.stdout).toMatch(
      /^vacuous, never seen: two-contend, .*; of what it declares, it never takes Contend, TryLock$/m,
    )
  })

  it("an engine with one thing wrong differs, and keeps a trace that both replay and conform take", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)

    const { code, stdout } = await engine(folder, "SecondarySkipsLock", "--run", "scenarios/0*")
    const [, file] = /^ {2}saved: +(\S+)$/m.exec(stdout) ?? []
    const [, line] = /^ {2}Reproduce: (.*)$/m.exec(stdout) ?? []
    const trace = JSON.parse(readFileSync(join(folder, file ?? ""), "utf8")) as Trace
    const replayed = await ftpair(folder, "replay", file ?? "")
    const again = await inShell(folder, line ?? "")
    const mended = await engine(folder, null, "--run", file ?? "")

    expect(code).toBe(14)
    expect(stdout).toMatch(/^differs from the model at action 5 of 5: Suspect\(p1\.2\)$/m)
    expect(stdout).toMatch(/^ {2}steady: +deterministic, 7 of 7 runs$/m)
    expect(stdout).toMatch(/^ {2}shrunk: +to 5 actions, shortest,/m)
    expect(trace["#meta"]).toMatchObject({
      verdict: "diverged",
      step: 5,
      profile: "pair",
      steadiness: "deterministic, 7 of 7 runs",
      implementation: { name: "engine, SecondarySkipsLock" },
    })
    expect(trace.states).toHaveLength(6)
    expect(replayed.code).toBe(0)
    expect(again.code).toBe(14)
    expect(mended.code).toBe(0)
  })

  it("a kept failure is tried first the next time", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    await conformBriefly(folder, "diverges")

    const again = await conform(folder, "diverges", "--run", "kept/**", "--json")
    const mended = await conform(folder, "good", "--run", "kept/**", "--json")

    expect([again.code, mended.code]).toEqual([14, 0])
    expect((documentOf(again) as Report).failed).toEqual([expect.stringMatching(/^kept\/conform\.lock-/)])
    expect(documentOf(mended)).toMatchObject({ cases: { named: 1, random: 0 } })
  })

  it("nothing was reported, where nothing fits what was picked", async ({ expect, onTestFinished }) => {
    const answer = await conformRandomly(freshFolder(onTestFinished), "good", "--run", "random/1/9*")

    expect(answer.code).toBe(15)
    expect(answer.stdout).toContain("vacuous: no answer said anything")
  })

  it("it has stopped for time, before it was done", async ({ expect, onTestFinished }) => {
    const answer = await conform(freshFolder(onTestFinished), "slow", "--time", "1s", "--json")

    expect(answer.code).toBe(20)
    expect(documentOf(answer)).toMatchObject({ verdict: "inconclusive", stopped: "time", failed: [] })
  })
})

describe.concurrent("a seed and a number of runs", () => {
  it("give the same report twice, but for how long it took", async ({ expect, onTestFinished }) => {
    const folders = [1, 2].map(() => freshFolder(onTestFinished))

    const reports = await Promise.all(
      folders.map((folder) => conformBriefly(folder, "crash-tried", "--json")),
    )

    const [first, second] = reports.map((answer, n) => {
      const stdout = answer.stdout.replaceAll(folders[n] as string, "FOLDER")
      return { ...(documentOf({ ...answer, stdout }) as Report), seconds: 0 }
    })
    expect(first).toEqual(second)
    expect(first).toMatchObject({ seed: "1", verdict: "broken" })
  })

  it("say how many random cases there are; another seed draws others", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const reports = await Promise.all(
      [
        ["--runs", "3"],
        ["--runs", "3", "--seed", "2"],
        ["--run", "random/1/3"],
      ].map((flags) => conformRandomly(folder, "good", ...flags, "--json")),
    )

    const [one, two, third] = reports.map((answer) => documentOf(answer) as Report)
    expect([one, two, third].map((report) => report?.cases.random)).toEqual([3, 3, 1])
    expect(one?.answers).not.toEqual(two?.answers)
  })
})

describe.concurrent("--known-failing", () => {
  it("is green while what it names still fails", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const files = runsOf(folder)
    write(folder, "known", "# The lock goes on by itself on a pause.\nfails-*.json # of two\n\n")

    const answer = await conform(folder, "diverges", ...files, "--known-failing", "@known", "--json")

    expect(answer.code).toBe(0)
    expect(documentOf(answer)).toMatchObject({
      verdict: "conforms",
      known: ["fails-1.json", "fails-2.json"],
      failed: [],
      stale: [],
    })
  })

  it("is stale where nothing of it fails any more: exit code 16", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "known", "holds.json\nfails-1.json\n")

    const answer = await conform(folder, "good", ...runsOf(folder), "--known-failing", "@known")

    expect(answer.code).toBe(16)
    expect(answer.stdout).toContain("known to fail, and nothing of it fails: holds.json")
    expect(answer.stdout).toContain("the list of known failures is stale")
  })

  it("says nothing of what was not run", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "known", "fails-1.json\nscopes/**\nrandom/7/1\n")

    const answer = await conform(
      folder,
      "diverges",
      ...runsOf(folder).slice(0, 2),
      "--known-failing",
      "@known",
    )

    expect(answer.code).toBe(0)
  })

  it("hides no failure that it does not name", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "known", "fails-1.json\n")

    const answer = await conform(folder, "diverges", ...runsOf(folder), "--known-failing", "@known", "--json")

    expect(answer.code).toBe(14)
    expect(documentOf(answer)).toMatchObject({ known: ["fails-1.json"], failed: ["fails-2.json"] })
  })
})

describe.concurrent("a case that too many model states fit", () => {
  it("is given up, reported, and never green, nor where it was recorded", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const { hosts, pairs } = cluster(14)
    const actions = [
      ...hosts.map(({ id }) => ({ kind: "LoseStorage", host: id })),
      { kind: "Advance", ms: 1 },
    ]
    const run = write(folder, "unsure.json", {
      "#meta": { profile: "lock", config: { hosts, pairs } },
      states: [null, ...actions].map((action) => ({ "#meta": { action } })),
    })
    const asked = ["--run", run, ...runsOf(folder).slice(4)]

    const reported = await conform(folder, "unsure", ...asked, "--record", "session.ndjson")
    const document = await conform(folder, "unsure", ...asked, "--json")
    const [retold, redocumented] = await Promise.all(
      [[], ["--json"]].map((flags) => ftpair(folder, "conform", "--recorded", "session.ndjson", ...flags)),
    )

    const codes = [reported, document, retold, redocumented].map((answer) => answer?.code)
    expect(codes).toEqual([20, 20, 20, 20])
    expect(reported.stdout).toMatch(/^ {2}1 case given up, as too many model states fitted: unsure\.json$/m)
    expect(documentOf(document)).toMatchObject({
      verdict: "inconclusive",
      cases: { named: 2 },
      failed: [],
      beyond: ["unsure.json"],
    })
    expect(retold?.stdout).toContain("1 case given up, as too many model states fitted")
    expect(documentOf(redocumented as Answer)).toMatchObject({
      verdict: "inconclusive",
      cases: 2,
      failed: [],
    })
    expect((documentOf(redocumented as Answer) as { beyond: readonly string[] }).beyond).toHaveLength(1)
  })
})

describe.concurrent("what --config and --known-failing name", () => {
  it("is read once, before the implementation is started", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "known", "random/1/1\n")

    const answer = await conformRandomly(
      folder,
      "takes-what-was-given",
      "--known-failing",
      "@known",
      "--json",
    )

    expect(answer).toMatchObject({ code: 16, stderr: "" })
    expect(documentOf(answer)).toMatchObject({
      cases: { named: 0, scopes: 0, random: 3 },
      stale: ["random/1/1"],
    })
  })
})

describe.concurrent("a recording", () => {
  it.for([
    ["good", 0],
    ["diverges", 14],
    ["left-out", 71],
  ] as const)(
    "of an adapter that is %s is judged as it was, without it: exit code %i",
    async ([mode, code], { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const live = await conformRandomly(folder, mode, "--record", "session.ndjson", "--json")
      const later = await ftpair(folder, "conform", "--recorded", "session.ndjson", "--json")

      expect([live.code, later.code]).toEqual([code, code])
      expect(live.stderr).toBe("ftpair: wrote session.ndjson\n")
      expect((documentOf(later) as Report).verdict).toBe((documentOf(live) as Report).verdict)
    },
  )

  it("shows the difference as the live session did", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    await conformRandomly(folder, "diverges", "--record", "session.ndjson", "--quiet")

    const { stdout } = await ftpair(folder, "conform", "--recorded", "session.ndjson")

    expect(stdout).toMatch(/^differs from the model at action \d+ of \d+: Pause\(h\d\)$/m)
    expect(stdout).toMatch(/lock\.generation: the model has \d, and was shown \d/)
    expect(stdout).toMatch(
      /\d+ recorded cases of lock, diverges, [\d,]+ answers compared: \d+ cases? did not fit the model/,
    )
  })

  it("begins with hello, and is JSON line by line", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "a.ndjson", '{"answer":{"seq":1,"ok":true}}\n')
    write(folder, "b.ndjson", "hello\n")
    write(folder, "c.ndjson", "")

    const answers = await Promise.all(
      ["a", "b", "c", "d"].map((name) => ftpair(folder, "conform", "--recorded", `${name}.ndjson`)),
    )

    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1])
    expect(answers.map(({ stderr }) => stderr)).toEqual([
      "ftpair: a.ndjson: line 1: an answer to nothing that was asked before\n",
      `ftpair: b.ndjson: line 1: is not JSON: column 1: expected a value, not "h"\n`,
      "ftpair: c.ndjson: expected a recording that begins with hello and its answer\n",
      "ftpair: d.ndjson: cannot be read (ENOENT: no such file or directory)\n",
    ])
  })
})

describe.concurrent("ftpair conform says in one line, and exits with 1, that", () => {
  it.for([
    ["there is no command", [], /^ftpair: expected the command that starts the implementation, after --/],
    [
      "the profile is another one",
      ["--profile", "pair", "--", "ADAPTER"],
      /says that it is of the profile lock/,
    ],
    ["there is no such profile", ["--profile", "lcok", "--", "ADAPTER"], /Allowed choices are pair, lock/],
    ["runs are numbers", ["--runs", "0", "--", "ADAPTER"], /expected a number of schedules: a whole number/],
    ["times have units", ["--time", "soon", "--", "ADAPTER"], /expected a time, like 30s, 5m or 1h/],
    [
      "timeouts are milliseconds",
      ["--timeout", "1s", "--", "ADAPTER"],
      /expected milliseconds: a whole number/,
    ],
    ["seeds are numbers", ["--seed", "x", "--", "ADAPTER"], /expected a seed: /],
    ["there is no such case", ["--run", "scenario/1", "--", "ADAPTER"], /there is no such case; there are/],
    [
      "there is no such list",
      ["--known-failing", "@none", "--", "ADAPTER"],
      /none: cannot be read \(ENOENT: no such file or directory\)/,
    ],
    [
      "the list is a folder",
      ["--known-failing", "@.", "--", "ADAPTER"],
      /cannot be read \(expected a regular file\)/,
    ],
    ["there is no such cluster", ["--config", "none.json", "--", "ADAPTER"], /none\.json: cannot be read/],
    ["the cluster is none", ["--config", "run.txt", "--", "ADAPTER"], /run\.txt: is not JSON/],
    ["the run is none", ["--run", "run.txt", "--", "ADAPTER"], /run\.txt: is not JSON/],
    ["the command is empty", ["--", ""], /the command that starts the implementation is empty/],
  ] as const)("%s", async ([, args, said], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "run.txt", "no run")
    const adapter = [process.execPath, join(packageRoot, "test", "conform", "adapters", "lock.mjs")]

    const answer = await ftpair(
      folder,
      "conform",
      ...args.flatMap((arg) => (arg === "ADAPTER" ? adapter : [arg])),
    )

    expect(answer).toMatchObject({ code: 1, stdout: "" })
    expect(answer.stderr).toMatch(said)
    expect(answer.stderr.trimEnd().split("\n")).toHaveLength(1)
  })
})

// Helpers

type Report = {
  readonly verdict: string
  readonly seed: string
  readonly cases: { readonly named: number; readonly scopes: number; readonly random: number }
  readonly answers: { readonly taken: number; readonly refused: number }
  readonly failed: readonly string[]
  readonly unseen: readonly string[]
  readonly witnesses: Readonly<Record<string, number>>
}

type Trace = { readonly "#meta": object; readonly states: readonly object[] }

/** The engine behind the wire, or a mutant of it. */
const engine = (folder: string, mutant: string | null, ...flags: readonly string[]): Promise<Answer> => {
  const program = join(packageRoot, "dist", "conform", "adapters", "typescript", "engine.js")
  const command = [process.execPath, program, ...(mutant === null ? [] : [mutant])]
  return ftpair(folder, "conform", "--seed", "1", ...flags, "--", ...command)
}

/** Two runs in which a host stands still, and one in which it does not, as flags. */
const runsOf = (folder: string): readonly string[] =>
  [
    lockRun(folder, "fails-1.json", [{ kind: "Pause", host: "h1" }]),
    lockRun(folder, "fails-2.json", [{ kind: "Pause", host: "h2" }]),
    lockRun(folder, "holds.json", [{ kind: "Advance", ms: 1 }]),
  ].flatMap((file) => ["--run", file])
