import { scaffold } from "../conform/scaffold.ts"
import { BadInput } from "../traces/bad-input.ts"
import type { ConformFlags } from "./conform-flags.ts"
import { exitCodes, type ExitCode } from "./exit.ts"
import { quoted } from "./report.ts"

/** For whoever has no adapter yet: a skeleton of one, and the command that tries it. */
export const writeScaffold = (
  language: string,
  [folder, ...others]: readonly string[],
  flags: Pick<ConformFlags, "json" | "quiet" | "profile">,
): ExitCode => {
  if (folder === undefined || folder === "" || others.length > 0)
    throw new BadInput({
      message: `expected one folder to write it into: ftpair conform --scaffold ${quoted(language)} DIR`,
    })
  const { files, build, start } = scaffold(language, folder, flags.profile)
  const words = [...(build === null ? [] : [...build, "&&"]), ...tryOut, ...start]
  const next = words.map((word) => (word === "&&" ? word : quoted(word))).join(" ")
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ files, next }, null, 2)}\n`)
  else if (flags.quiet !== true)
    process.stdout.write(`${[...files.map((file) => `wrote ${file}`), "next:", `  ${next}`].join("\n")}\n`)
  return exitCodes.ok
}

const tryOut = ["npx", "ftpair", "conform", "--smoke", "--"]
