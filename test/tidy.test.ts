import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { describe, expect, it } from "vitest"
import { unusedExports } from "./exports.ts"

/** Imports point one way: a layer may use itself and whatever stands before it. */
const layers = ["model", "impl", "properties", "traces", "conform", "cli"]

/**
 * What an implementation, and what judges its states, may take from the model by value; the rest as types, or the model
 * is compared with itself.
 */
const vocabulary = ["model/ids.ts", "model/config.ts", "model/action.ts", "model/guard-id.ts"]

/** The ways into the package and its programs: what these export is for others. */
const entries = [
  "model/api.ts",
  "impl/placement/fleet.ts",
  "properties/api.ts",
  "properties/check/api.ts",
  "traces/api.ts",
  "conform/api.ts",
  "cli/main.ts",
]

/** Where parts of the protocol are put on the core: its table, its words, and the formats of its words; and where they are broken. */
const partsMeet = [
  "model/core.ts",
  "model/action.ts",
  "model/guard-id.ts",
  "model/refusals.ts",
  "model/fields.ts",
  "model/state.ts",
  "impl/engine/engine.ts",
  "impl/engine/layout.ts",
  "impl/engine/mutations/time.ts",
  "traces/schema.ts",
  "traces/config.ts",
  "traces/diff.ts",
]

/** Names under which anything could stand. */
const bannedNames = ["utils", "util", "helpers", "common", "misc", "index"]

describe("tidy", () => {
  it.each(sources())("%s imports only from its own layer and those before it", (file) => {
    const allowed = layers.slice(0, layers.indexOf(layerOf(file)) + 1)

    const strangers = importsOf(file).filter(({ target }) => !allowed.includes(layerOf(target)))

    expect(strangers).toEqual([])
  })

  it.each([
    'import { part } from "../test/part.ts"',
    'import {\n  part,\n} from "../test/part.ts"',
    'import type { Part } from "../test/part.ts"',
    'import "../test/part.ts"',
    'export { part } from "../test/part.ts"',
    'export * from "../test/part.ts"',
    'const { part } = await import("../test/part.ts")',
    'type Part = import("../test/part.ts").Part',
  ])("sees that a file imports another: %j", (text) => {
    expect(importsOf("model/rule.ts", text).map(({ target }) => target)).toEqual(["test/part.ts"])
  })

  it("has no circle of imports, of types neither", () => {
    const imports = new Map(sources().map((file) => [file, importsOf(file).map(({ target }) => target)]))

    expect(circlesIn(imports)).toEqual([])
    expect(circlesIn(new Map(Object.entries({ a: ["b"], b: ["c", "d"], c: ["a"], d: [] })))).toEqual([
      ["a", "b", "c"],
    ])
  })

  it("takes from the model into an implementation only words and types", () => {
    const values = sources()
      .filter((file) => layerOf(file) === "impl" || file.startsWith("properties/packed/"))
      .flatMap((file) => importsOf(file).map((imported) => ({ file, ...imported })))
      .filter(({ target, isType }) => layerOf(target) === "model" && !isType && !vocabulary.includes(target))

    expect(values).toEqual([])
  })

  it.each(sources().filter((file) => layerOf(file) === "model"))(
    "%s depends on ts-pattern at most",
    (file) => {
      const packages = [
        ...readFileSync(file, "utf8").matchAll(/^(?:import|export|\}) .*from "([^."][^"]*)"/gm),
      ].map((match) => match[1])

      expect(packages.filter((name) => name !== "ts-pattern")).toEqual([])
    },
  )

  it("asks for parts of the protocol only where they are put on the core", () => {
    const files = sources().map((file) => ({ file, imports: importsOf(file).map(({ target }) => target) }))

    expect(partsAskedFor(files)).toEqual([])
    expect(
      partsAskedFor([{ file: "model/rules/logging.ts", imports: ["model/parts/words.ts"] }]),
    ).toHaveLength(1)
  })

  it("has no file that nobody uses", () => {
    const startedByName = [
      "properties/check/engine-worker.ts",
      "properties/check/model-worker.ts",
      "properties/explore/sweep-worker.ts",
      "conform/adapters/typescript/engine.ts",
      "conform/adapters/typescript/placement.ts",
      "traces/generate/corpus.ts",
      "conform/generate/schemas.ts",
    ]
    const used = new Set(sources().flatMap((file) => importsOf(file).map(({ target }) => target)))

    const unused = sources().filter(
      (file) => !used.has(file) && ![...entries, ...startedByName].includes(file),
    )

    expect(unused).toEqual([])
  })

  it("exports nothing that no other file imports", () => {
    const files = [...sources(), ...filesBelow("test").filter((file) => file.endsWith(".ts"))]

    expect(unusedExports(files, [...entries, "test/built.ts"])).toEqual([])
  })

  it("makes no folder by what never ends below /proc", () => {
    const endless = sources().filter((file) => /mkdir\w*\([^)]*recursive/.test(readFileSync(file, "utf8")))

    expect(endless).toEqual(["conform/generate/schemas.ts"])
  })

  it("names no file for what it could be anything of", () => {
    const nameless = sources().filter((file) => bannedNames.some((name) => file.endsWith(`/${name}.ts`)))

    expect(nameless).toEqual([])
  })

  it.each([
    ["the sources", sources(), 400],
    ["the tests", filesBelow("test").filter((file) => file.endsWith(".ts")), 500],
  ])(
    "keeps every file of %s to one noun, and to no more lines than it may have",
    (_where, files, linesMax) => {
      const long = files.filter((file) => readFileSync(file, "utf8").trimEnd().split("\n").length > linesMax)

      expect(long).toEqual([])
    },
  )
})

// Helpers

/** Imports of parts of the protocol by files that should not know of any. */
function partsAskedFor(
  files: readonly { readonly file: string; readonly imports: readonly string[] }[],
): readonly string[] {
  const isPart = (file: string): boolean => /^(model|impl\/engine)\/parts\//.test(file)
  return files
    .filter(({ file }) => !isPart(file) && !partsMeet.includes(file))
    .flatMap(({ file, imports }) => imports.filter(isPart).map((target) => `${file}: ${target}`))
}

/** The files that import each other, directly or by others: each circle once, in the order in which it was met. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const circles: string[][] = []
  const done = new Set<string>()
  const follow = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) circles.push(path.slice(start))
    if (start >= 0 || done.has(file)) return
    for (const target of imports.get(file) ?? []) follow(target, [...path, file])
    done.add(file)
  }
  for (const file of imports.keys()) follow(file, [])
  return circles
}

function sources(): readonly string[] {
  return layers.flatMap(filesBelow).filter((file) => file.endsWith(".ts"))
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => normalize(join(entry.parentPath, entry.name)))
      .filter((file) => !file.includes("node_modules"))
  } catch {
    return []
  }
}

function layerOf(file: string): string {
  return file.split("/")[0] ?? ""
}

function importsOf(
  file: string,
  text = readFileSync(file, "utf8"),
): readonly { readonly target: string; readonly isType: boolean }[] {
  const statically = [...text.matchAll(/(import|export)( type)? (?:[^"]*?from )?"(\.[^"]+)"/g)]
  const lazily = [...text.matchAll(/(import)()\("(\.[^"]+)"\)/g)]
  return [...statically, ...lazily].map((match) => ({
    target: normalize(join(dirname(file), match[3] ?? "")),
    isType: match[2] === " type",
  }))
}
