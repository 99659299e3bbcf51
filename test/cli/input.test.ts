import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, it } from "vitest"
import { cluster, documentOf, freshFolder, ftpair, write } from "./ftpair.ts"

describe.concurrent("ftpair refuses a schedule, and says what, where and what it expected:", () => {
  it.for<Wrong>([
    ["an empty file", "", ["is not JSON"]],
    ["JSON that breaks off", '{ "config": {', ["is not JSON"]],
    [
      "JSON that is broken over several lines",
      '{\n  "config": none\n}\n',
      ["is not JSON: line 2, column 13: expected a value"],
    ],
    ["null", "null", ["expected an object", "not null"]],
    ["a list", "[]", ["expected an object", "not a list"]],
    ["a number beyond all numbers", "1e400", ["expected an object", "not a number that is too large"]],
    [
      "an unknown kind of action",
      withActions({ ...powerOn, kind: "PowerOnn" }),
      ["actions[0].kind", '"PowerOnn"', "did you mean PowerOn?"],
    ],
    ["a missing operand", withActions(powerOn, { kind: "Record" }), ["actions[1].copy"]],
    ["an operand of another type", withActions({ ...powerOn, host: 1 }), ["actions[0].host", "expected"]],
    ["a field too many", withActions({ ...powerOn, force: true }), ["actions[0].force", "expected"]],
    [
      "a host that is not in the cluster",
      withActions({ ...powerOn, host: "h9" }),
      ["actions[0]", "expected a host of the cluster (h1, h2), not h9"],
    ],
    [
      "a pair that is not in the cluster",
      withActions({ ...powerOn, pair: "p9" }),
      ["actions[0]", "expected a pair of the cluster (p1), not p9"],
    ],
    [
      "a link from a host to itself",
      withActions({ kind: "CutLink", hosts: ["h1", "h1"] }),
      ["actions[0]", "expected two different hosts"],
    ],
    [
      "an unknown mutant",
      { ...withActions(), mutant: "SecondarySkipLock" },
      ["mutant", '"SecondarySkipLock"', "did you mean SecondarySkipsLock?"],
    ],
  ])("%s", async ([, content, said], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "schedule.json", content)

    const { code, stdout, stderr } = await ftpair(folder, "replay", file)

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(oneLine)
    for (const words of [file, ...said]) expect(stderr).toContain(words)
  })
})

describe.concurrent("ftpair refuses a trace, and says what, where and what it expected:", () => {
  it.for<Wrong>([
    ["one of another version", traceOf({ format: "ftpair/9" }), ["#meta.format", '"ftpair/1"', '"ftpair/9"']],
    [
      "one of a format nested deeply",
      `{"#meta":{"format":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`,
      ["100 deep"],
    ],
    [
      "one of a profile that is none",
      traceOf({ profile: { toString: 1 } }),
      ["#meta.profile", "expected one of pair, lock, placement, not an object"],
    ],
    ["one without actions in its states", traceOf({}, [null, null]), ["states", "expected an action"]],
    [
      "one with a state that is none",
      traceOf({}, [null], { cut: { "#map": [5] } }),
      ["states[0]", "expected"],
    ],
  ])("%s", async ([, content, said], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "trace.itf.json", content)

    const { code, stdout, stderr } = await ftpair(folder, "show", file)

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(oneLine)
    for (const words of [file, ...said]) expect(stderr).toContain(words)
  })
})

describe.concurrent("ftpair refuses a cluster, and says what, where and what it expected:", () => {
  it.for<Wrong>([
    ["a list", "[]", ["expected an object, not a list"]],
    ["an unknown field", { ...cluster(2), colour: "red" }, ["colour", "expected"]],
    [
      "two hosts of one name",
      { ...cluster(0), hosts: [{ id: "h1" }, { id: "h1" }] },
      ["hosts", "expected different ids", "h1"],
    ],
    [
      "a rule on an unknown pair",
      { ...cluster(2), rules: [{ pairs: ["p2"], type: "must", run: "on", group: "a" }] },
      ["rules[0].pairs", "expected pairs of the cluster (p1), not p2"],
    ],
    [
      "a rule on an unknown group",
      { ...cluster(2), rules: [{ pairs: ["p1"], type: "must", run: "on", group: "nosuch" }] },
      ["rules[0].group", "expected a group that some host is in (there is none), not nosuch"],
    ],
    [
      "a bound that no run would reach",
      { ...cluster(2), bounds: { log: 1e9 } },
      ["bounds.log", "from 0 to 1,000"],
    ],
  ])("%s", async ([, content, said], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const file = write(folder, "cluster.json", content)

    const { code, stdout, stderr } = await ftpair(folder, "check", "--runs", "1", "--config", file)

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(oneLine)
    for (const words of [file, ...said]) expect(stderr).toContain(words)
  })
})

describe.concurrent("hosts by names of their own", () => {
  it.for([
    ["esx-07", "esx-08", "rack"],
    ["h9007199254740992", "h9007199254740993", "h01"],
    ["a", "a-b", "b"],
    ["default", "h10", "h1"],
  ])(
    "are distinguished, in the order of the configuration: %s, %s, %s",
    async (names, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      const [a, b, c] = names as [string, string, string]
      const actions = [
        { kind: "PowerOn", pair: "p1", host: a },
        { kind: "SpawnSecondary", copy: "p1.1", host: b },
        { kind: "CutLink", hosts: [c, b] },
        { kind: "BeginLockstep", copy: "p1.1" },
        { kind: "JoinLockstep", copy: "p1.2" },
        { kind: "FailHost", host: a },
        { kind: "Suspect", copy: "p1.2" },
        { kind: "TryLock", copy: "p1.2" },
      ]
      const config = { hosts: names.map((id) => ({ id })), pairs: [{ id: "p1" }] }
      write(folder, "story.json", { config, actions, expect: { verdict: "holds" } })

      const answer = await ftpair(folder, "replay", "--json", "story.json")
      const shown = await ftpair(folder, "show", "--width", "200", "story.json")

      expect(answer).toMatchObject({ code: 0, stderr: "" })
      const { final } = documentOf(answer) as { final: { hosts: object; cut: string[][] } }
      expect(Object.keys(final.hosts)).toEqual(names)
      expect(final.cut.map((link) => [...link].sort())).toEqual([[b, c].sort()])
      expect(shown.stdout.split("\n").find((line) => line.startsWith("step"))).toMatch(
        new RegExp(`${a} +${b} +${c}\\b`),
      )
    },
  )
})

describe.concurrent("the usual store of failures is no symbolic link, nor in one, for", () => {
  it.for([
    [".ftpair", "check --runs 1"],
    [".ftpair/failures", "check --runs 1"],
    [".ftpair/failures", "explore --hosts 2 --faults 0"],
    [".ftpair", "conform -- touch asked"],
  ] as const)("%s: %s", async ([link, line], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    mkdirSync(join(folder, "elsewhere"))
    mkdirSync(dirname(join(folder, link)), { recursive: true })
    symlinkSync(join(folder, "elsewhere"), join(folder, link))

    const answer = await ftpair(folder, ...line.split(" "))

    expect(answer).toEqual({
      code: 1,
      stdout: "",
      stderr: `ftpair: ${link}: cannot be written: expected a folder, and it is a symbolic link; --out DIR keeps failures elsewhere\n`,
    })
    expect(readdirSync(join(folder, "elsewhere"))).toEqual([])
    expect(readdirSync(folder)).not.toContain("asked")
  })
})

describe.concurrent("ftpair refuses a call, and says what it expected:", () => {
  it.for<readonly [line: string, said: readonly string[]]>([
    ["replay missing.json", ["missing.json", "cannot be read"]],
    ["replay .", [".", "cannot be read"]],
    ["replay /dev/zero", ["/dev/zero", "cannot be read"]],
    ["check --config /dev/zero", ["/dev/zero", "cannot be read"]],
    ["replay pipe", ["pipe", "cannot be read"]],
    ["check --config pipe --runs 1", ["pipe", "cannot be read"]],
    ["validate /dev/zero", ["/dev/zero", "expected a file or a pipe"]],
    ["validate --map pipe input.txt", ["pipe", "cannot be read"]],
    ["conform --recorded /dev/zero", ["/dev/zero", "cannot be read"]],
    ["conform --recorded input.txt -- true", ["--recorded", "expected no command"]],
    ["conform --recorded input.txt --smoke", ["--recorded", "expected nothing beside it", "--smoke"]],
    ["conform --recorded input.txt --timeout 1 --seed 1", ["--seed, --timeout"]],
    ["conform --scaffold python x --known-failing @k", ["--scaffold", "--known-failing"]],
    ["conform --smoke --runs 3 --json -- true", ["--smoke", "--runs, --json"]],
    ["conform --advise --time 3s -- true", ["--advise", "--time"]],
    ["conform --run input.txt -- true", ["input.txt: is not JSON: line 1, column 1"]],
    ["explore --engine model --fingerprint", ["--engine model", "--fingerprint"]],
    ["show --at 1 --steps 1..2 --pair p1 a.json", ["--at", "--pair, --steps"]],
    ["show --json --width 80 a.json", ["--json", "--width"]],
    ["validate --explain . input.txt", [".: cannot be written", "a folder"]],
    ["validate --explain pipe input.txt", ["pipe: cannot be written", "neither a file nor"]],
    ["validate --explain new/ input.txt", ["new/: cannot be written", "names a folder"]],
    ["explore --dot pipe --hosts 16", ["pipe: cannot be written"]],
    ["replay --at 0 --out . a.json", [".: cannot be written"]],
    ["show --at 0 --out pipe a.json", ["pipe: cannot be written"]],
    ["validate loop", ["loop", "ELOOP"]],
    ["validate input.txt/x", ["input.txt/x", "ENOTDIR"]],
    ["conform --record loop -- true", ["loop", "cannot be written"]],
    ["conform --record pipe -- true", ["pipe", "cannot be written"]],
    ["check --side model", ["--side model", "expected --mutant"]],
    ["conform --known-failing @pipe -- true", ["pipe", "cannot be read"]],
    ["conform --config pipe -- true", ["pipe", "cannot be read"]],
    ["replay", ["missing required argument", "files"]],
    ["show a.json b.json", ["too many arguments"]],
    ["show --format svg a.json", ["--format", "svg", "text"]],
    ["check --config missing.json", ["missing.json", "cannot be read"]],
    ["check --mutant SecondarySkipLock", ["--mutant", "did you mean SecondarySkipsLock?"]],
    ["check --property S99", ["--property", "S99", "S1 SinglePrimary"]],
    ["check --seed seven", ["--seed", "seven", "a decimal number"]],
    ["check --runs 0", ["--runs", "1 or more"]],
    ["check --time 30", ["--time", "30s, 5m or 1h"]],
    ["check --workers 0", ["--workers", "1 or more"]],
    ["check --runs 1 --out input.txt", ["input.txt"]],
    ["chekc", ["unknown command", "check"]],
    ["check --runz 3", ["unknown option", "--runs"]],
    ["help replya", ["unknown command 'replya'", "did you mean replay?", "validate"]],
    ["list", ["missing required argument", "mutants, properties, witnesses, guards, scopes"]],
    ["list mutant", ["'mutant'", "mutants, properties, witnesses, guards, scopes"]],
    ["check --out=", ["--out: expected the name of a folder, and it is empty"]],
    ["explore --dot=", ["--dot: expected the name of a file, and it is empty"]],
    ["check --config ", ["--config: expected the name of a file, and it is empty"]],
    ["conform --run= -- true", ["--run: expected", "it is empty"]],
    ["conform --known-failing @ -- true", ["--known-failing: expected the name of a file"]],
    ["conform --scaffold python ", ["expected one folder"]],
    ["replay ", ["files: expected the name of a file, and it is empty"]],
    ["show ", ["file: expected the name of a file, and it is empty"]],
    ["validate ", ["log: expected the name of a file, and it is empty"]],
    [`check --seed=${"7x".repeat(150)}`, ["--seed", "(300 characters)", "a decimal number"]],
    [`replay ${"x".repeat(300)}.json`, ["xxx … (305 characters) … x", ".json: cannot be read"]],
  ])("%s", async ([line, said], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "input.txt", "a file, where a folder is meant")
    // Nobody writes into it: whoever reads it waits for ever.
    execFileSync("mkfifo", [join(folder, "pipe")])
    symlinkSync("loop", join(folder, "loop"))

    const { code, stderr } = await ftpair(folder, ...line.split(" "))

    expect(code).toBe(1)
    expect(stderr).toMatch(oneLineAndHint)
    for (const words of said) expect(stderr).toContain(words)
  })
})

// Helpers

/** What is wrong, the content of the file, and words that the error must have. */
type Wrong = readonly [situation: string, content: unknown, said: readonly string[]]

/** One line, from ftpair, about the input: no stack, and no word of a defect. */
const oneLine = /^ftpair: (?!defect)[^\n]+\n$/

/** The same, and perhaps what was meant. */
const oneLineAndHint = /^ftpair: (?!defect)[^\n]+\n(\(Did you mean .+\?\)\n)?$/

const powerOn = { kind: "PowerOn", pair: "p1", host: "h1" }

/** A schedule in a cluster of two hosts. */
function withActions(...actions: readonly unknown[]) {
  return { config: cluster(2), actions }
}

/** A trace of one state for each action; what is wrong with it is in its `#meta` or its states. */
function traceOf(meta: object, actions: readonly unknown[] = [null, powerOn], more: object = {}) {
  return {
    "#meta": {
      format: "ftpair/1",
      tool: "ftpair",
      version: "0.1.0",
      config: cluster(2),
      mutant: null,
      property: null,
      verdict: "holds",
      found: "by hand",
      minimality: "found",
      replay: "npx ftpair replay trace.itf.json",
      ...meta,
    },
    vars: ["hosts", "cut", "pairs"],
    states: actions.map((action, index) => ({
      "#meta": { index, action },
      "mbt::actionTaken": "any",
      hosts: { "#map": [] },
      cut: { "#set": [] },
      pairs: { "#map": [] },
      ...more,
    })),
  }
}
