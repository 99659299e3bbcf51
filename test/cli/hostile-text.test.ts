import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { replayFiles } from "../../cli/replay/replay.ts"
import { show } from "../../cli/show/show.ts"
import { guardStream, harmless } from "../../cli/sink.ts"
import { validateLog } from "../../cli/validate/validate.ts"
import { corpusFolder, packageRoot } from "../../traces/package.ts"
import { printable } from "../../traces/printable.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { cluster, freshFolder, ftpair, inProcess, protect, write } from "./ftpair.ts"

/** Clears a screen, forges a line, colours, moves a cursor by C1, and turns the direction of writing. */
const hostile = "x\u001b[2J\nft\u0007pair: held\r\u009b1A\u202e\u0000"

const schedule = {
  title: "a title",
  source: "a source",
  config: {
    hosts: [{ id: "h1", groups: ["rack"] }, { id: "h2" }],
    pairs: [{ id: "p1", registered: { primary: "h1", secondary: "h2" } }],
    rules: [{ pairs: ["p1"], type: "should", run: "on", group: "rack" }],
  },
  mutant: "SpawnIgnoresAntiAffinity",
  actions: [
    ...protect,
    { kind: "CrashCopy", copy: "p1.2", reason: "other" },
    { kind: "CutLink", hosts: ["h1", "h2"] },
  ],
  expect: { verdict: "holds", final: { p1: "running" } },
}

const trace = JSON.parse(
  readFileSync(join(corpusFolder, "S7.spawn-ignores-anti-affinity.itf.json"), "utf8"),
) as object

const log = readFileSync(join(packageRoot, "traces", "logs", "failover.ndjson"), "utf8")
  .trim()
  .split("\n")
  .map((line): unknown => JSON.parse(line))

const stories = [
  ["schedule", schedule, "run.json"],
  ["trace", trace, "run.itf.json"],
] as const

describe.each(stories)("hostile text in a %s", (_what, story, name) => {
  it.each(stringsIn(story).filter(({ place }) => !/^states\/[1-9]/.test(place)))(
    "at $place neither moves a cursor nor forges a line",
    ({ place, value }) => {
      const folder = freshFolder(onTestFinished)
      const file = join(folder, write(folder, name, replaced(story, place.split("/"), value + hostile)))
      const asItIs = join(
        folder,
        write(folder, `plain-${name}`, replaced(story, place.split("/"), value + printable(hostile))),
      )

      for (const command of [
        (each: string) => show(each, { color: true }),
        (each: string) => show(each, { color: true, at: 1 }),
        (each: string) => replayFiles([each], { color: true }),
      ]) {
        const said = reported(() => command(file))
        expect(said).not.toMatch(forbidden)
        if (!said.startsWith("ftpair: "))
          expect(said.split("\n")).toHaveLength(reported(() => command(asItIs)).split("\n").length)
      }
    },
  )
})

describe("hostile text in a log", () => {
  it.each(stringsIn(log.slice(0, 3)))(
    "at $place neither moves a cursor nor forges a line",
    async ({ place, value }) => {
      const folder = freshFolder(onTestFinished)
      const lines = replaced(log.slice(0, 3), place.split("/"), value + hostile) as readonly unknown[]
      const file = join(
        folder,
        write(folder, "log.ndjson", lines.map((line) => JSON.stringify(line)).join("\n")),
      )

      const answer = await toldLater(() => validateLog(file, { color: true }))

      expect(answer).not.toMatch(forbidden)
    },
  )
})

describe("what goes to a terminal", () => {
  it("is harmless, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200, size: "max" }), (text) => {
        expect(harmless(text)).not.toMatch(forbidden)
      }),
    )
  })

  it("keeps colours, lines and what clears a moving line, and nothing else that a terminal obeys", () => {
    const ours = "\r\u001b[K\u001b[1mheld\u001b[22m\t1\n"

    expect(harmless(ours)).toBe(ours)
    expect(harmless("\u001b[2J\u001b[8m\u009b1A\u202e\r")).toBe("\\u001b[2J\\u001b[8m\\u009b1A\\u202e\\u000d")
  })

  it("leaves a JSON document the same document", () => {
    const document = { title: hostile, hosts: ["h1"] }

    expect(JSON.parse(harmless(JSON.stringify(document, null, 2)))).toEqual(document)
  })

  it("passes through the guard on its way", () => {
    const written: unknown[] = []
    const stream = { write: (chunk: unknown) => written.push(chunk) > 0 } as unknown as NodeJS.WriteStream

    guardStream(stream)
    stream.write("\u001b[2J")

    expect(written).toEqual(["\\u001b[2J"])
  })

  it("is harmless in the program itself, on stdout and on stderr", async () => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "run.json", { title: hostile, config: cluster(2), actions: protect })

    const answers = await Promise.all([
      ftpair(folder, "replay", file),
      ftpair(folder, "show", `\u001b[2J${file}`),
    ])

    for (const { stdout, stderr } of answers) expect(stdout + stderr).not.toMatch(forbidden)
    expect(answers.map(({ code }) => code)).toEqual([0, 1])
  })
})

// Helpers

/** A byte that a terminal obeys, but for a newline, a tab and the colours of reports. */
const forbidden =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /(?!\u001b\[(?:1|2|22|31|32|33|39)m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069](?<!\r(?=\u001b\[K))/

/** What a person reads of a command: its output, or the line that the program makes of a failure. */
const reported = (command: () => unknown): string => {
  try {
    return inProcess(command).stdout
  } catch (error) {
    return lineOf(error)
  }
}

const toldLater = async (command: () => Promise<unknown>): Promise<string> => {
  const write = process.stdout.write.bind(process.stdout)
  let said = ""
  process.stdout.write = (text: string | Uint8Array): boolean => {
    said += String(text)
    return true
  }
  try {
    await command()
    return said
  } catch (error) {
    return lineOf(error)
  } finally {
    process.stdout.write = write
  }
}

const lineOf = (error: unknown): string => {
  if (error instanceof BadInput) return `ftpair: ${printable(error.message)}`
  throw error
}

/** Every string of a document, with its place in it. */
function stringsIn(
  json: unknown,
  at: readonly string[] = [],
): readonly { readonly place: string; readonly value: string }[] {
  if (typeof json === "string") return [{ place: at.join("/"), value: json }]
  if (typeof json !== "object" || json === null) return []
  return Object.entries(json).flatMap(([key, value]) => stringsIn(value, [...at, key]))
}

/** The document with another value at a place. */
function replaced(json: unknown, [key = "", ...rest]: readonly string[], value: string): unknown {
  if (Array.isArray(json))
    return json.map((each, i) => (String(i) === key ? next(each, rest, value) : (each as unknown)))
  return { ...(json as object), [key]: next((json as Record<string, unknown>)[key], rest, value) }
}

function next(json: unknown, rest: readonly string[], value: string): unknown {
  return rest.length === 0 ? value : replaced(json, rest, value)
}
