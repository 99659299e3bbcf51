import { readFileSync, writeFileSync } from "node:fs"
import type { Candidate } from "../traces/conform/beliefs.ts"
import { runOf } from "../traces/conform/beliefs.ts"
import { shortened } from "../traces/conform/fault.ts"
import { headerIn, lineReader, objectIn, textLines, type TextLines } from "../traces/conform/log.ts"
import { LogMap, LogOperands, mapped } from "../traces/conform/log-map.ts"
import type { Profile } from "../traces/conform/profile.ts"
import { withLogGround } from "../traces/conform/profiles.ts"
import { follower, type LogOptions, type Validation } from "../traces/conform/validate.ts"
import type { Config } from "../model/config.ts"
import { BadInput, decode, jsonOfConfig, nearest, readConfig } from "../traces/read.ts"
import { candidatesMax } from "./conform.ts"
import { textOf, whyText } from "./conform-report.ts"
import { exitCodes, type ExitCode } from "./exit.ts"
import { paperFor, type Paper } from "./paper.ts"
import { number } from "./report.ts"

/** The flags of `ftpair validate`. */
export type ValidateFlags = {
  readonly config?: string
  readonly profile?: "pair" | "lock"
  readonly silent?: readonly string[]
  readonly observes?: readonly string[]
  readonly map?: string
  readonly explain?: string
  readonly candidates?: number
  readonly json?: true
  readonly quiet?: true
  readonly color: boolean
}

/** How many model states of a frontier, and actions of a run, are told. */
const toldMax = 5
const stepsMax = 30

/** Tells whether a log is a behaviour of the model. */
export const validateLog = async (file: string, flags: ValidateFlags): Promise<ExitCode> => {
  const map = flags.map === undefined ? null : readMap(flags.map)
  const chunks = textLines(file)
  const begins = await chunks.next()
  const head: TextLines = begins.done === true ? { first: 1, texts: [] } : begins.value
  const at = head.texts.findIndex((text) => text !== "")
  const first = { number: head.first + at, text: head.texts[at] }
  if (first.text === undefined) throw new BadInput({ message: `${file}: expected a log, and it is empty` })
  const start = objectIn(file, first.number, first.text)
  const header = headerIn(`${file}: line ${first.number}`, start)
  const config = flags.config === undefined ? header?.cluster : readConfig(flags.config)
  if (config === undefined)
    throw new BadInput({
      message: `${file}: which cluster? Give --config FILE, or {"config":…} as the first line`,
    })
  const profile = flags.profile ?? header?.profile ?? "pair"
  if (profile === "placement")
    throw new BadInput({ message: `${file}: a log is of the profile pair or lock` })
  return withLogGround(profile, async (ground) => {
    const options: LogOptions = {
      config,
      observes: flags.observes ?? header?.observes ?? null,
      silent: kindsNamed(ground, flags.silent ?? header?.silent ?? []),
      candidatesMax: flags.candidates ?? candidatesMax,
    }
    const began = performance.now()
    const log = follower(file, ground, options)
    const read = lineReader(file, profile)
    const take = (n: number, json: ReturnType<typeof objectIn>): Validation<unknown> | null => {
      const line = map === null ? json : mapped(map, json)
      return line === null ? null : log.take(read(n, line))
    }
    const takeAll = ({ first: begin, texts }: TextLines): Validation<unknown> | null => {
      for (let i = 0; i < texts.length; i += 1) {
        const text = texts[i] as string
        const found = text === "" ? null : take(begin + i, objectIn(file, begin + i, text))
        if (found !== null) return found
      }
      return null
    }
    const skipped = header === null ? at : at + 1
    let found = takeAll({ first: head.first + skipped, texts: head.texts.slice(skipped) })
    for await (const lines of chunks) {
      found ??= takeAll(lines)
      if (found !== null) break
    }
    const validation = found ?? log.end()
    return report(
      file,
      ground as Profile<unknown>,
      config,
      options,
      validation,
      (performance.now() - began) / 1000,
      flags,
    )
  })
}

const report = (
  file: string,
  profile: Profile<unknown>,
  config: Config,
  options: LogOptions,
  validation: Validation<unknown>,
  seconds: number,
  flags: ValidateFlags,
): ExitCode => {
  const run = validation.tag === "accepted" ? validation.run : []
  if (flags.explain !== undefined && validation.tag === "accepted")
    writeFileSync(
      flags.explain,
      `${JSON.stringify({ title: `a run that explains ${file}`, config: jsonOfConfig(config), actions: run.map(({ action }) => action) }, null, 2)}\n`,
    )
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify({ ...jsonOf(validation), seconds }, null, 2)}\n`)
  else if (flags.quiet !== true)
    process.stdout.write(
      `${linesOf(paperFor(process.stdout, flags.color), file, profile, options, validation, seconds).join("\n")}\n`,
    )
  switch (validation.tag) {
    case "accepted":
      return exitCodes.ok
    case "rejected":
      return exitCodes.divergence
    case "beyond":
      return exitCodes.inconclusive
  }
}

const linesOf = (
  paper: Paper,
  file: string,
  profile: Profile<unknown>,
  { silent }: LogOptions,
  validation: Validation<unknown>,
  seconds: number,
): readonly string[] => {
  const { lines, most } = validation
  const size = `${number(lines)} lines, ${number(most)} model ${most === 1 ? "state" : "states"} at the most at once, ${seconds.toFixed(1)} s`
  if (validation.tag === "beyond")
    return [
      paper.warn(
        `${file}: inconclusive at line ${validation.line.number}: more than ${number(validation.size)} model states fit`,
      ),
      `  ${size}; --candidates allows more`,
    ]
  if (validation.tag === "accepted") {
    const silentSteps = validation.run.filter((step) => step.silent).length
    return [
      paper.good(`${file}: a behaviour of the model`),
      `  ${size}`,
      ...(silent.length === 0
        ? []
        : [
            "  a run that explains it:",
            ...stepsOf(validation.run),
            `  ${number(silentSteps)} of its ${number(validation.run.length)} actions are not in the log; --explain FILE keeps all of it`,
          ]),
    ]
  }
  const { line, frontier, before } = validation
  return [
    paper.bad(`${file}: no behaviour of the model: line ${line.number} fits none`),
    `  ${shortened(JSON.stringify({ action: line.action ?? undefined, state: line.state }), 300)}`,
    `  ${size}; ${before.length === 1 ? "one model state" : `${number(before.length)} model states`} fitted until then`,
    ...frontier.slice(0, toldMax).map((ruledOut) => `  - ${whyText(ruledOut, {})}`),
    ...(frontier.length > toldMax
      ? [`  … and ${number(frontier.length - toldMax)} more ways in which it does not fit`]
      : []),
    "  the latest actions of a run up to there:",
    ...stepsOf(tailOf(before[0] ?? { way: null })),
    ...changesNow(profile, before[0] ?? null),
  ]
}

/** The state before the line that does not fit, as far as there is one to tell. */
const changesNow = (profile: Profile<unknown>, candidate: Candidate<unknown> | null): readonly string[] =>
  candidate === null
    ? []
    : [`  and its state: ${shortened(JSON.stringify(profile.view(candidate.state)), 500)}`]

type Steps = ReturnType<typeof runOf>

const tailOf = (candidate: Pick<Candidate<unknown>, "way">): Steps => runOf(candidate).slice(-toldMax)

const stepsOf = (steps: Steps): readonly string[] => [
  ...steps
    .slice(0, stepsMax)
    .map(({ action, silent }) => `    ${textOf(action)}${silent ? "  (not in the log)" : ""}`),
  ...(steps.length > stepsMax ? [`    … and ${number(steps.length - stepsMax)} more`] : []),
]

const jsonOf = (validation: Validation<unknown>): object => {
  const { lines, most } = validation
  switch (validation.tag) {
    case "accepted":
      return {
        verdict: "accepted",
        lines,
        most,
        silent: validation.run.filter(({ silent }) => silent).length,
      }
    case "rejected":
      return {
        verdict: "rejected",
        lines,
        most,
        line: validation.line.number,
        frontier: validation.frontier.map((ruledOut) => ({ ...ruledOut.why, words: whyText(ruledOut, {}) })),
      }
    case "beyond":
      return { verdict: "inconclusive", lines, most, line: validation.line.number }
  }
}

const kindsNamed = (
  { kinds }: { readonly kinds: readonly string[] },
  names: readonly string[],
): readonly string[] => {
  for (const name of names)
    if (!kinds.includes(name))
      throw new BadInput({
        message: `--silent ${names.join(",")}: expected kinds of action, not ${JSON.stringify(name)}${nearest(name, kinds)}`,
      })
  return names
}

const readMap = (file: string): LogMap => {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, "utf8"))
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    throw new BadInput({
      message: code === undefined ? `${file}: is not JSON: ${message}` : `${file}: cannot be read (${code})`,
    })
  }
  const map = decode(file, LogMap, json, [])
  const { kind: _kind, kinds: _kinds, ...operands } = map.action ?? {}
  decode(file, LogOperands, operands, ["action"])
  return map
}
