import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { lineMax, lineReader, textLines } from "../../conform/log.ts"
import { mapped } from "../../conform/log-map.ts"

const folder = mkdtempSync(join(tmpdir(), "ftpair-log-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const header = JSON.stringify({
  config: { hosts: [{ id: "h1" }, { id: "h2" }, { id: "h3" }], pairs: [{ id: "p1" }] },
})
const boot = '{"action":{"kind":"PowerOn","pair":"p1","host":"h1"}}'

describe("a log is read as what it is", () => {
  it.each([
    ["a first line of 300 KiB", `${header.slice(0, -1)}${" ".repeat(300 * 1024)}}\n${boot}\n`],
    ["no newline at its end", `${header}\n${boot}`],
    ["blank lines first", `\n  \n\r\n${header}\n${boot}\n`],
    ["a byte order mark", `\ufeff${header}\n${boot}\n`],
    ["lines that end with CR LF", `${header}\r\n${boot}\r\n`],
    [
      "a link from the higher host to the lower",
      `${header}\n{"action":{"kind":"CutLink","hosts":["h3","h1"]}}`,
    ],
  ])("with %s", (name, text) => {
    const { status, stdout } = validated([written(name, text)])

    expect({ status, stdout }).toMatchObject({ status: 0 })
    expect(stdout).toContain("1 line")
  })

  it("from stdin, by -", () => {
    expect(validated(["-"], `${header}\n${boot}`).status).toBe(0)
  })

  it.each([
    ["a folder", "", "expected a file or a pipe, and it is a folder"],
    ["nothing", "\n\n", "expected a log, and it is empty"],
    ["__proto__ in a state", `${header}\n{"state":{"__proto__":{"a":1}}}`, "__proto__: unknown key"],
    ["constructor in a state", `${header}\n{"state":{"constructor":1}}`, "constructor"],
    [
      "a host that is none of the cluster's",
      `${header}\n${boot.replace("h1", "h7")}`,
      "expected one of h1, h2, h3",
    ],
    ["a state nested very deep", `${header}\n{"state":${"[".repeat(9_999)}${"]".repeat(9_999)}}`, "deep"],
    [
      "a line that is too long",
      `${header}\n${" ".repeat(lineMax + 1)}`,
      "line 2: expected 16 MiB at the most",
    ],
  ])("and refused in one line where it is none: %s", (name, text, message) => {
    const file = name === "a folder" ? join(folder, "is-folder") : written(name, text)
    if (name === "a folder") mkdirSync(file)

    const { status, stderr } = validated([file])

    expect({ status, stderr }).toMatchObject({ status: 1 })
    expect(stderr).toContain(message)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })

  it.each([
    ["a pipe that has a name", `mkfifo endless; tr '\\0' x < /dev/zero > endless & ftpair validate endless`],
    ["stdin", `tr '\\0' x < /dev/zero | ftpair validate -`],
  ])("and a line without end is read no further than a line may go, by %s", (_way, commands) => {
    const program = `ftpair() { "${process.execPath}" "${resolve("dist/cli/main.js")}" "$@"; }`

    // The shell waits for whoever writes: it ends once nobody reads any more.
    const { status, stderr } = spawnSync("sh", ["-c", `${program}; ${commands}; code=$?; wait; exit $code`], {
      cwd: folder,
      encoding: "utf8",
    })

    expect(stderr).toMatch(/^ftpair: .*line 1: expected 16 MiB at the most\n$/)
    expect(status).toBe(1)
  })

  it("and a pipe into which nobody writes is left at a signal", async () => {
    const pipe = join(folder, "silent")
    spawnSync("mkfifo", [pipe])
    const stop = new AbortController()
    setImmediate(() => {
      stop.abort()
    })

    const read: unknown[] = []
    for await (const lines of textLines(pipe, stop.signal)) read.push(lines)

    expect(read).toEqual([])
  })

  it("without taking one action for another", () => {
    const { read } = lineReader("log", "pair", plainConfig(3, 1))
    const good = { kind: "PowerOn", pair: "p1", host: "h1" }
    read(1, { action: good })

    for (const action of [
      { kind: "PowerOn", pair: "p1;host=h1" },
      { kind: "PowerOn", pair: ["p1"], host: "h1" },
      { ...good, host: "h1;" },
    ])
      expect(() => read(2, { action })).toThrow(/line 2: at action/)
    expect(read(2, { action: good }).action).toEqual(good)

    const { read: locks } = lineReader("log", "lock", plainConfig(3, 1))
    locks(1, { action: { kind: "Contend", copy: "p1.1", generation: 1 } })
    expect(() => locks(2, { action: { kind: "Contend", copy: "p1.1", generation: "1" } })).toThrow(
      /generation/,
    )
  })
})

describe("a log that tells nothing is not green", () => {
  it.each([
    ["a header only", `${header}\n`],
    ["empty objects", `${header}\n{}\n{"t":1}\n`],
    ["states that show nothing", `${header}\n{"state":{}}\n{"state":{"hosts":{"#ignore":true}}}\n`],
  ])("%s", (name, text) => {
    const { status, stdout } = validated([written(name, text)])

    expect(status).toBe(15)
    expect(stdout).toContain("vacuous")
  })

  it.each([
    ["an empty map", {}, ""],
    ["a map with a mistake in a pointer", { action: { kind: "/acton/kind" } }, "/acton/kind"],
    [
      "a map of which one pointer leads nowhere",
      { action: { kind: "/k", pair: "/p", host: "/hst" } },
      "/hst",
    ],
  ])("%s", (name, map, unmet) => {
    const log = written(name, `{"k":"PowerOn","p":"p1","h":"h1"}`)
    const flags = ["--config", cluster(), "--map", written(`${name}.map`, JSON.stringify(map))]

    const { status, stdout } = validated([...flags, log])

    expect(status).toBe(15)
    expect(stdout).toContain("vacuous")
    expect(stdout).toContain(unmet)
  })
})

describe("a map of a foreign log", () => {
  const segments = ["__proto__", "constructor", "prototype"]

  it.each(segments)("reaches into nothing by %s, and is refused", (segment) => {
    for (const map of [
      { state: { [`/${segment}/action`]: "/a" } },
      { state: { "/pairs": `/${segment}/a` } },
      { action: { kind: `/${segment}` } },
    ]) {
      const flags = ["--config", cluster(), "--map", written("map.json", JSON.stringify(map))]

      expect(validated([...flags, written("some.ndjson", "{}")])).toMatchObject({ status: 1 })
    }
  })

  it("leaves what all objects share as it is, whatever its segments are", () => {
    const shared = (): readonly unknown[] =>
      [Object.prototype, Function.prototype, Array.prototype, String.prototype].map((each) =>
        Reflect.ownKeys(each),
      )
    const before = shared()
    for (const segment of [...segments, "toString", "valueOf", "hasOwnProperty", "__defineGetter__"])
      for (const target of [`/${segment}`, `/${segment}/x`, `/a/${segment}/x`])
        mapped({ state: { [target]: "/v" } }, { v: 1 })

    expect(shared()).toEqual(before)
    expect((Object.prototype.toString as { x?: unknown }).x).toBeUndefined()
    expect(mapped({ state: { "/s": "/toString" } }, {})).toEqual({})
  })

  it("puts no part of a state into another", () => {
    const map = { state: { "/pairs": "/a", "/pairs/p1": "/b" } }
    const flags = ["--config", cluster(), "--map", written("within.json", JSON.stringify(map))]

    expect(validated([...flags, written("any.ndjson", "{}")])).toMatchObject({ status: 1 })
  })
})

describe("what validate tells", () => {
  it("is the line as it stands in the file, with nothing in it that a terminal obeys", () => {
    const line = '{"t":"\\u001b[2J\u202e", "action":{"kind":"PowerOff","pair":"p1"}}'

    const { status, stdout } = validated([written("raw.ndjson", `${header}\n${line}`)])

    expect(status).toBe(14)
    expect(stdout).toContain('{"t":"\\u001b[2J\\u202e", "action":{"kind":"PowerOff","pair":"p1"}}')
  })

  it("is a warning for a kind that is silent, and logged all the same", () => {
    const { stdout } = validated(["--silent", "PowerOn,Ack", written("silent.ndjson", `${header}\n${boot}`)])

    expect(stdout).toContain("PowerOn is said to be silent, and is logged")
  })

  it("as JSON is what differed, and how it is seen again", () => {
    const shown = '{"state":{"pairs":{"p1":{"power":"on"}}}}'
    const { stdout } = validated(["--json", written("json.ndjson", `${header}\n\n${shown}`)])

    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "rejected",
      line: 3,
      text: shown,
      candidates: 1,
      frontier: [{ tag: "differs", at: "pairs.p1.power", expected: "off", shown: "on" }],
      reproduce: `npx ftpair validate ${join(folder, "json.ndjson")}`,
    })
  })

  it("is no explanation where none can be written: refused before the log is read", () => {
    const file = written("plain.ndjson", `${header}\n${boot}`)

    for (const place of [join(file, "below.json"), folder])
      expect(validated(["--explain", place, file])).toMatchObject({ status: 1, stdout: "" })
  })

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "is how far it came, where %s stops it",
    async (signal) => {
      const child = spawn(process.execPath, [resolve("dist/cli/main.js"), "validate", "-"])
      let stdout = ""
      child.stdout.on("data", (data: Buffer) => (stdout += data.toString()))
      const ended = new Promise<number | null>((end) => child.on("exit", end))
      child.stdin.write(`${header}\n${boot}\n`)
      await catches(child.pid ?? 0)
      child.kill(signal)

      expect(await ended).toBe(20)
      expect(stdout).toContain("inconclusive: stopped")
    },
  )
})

// Helpers

/** Resolves once a process catches SIGHUP, as Linux tells it. */
async function catches(pid: number): Promise<void> {
  for (;;) {
    const caught = /SigCgt:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0"
    if ((BigInt(`0x${caught}`) & 1n) === 1n) return
    await new Promise((later) => setTimeout(later, 50))
  }
}

function validated(words: readonly string[], input = "") {
  return spawnSync(process.execPath, [resolve("dist/cli/main.js"), "validate", ...words], {
    encoding: "utf8",
    input,
  })
}

function written(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

function cluster(): string {
  return written("cluster.json", JSON.stringify((JSON.parse(header) as { config: object }).config))
}
