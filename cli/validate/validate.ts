import { setImmediate } from "node:timers/promises"
import type { Config } from "../../model/config.ts"
import { writeAtomically } from "../../traces/atomic-file.ts"
import { BadInput, bad, oneOf } from "../../traces/bad-input.ts"
import { headerIn, isBlank, lineReader, objectIn, textLines } from "../../conform/log.ts"
import { LogMap, LogOperands, mapped, sourcesOf, withoutTime, wrongTarget } from "../../conform/log-map.ts"
import type { Profile } from "../../conform/profile.ts"
import { withLogGround } from "../../conform/profiles.ts"
import { follower, type Validation } from "../../conform/validate.ts"
import { decode } from "../../traces/decode.ts"
import { readJson } from "../../traces/input-file.ts"
import { printable } from "../../traces/printable.ts"
import { jsonOfConfig, readConfig } from "../../traces/config.ts"
import { candidatesMax } from "../conform/spec.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import { interruption } from "../interruption.ts"
import { prepareOutput } from "../written.ts"
import { outputFor, type OutputFlags } from "../output.ts"
import { quoted } from "../report.ts"
import { isVacuous, jsonOf, linesOf, type Found } from "./report.ts"

/** The flags of `ftpair validate`. */
export type ValidateFlags = OutputFlags & {
  readonly config?: string
  readonly profile?: "pair" | "lock"
  readonly silent?: readonly string[]
  readonly observes?: readonly string[]
  readonly map?: string
  readonly explain?: string
  readonly candidates?: number
}

/** Tells whether a log is a behaviour of the model; `-` is stdin. */
export const validateLog = async (file: string, flags: ValidateFlags): Promise<ExitCode> => {
  if (flags.explain !== undefined)
    prepareOutput(
      "--explain",
      flags.explain,
      [file, flags.config, flags.map].filter((each) => each !== undefined),
    )
  const map = flags.map === undefined ? null : readMap(flags.map)
  const stop = interruption()
  const began = performance.now()
  let judge: Judge | null = null
  let found: Validation<unknown> | null = null
  let number = 0
  let text = ""
  const isTurn = every(50)
  reading: for await (const { first, texts } of textLines(file, stop)) {
    for (const [i, line] of texts.entries()) {
      if (isBlank(line)) continue
      number = first + i
      text = line
      if (judge === null || !judge.takeAsWritten(number, line)) {
        const json = objectIn(file, number, line)
        if (judge !== null) found = judge.take(number, json)
        else {
          const header = headerIn(`${file}: line ${number}`, json)
          judge = judgeOf(file, flags, map, header)
          if (header === null) found = judge.take(number, json)
        }
      }
      // A signal is heard between two lines.
      if (isTurn()) await setImmediate()
      if (found !== null || stop.aborted) break reading
    }
  }
  if (judge === null && !stop.aborted)
    throw new BadInput({ message: `${file}: expected a log, and it is empty` })
  if (judge === null) return stoppedEarly(file, flags)
  const seconds = (performance.now() - began) / 1000
  const validation = found ?? (stop.aborted ? judge.stop() : judge.end())
  // A read that still waits for a pipe would hold the process.
  if (stop.aborted) setTimeout(() => process.exit(), 500).unref()
  return report(flags, judge.config, {
    ...judge.words(),
    file,
    validation,
    number,
    text,
    seconds,
    reproduce: reproduceLine(file, flags),
  })
}

/**
 * What judges a log once its first line is read.
 *
 * Shape  `takeAsWritten` takes a line that the model would write letter by letter, and says whether it did; any other line is `take`'s.
 */
type Judge = {
  readonly config: Config
  readonly takeAsWritten: (number: number, text: string) => boolean
  readonly take: (number: number, json: ReturnType<typeof objectIn>) => Validation<unknown> | null
  readonly end: () => Validation<unknown>
  readonly stop: () => Validation<unknown>
  readonly words: () => Omit<Found, "file" | "validation" | "text" | "number" | "seconds" | "reproduce">
}

/** Throws BadInput. */
const judgeOf = (
  file: string,
  flags: ValidateFlags,
  given: LogMap | null,
  header: ReturnType<typeof headerIn>,
): Judge => {
  const config = flags.config === undefined ? header?.cluster : readConfig(flags.config)
  if (config === undefined)
    throw new BadInput({
      message: `${file}: which cluster? Give --config FILE, or {"config":…} as the first line`,
    })
  const name = flags.profile ?? header?.profile ?? "pair"
  if (name === "placement") throw new BadInput({ message: `${file}: a log is of the profile pair or lock` })
  return withLogGround(name, (profile): Judge => {
    const silent = kindsNamed(profile, flags.silent ?? header?.silent ?? [])
    const log = follower(file, profile, {
      config,
      observes: flags.observes ?? header?.observes ?? null,
      silent,
      candidatesMax: flags.candidates ?? candidatesMax,
    })
    const { read, actionIn } = lineReader(file, name, config, log.isTimed)
    const map = given === null || log.isTimed ? given : withoutTime(given)
    const met = new Set<string>()
    return {
      config,
      takeAsWritten: (number, line) =>
        map === null && log.takeAsWritten(line, (text) => actionIn(number, text)),
      take: (number, json) => {
        const line = map === null ? json : mapped(map, json, met)
        return line === null
          ? null
          : log.take(
              flags.map === undefined ? read(number, line) : byMap(flags.map, line, () => read(number, line)),
            )
      },
      end: log.end,
      stop: log.stop,
      words: () => ({
        profile: profile as Profile<unknown>,
        time: config.time ?? null,
        silent,
        unmet: map === null ? [] : sourcesOf(map).filter((pointer) => !met.has(pointer)),
        kindUnmet: map?.action === undefined || met.has(map.action.kind) ? null : map.action.kind,
        loggedSilently: log.loggedSilently(),
        ticks: log.ticks(),
        isTimeUntold: log.isTimeUntold(),
      }),
    }
  })
}

/** What is read of a mapped line; its errors name the action that the map has made. */
const byMap = <A>(map: string, { action }: ReturnType<typeof objectIn>, read: () => A): A => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    const made = printable(JSON.stringify(action ?? null), 400)
    throw new BadInput({ message: `${error.message}; by ${printable(map)} the action is ${made}` })
  }
}

/** Whether it is so many milliseconds since it last was. */
const every = (milliseconds: number): (() => boolean) => {
  let last = performance.now()
  return () => {
    const now = performance.now()
    if (now - last < milliseconds) return false
    last = now
    return true
  }
}

const stoppedEarly = (file: string, flags: ValidateFlags): ExitCode => {
  const { say, document } = outputFor(flags)
  say(`${printable(file)}: inconclusive: stopped before its first line`)
  document({ verdict: "inconclusive", stopped: true, lines: 0 })
  setTimeout(() => process.exit(), 500).unref()
  return exitCodes.inconclusive
}

/** Stores the run that explains the log, if there is one, and reports what was found, also if it cannot be stored. */
const report = (flags: ValidateFlags, config: Config, found: Found): ExitCode => {
  const { style, say, document, note, isText } = outputFor(flags)
  try {
    const { validation } = found
    if (flags.explain !== undefined && validation.tag === "accepted") {
      const actions = validation.run.map(({ action }) => action)
      const schedule = { title: `a run that explains ${found.file}`, config: jsonOfConfig(config), actions }
      writeAtomically(flags.explain, `${JSON.stringify(schedule, null, 2)}\n`)
      note(`wrote ${flags.explain}`)
    }
  } finally {
    if (isText) say(...linesOf(style, found))
    else document(jsonOf(found))
  }
  return codeOf(found)
}

const codeOf = (found: Found): ExitCode => {
  switch (found.validation.tag) {
    case "accepted":
    case "untold":
      return isVacuous(found) ? exitCodes.vacuous : exitCodes.ok
    case "rejected":
    case "overdue":
      return isVacuous(found) ? exitCodes.vacuous : exitCodes.divergence
    case "beyond":
    case "stopped":
      return exitCodes.inconclusive
  }
}

/** The command that gives the same again. */
const reproduceLine = (file: string, flags: ValidateFlags): string => {
  const words = (["config", "profile", "silent", "observes", "map", "candidates"] as const).flatMap(
    (name) => {
      const value = flags[name]
      return value === undefined ? [] : [`--${name}`, String(value)]
    },
  )
  return ["npx ftpair validate", ...words.map(quoted), quoted(file)].join(" ")
}

const kindsNamed = (
  { kinds }: { readonly kinds: readonly string[] },
  names: readonly string[],
): readonly string[] => {
  for (const name of names)
    if (!kinds.includes(name))
      throw new BadInput({
        message: `--silent ${names.join(",")}: ${oneOf(kinds, name)}`,
      })
  return names
}

const readMap = (file: string): LogMap => {
  const map = decode(file, LogMap, readJson(file), [])
  const { kind: _kind, kinds: _kinds, ...operands } = map.action ?? {}
  decode(file, LogOperands, operands, ["action"])
  const wrong = wrongTarget(map)
  if (wrong !== null) throw bad(file, ["state", wrong.target], wrong.why)
  return map
}
