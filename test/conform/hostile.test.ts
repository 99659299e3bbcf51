import { describe, expect, it } from "vitest"
import { asFound } from "../../cli/conform/failure.ts"
import { failureLines, faultLines } from "../../cli/conform/report.ts"
import { styleFor } from "../../cli/style.ts"
import { plainConfig } from "../../model/config.ts"
import { initial } from "../../model/state.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { lineMax, takeAnswer } from "../../conform/answer-line.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { inProcess } from "../../conform/in-process.ts"
import type { AskBody, Peer, Reply } from "../../conform/peer.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { withGround } from "../../conform/profiles.ts"
import { judgeRecording } from "../../conform/recording.ts"
import { greet, judgeCase, resetOf, sessionOf } from "../../conform/session.ts"
import { profileNames, type ProfileName } from "../../conform/profile-name.ts"
import { faults, type Hello } from "../../conform/wire.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { hello } from "./model-peer.ts"

// Everything that can be wrong with an answer or a recording, put at every place in a good one.

const config = plainConfig(2, 1)

const runs: Readonly<Record<ProfileName, readonly AskedAction[]>> = {
  pair: [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    { kind: "TryLock", copy: "p1.1" },
    { kind: "CutLink", hosts: ["h1", "h2"] },
  ],
  lock: [
    { kind: "Contend", copy: "p1.1", generation: 1 },
    { kind: "TryLock", copy: "p1.1" },
    { kind: "TryLock", copy: "p1.1" },
  ],
  placement: [
    { kind: "PowerOn", pair: "p1", state: stateJsonOf(initial(config)) },
    { kind: "Migrate", copy: "p1.1", state: stateJsonOf(initial(config)) },
  ],
}

/** What is put in the place of a value, as JSON: every other type, and what is seldom thought of. */
const wrongs: readonly string[] = [
  ...[
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e308",
    "9007199254740993",
    '""',
    '"x"',
    "[]",
    "[null]",
    "{}",
  ],
  ...[
    '{"__proto__":{"ok":true}}',
    '{"constructor":1}',
    '{"toString":{}}',
    '{"#ignore":true}',
    '{"#ignore":1}',
  ],
  ...['"\\u001b[2J\\n\\u202e"', '"\\ud800"', '"p1.99"', '[[["h1"]]]', '["h1","h1"]', `"${"x".repeat(5000)}"`],
]

type Seen = { readonly asks: readonly AskBody[]; readonly hello: Hello; readonly replies: readonly Reply[] }

/** What a good implementation of a profile answers to its run, from hello to the last action. */
const goodRun = async (profile: ProfileName): Promise<Seen> => {
  const asks: readonly AskBody[] = [
    { op: "hello", versions: ["1"] },
    resetOf(config),
    ...runs[profile].map(({ state, ...action }) => ({
      op: "apply",
      action,
      ...(state === undefined ? {} : { state }),
    })),
  ]
  return withGround(profile, async (ground) => {
    const mine: Hello = {
      ...hello,
      profile,
      actions: ground.profile.kinds as unknown as Hello["actions"],
      observes: profile === "placement" ? [] : ["*"],
    }
    const peer = inProcess(ground.profile, ground.profile.schema, mine)
    const replies = (await peer.ask(asks)).map(({ json }) => ({ line: JSON.stringify(json), json }))
    return { asks, hello: mine, replies }
  })
}

/** A JSON text with one thing wrong, for each place in it and each thing that can be wrong there. */
function* mutants(json: unknown, around: (text: string) => string = (text) => text): Generator<string> {
  for (const wrong of wrongs) yield around(wrong)
  if (typeof json !== "object" || json === null) return
  const entries = Object.entries(json as Record<string, unknown>)
  const isList = Array.isArray(json)
  const join = (parts: readonly string[]): string => (isList ? `[${parts.join()}]` : `{${parts.join()}}`)
  const part = (key: string, text: string): string => (isList ? text : `${JSON.stringify(key)}:${text}`)
  const parts = entries.map(([key, value]) => part(key, JSON.stringify(value)))
  for (const [n, [key, value]] of entries.entries()) {
    yield around(join(parts.toSpliced(n, 1)))
    yield* mutants(value, (text) => around(join(parts.with(n, part(key, text)))))
  }
  for (const key of ["__proto__", "constructor", "toString", "mood", "\u001b[2J"])
    yield around(join([...parts, part(key, '{"up":true}')]))
}

const plain = styleFor(process.stdout, false)

/** Tells that a text moves no cursor and fakes no line. */
const expectPlain = (lines: readonly string[]): void => {
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/)
}

describe.for(profileNames)("of the profile %s", (name) => {
  it("a wrong answer is a documented fault, or a difference, and nothing else", async () => {
    const good = await goodRun(name)
    const codes = new Set<string>()
    withGround(name, ({ profile }) => {
      const session = sessionOf(null, good.hello, profile, 1000)
      const actions = runs[name]
      const judged = (replies: readonly Reply[]) => judgeCase(session, config, actions, replies)
      expect(judged(good.replies.slice(1)).tag).toBe("fits")

      for (const [n, { json }] of good.replies.entries())
        for (const line of n === 0 ? [] : mutants(json)) {
          const reply = takeAnswer(line)
          if (!("line" in reply)) {
            codes.add(reply.code)
            expectPlain([reply.detail])
            continue
          }
          try {
            const outcome = judged(good.replies.with(n, reply).slice(1))
            codes.add(outcome.tag)
            if (outcome.tag !== "diverged") continue
            const failure = { case: { path: "a", config, actions }, outcome }
            expectPlain(failureLines(plain, profile, failure, asFound(failure), null))
          } catch (error) {
            if (!(error instanceof AdapterFault)) throw new Error(`a defect by ${line}`, { cause: error })
            expect(Object.keys(faults)).toContain(error.code)
            expectPlain(faultLines(plain, error))
            codes.add(error.code)
          }
        }
    })

    expect([...codes]).toEqual(expect.arrayContaining(["malformed", "not-json", "diverged"]))
  })

  it("a wrong hello is a documented fault, or is believed", async () => {
    const good = await goodRun(name)
    const reported = new Set<string>()
    for (const line of mutants(good.replies[0]?.json)) {
      const reply = takeAnswer(line)
      if (!("line" in reply)) continue
      try {
        const mine = await greet(answering(reply))
        withGround(mine.profile, ({ profile }) => void sessionOf(null, mine, profile, 10))
        reported.add("believed")
      } catch (error) {
        if (!(error instanceof AdapterFault)) throw new Error(`a defect by ${line}`, { cause: error })
        expectPlain(faultLines(plain, error))
        reported.add(error.code)
      }
    }

    expect([...reported].toSorted()).toEqual(["believed", "malformed"])
  })

  it("a wrong recording is reported in one line, or judged", async () => {
    const { asks, replies } = await goodRun(name)
    const lines = asks.flatMap((ask, n) => [
      { ask: { seq: n + 1, ...ask } },
      { answer: replies[n]?.json ?? {} },
    ])
    const texts = lines.map((line) => JSON.stringify(line))
    const reported = new Set<string>()
    expect(judgeRecording("a", texts.join("\n"))).toEqual({
      compared: runs[name].length,
      failed: 0,
      unanswered: 0,
    })

    for (const [n, line] of lines.entries())
      for (const text of mutants(line))
        try {
          const { failed } = judgeRecording("a", texts.with(n, text).join("\n"))
          reported.add(failed === 0 ? "fits" : "failed")
        } catch (error) {
          const isTold = error instanceof BadInput || error instanceof AdapterFault
          if (!isTold) throw new Error(`a defect by ${text}`, { cause: error })
          if (error instanceof BadInput) expectPlain([error.message])
          reported.add(error._tag)
        }

    expect([...reported]).toEqual(expect.arrayContaining(["BadInput", "failed", "fits"]))
  })
})

describe("what is kept of answers with a long text in each", () => {
  const long = "x".repeat(lineMax - 100)
  const lines = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify(i === 0 ? { seq: 1, ok: true } : { seq: i + 1, ok: true, refused: long }),
  )
  const actions = lines.slice(1).map(() => ({ kind: "PowerOn", pair: "p1", host: "h1" }))

  it("is little, and the difference is reported with the length that was sent", () => {
    const replies = lines.map((line) => takeAnswer(line) as Reply)
    const profile = pairProfile()
    const session = sessionOf(null, { ...hello, profile: "pair", observes: [] }, profile, 1000)

    const outcome = judgeCase(session, config, actions, replies)

    if (outcome.tag !== "diverged") throw new Error("expected a difference")
    const failure = { case: { path: "a", config, actions }, outcome }
    const reported = failureLines(plain, profile, failure, asFound(failure), null)
    expect(reported.join("\n")).toMatch(/and it was refused: "x{250}… \(1048476 characters\)"$/m)
    expect(JSON.stringify(outcome).length).toBeLessThan(20_000)
  })
})

describe("a recording in which nothing was reported", () => {
  it.for([
    { what: "hello only", keep: 2, compared: 0, unanswered: 0 },
    { what: "an ask without an answer", keep: 3, compared: 0, unanswered: 1 },
    { what: "a reset only", keep: 4, compared: 0, unanswered: 0 },
    { what: "an action without an answer", keep: 7, compared: 1, unanswered: 1 },
  ])("is known as that: $what", async ({ keep, compared, unanswered }) => {
    const { asks, replies } = await goodRun("lock")
    const lines = asks.flatMap((ask, n) => [
      JSON.stringify({ ask: { seq: n + 1, ...ask } }),
      JSON.stringify({ answer: replies[n]?.json }),
    ])

    expect(judgeRecording("a", lines.slice(0, keep).join("\n"))).toEqual({ compared, unanswered, failed: 0 })
  })
})

// Helpers

const answering = (reply: Reply): Peer => ({
  ask: () => Promise.resolve([reply]),
  setWindow: () => {},
  close: () => Promise.resolve(),
})
