import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { patternsIn } from "../../cli/conform/spec.ts"
import { validateLog } from "../../cli/validate/validate.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { storedFailureIn } from "../../conform/stored-failure.ts"
import { objectIn, textLines } from "../../conform/log.ts"
import { judgeRecording, recordedLines, recordingIn } from "../../conform/recording.ts"
import { readConfig } from "../../traces/config.ts"
import { readStory } from "../../traces/read.ts"

const config = '{\n"hosts": [{ "id": "h1" }, { "id": "h2" }],\n"pairs": [{ "id": "p1" }]\n}\n'
const powerOn = '{ "kind": "PowerOn", "pair": "p1", "host": "h1" }'
const hello =
  '{"seq":1,"ok":true,"version":"1","profile":"lock","implementation":{"name":"l","version":"1","language":"none"},"observes":[],"actions":["Contend"]}'

/** Everything that is read from a file: a text of it, and what reads it and reports what it has understood. */
const inputs = {
  schedule: { text: `{\n"config": ${config},\n"actions": [${powerOn}]\n}\n`, read: storyIn },
  configuration: { text: config, read: (file: string) => readConfig(file) },
  map: { text: '{\n"state": { "/pairs/p1/lock/generation": "/gen" }\n}\n', read: mapped },
  log: { text: `{"config":${config.replaceAll("\n", "")}}\n{"action":${powerOn}}\n`, read: logIn },
  recording: { text: `{"ask":{"seq":1,"op":"hello"}}\n{"answer":${hello}}\n`, read: recordingOf },
  "list of known failures": { text: "random/7/1\n# all of these\nscopes/**\n", read: patternsIn },
} as const

type Input = (typeof inputs)[keyof typeof inputs]

const each = Object.entries(inputs) as readonly (readonly [string, Input])[]

/** Ways in which the same text may be written. */
const alike: readonly (readonly [string, (text: string) => string | Buffer])[] = [
  ["lines that end with CR LF", (text) => text.replaceAll("\n", "\r\n")],
  ["a byte order mark", (text) => `\ufeff${text}`],
  ["a byte order mark, and lines that end with CR LF", (text) => `\ufeff${text.replaceAll("\n", "\r\n")}`],
  ["no newline at its end", (text) => text.trimEnd()],
]

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le")

describe.each(alike)("%s", (_name, written) => {
  it.each(each)("in a %s makes no difference", async (_input, { text, read }) => {
    expect(await read(fileOf(written(text)))).toEqual(await read(fileOf(text)))
  })
})

describe.each([
  ["of a low byte first", utf16],
  ["of a high byte first", (text: string) => utf16(text).swap16()],
])("UTF-16, %s,", (_name, written) => {
  it.each(each)("in a %s is reported as UTF-16", async (_input, { text, read }) => {
    expect(await reported(read, written(text))).toMatch(
      /expected a text in UTF-8, and this begins as UTF-16 does$/,
    )
  })
})

describe.each([
  ["a NUL", (text: string) => text.replace("{", "{\0")],
  ["nothing", () => ""],
  ["only white space", () => " \n\t\r\n"],
])("%s", (_name, written) => {
  it.each(each.filter(([name]) => name !== "list of known failures"))(
    "in a %s is reported in a line",
    async (_input, { text, read }) => {
      expect(await reported(read, written(text))).toMatch(/(is not JSON: |: expected a (log|recording)).+$/)
    },
  )
})

describe("a key that stands twice in an object", () => {
  const twice = '"bounds": {},\n  "bounds": {},\n"hosts"'

  it.each(each.filter(([name]) => name === "schedule" || name === "configuration"))(
    "in a %s is reported with its place",
    async (name, { text, read }) => {
      const line = name === "schedule" ? 4 : 3
      expect(await reported(read, text.replace('"hosts"', twice))).toMatch(
        new RegExp(`bounds: expected each key once, and this one stands again in line ${line}, column 3$`),
      )
    },
  )

  it("is reported in a map, in a list, and however it is written", async () => {
    const map = '{ "state": { "/a": "/gen", "\\u002fa": "/gen" } }'
    expect(await reported(mapped, map)).toContain("at state./a: expected each key once")

    const second = powerOn.replace("{", '{ "pair": "p2",')
    const schedule = inputs.schedule.text.replace(powerOn, `{}, ${second}`)
    expect(await reported(storyIn, schedule)).toContain("at actions[1].pair: expected each key once")
  })

  it("is one in a kept failure too", async () => {
    const kept = '{ "#meta": { "format": "ftpair/1", "profile": "lock", "profile": "pair" } }'
    expect(await reported((file) => storedFailureIn(file), kept)).toContain(
      "at #meta.profile: expected each key once",
    )
  })

  it("is no key that stands in several objects, in a text, or as a value", () => {
    const story = '{ "title": "\\"title\\": 1, \\"title\\": {", "source": "title",'
    const file = fileOf(inputs.schedule.text.replace("{", story))

    expect(storyIn(file)).toMatchObject({ source: "title" })
  })

  it("counts as it stood last in a line of a log and of a recording", async () => {
    const log = inputs.log.text.replace('"pair":', '"pair": "p2", "pair":')
    expect(await logIn(fileOf(log))).toEqual(await logIn(fileOf(inputs.log.text)))

    const recording = inputs.recording.text.replace('"seq":1', '"seq":7,"seq":1')
    expect(judgeRecording("recording", recording)).toEqual({ compared: 0, failed: 0, unanswered: 0 })
  })
})

// Helpers

let folder = ""
let count = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ftpair-"))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const fileOf = (content: string | Buffer): string => {
  const file = join(folder, `${(count += 1)}.txt`)
  writeFileSync(file, content)
  return file
}

/** What is said against a file that holds this; the name of the file is left out. */
const reported = async (read: (file: string) => unknown, content: string | Buffer): Promise<string> => {
  const file = fileOf(content)
  try {
    await read(file)
  } catch (error) {
    if (error instanceof BadInput && !error.message.includes("\n")) return error.message.replace(file, "")
    throw error
  }
  return "nothing"
}

function storyIn(file: string) {
  return { ...readStory(file), file: "" }
}

async function logIn(file: string): Promise<readonly unknown[]> {
  await validateLog(file, { quiet: true, color: false })
  const objects: unknown[] = []
  for await (const { first, texts } of textLines(file))
    for (const [n, text] of texts.entries()) objects.push(objectIn(file, first + n, text))
  return objects
}

function recordingOf(file: string) {
  const { hello, cases } = recordingIn(file, recordedLines(file))
  return { hello, cases: [...cases] }
}

/** The exit code of judging a log by a map. */
function mapped(map: string): Promise<number> {
  const log = fileOf(`{"config":${config.replaceAll("\n", "")}}\n{"gen":1}\n`)
  return validateLog(log, { map, quiet: true, color: false })
}
