import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { mapped } from "../../conform/log-map.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { follower } from "../../conform/validate.ts"
import { stateJsonOf } from "../../traces/state-json.ts"

const folder = mkdtempSync(join(tmpdir(), "ftpair-validate-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const cluster = { hosts: [{ id: "h1" }, { id: "h2" }, { id: "h3" }], pairs: [{ id: "p1" }] }
const protectedPair = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
  { kind: "Record", copy: "p1.1" },
] as const

describe("ftpair validate", () => {
  it("accepts the log of a failover, everything reported", () => {
    const { status, stdout } = validated(["traces/logs/failover.ndjson"])

    expect({ status, stdout }).toMatchObject({ status: 0 })
    expect(stdout).toContain("a behaviour of the model")
    expect(stdout).toContain("13 lines, 1 model state at the most at once")
  })

  it("accepts it with actions left out, if these are said to be silent, and reports where they were", () => {
    const { status, stdout } = validated(["--silent", "Ack,Deliver", "traces/logs/failover-sparse.ndjson"])

    expect(status).toBe(0)
    expect(stdout).toContain("Ack(p1.1)  (not in the log)")
  })

  it("rejects it otherwise, at the first line that cannot be, with each state and what rules it out", () => {
    const { status, stdout } = validated(["--json", "traces/logs/failover-sparse.ndjson"])
    const json = JSON.parse(stdout) as { verdict: string; line: number; frontier: { words: string }[] }

    expect(status).toBe(14)
    expect(json).toMatchObject({ verdict: "rejected", line: 8 })
    expect(json.frontier.map(({ words }) => words)).toContain(
      "the model refuses it (guard nothing), and it was taken",
    )
  })

  it("rejects a state that is not the model's, by the field", () => {
    const lines = readFileSync("traces/logs/failover.ndjson", "utf8").split("\n")
    const wrong = lines.map((line, n) => (n === 12 ? line.replace('"generation":2', '"generation":7') : line))

    const { status, stdout } = validated([written("wrong.ndjson", wrong)])

    expect(status).toBe(14)
    expect(stdout).toContain("no state fits line 13")
    expect(stdout).toMatch(/generation: the model has 2, and was shown 7/)
  })

  it("holds a log to what its first line says that it observes", () => {
    const header = { config: cluster, observes: ["pairs.*.copies.*.phase"] }
    const log = [header, { action: protectedPair[0], state: { pairs: { p1: { copies: {} } } } }]

    const { status, stdout } = validated([written("observes.ndjson", log)])

    expect({ status, stdout }).toMatchObject({ status: 14 })
    expect(stdout).toContain("no state fits line 2")
  })

  it("takes the flags rather than what its first line says", () => {
    const header = {
      config: { hosts: [{ id: "h1" }], pairs: [{ id: "p1" }] },
      profile: "lock",
      observes: ["lock"],
      silent: ["Contend"],
    }
    const shown = {
      pairs: { p1: { copies: { "p1.1": { phase: "lockstep" }, "p1.2": { phase: "lockstep" } } } },
    }
    const log = written("header.ndjson", [
      header,
      { action: protectedPair[0] },
      { action: { kind: "SpawnSecondary", copy: "p1.1", host: "h2" } },
      { state: shown },
    ])
    const explained = join(folder, "header.json")
    const flags = ["--profile", "pair", "--config", written("header.cluster.json", [cluster])]
    const phases = ["--observes", "pairs.*.copies.*.phase", "--explain", explained]

    const all = validated([...flags, ...phases, "--silent", "BeginLockstep,JoinLockstep", log])
    const some = validated([...flags, ...phases, "--silent", "BeginLockstep", log])

    expect(all).toMatchObject({ status: 0, stderr: expect.stringContaining("wrote ") as string })
    expect(some).toMatchObject({ status: 14, stderr: "" })
    expect((JSON.parse(readFileSync(explained, "utf8")) as { actions: unknown }).actions).toEqual(
      protectedPair.slice(0, 4),
    )
  })

  it("takes an operand that was not logged for any", () => {
    const log = [{ config: cluster }, ...[...protectedPair].map((action) => ({ action }))].map((line, n) =>
      n === 2 ? { action: { kind: "SpawnSecondary" } } : line,
    )
    const explained = join(folder, "explained.json")

    const { status, stdout } = validated(["--explain", explained, written("open.ndjson", log)])

    expect({ status, stdout }).toMatchObject({ status: 0 })
    expect(stdout).toContain("2 model states at the most")
    expect(JSON.parse(readFileSync(explained, "utf8"))).toMatchObject({ actions: { length: 5 } })
  })

  it("gives up where too many states fit, and says so", () => {
    const log = [{ config: cluster, silent: ["Record"] }, { action: protectedPair[0] }, { state: {} }]

    const { status, stdout } = validated(["--candidates", "50", written("many.ndjson", log)])

    expect(status).toBe(20)
    expect(stdout).toContain("inconclusive at line 3: too many fit, more than 50 model states")
  })

  it("reads a foreign log by a map", () => {
    const map = {
      action: {
        kind: "/event",
        kinds: { boot: "PowerOn", noise: null },
        pair: { from: "/vm", values: { web: "p1" } },
        host: { from: "/node", values: { esx1: "h1" } },
      },
      state: { "/pairs/p1/lock/generation": "/lock/epoch" },
    }
    const log = [
      { event: "noise", vm: "db" },
      { event: "boot", vm: "web", node: "esx1", lock: { epoch: 1 } },
      { lock: { epoch: 2 } },
    ]
    const config = written("cluster.json", [cluster])
    const flags = ["--config", config, "--map", written("map.json", [map]), written("foreign.ndjson", log)]

    const { status, stdout } = validated(flags)

    expect(status).toBe(14)
    expect(stdout).toContain("no state fits line 3")
    expect(stdout).toContain("pairs.p1.lock.generation: the model has 1, and was shown 2")
  })

  it.each([
    ["no cluster", [{ action: protectedPair[0] }], "which cluster?"],
    ["an unknown kind", [{ config: cluster }, { action: { kind: "PowerOnn" } }], "did you mean PowerOn?"],
    [
      "an unknown part",
      [{ config: cluster }, { acton: 1 }],
      "line 2: expected t, action or state, not acton",
    ],
    ["an unknown field", [{ config: cluster }, { state: { host: {} } }], "state.host"],
    ["a line that is no JSON", [{ config: cluster }, "{"], "line 2: is not JSON"],
    ["nothing", [], "it is empty"],
  ])("ends with one line and exit code 1 for %s", (name, lines, message) => {
    const { status, stderr } = validated([written(`${name}.ndjson`, lines)])

    expect(status).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })
})

describe("a log that is followed", () => {
  const options = { config: plainConfig(3, 1), observes: null, silent: [], candidatesMax: 10 }
  const booted = { number: 2, action: protectedPair[0], state: { pairs: { p1: { copies: {} } } } }

  it("is held to no bounds, whatever those of its cluster are", () => {
    const config = plainConfig(3, 1, { faults: 0, log: 0, generations: 1 })
    const log = follower("the log", pairProfile(), { ...options, config })

    expect(log.take({ number: 2, action: { kind: "FailHost", host: "h3" }, state: undefined })).toBeNull()
    expect(log.end()).toMatchObject({ tag: "accepted" })
  })

  it("is followed by every model state that fits, however many these are", () => {
    const hosts = 12
    const log = follower("the log", pairProfile(), {
      ...options,
      config: plainConfig(hosts, 1),
      candidatesMax: 100,
    })
    const lines = [
      { action: protectedPair[0], state: undefined },
      { action: { kind: "SpawnSecondary", copy: "p1.1" }, state: undefined },
      { action: null, state: { pairs: { p1: { copies: { "p1.2": { host: `h${hosts}` } } } } } },
    ]

    expect(lines.map((line, n) => log.take({ number: n + 2, ...line }))).toEqual([null, null, null])
    expect(log.end()).toMatchObject({ tag: "accepted", most: hosts - 1 })
  })

  it("shows everything that it says it observes, and else what it likes", () => {
    const strict = follower("the log", pairProfile(), { ...options, observes: ["pairs.*.copies.*.phase"] })

    expect(follower("the log", pairProfile(), options).take(booted)).toBeNull()
    expect(strict.take(booted)).toMatchObject({
      tag: "rejected",
      frontier: [{ why: { tag: "differs", at: "pairs.p1.copies.p1.1" } }],
    })
  })
})

describe("a map of a foreign log", () => {
  it("leaves out what is not there, and takes a kind that it does not name as it is", () => {
    expect(mapped({ action: { kind: "/e", host: "/h" } }, { e: "FailHost" })).toEqual({
      action: { kind: "FailHost" },
    })
    expect(mapped({ state: { "/pairs/p1/copies/p1.1/role": "/r" } }, { r: "primary" })).toEqual({
      state: { pairs: { p1: { copies: { "p1.1": { role: "primary" } } } } },
    })
  })

  it("leaves out an operand whose word means nothing here, so that one field may name a pair or a copy", () => {
    const pair = { from: "/vm", values: { web: "p1", "web-a": null } }
    const copy = { from: "/vm", values: { web: null, "web-a": "p1.1" } }
    const map = { action: { kind: "/e", pair, copy }, state: { "/lock/holder": copy } }

    expect(mapped(map, { e: "PowerOff", vm: "web" })).toEqual({
      action: { kind: "PowerOff", pair: "p1" },
      state: { lock: { holder: null } },
    })
    expect(mapped(map, { e: "Suspect", vm: "web-a" })).toEqual({
      action: { kind: "Suspect", copy: "p1.1" },
      state: { lock: { holder: "p1.1" } },
    })
    expect(mapped(map, { e: "FailHost", vm: null })).toEqual({
      action: { kind: "FailHost" },
      state: { lock: { holder: null } },
    })
  })

  const lockOfTwo = {
    config: { hosts: [{ id: "h1" }, { id: "h2" }], pairs: [{ id: "p1" }] },
    profile: "lock",
  }

  it.each([
    ["lacks", { kind: "/e", copy: "/vm", host: "/node" }, "at action.host: unknown key", '"host":"h1"}'],
    ["must have", { kind: "/e" }, "at action.copy: expected a copy", '{"kind":"TryLock"}'],
  ])("reports an operand that the kind %s, and what the map has made", (name, action, wrong, made) => {
    const map = written(`${name}.map.json`, [{ action }])
    const log = written(`${name}.ndjson`, [lockOfTwo, { e: "TryLock", vm: "p1.1", node: "h1" }])

    const { status, stderr } = validated(["--map", map, log])

    expect(status).toBe(1)
    expect(stderr).toContain(`line 2: ${wrong}`)
    expect(stderr).toContain(`; by ${map} the action is `)
    expect(stderr.trimEnd().endsWith(made)).toBe(true)
  })

  it("is vacuous, in one message, where its states do not fit and its kind is nowhere", () => {
    const map = written("kind.map.json", [{ action: { kind: "/evnt" }, state: { "/lock/generation": "/n" } }])
    const log = written("kind.ndjson", [lockOfTwo, { e: "TryLock", n: 1 }, { e: "TryLock", n: 2 }])

    const { status, stdout } = validated(["--map", map, log])
    const document = validated(["--map", map, log, "--json"])

    expect([status, document.status]).toEqual([15, 15])
    expect(JSON.parse(document.stdout)).toMatchObject({ verdict: "vacuous", line: 3, unmet: ["/evnt"] })
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringContaining("vacuous: no line up to 3 has anything at /evnt") as string,
    ])
  })
})

// Helpers

function validated(words: readonly string[]) {
  return spawnSync(process.execPath, [resolve("dist/cli/main.js"), "validate", ...words], {
    encoding: "utf8",
  })
}

function written(name: string, lines: readonly unknown[]): string {
  const file = join(folder, name)
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)))
  writeFileSync(file, texts.map((text) => `${text}\n`).join(""))
  return file
}

// That the fixtures are runs of the model at all.
it("begins with a pair that the model protects", () => {
  const protocol = protocolOf(plainConfig(3, 1))
  let state = initial(protocol.config)
  for (const action of protectedPair) {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "next") state = outcome.state
  }

  expect(stateJsonOf(state).pairs["p1"]?.state).toBe("running")
})
