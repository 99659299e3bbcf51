import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { ConformFlags } from "../../cli/conform-flags.ts"
import { conformWith } from "../../cli/conform.ts"
import { recordedLines, recordingIn } from "../../conform/recording.ts"

const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const hello = { seq: 1, op: "hello", versions: ["1"] }
const greeting = {
  seq: 1,
  ok: true,
  version: "1",
  implementation: { name: "x", language: "y", version: "1" },
  profile: "pair",
  observes: [],
  actions: ["PowerOn"],
}

describe("a recording", () => {
  it.each([
    ["a line that is no JSON", ["{"]],
    ["no answer to hello", [{ ask: hello }]],
    ["an answer before anything was asked", [{ answer: greeting }, { ask: hello }]],
    ["another first ask than hello", [{ ask: { seq: 1, op: "bye" } }, { answer: { seq: 1, ok: true } }, {}]],
    ["a hello that is none", [{ ask: hello }, { answer: { seq: 1, ok: true } }, { ask: hello }]],
    ["an answer to nothing", [{ ask: hello }, { answer: greeting }, { answer: { seq: 2, ok: true } }]],
    ["nothing wrong", [{ ask: hello }, { answer: greeting }]],
  ])("with %s is closed when it has been read", (_what, lines) => {
    const file = written(lines)
    const before = openFiles()

    for (let n = 0; n < 20; n += 1) read(file)

    expect(openFiles()).toBeLessThan(before + 10)
  })

  it.each<readonly [string, object, Partial<ConformFlags>]>([
    ["shows what there is not", { observes: ["hosts.*.mood"] }, {}],
    ["is of another profile than is asked for", {}, { profile: "lock" }],
  ])("of what %s is closed before it is read", async (_what, more, flags) => {
    const file = written([{ ask: hello }, { answer: { ...greeting, ...more } }, { ask: hello }])
    const before = openFiles()

    for (let n = 0; n < 20; n += 1)
      await conformWith([], { recorded: file, quiet: true, color: false, ...flags }).catch(() => null)

    expect(openFiles()).toBeLessThan(before + 10)
  })
})

function written(lines: readonly (string | object)[]): string {
  const file = join(folder, "recording.ndjson")
  writeFileSync(
    file,
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  )
  return file
}

function read(file: string): void {
  try {
    for (const _case of recordingIn(file, recordedLines(file)).cases) continue
  } catch {
    // What is wrong with it is told elsewhere.
  }
}

function openFiles(): number {
  return readdirSync("/proc/self/fd").length
}
