import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Command, CommanderError } from "commander"
import { catalogue } from "../../properties/catalogue.ts"
import { addCheck } from "../../cli/check/command.ts"
import { usageErrorLine } from "../../cli/command.ts"
import { addConform } from "../../cli/conform/command.ts"
import { conformWith } from "../../cli/conform/conform.ts"
import { exitCodes } from "../../cli/exit.ts"
import { addExplore } from "../../cli/explore/command.ts"
import { exploreScope } from "../../cli/explore/explore.ts"
import * as parsers from "../../cli/options.ts"
import { styleFor } from "../../cli/style.ts"
import { addList } from "../../cli/list/command.ts"
import { addReplay } from "../../cli/replay/command.ts"
import { replayFiles } from "../../cli/replay/replay.ts"
import { addShow } from "../../cli/show/command.ts"
import { show } from "../../cli/show/show.ts"
import { replayingStored, storedLines } from "../../cli/check/stored.ts"
import { finished } from "../../properties/explore/turns.ts"
import { addValidate } from "../../cli/validate/command.ts"
import { validateLog } from "../../cli/validate/validate.ts"
import * as corpus from "./corpus.ts"
import { diceOf, type Dice } from "./dice.ts"
import { copyOf, damaged, damagedText, textOf, type Json } from "./mutate.ts"
import { faultOf, quietly } from "./outcome.ts"

/**
 * One sort of input, and what reads it.
 *
 * Shape  `draw` gives the documents of a case; each list in `lines` is written one document a line. `run` calls what the
 *        command calls, with the files that the texts were written to. `share` is how many of a hundred cases it gets.
 */
export type Target = {
  readonly name: string
  readonly share: number
  readonly codes: readonly number[]
  readonly bases: readonly Json[]
  readonly others: readonly Json[]
  readonly isLines: boolean
  readonly run: (file: string, dice: Dice, folder: string) => number | Promise<number>
}

const { ok, usage, deadlock, safety, liveness, divergence, vacuous, notAsPromised, inconclusive, foreign } =
  exitCodes

const plain = { color: false } as const

const ofStories = [ok, usage, safety, liveness, divergence, notAsPromised]

const reported = (dice: Dice): { readonly json?: true; readonly color: false } =>
  dice.upTo(4) === 0 ? { json: true, color: false } : plain

const replayOrShow = (file: string, dice: Dice): number | Promise<number> =>
  dice.upTo(3) > 0
    ? replayFiles([file], reported(dice))
    : show(file, {
        ...dice.one<object>([
          {},
          { at: dice.upTo(6) },
          { pair: "p1" },
          { width: 40 },
          { steps: [1, dice.upTo(9)] },
        ]),
        ...reported(dice),
      })

const written = (folder: string, name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const sampleStory = JSON.stringify({
  config: { hosts: [{ id: "h1" }, { id: "h2" }], pairs: [{ id: "p1" }] },
  actions: [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  ],
})

/** A configuration is read for a replay; now and then for some of a state space too. */
const useConfig = (config: string, dice: Dice, folder: string): number | Promise<number> =>
  dice.upTo(20) === 0
    ? exploreScope({
        config,
        maxStates: 50,
        workers: 1,
        engine: dice.one(["model", "packed"]),
        symmetry: true,
        reduction: true,
        quiet: true,
        color: false,
        log: 1,
        faults: 1,
        out: join(folder, "out"),
      } as never)
    : replayFiles([written(folder, "story.json", sampleStory)], { config, ...reported(dice) })

/** What is kept is replayed for a mutant, so that the shipped runs are left out. */
const useStore = (file: string, dice: Dice, folder: string): number => {
  const kept = join(folder, "kept")
  rmSync(kept, { recursive: true, force: true })
  mkdirSync(kept)
  const name = dice.one(["S1.a.itf.json", "conform.x.itf.json", "L1.b.itf.json"])
  written(kept, "clean-runs.json", dice.one(["null", "{}", "[]", "{", `{"${name}":"1"}`, '{"__proto__":1}']))
  written(kept, name, readFileSync(file, "utf8"))
  const mutant = /"mutant":"([A-Za-z]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "NoReRelease"
  const style = styleFor(process.stdout, false)
  const stored = finished(
    replayingStored(style, { mutant, side: "both" }, catalogue, kept, new AbortController().signal),
  )
  const lines = [...storedLines(style, stored), ...stored.findings.flatMap((finding) => finding.lines)]
  process.stdout.write(`${lines.join("\n")}\n`)
  return ok
}

/** An implementation that gives the lines of a file for an answer, whatever it is asked. */
const echo =
  'exec 3<"$1"; while read -r ask; do IFS= read -r answer <&3 || exit 0; printf "%s\\n" "$answer"; done'

const useAnswers = (file: string, dice: Dice): Promise<number> =>
  conformWith(["sh", "-c", echo, "sh", file], { smoke: true, timeout: 2_000, ...reported(dice) })

const commands = [addCheck, addExplore, addReplay, addShow, addConform, addValidate, addList]

/** Every command's flags, as they are parsed; what is parsed is not run. */
const parseOnly = (words: readonly string[]): number => {
  const program = new Command("ftpair").exitOverride()
  for (const add of commands) add(program, parsers, () => {})
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({
      writeOut: () => {},
      writeErr: () => {},
      outputError: (text) => {
        process.stderr.write(usageErrorLine(text, command))
      },
    })
  for (const command of program.commands) command.action(() => {})
  try {
    program.parse(words, { from: "user" })
    return ok
  } catch (error) {
    // Where no command is named, the help is the answer.
    if (error instanceof CommanderError)
      return error.exitCode === 0 || error.code === "commander.help" ? ok : usage
    throw error
  }
}

const flagsOf = (): readonly Json[] => {
  const program = new Command("ftpair")
  for (const add of commands) add(program, parsers, () => {})
  return program.commands.flatMap((command) =>
    command.options.flatMap(({ long }) =>
      values.map((value) => [command.name(), long ?? "", value, "a.json"]),
    ),
  )
}

const values = ["1", "0x10", "30s", "h1", "core", "S1", "none", "model", "p1", "1..2", "json=/dev/null"]

export const targets = async (): Promise<readonly Target[]> => {
  const { configs, foreignLog, logs, maps, schedules, traces } = corpus
  const recorded = await corpus.recordings()
  const answers = recorded.map((lines) =>
    (lines as { readonly answer?: Json }[]).flatMap(({ answer }) => (answer === undefined ? [] : [answer])),
  )
  const judged = [ok, usage, divergence, vacuous, inconclusive, foreign]
  const all = [...schedules, ...traces, ...configs, ...logs, ...maps]
  const target = (
    name: string,
    share: number,
    codes: readonly number[],
    bases: readonly Json[],
    run: Target["run"],
    isLines = false,
  ): Target => ({ name, share, codes, bases, others: all, isLines, run })
  return [
    target("schedules", 20, ofStories, schedules, replayOrShow),
    target("traces", 15, ofStories, traces, replayOrShow),
    target("configurations", 15, [...ofStories, deadlock, vacuous, inconclusive], configs, useConfig),
    target("logs", 12, judged, logs, (file, dice) => validateLog(file, reported(dice)), true),
    target("maps", 10, judged, maps, (map, dice, folder) =>
      validateLog(written(folder, "log.ndjson", linesOf(foreignLog)), { map, ...reported(dice) }),
    ),
    target(
      "recordings",
      10,
      judged,
      recorded,
      (file, dice) => conformWith([], { recorded: file, ...reported(dice) }),
      true,
    ),
    target("stores", 7, [ok, usage], traces, useStore),
    target("options", 10, [ok, usage], flagsOf(), (file) => parseOnly(wordsIn(file))),
    target("answers", 1, judged, answers, useAnswers, true),
  ]
}

const wordsIn = (file: string): readonly string[] => {
  const text = readFileSync(file, "utf8")
  try {
    return (JSON.parse(text) as unknown[]).map(String)
  } catch {
    return text.split(",")
  }
}

const linesOf = (document: Json): string =>
  Array.isArray(document) ? document.map((line) => `${textOf(line)}\n`).join("") : textOf(document)

/** A case: the document that it begins with, and how often it is damaged. */
export type Case = { readonly target: Target; readonly seed: string; readonly number: number }

/** The damages of a case, by their numbers. */
export const damagesOf = ({ target, seed, number }: Case): readonly number[] => {
  const dice = diceOf(seed, target.name, number, "damages")
  return Array.from({ length: 1 + dice.upTo(dice.upTo(4) === 0 ? 8 : 3) }, (_, n) => n)
}

/** The text of a case of which only these damages are done. */
export const textOfCase = ({ target, seed, number }: Case, damages: readonly number[]): string => {
  const base = diceOf(seed, target.name, number).one(target.bases)
  const dicesOf = (n: number): Dice => diceOf(seed, target.name, number, n)
  const isOfText = (n: number): boolean => diceOf(seed, target.name, number, n, "text").upTo(5) === 0
  const document = damages
    .filter((n) => !isOfText(n))
    .reduce((so, n) => damaged(so, target.others, dicesOf(n)), copyOf(base))
  return damages
    .filter(isOfText)
    .reduce((so, n) => damagedText(so, dicesOf(n)), target.isLines ? linesOf(document) : textOf(document))
}

/** Does a case with these damages, and reports what is wrong with what comes of it; null if nothing is. */
export const tried = async (
  each: Case,
  damages: readonly number[],
  folder: string,
): Promise<string | null> => {
  const { target, seed, number } = each
  const file = written(folder, target.isLines ? "input.ndjson" : "input.json", textOfCase(each, damages))
  const dice = diceOf(seed, target.name, number, "run")
  return faultOf(await quietly(() => target.run(file, dice, folder)), target.codes)
}

/** A failing case with as few damages as still fail: each is left out once. */
export const shrunk = async (each: Case, folder: string): Promise<readonly number[]> => {
  let kept = damagesOf(each)
  for (const n of kept) {
    const fewer = kept.filter((other) => other !== n)
    if ((await tried(each, fewer, folder)) !== null) kept = fewer
  }
  return kept
}
