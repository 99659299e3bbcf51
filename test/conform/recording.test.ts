import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { ConformFlags } from "../../cli/conform/flags.ts"
import { conformWith } from "../../cli/conform/conform.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import type { Reply } from "../../conform/peer.ts"
import { placementProfile } from "../../conform/placement-profile.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import { recordedLines, recorderTo, recordingIn, rejudged } from "../../conform/recording.ts"
import { plainConfig } from "../../model/config.ts"
import { jsonOfConfig } from "../../traces/config.ts"
import { initial, withHost } from "../../model/state.ts"
import { stateJsonOf, type StateJson } from "../../traces/state-json.ts"

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

describe("the cases of a recording", () => {
  it("are from each reset to what comes next, with all that was asked and answered", () => {
    const session = sessionOfLock([reset, [pause, 1], [resume, 1], reset, [pause, 1], bye])

    expect(casesIn(session)).toEqual([
      ["recorded/1", [pause, resume], 3],
      ["recorded/2", [pause], 2],
    ])
  })

  it.each([1, 2])(
    "are reported up to the last answer where it ends without bye: after %i actions",
    (length) => {
      const actions = [pause, resume].slice(0, length)

      expect(casesIn(sessionOfLock([reset, ...actions.map((action) => [action, 1] as const)]))).toEqual([
        ["recorded/1", actions, length + 1],
      ])
    },
  )

  it("end where an implementation was started anew, which answers no more to what was asked before", () => {
    const lost = sessionOfLock([
      reset,
      [pause, 1],
      [resume, null],
      helloAgain,
      reset,
      [pause, 1],
      [resume, null],
    ])
    const { cases, unanswered } = recordingIn("a", lost)

    expect([...cases].map(({ replies }) => replies.length)).toEqual([2, 2])
    expect(unanswered()).toBe(2)
  })

  it("are judged each, and what they answered is counted together", () => {
    const session = sessionOfLock([
      reset,
      [pause, 1],
      [pause, 1, "paused"],
      reset,
      [pause, 2],
      reset,
      [pause, 1],
    ])

    expect(judgedAgain(session)).toEqual({
      cases: 3,
      tally: { taken: 3, refused: 1, skipped: 0, errors: 0, unsure: 0 },
      failed: ["recorded/2 diverged"],
      beyond: [],
    })
  })

  it("are given up where too many model states fit", () => {
    const unsure = { ok: false, error: { code: "timeout", text: "no answer", definite: false } }
    const session = sessionOfLock([reset, [pause, unsure], reset, [pause, 1]])

    expect(judgedAgain(session, 1)).toMatchObject({ cases: 2, failed: [], beyond: ["recorded/1"] })
  })

  it.each([
    ["are broken by a line that is no answer", 1, "broken"],
    ["differ where an answer before that line does", 2, "diverged"],
  ])("%s", (_what, generation, tag) => {
    const session = sessionOfLock([reset, [pause, generation], [resume, "no JSON"]])

    expect(judgedAgain(session).failed).toEqual([`recorded/1 ${tag}`])
  })

  it("are none where something is asked after bye, without a reset", () => {
    const session = sessionOfLock([reset, [pause, 1], bye, [resume, 1]])

    expect(() => casesIn(session)).toThrow("at ask: expected a reset before any action")
  })

  it("are none where anything comes after a line that broke the wire, before the implementation is started anew", () => {
    const [broken, anew] = [[pause, 1] as const, helloAgain].map((next) =>
      sessionOfLock([reset, [resume, "no JSON"], next]),
    ) as [readonly string[], readonly string[]]

    expect(() => casesIn(broken)).toThrow("a: line 8: expected nothing more where the wire was broken")
    expect(casesIn(anew)).toEqual([["recorded/1", [resume], 1]])
  })

  it("are none where the implementation that is started anew has another profile", () => {
    const session = sessionOfLock([reset, [pause, 1], helloAgain, reset]).map((line, n) =>
      n === 7 ? line.replace('"profile":"lock"', '"profile":"pair"') : line,
    )

    expect(() => casesIn(session)).toThrow("a: line 8: at answer.profile: expected lock, as it was before")
  })

  it.each([2, 4])("are none where an answer is to another ask than the one that waits: %i", (seq) => {
    const session = sessionOfLock([reset, [pause, 1]]).map((line) =>
      line.replace('"seq":3}}', `"seq":${seq}}}`),
    )

    expect(() => casesIn(session)).toThrow(`a: line 6: at answer.seq: expected 3, not ${seq}`)
  })

  it.each<readonly [string, readonly Asked[]]>([
    ["where nothing comes after it", []],
    ["before bye", [bye]],
    ["before another one", [reset, [pause, 1]]],
  ])("are cases of a reset alone, %s", (_where, more) => {
    expect(casesIn(sessionOfLock([reset, [pause, 1], reset, ...more])).slice(0, 2)).toEqual([
      ["recorded/1", [pause], 2],
      ["recorded/2", [], 1],
    ])
  })
})

describe("the questions of a placement recording", () => {
  const start = initial(plainConfig(2, 1))
  const allUp = stateJsonOf(start)
  const downH1 = stateJsonOf(withHost(start, "h1", { up: false }))

  it("each have the state in which they were asked", () => {
    const { cases } = recordingIn("a", sessionOfPlacement([allUp, "h1"], [downH1, "h2"]))

    expect([...cases].map(({ actions }) => actions)).toEqual([
      [
        { ...powerOn, state: allUp },
        { ...powerOn, state: downH1 },
      ],
    ])
  })

  it.each<readonly [string, string, readonly string[]]>([
    ["the host that is up", "h2", []],
    ["the host that has failed", "h1", ["recorded/1 diverged"]],
  ])("are judged in that state: %s", (_what, host, failed) => {
    const session = sessionOfPlacement([allUp, "h1"], [downH1, host])

    expect(judgedAs(placementProfile, session).failed).toEqual(failed)
  })
})

describe("a session that is written down", () => {
  it("is read as it was, to the last line of it, in place of what was there", () => {
    const file = written(Array.from({ length: 50 }, () => ({ ask: hello })))
    const { onLine, close } = recorderTo(file)
    const lines = ['{"seq":1}', "no JSON", '{"seq":2,"op":"bye"}']

    onLine("ask", lines[0] ?? "")
    onLine("answer", lines[1] ?? "")
    onLine("ask", lines[2] ?? "")

    expect(close()).toBeNull()
    expect([...recordedLines(file)]).toEqual([
      '{"ask":{"seq":1}}',
      '{"answer":"no JSON"}',
      '{"ask":{"seq":2,"op":"bye"}}',
    ])
  })

  it("is read to its end where no newline is there", () => {
    expect([...recordedLines(written(["a", "b"]))]).toEqual(["a", "b"])
  })
})

const pause: AskedAction = { kind: "Pause", host: "h1" }
const resume: AskedAction = { kind: "Resume", host: "h1" }

type Asked =
  | { readonly op: string }
  | readonly [action: AskedAction, answer: number | string | Reply["json"] | null, refused?: string]

const helloAgain: Asked = { op: "hello" }
const reset: Asked = { op: "reset" }
const bye: Asked = { op: "bye" }

/** A session of a lock, line by line; its answers to actions show a generation, or are given, or never came. */
function sessionOfLock(asked: readonly Asked[]): readonly string[] {
  const greetingOfLock = { ...greeting, profile: "lock", observes: ["lock.generation"], actions: ["Pause"] }
  const showing = (generation: number) => ({ ok: true, state: { lock: { generation } } })
  const answerTo = (each: Asked) => {
    if ("op" in each) return { hello: greetingOfLock, reset: showing(1) }[each.op] ?? { ok: true }
    const [, answer, refused] = each
    return typeof answer === "number"
      ? { ...showing(answer), ...(refused === undefined ? {} : { refused }) }
      : answer
  }
  const { hosts, pairs } = jsonOfConfig(plainConfig(2, 1))
  return [helloAgain, ...asked].flatMap((each, n) => {
    const more = "op" in each ? {} : { op: "apply", action: each[0] }
    const ask = { seq: n + 1, ...("op" in each ? each : {}), ...more }
    const answer = answerTo(each)
    return [
      { ask: ask.op === "reset" ? { ...ask, config: { hosts, pairs } } : ask },
      ...(answer === null
        ? []
        : [{ answer: typeof answer === "string" ? answer : { ...answer, seq: n + 1 } }]),
    ].map((line) => JSON.stringify(line))
  })
}

const powerOn: AskedAction = { kind: "PowerOn", pair: "p1" }

/** A session of placement, line by line: in each state it is asked where to power on a pair, and answers with a host. */
function sessionOfPlacement(...asked: readonly (readonly [state: StateJson, host: string])[]) {
  const { hosts, pairs } = jsonOfConfig(plainConfig(2, 1))
  const greetingOfPlacement = {
    ...greeting,
    profile: "placement",
    observes: ["host"],
    actions: ["PowerOn"],
  }
  return [
    [{ op: "hello" }, greetingOfPlacement],
    [{ op: "reset", config: { hosts, pairs } }, { ok: true }],
    ...asked.map(([state, host]) => [
      { op: "apply", action: powerOn, state },
      { ok: true, host },
    ]),
  ].flatMap(([ask, answer], n) =>
    [{ ask: { ...ask, seq: n + 1 } }, { answer: { ...answer, seq: n + 1 } }].map((line) =>
      JSON.stringify(line),
    ),
  )
}

function casesIn(lines: readonly string[]): readonly (readonly unknown[])[] {
  return [...recordingIn("a", lines).cases].map(({ path, actions, replies }) => [
    path,
    actions,
    replies.length,
  ])
}

const judgedAgain = (lines: readonly string[], candidatesMax = 100) =>
  judgedAs(lockProfile, lines, candidatesMax)

function judgedAs<S>(profile: Profile<S>, lines: readonly string[], candidatesMax = 100) {
  const { cases, tally, failed, beyond } = rejudged(profile, recordingIn("a", lines), candidatesMax)
  return {
    cases,
    tally,
    beyond,
    failed: failed.map(({ case: { path }, outcome }) => `${path} ${outcome.tag}`),
  }
}

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
    // What is wrong with it is reported elsewhere.
  }
}

function openFiles(): number {
  return readdirSync("/proc/self/fd").length
}
