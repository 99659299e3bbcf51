import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { corpusFolder, packageRoot } from "../../traces/package.ts"
import { filesIn } from "../../traces/store.ts"
import { freshFolder, ftpair, inShell, program } from "./ftpair.ts"

// Whoever reads stdout or stderr may go away: that changes no exit code, and loses nothing that is kept.

const trace = join(corpusFolder, "S7.spawn-ignores-anti-affinity.itf.json")
const log = join(packageRoot, "traces", "logs", "failover.ndjson")
const adapter = join(packageRoot, "conform", "adapters", "python", "ft_pair.py")

/** By name: what is called, and how many failures it keeps. */
const calls: readonly (readonly [name: string, code: number, kept: number, words: string])[] = [
  ["--help", 0, 0, "--help"],
  ["a command that there is not", 1, 0, "chek"],
  ["list", 0, 0, "list mutants"],
  ["show", 0, 0, `show ${trace}`],
  ["replay", 16, 0, `replay --mutant none ${trace}`],
  ["validate", 0, 0, `validate ${log}`],
  ["check", 12, 1, "check --mutant SpawnIgnoresAntiAffinity --seed 3 --runs 1 --workers 1"],
  [
    "explore",
    12,
    1,
    "explore --mutant SpawnIgnoresAntiAffinity --hosts 2 --log 0 --faults 0 --actions PowerOn,SpawnSecondary",
  ],
  ["conform", 14, 1, `conform --run corpus/S4.output-before-ack -- python3 ${adapter} --broken`],
]

describe.concurrent("what nobody reads ends as it would have:", () => {
  it.for(calls)("%s, with %i", async ([, code, kept, words], { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const read = await ftpair(freshFolder(onTestFinished), ...words.split(" "))
    const [unread] = await ended(folder, words, "2>&1 | true")

    expect([read.code, unread]).toEqual([code, code])
    expect(filesIn(join(folder, ".ftpair", "failures"), ".itf.json")).toHaveLength(kept)
  })

  it.for([
    ["list", 1, "list mutants"],
    ["check", 12, "check --mutant SpawnIgnoresAntiAffinity --seed 3 --runs 1 --workers 1"],
  ] as const)(
    "but a report for which there is no room is no success: %s, with %i",
    async ([, code, words], { expect, onTestFinished }) => {
      const [ends, stderr] = await ended(freshFolder(onTestFinished), words, ">/dev/full")

      expect(ends).toBe(code)
      expect(stderr).toMatch(/^ftpair: the report cannot be written: ENOSPC[^\n]*\n$/)
    },
  )

  it("and what is reported on stderr may find no room", async ({ expect, onTestFinished }) => {
    const [ends] = await ended(freshFolder(onTestFinished), "validate nothing.ndjson", "2>/dev/full")

    expect(ends).toBe(1)
  })
})

// Helpers

/** The exit code of a call whose streams go elsewhere, and what it said on stderr, where that is still there. */
const ended = async (
  folder: string,
  words: string,
  elsewhere: string,
): Promise<readonly [number, string]> => {
  const call = `"${process.execPath}" "${program}" ${words}`
  const { stderr } = await inShell(folder, `{ { ${call}; }; echo $? > code; } ${elsewhere}`)
  return [Number(readFileSync(join(folder, "code"), "utf8")), stderr]
}
