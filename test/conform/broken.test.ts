import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { connectionOf } from "../../conform/connection.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { Peer } from "../../conform/peer.ts"
import type { Case } from "../../conform/case-source.ts"
import { documentOf, freshFolder, ftpair, program } from "../cli/ftpair.ts"
import { commandOf, conform, conformBriefly, leftRunning, lockRun } from "./lock-adapter.ts"
import { hello, peerOf } from "./model-peer.ts"

/** By mode: the flags, if a timeout has to be waited for, and what is said. */
const broken: readonly (readonly [mode: string, said: readonly RegExp[], flags?: readonly string[]])[] = [
  ["silent", [/: hung, in 0 actions$/m, /ask 2 was not answered in 1000 ms: \{"op":"reset"/], timeout(500)],
  [
    "late",
    [/: late, in 0 actions$/m, /answered after \d+ ms, and 1000 were/, /line: \{"seq":2,/],
    timeout(1000),
  ],
  ["babbling", [/: not-json, in 0 actions$/m, /logs to stderr$/m, /line: taking it$/m]],
  [
    "no-newline",
    [/: no-newline, in \d+ actions$/m, /the line did not end$/m, /line: \{"seq":/],
    timeout(500),
  ],
  ["two-on-a-line", [/: no-newline/, /expected one answer a line, and there are two/]],
  ["wrong-seq", [/: wrong-seq, in 3 actions$/m, /expected the answer to ask \d+, not to \d+/]],
  ["twice", [/: answered-twice, in 3 actions$/m, /ask \d+ was answered before/]],
  ["unasked", [/: wrong-seq, in 3 actions$/m, /ask 1\d{3} is answered/]],
  ["no-seq", [/: malformed, in 0 actions$/m, /expected the number of the ask in seq/]],
  ["crash-third", [/: crashed, in 3 actions$/m, /with status 3 at ask/, /leaving with 3 at action 3/]],
  ["exit-third", [/: crashed, in 3 actions$/m, /with status 0 at ask/, /leaving with 0 at action 3/]],
  ["killed-third", [/: crashed, in 3 actions$/m, /ended by SIGKILL at ask/]],
  ["crash-tried", [/: crashed, in 1 action$/m, /1 {2}TryLock\(p1\.\d\) {2}the model refuses: phase/]],
  ["keeps-pipes", [/: crashed, in 3 actions$/m, /leaving with 3 at action 3/]],
  [
    "wrong-type",
    [/: malformed, in 0 actions$/m, /reset: at state\.hosts\.h1\.paused: expected true or false/],
  ],
  [
    "unknown-error",
    [/: malformed, in 2 actions$/m, /at error\.code: expected "timeout", /, /"code":"tired"/],
  ],
  [
    "unheard-of",
    [/: malformed, in 0 actions$/m, /at state\.mood: unknown key; expected one of hosts, lock, copies/],
  ],
  ["left-out", [/: left-out, in 0 actions$/m, /lock, in the answer to reset; hello has observes \[/]],
  ["undeclared", [/: undeclared, in 0 actions$/m, /lock, in the answer to reset; .*\["hosts","copies"\]/]],
  ["not-utf8", [/: not-json, in 0 actions$/m, /expected UTF-8/]],
  ["nul", [/: not-json, in 0 actions$/m, /line: \\u0000\{/]],
  ["deep", [/: malformed, in 0 actions$/m, /nested at most 32 deep/]],
  ["truncated", [/: not-json, in 0 actions$/m]],
  ["second-hello", [/broke the wire: malformed/, /the answer to hello: at profile: expected/]],
]

describe.concurrent(
  "ftpair conform exits with 71, says why, and leaves nothing behind, of an adapter that is",
  () => {
    it.for(broken)("%s", async ([mode, said, flags = []], { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const { code, stdout, stderr } = await conformBriefly(folder, mode, ...flags)

      expect({ code, stderr }).toEqual({ code: 71, stderr: "" })
      for (const words of said) expect(stdout).toMatch(words)
      expect(stdout).toMatch(/^ {2}saved: +\.ftpair\/failures\/conform\.lock-\S+\.itf\.json$/m)
      expect(stdout).toMatch(/broke the wire$/m)
      expect(await leftRunning(folder)).toEqual([])
    })
  },
)

/** What breaks the wire before or after any case: nothing of that can be shrunk. */
const atTheEdges: readonly (readonly [mode: string, said: readonly RegExp[], flags?: readonly string[]])[] = [
  ["crash-at-once", [/wire: crashed$/m, /with status 4 at ask 1: \{"op":"hello"/, /leaving with 4/]],
  [
    "wrong-profile",
    [/wire: malformed$/m, /hello: at profile: expected "pair", "lock" or "placement"/, /"padlock"/],
  ],
  ["wrong-version", [/wire: malformed$/m, /hello: at version: expected "1"/, /line: \{"seq":1,/]],
  ["observes-nothing-there", [/wire: malformed$/m, /hosts\.\*\.mood: expected one of up, storage, paused/]],
  ["silent-at-hello", [/wire: hung$/m, /hello was not answered in 10000 ms/, /is not flushed/], timeout(500)],
  ["exits-badly", [/wire: bad-exit$/m, /it ended with status 6$/m, /0 random; 5 answers/]],
  ["stays-after-bye", [/wire: no-exit$/m, /500 ms after bye$/m, /0 random; 5 answers/], timeout(500)],
  ["crash-at-bye", [/wire: crashed$/m, /with status 5 at ask \d+: \{"op":"bye"\}/, /0 random; 5 answers/]],
]

describe.concurrent("ftpair conform exits with 71 for what happens at hello or bye:", () => {
  it.for(atTheEdges)("%s", async ([mode, said, flags = []], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const { code, stdout } = await conformBriefly(folder, mode, ...flags)

    expect(code).toBe(71)
    for (const words of said) expect(stdout).toMatch(words)
    expect(await leftRunning(folder)).toEqual([])
  })

  it("and says so in one document, with --json", async ({ expect, onTestFinished }) => {
    const answer = await conformBriefly(freshFolder(onTestFinished), "crash-at-once", "--json")

    expect(answer).toMatchObject({ code: 71, stderr: "" })
    expect(documentOf(answer)).toMatchObject({
      verdict: "broken",
      fault: { code: "crashed", line: null, log: "leaving with 4 at action 0\n" },
    })
  })
})

describe.concurrent("ftpair conform loses nothing that it has found:", () => {
  it("a divergence, where the adapter crashes at bye", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const { code, stdout } = await conformBriefly(folder, "diverges-and-crashes-at-bye")

    expect(code).toBe(14)
    expect(stdout).toContain("differs from the model at action 1 of 1: Pause(")
    expect(stdout).toContain("lock.generation: the model has 1, and was shown 2")
    expect(stdout).toContain("the implementation broke the wire: crashed")
    expect(await leftRunning(folder)).toEqual([])
  })

  it("a divergence, where it does not leave", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const answer = await conformBriefly(folder, "diverges-and-stays", ...timeout(500), "--json")

    expect(answer.code).toBe(14)
    expect(documentOf(answer)).toMatchObject({
      verdict: "diverges",
      failures: [{ steps: 1, minimality: "shortest" }],
      fault: { code: "no-exit" },
    })
    expect(await leftRunning(folder)).toEqual([])
  })

  it("a divergence, where it ends with a status that is not 0", async ({ expect, onTestFinished }) => {
    const { code, stdout } = await conformBriefly(
      freshFolder(onTestFinished),
      "diverges-and-exits-badly",
      "--json",
    )

    expect(code).toBe(14)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "diverges", fault: { code: "bad-exit" } })
  })

  it("a divergence, where it can no longer be saved", async ({ expect, onTestFinished }) => {
    const { code, stdout, stderr } = await conformBriefly(freshFolder(onTestFinished), "takes-the-folder")

    expect({ code, stderr }).toEqual({ code: 14, stderr: "" })
    expect(stdout).toContain("differs from the model at action 1 of 1: Pause(")
    expect(stdout).toMatch(/^ {2}not saved: \.ftpair\/failures\/conform\.\S+: cannot be written: /m)
  })

  it("what comes after a case that crashes, and what came before it", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const runs = { a: "Pause", b: "LoseStorage", c: "Resume", d: "Pause", e: "LoseStorage" } as const
    const files = Object.entries(runs).map(([name, kind]) =>
      lockRun(folder, `${name}.json`, [
        { kind: "Advance", ms: 1 },
        { kind, host: "h1" },
      ]),
    )

    const answer = await conform(folder, "diverges-and-crashes", ...picking(files), "--json")

    expect(answer.code).toBe(14)
    expect(documentOf(answer)).toMatchObject({
      cases: { named: 5 },
      failed: ["a.json", "b.json", "d.json", "e.json"],
      failures: [{ steps: 1 }, { steps: 1 }],
    })
    expect(await leftRunning(folder)).toEqual([])
  })
})

describe.concurrent("ftpair conform", () => {
  it("keeps a crash as a trace with which it comes back", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const first = documentOf(await conformBriefly(folder, "crash-tried", "--json")) as Report
    const files = first.failures.map(({ file }) => file)

    const again = await conform(folder, "crash-tried", ...picking(files))
    const mended = await conform(folder, "good", ...picking(files))

    expect(first.failures).toMatchObject([{ steps: 1, minimality: "shortest" }])
    expect([again.code, mended.code]).toEqual([71, 0])
  })

  it.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "ends with 20, and the adapter with it, at %s before anything was found",
    async (signal, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const { code, stdout } = await interrupted(folder, signal, commandOf(folder, "deaf"))

      expect(code).toBe(20)
      expect(stdout).toMatch(/^inconclusive, stopped by a signal; /m)
      expect(await leftRunning(folder)).toEqual([])
    },
  )

  it("saves and reports what it has found when a signal ends it", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const still = Array.from({ length: 8 }, () => ({ kind: "Advance", ms: 1 }) as const)
    const first = lockRun(folder, "a.json", [{ kind: "Pause", host: "h1" }, ...still])
    const second = lockRun(folder, "b.json", [{ kind: "LoseStorage", host: "h1" }])

    const { code, stdout } = await interrupted(
      folder,
      "SIGTERM",
      commandOf(folder, "diverges-and-hangs", 1),
      ...["--timeout", "60000", ...picking([first, second])],
    )

    expect(code).toBe(14)
    expect(stdout).toContain("differs from the model at action 1 of 1: Pause(")
    expect(stdout).toMatch(/^ {2}steady: +seen once$/m)
    expect(stdout).toMatch(/^ {2}saved: +\.ftpair\/failures\/conform\.lock-\S+\.itf\.json$/m)
    expect(await leftRunning(folder)).toEqual([])
  })

  it.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "keeps a failure as it was found where %s comes while it is shrunk",
    async (signal, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      const still = Array.from({ length: 8 }, () => ({ kind: "Advance", ms: 1 }) as const)
      const file = lockRun(folder, "a.json", [...still, { kind: "Pause", host: "h1" }])

      const { code, stdout } = await interrupted(
        folder,
        signal,
        commandOf(folder, "diverges-and-hangs-again", 1),
        ...["--timeout", "60000", ...picking([file])],
      )
      const kept = /^ {2}saved: +(\S+)$/m.exec(stdout)?.[1] ?? ""

      expect(code).toBe(14)
      expect(stdout).toContain("differs from the model at action 9 of 9: Pause(")
      expect(stdout).toMatch(/^ {2}steady: +seen once\n {2}shrunk: +not at all, as a signal stopped it$/m)
      expect(await ftpair(folder, "replay", kept)).toMatchObject({ code: 0 })
      expect(await leftRunning(folder)).toEqual([])
    },
  )

  it.for([
    ["--record", "/proc/nowhere/a.ndjson"],
    ["--record", "run.json/a.ndjson"],
    ["--out", "run.json/kept"],
  ] as const)(
    "refuses %s %s before anything is started",
    async ([flag, place], { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const { code, stdout, stderr } = await conformBriefly(folder, "good", flag, place)

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(/^ftpair: [^\n]*: (cannot be written: [^\n]*|expected a folder)\n$/)
      expect(existsSync(join(folder, "pids"))).toBe(false)
    },
  )

  it("exits with 1 where the command does not exist", async ({ expect, onTestFinished }) => {
    const answer = await ftpair(freshFolder(onTestFinished), "conform", "--", "/no/such/command", "x")

    expect(answer).toEqual({
      code: 1,
      stdout: "",
      stderr: "ftpair: /no/such/command x: cannot be started (ENOENT: no such file or directory)\n",
    })
  })
})

describe("a batch of asks", () => {
  it.each([
    [4, 32],
    [16, 128],
    [1000, 400],
  ])("where %i may wait, has %i at the most, but for the end of its last case", async (window, most) => {
    const sizes: number[] = []
    const inner = peerOf(null)
    const peer: Peer = {
      ...inner,
      ask: (bodies) => {
        sizes.push(bodies.length)
        return inner.ask(bodies)
      },
    }
    const actions = [{ kind: "PowerOn", pair: "p1", host: "h1" }]
    const each: Case = { path: "each", config: plainConfig(2, 1), actions }
    const asked = 2 * 500

    const quick = connectionOf(
      () => Promise.resolve(peer),
      { peer, hello: { ...hello, window } },
      pairProfile(),
      100,
      () => 0,
    )

    for await (const { outcome } of quick.run(Array.from({ length: 500 }, () => each)))
      expect(outcome.tag).toBe("fits")

    const all = sizes.reduce((sum, size) => sum + size, 0)
    expect(all).toBeGreaterThanOrEqual(asked)
    expect(Math.max(...sizes)).toBeLessThan(most + actions.length + 1)
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(most)
  })

  it.for([
    ["takes long to answer", 1000, 0],
    ["answers what takes much memory", 0, 1_000_000],
  ] as const)("stays small for an implementation that %s", async ([, millis, weight]) => {
    const sizes: number[] = []
    const inner = peerOf(null)
    const peer: Peer = {
      ...inner,
      ask: async (bodies) => {
        sizes.push(bodies.length)
        return (await inner.ask(bodies)).map((reply) => ({ ...reply, weight }))
      },
    }
    let now = 0
    const slow = connectionOf(
      () => Promise.resolve(peer),
      { peer, hello: { ...hello, window: 1000 } },
      pairProfile(),
      100,
      () => (now += millis),
    )
    const each: Case = { path: "each", config: plainConfig(2, 1), actions: [] }

    for await (const { outcome } of slow.run(Array.from({ length: 100 }, () => each)))
      expect(outcome.tag).toBe("fits")

    expect(Math.max(...sizes)).toBe(8)
  })
})

// Helpers

type Report = { readonly failures: readonly { readonly file: string; readonly steps: number }[] }

function timeout(ms: number): readonly string[] {
  return ["--timeout", String(ms)]
}

const picking = (files: readonly string[]): readonly string[] => files.flatMap((file) => ["--run", file])

/** What comes of a session that a signal ends, once the adapter has begun not to answer. */
const interrupted = (
  folder: string,
  signal: NodeJS.Signals,
  command: readonly string[],
  ...flags: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [program, "conform", ...flags, "--", ...command], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    })
    let stdout = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.on("close", (code) => {
      resolve({ code, stdout })
    })
    const timer = setInterval(() => {
      if (!existsSync(join(folder, "mark"))) return
      clearInterval(timer)
      child.kill(signal)
    }, 50)
  })
