import { afterEach, describe, expect, it, vi } from "vitest"
import { outputFor, type OutputFlags } from "../../cli/output.ts"

afterEach(() => {
  vi.restoreAllMocks()
})

const text = "said\nand more\n"
const json = '{\n  "a": 1\n}\n'
const note = "ftpair: noted\n"
const warning = "ftpair: warned\n"

describe("what a command reports", () => {
  it.each<readonly [string, Omit<OutputFlags, "color">, string, string]>([
    ["as text, without flags", {}, text, note + warning],
    ["as JSON alone, with --json", { json: true }, json, note + warning],
    ["no more than warnings, with --quiet", { quiet: true }, "", warning],
    ["JSON and warnings, with both", { json: true, quiet: true }, json, warning],
  ])("is %s", (_what, flags, stdout, stderr) => {
    expect(reported(flags)).toEqual({ stdout, stderr })
  })

  it("is text where it is neither JSON nor nothing", () => {
    const flags: readonly Omit<OutputFlags, "color">[] = [{}, { json: true }, { quiet: true }]

    expect(flags.map((each) => outputFor({ ...each, color: false }).isText)).toEqual([true, false, false])
  })

  it("shows on stderr what cannot be printed as such", () => {
    const { stderr } = reported({}, "a\u001b[2Jb")

    expect(stderr).not.toContain("\u001b")
  })
})

// Helpers

/** What is written where all is reported at once. */
function reported(flags: Omit<OutputFlags, "color">, warned = "warned") {
  const [stdout, stderr] = [caught(process.stdout), caught(process.stderr)]
  const output = outputFor({ ...flags, color: false })
  output.say("said", "and more")
  output.document({ a: 1 })
  output.note("noted")
  output.warn(warned)
  return { stdout: stdout.join(""), stderr: stderr.join("") }
}

/** What is written to a stream from now on, which is kept from it. */
function caught(stream: NodeJS.WriteStream): readonly string[] {
  const written: string[] = []
  vi.spyOn(stream, "write").mockImplementation((chunk) => {
    written.push(String(chunk))
    return true
  })
  return written
}
