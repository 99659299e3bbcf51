import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { replayFailure } from "../../cli/replay/failure.ts"
import { replayFiles } from "../../cli/replay/replay.ts"
import { styleFor } from "../../cli/style.ts"
import { show } from "../../cli/show/show.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { keepFailure } from "../../conform/artefact.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import { namedCases } from "../../conform/named.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { Reply } from "../../conform/peer.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { judgeCase, noAnswers, sessionOf } from "../../conform/session.ts"
import { storedFailureIn } from "../../conform/stored-failure.ts"
import type { FaultCode, Hello } from "../../conform/wire.ts"
import { freshFolder, inProcess, write } from "../cli/ftpair.ts"
import { hello } from "./model-peer.ts"

const ofTwo = plainConfig(2, 1)
const mine: Hello = { ...hello, profile: "lock", observes: ["lock"], actions: ["Pause"] }

/** A failure that was kept: by itself the lock has gone on at a pause. */
const kept = (folder: string, config: Config = ofTwo): string => {
  const actions = [{ kind: "Pause", host: config.hosts[0]?.id }]
  const session = sessionOf(null, mine, lockProfile, 10)
  const replies = [1, 2].map((generation, n) => {
    const json = { seq: n + 1, ok: true, state: { lock: { generation, holder: null } } }
    return { line: JSON.stringify(json), json }
  })
  const outcome = judgeCase(session, config, actions, replies)
  if (outcome.tag !== "diverged") throw new Error("expected a difference")
  const steadiness = { tag: "deterministic", failures: 1, runs: 1 } as const
  const shrunk = {
    config,
    actions,
    outcome,
    steadiness,
    minimality: "shortest",
    trials: 1,
    cut: null,
  } as const
  return keepFailure(folder, session, shrunk, "a case", "cmd")
}

const reported = (file: string) => {
  const failure = storedFailureIn(file)
  if (failure === null) throw new Error("expected a kept failure")
  const { code, lines } = replayFailure(failure)
  return { code, text: lines(styleFor(process.stdout, false)).join("\n") }
}

const replyOf = (json: Reply["json"]): Reply => ({ line: JSON.stringify(json), json })

const shrunkTo = (actions: readonly AskedAction[], config = ofTwo) =>
  ({
    config,
    actions,
    steadiness: { tag: "deterministic", failures: 1, runs: 1 },
    minimality: "shortest",
    trials: 1,
    cut: null,
  }) as const

/** A pause that was kept as it broke the wire, with the answers before it. */
const keptFault = (folder: string, code: FaultCode, answers: readonly Reply["json"][]): string => {
  const session = sessionOf(null, mine, lockProfile, 10)
  const replies = answers.map((answer, n) => replyOf({ seq: n + 1, ...answer }))
  const fault = new AdapterFault({ code, detail: "", line: null, log: "", replies })
  const outcome = { tag: "broken", fault, tally: noAnswers() } as const
  return keepFailure(
    folder,
    session,
    { ...shrunkTo([{ kind: "Pause", host: "h1" }]), outcome },
    "a case",
    "cmd",
  )
}

/** The file with one text in place of another. */
const edited = (folder: string, file: string, before: string | RegExp, after: string): string => {
  const text = JSON.stringify(JSON.parse(readFileSync(file, "utf8")))
  expect(text).toMatch(before)
  return join(folder, write(folder, "conform.edited.itf.json", text.replace(before, after)))
}

it("a kept failure reports what was expected and what was answered, and is reproduced", () => {
  const { code, text } = reported(kept(freshFolder(onTestFinished)))

  expect(code).toBe(0)
  expect(text).toMatch(/^ +1 {2}Pause\(h1\) +taken +taken$/m)
  expect(text).toMatch(/^ +lock\.generation +1 +2 {2}differs$/m)
  expect(text).toContain("reproduced: as recorded: differs at step 1")
})

it.each(["h1", "rack"])("a kept failure has its ids as keys of maps, and fields by name: %s", (name) => {
  const [first, ...others] = ofTwo.hosts
  if (first === undefined) throw new Error("expected a host")
  const config = { ...ofTwo, hosts: [{ ...first, id: name as typeof first.id }, ...others].slice(0, 1) }

  const file = kept(freshFolder(onTestFinished), config)

  const up = { up: true, storage: true }
  const copy = { host: name, belief: "none", generation: { "#bigint": "1" } }
  const rest = {
    lock: { generation: { "#bigint": "1" }, holder: { tag: "None", value: { "#tup": [] } } },
    copies: { "#map": [["p1.1", copy]] },
  }
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
    vars: expect.arrayContaining(["hosts", "lock", "copies"]) as string[],
    states: [
      { ...rest, hosts: { "#map": [[name, { ...up, paused: false }]] } },
      { ...rest, hosts: { "#map": [[name, { ...up, paused: true }]] } },
    ],
  })
})

describe("a kept failure is not reproduced", () => {
  it("by a difference at another step than it says", () => {
    const folder = freshFolder(onTestFinished)

    expect(reported(edited(folder, kept(folder), '"step":1', '"step":2'))).toMatchObject({ code: 16 })
  })

  it("by a difference where it says that the wire was broken", () => {
    const folder = freshFolder(onTestFinished)
    const file = edited(
      folder,
      kept(folder),
      /"answered":\{[^]*?\},"expected"/,
      '"answered":{"fault":"hung"},"expected"',
    )

    expect(reported(file)).toMatchObject({ code: 16, text: expect.stringContaining("diverged: ") as string })
  })

  it("by another fault than it says", () => {
    const folder = freshFolder(onTestFinished)
    const file = keptFault(folder, "left-out", [{ ok: true, state: {} }])

    expect(reported(file).code).toBe(0)
    expect(reported(edited(folder, file, '"fault":"left-out"', '"fault":"undeclared"')).code).toBe(16)
  })

  it("by a difference before the answer that it says never came", () => {
    const folder = freshFolder(onTestFinished)
    const shown = [1, 2].map((generation) => ({ ok: true, state: { lock: { generation, holder: null } } }))

    expect(reported(keptFault(folder, "hung", shown.slice(0, 1))).code).toBe(0)
    expect(reported(keptFault(folder, "hung", shown)).code).toBe(16)
  })
})

it("a kept failure of what acts unasked is judged so", () => {
  const folder = freshFolder(onTestFinished)
  const actions = [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "EnterMaintenance", host: "h2" },
  ]
  const session = sessionOf(
    null,
    { ...hello, observes: ["pairs.*.power"], silent: ["PowerOff"] },
    pairProfile(),
    100,
  )
  const replies = ["off", "off", "on"].map((power, n) =>
    replyOf({ seq: n + 1, ok: true, state: { pairs: { p1: { power } } } }),
  )
  const outcome = judgeCase(session, ofTwo, actions, replies)
  if (outcome.tag !== "diverged") throw new Error("expected a difference")

  const file = keepFailure(folder, session, { ...shrunkTo(actions), outcome }, "a case", "cmd")

  expect(outcome.step).toBe(2)
  expect(reported(file)).toMatchObject({ code: 0, text: expect.stringContaining("at step 2") as string })
})

it("a kept failure is reported among schedules as they are: in one document, and with the gravest code of all", () => {
  const folder = freshFolder(onTestFinished)
  const actions = [{ kind: "Record", copy: "p1.1" }]
  const refused = join(
    folder,
    write(folder, "refused.json", { config: { hosts: [{ id: "h1" }], pairs: [{ id: "p1" }] }, actions }),
  )
  const files = [refused, kept(folder), refused]

  const { code, stdout } = inProcess(() => replayFiles(files, { json: true, color: false }))
  const text = inProcess(() => replayFiles(files, { color: false })).stdout

  expect(code).toBe(16)
  expect(JSON.parse(stdout)).toMatchObject([
    { file: refused, verdict: "refused" },
    { file: files[1], outcome: "reproduced" },
    { file: refused, verdict: "refused" },
  ])
  expect(text.match(/^ {2}(refused-now|reproduced): /gm)).toEqual([
    "  refused-now: ",
    "  reproduced: ",
    "  refused-now: ",
  ])
})

it("a kept failure with whose answers the model agrees is not as it promises", () => {
  const folder = freshFolder(onTestFinished)
  const text = readFileSync(kept(folder), "utf8").replace('"generation":2', '"generation":1')

  expect(reported(join(folder, write(folder, "conform.b.itf.json", text)))).toMatchObject({
    code: 16,
    text: expect.stringContaining("fixed: the model agrees") as string,
  })
})

it.each([
  ["{}", /^[^\n]*: at #meta\.profile: expected one of pair, lock, placement, not nothing$/],
  ["null", /^[^\n]*expected one of pair, lock, placement, not nothing$/],
  ['{"#meta":{"profile":{"toString":1}}}', /^[^\n]*not an object$/],
  ['{"#meta":{"profile":"lock"},"states":[]}', /^[^\n]*#meta\.config: expected an object/],
  ["[".repeat(20_000), /^[^\n]*within each other/],
  ["no JSON", /^[^\n]*is not JSON/],
])("a kept failure that cannot be read is passed over, and reported: %#", (text, why) => {
  const folder = freshFolder(onTestFinished)
  kept(folder)
  write(folder, "conform.bad.itf.json", text)
  const warnings: string[] = []

  const cases = namedCases("lock", folder, (warning) => warnings.push(warning))

  expect(cases).toHaveLength(1)
  expect(warnings).toEqual([expect.stringMatching(why) as string])
})

describe("a kept failure of a lock, at one of its steps,", () => {
  const shownAt = (at: number, more: { readonly json?: true; readonly out?: string } = {}) =>
    inProcess(() => show(kept(freshFolder(onTestFinished)), { color: false, at, ...more }))

  it("reports the model's state there, what is enabled, and what is refused", () => {
    const { code, stdout } = shownAt(1)

    expect(code).toBe(0)
    expect(stdout).toMatch(/^after step 1, Pause\(h1\), by the model\n[^]*^ {2}hosts\.h1\.paused true$/m)
    expect(stdout).toMatch(/^enabled\n[^]*^ {2}Resume\(h1\) +hosts\.h1\.paused true → false$[^]*^refused$/m)
    expect(stdout).toMatch(/^refused\n[^]*^ {2}TryLock\(p1\.1\): paused$/m)
  })

  it("reports the same as JSON", () => {
    expect(JSON.parse(shownAt(0, { json: true }).stdout)).toMatchObject({
      step: 0,
      action: null,
      state: { lock: { generation: 1, holder: null } },
    })
  })

  it("is refused beyond its end, and as a schedule", () => {
    expect(() => shownAt(2)).toThrow("expected a step from 0 to 1, not 2")
    expect(() => shownAt(1, { out: "next.json" })).toThrow("of the profile lock: expected --at alone")
  })
})
