import { dirname, join, relative } from "node:path"
import { mergeConfig } from "vitest/config"
import suite from "./vitest.config.ts"

// c8 reads V8's counters, and these know the compiled code: under coverage the tests import `dist/` in place of the
// sources, as native modules and in threads, and c8 maps the lines back. Child processes and workers count too.

const root = import.meta.dirname
const layers = ["model", "impl", "properties", "traces", "cli"]

const compiled = (source: string, importer: string): string | null => {
  const file = relative(root, join(dirname(importer), source))
  return layers.includes(file.split("/")[0] ?? "") ? join(root, "dist", file.replace(/\.ts$/, ".js")) : null
}

export default mergeConfig(suite, {
  plugins: [
    {
      name: "compiled-sources",
      enforce: "pre",
      resolveId(source: string, importer: string | undefined) {
        if (importer === undefined || !source.startsWith(".") || !source.endsWith(".ts")) return null
        const id = compiled(source, importer)
        return id === null ? null : { id, external: true }
      },
    },
  ],
  test: { pool: "threads", server: { deps: { external: [/\/dist\//] } } },
})
