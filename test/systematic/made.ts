import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import ts from "typescript"
import type { engineOf } from "../../impl/engine/engine.ts"
import { packageRoot } from "../../traces/package.ts"
import type { SystematicMutant } from "./derive.ts"

/** What makes an engine of a layout. */
export type MakeEngine = typeof engineOf

/**
 * The compiled engine once more, below a folder that is empty, with one file replaced by that of a mutant; it uses the
 * same words of the model.
 */
export const madeIn = async (
  folder: string,
  { file, source }: Pick<SystematicMutant, "file" | "source">,
): Promise<MakeEngine> => {
  const compiled = join(packageRoot, "dist")
  const engine = join(folder, "impl", "engine")
  // Without the maps, whose sources are not there.
  cpSync(join(compiled, "impl", "engine"), engine, {
    recursive: true,
    filter: (from) => !from.endsWith(".map"),
  })
  for (const each of readdirSync(engine, { recursive: true, encoding: "utf8" }))
    if (each.endsWith(".js")) withoutMap(join(engine, each))
  cpSync(join(packageRoot, "package.json"), join(folder, "package.json"))
  symlinkSync(join(compiled, "model"), join(folder, "model"))
  const { outputText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  writeFileSync(join(engine, file.replace(/\.ts$/, ".js")), outputText)
  const made = (await import(pathToFileURL(join(engine, "engine.js")).href)) as { engineOf: MakeEngine }
  return made.engineOf
}

const withoutMap = (file: string): void => {
  writeFileSync(file, readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""))
}
