import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { lineMax, misnumbered, takeAnswer } from "../../conform/answer-line.ts"
import { lineCutter } from "../../conform/lines.ts"

describe("a stream is cut into the lines that it has", () => {
  it("wherever it is cut into chunks", () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "🙂", "\r", "\n", '"') }))
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join("\n"))
        const cutter = lineCutter()
        const lines: string[] = []
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1
          lines.push(...cutter.take(bytes.subarray(at, at + size)).map((line) => line.toString()))
          at += size
        }
        const whole = bytes.toString().split("\n")
        const rest = whole.pop() ?? ""
        expect(lines).toEqual(whole.map((line) => line.replace(/\r$/, "")))
        expect(cutter.length()).toBe(Buffer.byteLength(rest))
        expect(cutter.start(5).toString("hex")).toBe(Buffer.from(rest).subarray(0, 5).toString("hex"))
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

/** A line, and the code and words with which it is reported. */
const bad: readonly (readonly [line: string | Buffer, code: string, detail: RegExp])[] = [
  ["", "not-json", /one JSON object/],
  ["null", "not-json", /one JSON object/],
  ["[1]", "not-json", /one JSON object/],
  ['{"seq":1', "not-json", /one JSON object/],
  ["}{", "not-json", /one JSON object/],
  ["{a:1}{}", "not-json", /one JSON object/],
  ['{"seq":1} done', "not-json", /nothing after the answer/],
  ['{"seq":1}{"seq":2}', "no-newline", /and there are two/],
  ['{"seq":1} {"seq":', "no-newline", /and there are two/],
  ['{"a":"}{\\"}{"}{"seq":2}', "no-newline", /and there are two/],
  ['{"seq":1}\u0000', "not-json", /nothing after the answer/],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "not-json", /UTF-8/],
  [`{"a":${"[".repeat(90_000)}${"]".repeat(90_000)}}`, "malformed", /at most 32 deep/],
  ["[".repeat(90_000), "malformed", /at most 32 deep/],
  [`{"a":[${"{},".repeat(99_998)}{}]}`, "malformed", /at most 100,000 lists and objects/],
  [`{"a":"${"x".repeat(lineMax)}"}`, "too-long", /longer than 1,048,576 bytes/],
]

describe("a line that is no answer is reported by its code", () => {
  it.for(bad)("%#: %s", ([line, code, detail]) => {
    expect(takeAnswer(line)).toMatchObject({ code, detail: expect.stringMatching(detail) as string })
  })

  it.for([
    '{"seq":1}',
    ' {"seq":1,"a":"}{[","b":"\\"}"} ',
    `{"seq":1,"a":"${"}".repeat(1000)}"}`,
    '{"seq":1,"refused":"\\ud800"}',
    '{"seq":1,"__proto__":{"ok":true},"constructor":null}',
  ])("and one that is, is taken: %s", (line) => {
    expect(takeAnswer(line)).toMatchObject({ line, json: JSON.parse(line) as unknown })
  })

  it("and weighs its bytes, and 64 for each list and object", () => {
    expect(takeAnswer('{"seq":1,"a":["ä",{}]}')).toMatchObject({ weight: 23 + 3 * 64 })
    expect(takeAnswer(`{"a":[${"{},".repeat(99_997)}{}]}`)).toMatchObject({ weight: 300_001 + 100_000 * 64 })
  })

  it.for([
    ["a refusal", (text: string) => ({ refused: text })],
    ["an error", (text: string) => ({ ok: false, error: { code: "abort", text, definite: true } })],
    ["a state", (text: string) => ({ ok: true, state: { hosts: [{ h1: text }], [text]: { [text]: null } } })],
  ] as const)("and of a long text in it, its start and its length are kept: %s", ([, answerOf]) => {
    const long = "y".repeat(lineMax >> 2)
    const brief = `${long.slice(0, 250)}… (262144 characters)`

    const reply = takeAnswer(JSON.stringify({ seq: 1, ...answerOf(long) }))

    expect(reply).toMatchObject({ json: { seq: 1, ...answerOf(brief) } })
    expect(JSON.stringify(reply).length).toBeLessThan(2_000)
    const usual = JSON.stringify({ seq: 1, ...answerOf("y".repeat(1_000)) })
    expect(takeAnswer(usual)).toMatchObject({ json: JSON.parse(usual) as object })
  })

  it("without an own `__proto__` becoming the prototype", () => {
    const reply = takeAnswer('{"seq":1,"__proto__":{"ok":true}}')

    expect("json" in reply && "ok" in reply.json).toBe(false)
  })
})

it("an answer counts for the ask whose number it has, and for no other", () => {
  expect(misnumbered({ seq: 5 }, 5, 7)).toBeNull()
  for (const [seq, code] of [
    [4, "answered-twice"],
    [6, "wrong-seq"],
    [0, "wrong-seq"],
    [1e300, "wrong-seq"],
    ["5", "malformed"],
    [null, "malformed"],
    [[5], "malformed"],
    [undefined, "malformed"],
  ] as const)
    expect(misnumbered({ seq }, 5, 7)?.code).toBe(code)
  expect(misnumbered({ seq: 8 }, null, 7)?.detail).toBe("nothing was asked, and ask 8 is answered")
})
