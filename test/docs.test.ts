import { spawnSync } from "node:child_process"
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import * as Schema from "effect/Schema"
import { format, resolveConfig } from "prettier"
import ts from "typescript"
import { coreScope } from "../properties/mutants/mutant.ts"
import { configOf } from "../traces/config.ts"
import { misfit, pathsOf } from "../conform/observation.ts"
import { messages, stateExample, stateWords, wireReference } from "../conform/registry.ts"
import { stateSchema } from "../conform/state-schema.ts"
import { Answer, Ask } from "../conform/wire.ts"
import { jsonSchemas } from "../conform/json-schemas.ts"
import { packageRoot } from "../traces/package.ts"
import { withoutHeartbeats } from "./cli/ftpair.ts"

const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...markdownBelow("docs")]

// A reader's folder: the commands write their failures here, and find the project's files by their own names.
const folder = mkdtempSync(join(tmpdir(), "ftpair-docs-"))
for (const room of ["traces", "conform"]) symlinkSync(resolve(room), join(folder, room))
const exampleConfig = /```json\n([\s\S]*?)```/.exec(readFileSync("docs/configuration.md", "utf8"))?.[1] ?? ""
writeFileSync(join(folder, "cluster.json"), exampleConfig)
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe("the commands in the documentation", () => {
  it.each(commands())("$page: $command", ({ command }) => {
    const [, ...words] = command.split(" ").slice(1)

    const { status, stderr } = spawnSync(process.execPath, [resolve("dist/cli/main.js"), ...words], {
      cwd: folder,
      encoding: "utf8",
    })

    expect({ status, stderr: withoutHeartbeats(stderr) }).toEqual({
      status: expectedStatus(words),
      stderr: "",
    })
  })

  it("begin with the two that a fresh machine needs, and continuous integration runs both", () => {
    const readme = readFileSync("README.md", "utf8")
    const ci = readFileSync(".ci/run", "utf8")

    expect(readme).toContain("npm ci && npx ftpair check\n")
    expect(readme).toContain("npm ci && npm test\n")
    for (const step of ["npm ci", "npx ftpair check", "npm test"]) expect(ci).toContain(step)
  })

  it.each(pages)("%s names only scripts that exist", (page) => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>
    }
    const named = [...readFileSync(page, "utf8").matchAll(/npm run ([a-z:]+)/g)].map(
      (match) => match[1] ?? "",
    )

    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

describe("the transcripts in the documentation", () => {
  it.each(transcripts())("$page: $command", ({ command, output }) => {
    const words = command.split(" ").slice(2)
    const fresh = mkdtempSync(join(tmpdir(), "ftpair-transcript-"))
    for (const room of ["traces", "conform"]) symlinkSync(resolve(room), join(fresh, room))

    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("dist/cli/main.js"), ...words], {
      cwd: fresh,
      encoding: "utf8",
    })
    rmSync(fresh, { recursive: true })

    expect(status).toBe(expectedStatus(words))
    expect(withoutHeartbeats(stderr)).toMatch(/^(?:ftpair: wrote .*\n)*$/)
    if (output.includes("…")) expect(timeless(stdout)).toMatch(sample(timeless(output)))
    else expect(timeless(stdout)).toBe(timeless(output))
  })
})

describe("the programs in the documentation", () => {
  it.each(programs())("$page: $title: prints what the page shows", ({ code, output }) => {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { ...strictest, module: ts.ModuleKind.ESNext },
    })

    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", outputText], {
      cwd: packageRoot,
      encoding: "utf8",
    })

    expect({ stdout, stderr }).toEqual({ stdout: output, stderr: "" })
  })

  it("are well typed, by the declarations that the package ships", () => {
    expect(typeErrors(programs())).toEqual([])
  })

  it("show every way into the package, and the generic explorer", () => {
    const { exports, name } = JSON.parse(readFileSync("package.json", "utf8")) as {
      exports: Record<string, string>
      name: string
    }
    const codes = programs().map(({ code }) => code)

    for (const way of Object.keys(exports).filter((path) => !/json|schema/.test(path)))
      expect(codes.some((code) => code.includes(`from "${way.replace(".", name)}"`))).toBe(true)
    expect(codes.some((code) => code.includes("enumerate("))).toBe(true)
  })
})

describe("docs/configuration.md", () => {
  const page = readFileSync("docs/configuration.md", "utf8")

  it("has a row for every field that a configuration may have", () => {
    const documented = [...page.matchAll(/^(?:\| `(\w+)`|## `(\w+)`)/gm)].map(
      ([, row, heading]) => row ?? heading,
    )

    expect(new Set(documented)).toEqual(new Set(fieldsOf(jsonSchemas()["config.schema.json"])))
  })

  it("shows configurations that have every field but `active`, and that are read", () => {
    const example: unknown = JSON.parse(exampleConfig)
    const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => text)

    expect(configOf("the example", example, [])).toMatchObject({
      hosts: [{ id: "esx1" }, { ftVcpusMax: 0 }, {}],
    })
    for (const text of examples) expect(configOf("an example", JSON.parse(text), [])).toBeDefined()
    expect(
      fieldsOf(jsonSchemas()["config.schema.json"]).filter(
        (field) => !examples.some((text) => text.includes(`"${field}"`)),
      ),
    ).toEqual(["active"])
  })

  it("gives the defaults that are filled in", () => {
    const { hosts, pairs, rules, bounds } = configOf(
      "the least",
      {
        hosts: [{ id: "h1", groups: ["a"] }],
        pairs: [{ id: "p1" }],
        rules: [{ pairs: ["p1"], type: "must", run: "on", group: "a" }],
      },
      [],
    )

    expect(page).toMatch(new RegExp(`^\\| \`ftVmsMax\` +\\| ${hosts[0]?.ftVmsMax} `, "m"))
    expect(page).toMatch(new RegExp(`^\\| \`ftVcpusMax\` +\\| ${hosts[0]?.ftVcpusMax} `, "m"))
    expect(page).toMatch(new RegExp(`^\\| \`vcpus\` +\\| ${pairs[0]?.vcpus} `, "m"))
    expect(page).toMatch(new RegExp(`^\\| \`active\` +\\| \`${rules[0]?.active}\` `, "m"))
    expect(pairs[0]?.registered).toEqual({ primary: "h1", secondary: "h1" })
    expect(Object.values(bounds)).toEqual(Object.values(bounds).map(() => Infinity))
    for (const bound of ["log", "generations", "faults"] as const)
      expect(page).toMatch(new RegExp(`^\\| \`${bound}\` .* ${coreScope.bounds[bound]} +\\|$`, "m"))
  })
})

describe("docs/wire.md", () => {
  const strictly = { onExcessProperty: "error" } as const

  it("is the reference that the registry of messages gives", async () => {
    const options = await resolveConfig("docs/wire.md")

    const reference = await format(wireReference(), { ...options, parser: "markdown" })

    expect(readFileSync("docs/wire.md", "utf8")).toBe(reference)
  })

  it.each(messages)("shows an exchange that the schemas allow: $op, $profile: $says", ({ ask, answer }) => {
    expect(Schema.decodeUnknownSync(Ask, strictly)(ask)).toEqual(ask)
    expect(Schema.decodeUnknownSync(Answer, strictly)(answer)).toEqual(answer)
  })

  it("shows a state in full, with a word on every field that it has", () => {
    expect(misfit(stateSchema, true, structuredClone(stateExample), stateExample)).toBeNull()
    expect(Schema.decodeUnknownSync(Ask, strictly)(asking(stateExample))).toEqual(asking(stateExample))
    expect(Object.keys(stateWords).toSorted()).toEqual(pathsOf(stateSchema).toSorted())
  })
})

describe("the links in the documentation", () => {
  it.each(pages)("%s leads only to files that exist", (page) => {
    const targets = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(
      (match) => match[1] ?? "",
    )

    expect(targets.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([])
  })

  it.each(pages)("%s names only files and folders of the project that exist", (page) => {
    const named = [
      ...readFileSync(page, "utf8").matchAll(
        /`((?:model|impl|properties|traces|conform|cli|test|docs)\/[\w./-]*)`/g,
      ),
    ].map((match) => match[1] ?? "")

    expect(named.filter((name) => !existsSync(name))).toEqual([])
  })

  it.each(pages)("%s leads only to sections that exist", (page) => {
    const targets = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(
      ([, file = "", anchor = ""]) => ({ file: file === "" ? page : join(dirname(page), file), anchor }),
    )

    expect(targets.filter(({ file, anchor }) => !anchorsIn(file).includes(anchor))).toEqual([])
  })
})

describe("the JSON Schemas in traces/schema", () => {
  it.each(Object.entries(jsonSchemas()))("%s is the one that the source gives", (name, schema) => {
    expect(JSON.parse(readFileSync(join("traces", "schema", name), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(schema)),
    )
  })
})

// Helpers

/** The names of all fields in a JSON Schema, those of one choice of several included. */
function fieldsOf(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return []
  const own = (schema as { properties?: object }).properties ?? {}
  const inner = Object.values(schema).flatMap(fieldsOf)
  return [...new Set([...Object.keys(own), ...inner])].filter(
    (name) => !["primary", "secondary"].includes(name),
  )
}

/**
 * Every `npx ftpair` line of a code block, with the first page that has it. The bare main job is left to continuous integration, and
 * what a transcript shows to that.
 */
function commands(): readonly { readonly page: string; readonly command: string }[] {
  const all = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/^```sh\n([\s\S]*?)^```/gm)]
      .flatMap((block) => (block[1] ?? "").split("\n"))
      .map((line) => line.replace(/ +#.*$/, "").trim())
      .filter((line) => line.startsWith("npx ftpair "))
      .map((command) => ({ page, command })),
  )
  const shown = new Set(transcripts().map(({ command }) => command))
  return all.filter(
    ({ command }, n) => !shown.has(command) && all.findIndex((other) => other.command === command) === n,
  )
}

/** Every command of a `console` block, with what it prints. */
function transcripts(): readonly {
  readonly page: string
  readonly command: string
  readonly output: string
}[] {
  return pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/^```console\n\$ (.*)\n([\s\S]*?)^```/gm)].map((block) => ({
      page,
      command: block[1] ?? "",
      output: block[2] ?? "",
    })),
  )
}

/** Every TypeScript program, with the text after it that it prints: none where there is no such text. */
function programs(): readonly {
  readonly page: string
  readonly title: string
  readonly code: string
  readonly output: string
}[] {
  return pages.flatMap((page) => {
    const text = readFileSync(page, "utf8")
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```)?/gm)].map((block) => ({
      page,
      title: [...text.slice(0, block.index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? "",
      code: block[1] ?? "",
      output: block[2] ?? "",
    }))
  })
}

const strictest = {
  ...ts.convertCompilerOptionsFromJson(
    (JSON.parse(readFileSync("tsconfig.json", "utf8")) as { compilerOptions: object }).compilerOptions,
    packageRoot,
  ).options,
  // What a page does with a name is its own affair.
  noUnusedLocals: false,
}

/** What the compiler says against programs, as if each were a file beside package.json. */
function typeErrors(texts: ReturnType<typeof programs>): readonly string[] {
  const files = new Map(texts.map(({ code }, n) => [join(packageRoot, `program-${n}.ts`), code]))
  const plain = ts.createCompilerHost(strictest)
  const host: ts.CompilerHost = {
    ...plain,
    fileExists: (file) => files.has(file) || plain.fileExists(file),
    getSourceFile: (file, options, ...more) => {
      const text = files.get(file)
      return text === undefined
        ? plain.getSourceFile(file, options, ...more)
        : ts.createSourceFile(file, text, options)
    },
  }
  const program = ts.createProgram([...files.keys()], { ...strictest, incremental: false }, host)
  return [...files.keys()]
    .flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))
}

/** What a sample stands for: a line of `…` for any number of lines, `…` in a line for any text. */
function sample(output: string): RegExp {
  const escaped = output.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  const lines = escaped.replace(/^…\n/gm, "(?:.*\n)*?").replaceAll("…", ".*")
  return new RegExp(`^${lines}$`)
}

/** How long it took is another each time; how many questions came before is of no interest. */
function timeless(text: string): string {
  return text.replace(/\d+\.\d s\b/g, "… s").replace(/"seq":\d+/g, '"seq":…')
}

/** A mutant that is checked must be caught; a counterexample replayed without its bug does not give what it promises. */
function expectedStatus(words: readonly string[]): number {
  if (words.includes("--side")) return 14
  if (words[0] === "check" || words[0] === "explore") return words.includes("--mutant") ? 12 : 0
  if (words.includes("--broken") || words.some((word) => word.includes("slow-failover"))) return 14
  return words.includes("none") ? 16 : 0
}

function markdownBelow(top: string): readonly string[] {
  return readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(top, name))
}

/** What links to the sections of a page end with: its headings in small letters, without punctuation. */
function anchorsIn(page: string): readonly string[] {
  return [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  )
}

/** A question of the profile placement, in a state. */
function asking(state: object): object {
  return { seq: 3, op: "apply", action: { kind: "PowerOn", pair: "p1" }, state }
}
