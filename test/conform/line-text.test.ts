import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { withCompaction } from "../../conform/compaction.ts"
import { plainLine, textMatchOf } from "../../conform/line-text.ts"
import { lineReader, objectIn } from "../../conform/log.ts"
import { observed, project, type Json, type ObservationSchema } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { follower } from "../../conform/validate.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { arbitraryRun, arbitraryVisibility, logOf, runOf, type PartialLog } from "./partial-log.ts"

describe("a line", () => {
  it.each([
    ['{"t":12,"action":{"kind":"Ack"},"state":{"a":1}}', { action: '{"kind":"Ack"}', state: 40 }],
    ['{"action":{"kind":"Ack"},"state":3}', { action: '{"kind":"Ack"}', state: 33 }],
    ['{"t":0,"action":{"kind":"Ack"}}', { action: '{"kind":"Ack"}', state: null }],
    ['{"t":012,"action":{"kind":"Ack"}}', null],
    ['{"t":1.5,"action":{"kind":"Ack"}}', null],
    ['{"t":-1,"action":{"kind":"Ack"}}', null],
    ['{ "t":1,"action":{"kind":"Ack"}}', null],
    ['["action":{"kind":"Ack"}}', null],
    ['{"action":{"kind":"Ack"}]', null],
    ['{"action":{"kind":"Ack"},"t":1}', null],
    ['{"state":{},"action":{"kind":"Ack"}}', null],
    ['{"action":{"kind":"Ack"', null],
    ['{"action":', null],
    ["", null],
  ])("%s has these parts", (text, parts) => {
    expect(plainLine(text)).toEqual(parts)
  })
})

describe("the text of a state", () => {
  it("is matched exactly where JSON.stringify would write it, whatever was matched before", () => {
    fc.assert(
      fc.property(arbitraryRun(60), arbitraryVisibility, fc.nat(), (draw, { parts }, edit) => {
        const schema = observed(pairProfile().schema, parts) as ObservationSchema
        const match = textMatchOf(schema)
        for (const { state } of runOf(draw).steps) {
          const json = stateJsonOf(state) as unknown as Json
          const text = JSON.stringify(project(schema, json))
          const other = edited(text, edit)

          expect(match(json, other, 0) === other.length).toBe(other === text)
          expect(match(json, `12${text}3`, 2)).toBe(2 + text.length)
        }
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })
})

describe("a log of which some lines are taken as they are written", () => {
  it("has the verdict that it has where each is parsed, for the same reason, at the same line", () => {
    let taken = 0
    fc.assert(
      fc.property(
        arbitraryRun(120),
        arbitraryVisibility,
        fc.array(fc.record({ line: fc.nat(), edit: fc.nat() }), { maxLength: 2 }),
        (draw, visibility, edits) => {
          const log = logOf(runOf(draw), visibility)
          const texts = edits.reduce<readonly string[]>(
            (before, { line, edit }) =>
              before.map((text, n) => (n === line % before.length ? edited(text, edit) : text)),
            log.lines.map(({ number, action, state }) =>
              JSON.stringify({ t: number, ...(action === null ? {} : { action }), state }),
            ),
          )
          const asWritten = judged(log, texts, true)
          taken += asWritten.taken

          expect(asWritten.found).toEqual(judged(log, texts, false).found)
        },
      ),
      { numRuns: 150, endOnFailure: true },
    )
    expect(taken).toBeGreaterThan(1000)
  })

  it.each(["", "}", ',"x":1}', " "])("takes none that goes on with %j after the state", (rest) => {
    const run = runOf({ hosts: 2, pairs: 1, choices: [0] })
    const log = logOf(run, { silent: [], parts: ["hosts", "cut", "pairs"], every: 1, isStrict: true })
    const [{ action, state } = { action: null, state: null }] = log.lines
    const text = `${JSON.stringify({ action, state })}${rest}`

    expect(judged(log, [text], true).taken).toBe(rest === "" ? 1 : 0)
  })
})

// Helpers

/** A text with one thing in it another, which may well be no JSON any more. */
const edited = (text: string, edit: number): string => {
  if (text === "") return "0"
  const at = Math.floor(edit / 7) % text.length
  const [before, char, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)]
  const changes = ["", `${char}${char}`, ` ${char}`, "1", "true", '"', "}"]
  return `${before}${changes[edit % 7] ?? ""}${after}`
}

/** What comes of a log's lines, and how many were taken as they are written. */
const judged = (
  { config, observes, silent }: PartialLog,
  texts: readonly string[],
  asWritten: boolean,
): { readonly found: unknown; readonly taken: number } => {
  const profile = withCompaction(pairProfile(), 3)
  const log = follower("the log", profile, { config, observes, silent, candidatesMax: 150 })
  const { read, actionIn } = lineReader("the log", "pair", config)
  let taken = 0
  try {
    for (const [n, text] of texts.entries()) {
      if (asWritten && log.takeAsWritten(text, (action) => actionIn(n + 1, action))) {
        taken += 1
        continue
      }
      const found = log.take(read(n + 1, objectIn("the log", n + 1, text)))
      if (found !== null)
        return { found: { tag: found.tag, line: n + 1, lines: found.lines, most: found.most }, taken }
    }
  } catch (error) {
    if (error instanceof BadInput) return { found: error.message, taken }
    throw error
  }
  return { found: { ...log.end(), reported: log.loggedSilently() }, taken }
}
