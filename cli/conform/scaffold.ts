import { scaffold } from "../../conform/scaffold.ts"
import { BadInput } from "../../traces/bad-input.ts"
import type { ConformFlags } from "./flags.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import { outputFor } from "../output.ts"
import { quoted } from "../report.ts"

/** To begin an adapter: a skeleton of one, and the command that tries it. */
export const writeScaffold = (
  language: string,
  [folder, ...others]: readonly string[],
  flags: Pick<ConformFlags, "json" | "quiet" | "color" | "profile">,
): ExitCode => {
  if (folder === undefined || folder === "" || others.length > 0)
    throw new BadInput({
      message: `expected one folder to write it into: ftpair conform --scaffold ${quoted(language)} DIR`,
    })
  const { files, build, start } = scaffold(language, folder, flags.profile)
  const words = [...(build === null ? [] : [...build, "&&"]), ...tryOut, ...start]
  const next = words.map((word) => (word === "&&" ? word : quoted(word))).join(" ")
  const { say, document } = outputFor(flags)
  say(...files.map((file) => `wrote ${file}`), "next:", `  ${next}`)
  document({ files, next })
  return exitCodes.ok
}

const tryOut = ["npx", "ftpair", "conform", "--smoke", "--"]
