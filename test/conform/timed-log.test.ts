import { spawnSync } from "node:child_process"
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import * as fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import type { Action } from "../../model/action.ts"
import { timedKinds } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { successors } from "../../model/step.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { firstCandidates, type Watch } from "../../conform/candidates.ts"
import { value, type Json } from "../../conform/observation.ts"
import { passed } from "../../conform/passing.ts"
import { follower, type Validation } from "../../conform/validate.ts"
import type { LogLine } from "../../conform/log.ts"
import { jsonOfConfig } from "../../traces/config.ts"
import { readStory } from "../../traces/read.ts"
import { reach } from "../fixtures.ts"
import { base, byRole, guarded, inexact, timedIn } from "../parts/time/clusters.ts"

// Logs whose lines say when they were written, against the clocks. In these a tick has 100 ms.

const folder = mkdtempSync(join(tmpdir(), "ftpair-timed-log-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const config = timedIn(guarded, { faults: 3 })

/** A pair that is protected, and loses its Primary's host 2 s after the log began. */
const untilFault: readonly Moment[] = [
  [1000, { kind: "PowerOn", pair: "p1", host: "h1" }],
  [1050, { kind: "SpawnSecondary", copy: "p1.1", host: "h2" }],
  [1120, { kind: "BeginLockstep", copy: "p1.1" }],
  [1140, { kind: "JoinLockstep", copy: "p1.2" }],
  [3000, { kind: "FailHost", host: "h1" }],
]
const suspect = { kind: "Suspect", copy: "p1.2" } as const
const tryLock = { kind: "TryLock", copy: "p1.2" } as const

describe("a log that says when its lines were written", () => {
  it.each([
    ["in time", 230, 700],
    ["as early as may be", 200, 600],
    ["as late as may be", 200, 700],
    ["anywhere between two ticks", 299, 799],
  ])("is accepted where all is done %s", (_, suspected, tried) => {
    const after = later([
      [suspected, suspect],
      [tried, tryLock],
    ])

    expect(verdictOn(config, [...untilFault, ...after]).tag).toBe("accepted")
  })

  it("took longer than its configuration allows where something due is not done, which it names", () => {
    const late = verdictOn(config, [...untilFault, ...later([[301, suspect]])])
    const never = verdictOn(config, [...untilFault, ...later([[301, null]])])
    const lockLate = verdictOn(config, [
      ...untilFault,
      ...later([
        [200, suspect],
        [801, tryLock],
      ]),
    ])

    expect(late).toMatchObject({ tag: "overdue", line: { number: 6 }, frontier: [{ possible: [suspect] }] })
    expect(never).toMatchObject({ tag: "overdue", line: { number: 6 } })
    expect(lockLate).toMatchObject({
      tag: "overdue",
      line: { number: 7 },
      frontier: [{ possible: [tryLock] }],
    })
  })

  it("is rejected where something is done too early", () => {
    const early = verdictOn(config, [...untilFault, ...later([[100, suspect]])])
    const lockEarly = verdictOn(config, [
      ...untilFault,
      ...later([
        [200, suspect],
        [500, tryLock],
      ]),
    ])

    expect(early).toMatchObject({ tag: "rejected", frontier: [{ why: { guard: "early" } }] })
    expect(lockEarly).toMatchObject({ tag: "rejected", line: { number: 7 } })
  })

  it("is followed through silent actions between its ticks", () => {
    const lines = [...untilFault, ...later([[700, tryLock]])]

    expect(verdictOn(config, lines, ["Suspect"])).toMatchObject({ tag: "accepted" })
    expect(verdictOn(config, [...untilFault, ...later([[500, tryLock]])], ["Suspect"]).tag).toBe("rejected")
    expect(verdictOn(config, [...untilFault, ...later([[900, tryLock]])], ["Suspect"]).tag).toBe("overdue")
  })

  it("may go on for years where nothing is due, and costs no more for it", () => {
    const years: Moment = [1e14, null]

    expect(verdictOn(config, [...untilFault.slice(0, 4), years]).tag).toBe("accepted")
    expect(verdictOn(config, [...untilFault, years]).tag).toBe("overdue")
  })

  it("is inconclusive where too much may happen unseen while time passes", () => {
    const far = { least: 1e9, most: 1e9 }
    const [start] = firstCandidates(neverAtRest)

    const passing = passed(neverAtRest, start === undefined ? [] : [start], far)

    expect(passing).toEqual({ tag: "beyond", size: 500_000, by: "ticks" })
  })

  it("may have a long time in which much may happen unseen, and the same all the while", () => {
    const lines: readonly Moment[] = [...untilFault.slice(0, 4), [3_600_000, null]]

    expect(verdictOn(config, lines, ["CutLink", "HealLink"]).tag).toBe("accepted")
  })

  it("may begin when much has happened silently, which took its time", () => {
    const silent = [...untilFault, [0, suspect] as const, [0, tryLock] as const].map(
      ([, action]) => action?.kind,
    )

    const shown = { pairs: { p1: { lock: { generation: 2 } } } }

    expect(verdictOn(config, [[0, null, shown]], silent as readonly string[]).tag).toBe("accepted")
  })

  it("has a run that explains it, with the ticks", () => {
    const lines = [
      ...untilFault,
      ...later([
        [230, suspect],
        [700, tryLock],
      ]),
    ]
    const verdict = verdictOn(config, lines)

    const actions =
      verdict.tag === "accepted" ? verdict.run.map(({ action }) => action as unknown as Action) : []
    const kinds = actions.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind !== "Tick")).toEqual(lines.map(([, action]) => action?.kind))
    const sinceFault = kinds.slice(kinds.indexOf("FailHost")).filter((kind) => kind === "Tick")
    expect([6, 7]).toContain(sinceFault.length)
  })

  it("may be any run of the model, written down at moments that are rounded to its ticks", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(base, guarded, byRole, inexact, { ...base, delayMax: 2 }),
        fc.array(fc.nat(0xffff), { minLength: 5, maxLength: 60 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
          minLength: 60,
          maxLength: 60,
        }),
        (time, choices, jitters) => {
          const timed = timedIn(time, { faults: 3, log: 2 })
          const powerOn: Moment = [0, { kind: "PowerOn", pair: "p1", host: "h1" }]
          expect(verdictOn(timed, [powerOn, ...momentsOf(timed, choices, jitters)]).tag).toBe("accepted")
        },
      ),
      { numRuns: 200 },
    )
  })

  it("is no run of a mutant of time, which is found by what it does too early, or not in time", () => {
    const found = readdirSync("traces/corpus").flatMap((file) => {
      const story = readStory(join("traces/corpus", file))
      return story.config.time === undefined ? [] : [[story.mutant, loggedVerdict(story)] as const]
    })

    const accepted = found.filter(([, verdict]) => verdict === "accepted")
    expect(found.length).toBeGreaterThanOrEqual(36)
    // Time stands still there, and the log ends.
    expect(accepted.map(([mutant]) => mutant)).toEqual(["DeadlineBeforeDelay"])
  })
})

describe("ftpair validate, of a log with times", () => {
  it("says how long it took, and keeps the run that explains it", () => {
    const explained = join(folder, "explained.json")
    const file = written("in-time", [
      ...untilFault,
      ...later([
        [230, suspect],
        [700, tryLock],
      ]),
    ])

    const { status, stdout } = ftpair("validate", file, "--explain", explained)

    expect(status).toBe(0)
    expect(stdout).toContain("7 lines, 27 ticks, 2.7 s, ")
    expect(ftpair("replay", explained).status).toBe(0)
  })

  it("says that it took longer than its configuration allows, and by what", () => {
    const file = written("late", [...untilFault, ...later([[430, suspect]])])

    const { status, stdout } = ftpair("validate", file)
    const json = JSON.parse(ftpair("validate", "--json", file).stdout) as unknown

    expect(status).toBe(14)
    expect(stdout).toContain("this log took longer than its configuration allows, before line 7")
    expect(stdout).toContain(
      "after 22 ticks, 2.2 s, something is due, and the log goes on without it; possible then: Suspect(p1.2)",
    )
    expect(json).toMatchObject({ verdict: "rejected", line: 7, frontier: [{ tag: "overdue", after: 22 }] })
  })

  it("is vacuous where time could have passed and nothing says whether it has", () => {
    const lines = untilFault.map(([, action]) => JSON.stringify({ action }))
    const file = join(folder, "untold.ndjson")
    writeFileSync(file, [JSON.stringify({ config: jsonOfConfig(config) }), ...lines].join("\n"))

    const { status, stdout } = ftpair("validate", file)

    expect(status).toBe(15)
    expect(stdout).toContain("vacuous: a behaviour of the model, if no time has passed")
    appendFileSync(file, `\n${JSON.stringify({ action: suspect })}`)
    const early = ftpair("validate", "--json", file)
    expect([early.status, JSON.parse(early.stdout)]).toMatchObject([15, { verdict: "vacuous", line: 7 }])
    expect(ftpair("validate", "--silent", "Tick", file).status).toBe(0)
  })

  it("reads t by a map, and is vacuous where no line has it", () => {
    const map = (t: string): string => {
      const file = join(folder, "map.json")
      writeFileSync(
        file,
        JSON.stringify({ t, action: { kind: "/e", pair: "/pair", host: "/host", copy: "/copy" } }),
      )
      return file
    }
    const lines = [...untilFault, ...later([[430, suspect]])].map(([ms, action]) =>
      JSON.stringify({ at: { ms }, e: action?.kind, ...action }),
    )
    const file = join(folder, "mapped.ndjson")
    writeFileSync(file, [JSON.stringify({ config: jsonOfConfig(config) }), ...lines].join("\n"))

    expect(ftpair("validate", file, "--map", map("/at/ms")).stdout).toContain("took longer than")
    const untold = ftpair("validate", file, "--map", map("/at/s"))
    expect(untold).toMatchObject({ status: 15 })
    expect(untold.stdout).toContain("vacuous: what line 7 says is too early, if no time has passed")
  })

  it("hears of the time by lines that a map passes over", () => {
    const map = join(folder, "passing.json")
    const operands = { pair: "/pair", host: "/host", copy: "/copy" }
    const action = { kind: "/e", kinds: { heartbeat: null }, ...operands }
    writeFileSync(map, JSON.stringify({ t: "/ms", action }))
    const lines = untilFault.map(([ms, each]) => ({ ms, e: each?.kind, ...each, kind: undefined }))
    const file = join(folder, "passing.ndjson")
    const all = [{ config: jsonOfConfig(config) }, ...lines, { ms: 3600, e: "heartbeat" }]
    writeFileSync(file, all.map((each) => JSON.stringify(each)).join("\n"))

    const { status, stdout } = ftpair("validate", file, "--map", map)

    expect(status).toBe(14)
    expect(stdout).toContain("took longer than its configuration allows, before line 7")
  })

  it.each([
    ["a word", { t: "12:00" }, 'line 3: at t: expected milliseconds, a number, not "12:00"'],
    ["beyond all numbers", '{"t":1e400}', "line 3: at t: expected milliseconds, a number, not Infinity"],
    ["too far away", { t: 1e300 }, "line 3: at t: expected fewer than 9007199254740991 ticks"],
    [
      "earlier than the line before",
      { t: 999 },
      "line 3: at t: expected at least 1000, as on the line before it",
    ],
    ["not there", {}, "line 3: expected t, as on the lines before it"],
    [
      "there for a Tick",
      { t: 1100, action: { kind: "Tick" } },
      "line 3: at action: expected no Tick: t says how time passes",
    ],
  ])("is no log where t is %s", (name, line, message) => {
    const file = join(folder, `${name.replaceAll(" ", "-")}.ndjson`)
    const first = { t: 1000, action: untilFault[0]?.[1] }
    writeFileSync(
      file,
      [{ config: jsonOfConfig(config) }, first, line]
        .map((each) => (typeof each === "string" ? each : JSON.stringify(each)))
        .join("\n"),
    )

    const { status, stderr } = ftpair("validate", file)

    expect(status).toBe(1)
    expect(stderr).toContain(message)
  })

  it("reads nothing from t where no time passes, whatever it says", () => {
    const file = join(folder, "timeless.ndjson")
    const timeless = jsonOfConfig(plainConfig(3, 1))
    const lines = untilFault.map(([, action], n) => ({ t: n % 2 === 0 ? "noon" : -n, action }))
    writeFileSync(file, [{ config: timeless }, ...lines].map((each) => JSON.stringify(each)).join("\n"))

    expect(ftpair("validate", file).status).toBe(0)
  })
})

// Helpers

/** What goes to and fro with each tick. */
const neverAtRest: Watch<number> = {
  profile: {
    name: "pair",
    kinds: ["Tick"],
    schema: value,
    initial: () => 0,
    step: (_config, state) => ({ tag: "next", state: 1 - state }),
    matching: (_config, _state, action) => [action],
    enabled: () => [],
    view: (state) => state,
    key: String,
    changes: () => [],
    mayRefuse: () => true,
    refusal: () => "",
    background: () => [],
  },
  config,
  schema: value,
  strictly: false,
  silent: new Set(),
  candidatesMax: 10,
  timed: true,
}

type Moment = readonly [t: number, action: Action | null, state?: Json]

/** Moments after the fault. */
function later(moments: readonly Moment[]): readonly Moment[] {
  return moments.map(([t, action]) => [t + 3000, action])
}

function verdictOn(
  cluster: Config,
  moments: readonly Moment[],
  silent: readonly string[] = [],
): Validation<unknown> {
  const log = follower("the log", pairProfile(), {
    config: cluster,
    observes: null,
    silent,
    candidatesMax: 5000,
  })
  for (const [n, [t, action, state]] of moments.entries()) {
    const line = { number: n + 1, t, action: action as LogLine["action"], state }
    const wrong = log.take(line)
    if (wrong !== null) return wrong
  }
  return log.end()
}

/** A run that some numbers choose, one tick in two actions; each action less than a tick from where its ticks are. */
function momentsOf(
  cluster: Config,
  choices: readonly number[],
  jitters: readonly number[],
): readonly Moment[] {
  const protocol = protocolOf(cluster)
  const kinds = timedKinds.filter((kind) => kind !== "Tick")
  const moments: Moment[] = []
  let state = reach(cluster, "PowerOn(p1,h1)")
  let ticks = 0
  let last = 0
  for (const [n, choice] of choices.entries()) {
    const ticked = successors(protocol, state, ["Tick"])
    const among = ticked.length > 0 && choice % 2 === 0 ? ticked : successors(protocol, state, kinds)
    const next = among[(choice >> 1) % among.length]
    if (next === undefined) continue
    state = next.state
    if (next.action.kind === "Tick") ticks += 1
    else {
      // From almost a tick before, to almost a tick after.
      last = Math.max(last, (ticks - 0.99 + 1.98 * (jitters[n] as number)) * 100, 0)
      moments.push([last, next.action])
    }
  }
  return moments
}

function loggedVerdict({ config: cluster, actions }: ReturnType<typeof readStory>): string {
  const moments: Moment[] = []
  let t = 0
  for (const action of actions)
    if (action.kind === "Tick") t += 100
    else moments.push([t, action])
  return verdictOn(cluster, [...moments, [t, null]]).tag
}

function written(name: string, moments: readonly Moment[]): string {
  const file = join(folder, `${name}.ndjson`)
  const lines = moments.map(([t, action]) => ({ t, action }))
  writeFileSync(
    file,
    [{ config: jsonOfConfig(config) }, ...lines].map((line) => JSON.stringify(line)).join("\n"),
  )
  return file
}

function ftpair(...words: readonly string[]) {
  return spawnSync(process.execPath, [resolve("dist/cli/main.js"), ...words], { encoding: "utf8" })
}
