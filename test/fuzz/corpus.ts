import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { tmpdir } from "node:os"
import { conformWith } from "../../cli/conform/conform.ts"
import { corpusFolder, packageRoot, scenariosFolder } from "../../traces/package.ts"
import { quietly } from "./outcome.ts"
import type { Json } from "./mutate.ts"

// What is mutated: everything that the project stores, and sessions of its own adapters.

const textsIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))

const parsed = (texts: readonly string[]): readonly Json[] => texts.map((text) => JSON.parse(text) as Json)

export const schedules: readonly Json[] = parsed(textsIn(scenariosFolder, ".json"))

export const traces: readonly Json[] = parsed(textsIn(corpusFolder, ".itf.json"))

/** Configurations: those of the stories, and one with every part. */
export const configs: readonly Json[] = [
  ...schedules.map((schedule) => (schedule as { config: Json }).config),
  {
    hosts: [
      { id: "h1", ftVmsMax: 1, ftVcpusMax: 2, groups: ["a"] },
      { id: "esx-07", groups: ["a", "b"] },
      { id: "h3" },
    ],
    pairs: [
      { id: "p1", vcpus: 2, ft: "enabled", registered: { primary: "h3", secondary: "h1" } },
      { id: "p2" },
    ],
    rules: [
      { pairs: ["p1"], type: "must", run: "on", group: "a" },
      { pairs: ["p1", "p2"], type: "should", run: "not-on", group: "b", active: false },
    ],
    policy: "any",
    bounds: { log: 2, generations: 3, faults: 1, powerOffUpTo: 2, fencesUpTo: 2 },
  },
]

const lines = (text: string): Json[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Json)

/** Logs: a list of lines each. */
export const logs: readonly Json[] = textsIn(join(packageRoot, "traces", "logs"), ".ndjson").map(lines)

/** Maps for foreign logs. */
export const maps: readonly Json[] = [
  {
    t: "/t",
    action: { kind: "/action/kind", pair: "/action/pair", host: "/action/host", copy: "/action/copy" },
  },
  {
    action: {
      kind: "/event",
      kinds: { up: "PowerOn", noise: null },
      host: { from: "/where", values: { a: "h1", b: "h2" } },
    },
    state: { "/pairs/p1/power": "/power", "/pairs/p1/lock/generation": { from: "/epoch" } },
  },
]

/** A log in words of its own, for those maps. */
export const foreignLog: Json = [
  { config: { hosts: [{ id: "h1" }, { id: "h2" }], pairs: [{ id: "p1" }] } },
  { event: "noise" },
  { event: "up", where: "a", power: "on", epoch: 1 },
  { t: 3, event: "FailHost", where: "b" },
]

const adapter = (...path: readonly string[]): readonly string[] => [
  process.execPath,
  join(packageRoot, ...path),
]

const adapters = [
  adapter("dist", "conform", "adapters", "typescript", "engine.js"),
  adapter("dist", "conform", "adapters", "typescript", "placement.js"),
  [...adapter("test", "conform", "adapters", "lock.mjs"), "good", "16"],
]

/** Recorded sessions of a first try with each profile: a list of lines each. */
export const recordings = async (): Promise<readonly Json[]> => {
  const found: Json[] = []
  for (const [n, command] of adapters.entries()) {
    const file = join(tmpdir(), `ftpair-fuzz-${process.pid}-${n}.ndjson`)
    await quietly(() => conformWith(command, { smoke: true, record: file, color: false }))
    found.push(lines(readFileSync(file, "utf8")))
  }
  return found
}
