import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../model/config.ts"
import {
  conform,
  connectionOf,
  follower,
  greet,
  inProcess,
  lockProfile,
  pairProfile,
  shrink,
  starterOf,
  withGround,
  type ConformSpec,
  type Hello,
} from "../conform/api.ts"
import { packageRoot } from "../traces/package.ts"

type Manifest = {
  readonly name: string
  readonly exports: Readonly<Record<string, string>>
  readonly files: readonly string[]
}

const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as Manifest

/** The faces: what each way into the package must give, whatever else it gives. */
const faces: Readonly<Record<string, readonly string[]>> = {
  ".": ["initial", "plainConfig", "protocolOf", "step", "kinds"],
  "./properties": ["catalogue", "mutants"],
  "./check": ["campaign", "enumerate", "explore"],
  "./traces": ["minimise", "readStory", "replay", "writeTrace"],
  "./conform": [
    ...["Ask", "Answer", "Hello", "startChild", "greet", "leave", "connectionOf", "conform", "shrink"],
    ...["pairProfile", "lockProfile", "withGround", "follower", "lineReader", "AdapterFault"],
  ],
}

describe("the package", () => {
  it("has an API for each way into it, and every API is one", () => {
    const ways = Object.keys(manifest.exports).filter((way) => !/schema|package\.json/.test(way))

    expect(ways.toSorted()).toEqual(Object.keys(faces).toSorted())
  })

  it.each(Object.entries(faces))("gives what it promises by %s, with types", (way, promised) => {
    const given = namesBy(way.replace(/^\./, manifest.name))

    expect(given).toEqual(expect.arrayContaining([...promised]))
    expect(existsSync(join(packageRoot, (manifest.exports[way] ?? "").replace(/\.js$/, ".d.ts")))).toBe(true)
  })

  it("ships only folders that there are, the adapters among them", () => {
    const folders = manifest.files.filter((file) => !file.startsWith("!"))

    expect(folders.filter((folder) => !existsSync(join(packageRoot, folder)))).toEqual([])
    expect(folders).toContain("conform/adapters")
    expect(readdirSync(join(packageRoot, "conform", "adapters"))).toContain("scaffold")
  })
})

describe("what is packed", () => {
  const packed = packedFiles()

  it("is the program with its types, and nothing that only building needs", () => {
    expect(packed).toContain("dist/cli/main.js")
    expect(packed).toContain("dist/model/api.d.ts")
    expect(
      packed.filter((file) => /tsbuildinfo|\.map$|^dist\/test\/|\/generate\/|\.tmp$/.test(file)),
    ).toEqual([])
    expect(
      packed.filter(
        (file) => /\.ts$/.test(file) && !/\.d\.ts$|^conform\/adapters\/|^model\/(rules|parts)\//.test(file),
      ),
    ).toEqual([])
  })

  it("has every skeleton as it stands in the sources, and no program that was built of one", () => {
    const folder = "conform/adapters/scaffold"
    const there = readdirSync(join(packageRoot, folder), { encoding: "utf8", recursive: true })
    const sources = there.filter((file) => /\.(md|py|mjs|c|h|java)$/.test(file))

    expect(sources).toContain("c/placement/adapter.c")
    expect(packed.filter((file) => file.startsWith(`${folder}/`)).toSorted()).toEqual(
      sources.map((file) => `${folder}/${file}`).toSorted(),
    )
  })

  it.each(packed.filter((file) => file.endsWith(".md")))("%s leads only to what is packed too", (page) => {
    const targets = [
      ...readFileSync(join(packageRoot, page), "utf8").matchAll(/\]\((?!https?:)([^)#\s]+)/g),
    ].map((match) => normalize(join(dirname(page), match[1] ?? "")))

    expect(
      targets.filter(
        (target) => !packed.some((file) => file === target || file.startsWith(join(target, "/"))),
      ),
    ).toEqual([])
  })
})

describe("the API of the conformance kit", () => {
  it("drives a model that stands in for an implementation, and it conforms", async () => {
    const result = await withGround("lock", async ({ profile, caseSource }) => {
      const start = () => Promise.resolve(inProcess(profile, profile.schema, hello))
      const peer = await start()
      const connection = connectionOf(start, { peer, hello: await greet(peer) }, profile, 100)
      return conform(connection, caseSource, { ...spec, runs: 3 })
    })

    expect(result).toMatchObject({ cases: { random: 3 }, failed: [], stopped: "done" })
    expect(result.tally.taken).toBeGreaterThan(0)
  })

  it("drives a command, finds what is wrong with it, and makes that short", async () => {
    const shrunk = await withGround("lock", async ({ profile, caseSource }) => {
      const start = starterOf([process.execPath, "-e", stubborn], 60_000)
      const peer = await start()
      const connection = connectionOf(start, { peer, hello: await greet(peer) }, profile, 100)
      try {
        const { failed } = await conform(connection, caseSource, { ...spec, runs: 20 })
        const [first] = failed
        return first === undefined ? null : await shrink(connection, caseSource, first.case, first.outcome)
      } finally {
        await connection.close()
      }
    })

    expect(shrunk).toMatchObject({ minimality: "shortest", steadiness: { tag: "deterministic" } })
    expect(shrunk?.actions).toHaveLength(1)
  })

  it("follows a log, line by line", () => {
    const config = plainConfig(2, 1)
    const options = { config, observes: null, silent: [], candidatesMax: 100 }
    const log = follower("a log", pairProfile(), options)

    const first = log.take({
      number: 1,
      action: { kind: "PowerOn", pair: "p1", host: "h1" },
      state: undefined,
    })
    const second = log.take({
      number: 2,
      action: { kind: "PowerOn", pair: "p1", host: "h1" },
      state: undefined,
    })

    expect(first).toBeNull()
    expect(second).toMatchObject({ tag: "rejected", line: { number: 2 } })
  })
})

// Helpers

const hello: Omit<Hello, "seq"> = {
  ok: true,
  version: "1",
  implementation: { name: "the model", language: "TypeScript", version: "1" },
  profile: "lock",
  observes: ["hosts", "lock", "copies"],
  actions: lockProfile.kinds as Hello["actions"],
}

/** What is asked, but for how much of it. */
const spec: Omit<ConformSpec, "runs"> = {
  named: [],
  seed: "7",
  config: plainConfig(2, 1),
  isPicked: () => true,
  isKnown: () => false,
  until: Infinity,
}

/** An implementation of the arbitration that refuses everything. */
const stubborn = `
  const hello = ${JSON.stringify({ ...hello, observes: [] })}
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { seq, op } = JSON.parse(line)
    const answer = op === "hello" ? hello : op === "apply" ? { ok: true, refused: "no" } : { ok: true }
    console.log(JSON.stringify({ seq, ...answer }))
  })`

/** What `npm pack` would put into the package. */
function packedFiles(): readonly string[] {
  const [pack] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: packageRoot,
      encoding: "utf8",
    }),
  ) as readonly [{ readonly files: readonly { readonly path: string }[] }]
  return pack.files.map(({ path }) => path)
}

/** The names that a program has which imports the package by its name. */
function namesBy(name: string): readonly string[] {
  const code = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(name)}))))`
  const answer = execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: packageRoot,
    encoding: "utf8",
  })
  return JSON.parse(answer) as string[]
}
