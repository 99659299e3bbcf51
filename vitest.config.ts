import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { defineConfig } from "vitest/config"

// The tests are of the compiled code, as it is shipped: what a test imports of a source is taken from `dist/`, as a native module, and
// built before the tests begin. Searches take half as long again where the runner transforms each module. It must, of sources that a test puts
// something else in the place of.

const root = import.meta.dirname
const layers = ["model", "impl", "properties", "traces", "conform", "cli"]

const compiled = (source: string, importer: string): string | null => {
  const file = relative(root, join(dirname(importer), source))
  return layers.includes(file.split("/")[0] ?? "") ? join(root, "dist", file.replace(/\.ts$/, ".js")) : null
}

const compiledSources = {
  name: "compiled-sources",
  enforce: "pre",
  resolveId(source: string, importer: string | undefined) {
    if (importer === undefined || !source.startsWith(".") || !source.endsWith(".ts")) return null
    const id = compiled(source, importer)
    return id === null ? null : { id, external: true }
  },
} as const

const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
  .map((file) => join("test", file))
const replacing = tests.filter(
  (file) => readFileSync(join(root, file), "utf8").match(/vi\.(doM|m)ock\(/) !== null,
)

export default defineConfig({
  test: {
    globalSetup: "test/built.ts",
    maxWorkers: 2,
    // Most of the suite is a search or a child process: seconds, not milliseconds, on a small machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        plugins: [compiledSources],
        test: {
          name: "compiled",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...replacing],
          server: { deps: { external: [/\/dist\//] } },
        },
      },
      { extends: true, test: { name: "sources", include: replacing } },
    ],
  },
})
