import type { Candidate, RuledOut } from "../../conform/candidates.ts"
import { runOf } from "../../conform/candidates.ts"
import { shortened } from "../../conform/fault.ts"
import type { Overdue } from "../../conform/passing.ts"
import type { Profile } from "../../conform/profile.ts"
import type { Validation } from "../../conform/validate.ts"
import { counted, number } from "../../properties/amount.ts"
import type { Times } from "../../properties/time/bounds.ts"
import { printable } from "../../traces/printable.ts"
import { textOf, whyLines, whyText } from "../conform/why.ts"
import type { Style } from "../style.ts"
import { lengthOf } from "../timing/length.ts"

/**
 * What was found of a log, with what its report needs.
 *
 * Shape  `text` is the line that was read last, as it stands in the file; `unmet` are pointers of the map at which no line
 *        had anything, `kindUnmet` the one of the kind of action if it is among them; `loggedSilently` the kinds that are silent, and logged all the same.
 *        `time` is how long things take in the cluster, `ticks` how long the log took, where its lines say that, and
 *        `isTimeUntold` that they could, and do not.
 */
export type Found = {
  readonly file: string
  readonly profile: Profile<unknown>
  readonly silent: readonly string[]
  readonly validation: Validation<unknown>
  readonly text: string
  readonly number: number
  readonly unmet: readonly string[]
  readonly kindUnmet: string | null
  readonly loggedSilently: readonly string[]
  readonly time: Times | null
  readonly ticks: number | null
  readonly isTimeUntold: boolean
  readonly seconds: number
  readonly reproduce: string
}

/** How many model states of a frontier, and actions of a run, are reported. */
const toldMax = 5
const stepsMax = 30

/**
 * Whether a log says too little to show that it fits; or, where no action was read at all, or nothing of the time, that it
 * does not.
 */
export const isVacuous = ({ validation, unmet, kindUnmet, isTimeUntold }: Found): boolean => {
  switch (validation.tag) {
    case "untold":
      return true
    case "accepted":
      return unmet.length > 0 || isTimeUntold
    case "rejected":
      return kindUnmet !== null || (isTimeUntold && validation.frontier.every(isEarly))
    case "overdue":
      return kindUnmet !== null
    case "beyond":
    case "stopped":
      return false
  }
}

/** Whether nothing is wrong but that it was too early. */
const isEarly = ({ why }: RuledOut<unknown>): boolean => why.tag === "refused" && why.guard === "early"

/** What was found, for people. */
export const linesOf = (style: Style, found: Found): readonly string[] => {
  const { validation, kindUnmet } = found
  if ((validation.tag === "rejected" || validation.tag === "overdue") && kindUnmet !== null)
    return [
      style.warn(
        `${printable(found.file)}: vacuous: no line up to ${validation.line.number} has anything at ${printable(kindUnmet)}, where by the map the kind of action stands: no action was read`,
      ),
    ]
  if (validation.tag === "rejected" && isVacuous(found))
    return [
      style.warn(
        `${printable(found.file)}: vacuous: what line ${validation.line.number} says is too early, if no time has passed`,
      ),
      `  ${printable(found.text, 400)}`,
      ...warningsOf(found).map((warning) => `  ${style.warn("warning")}: ${warning}`),
    ]
  return [
    ...verdictLines(style, found),
    ...warningsOf(found).map((warning) => `  ${style.warn("warning")}: ${warning}`),
  ]
}

const warningsOf = ({ unmet, loggedSilently, isTimeUntold }: Found): readonly string[] => [
  ...(unmet.length === 0
    ? []
    : [
        `no line has anything at ${printable(unmet.join(", "))}: if that is no mistake, leave it out of the map`,
      ]),
  ...(loggedSilently.length === 0
    ? []
    : [
        `${printable(loggedSilently.join(", "))} is said to be silent, and is logged: it may have happened more often`,
      ]),
  ...(isTimeUntold
    ? [
        "no line says when it was written, as t, and no Tick is logged: leave time out of the configuration if it is not to be judged",
      ]
    : []),
]

const verdictLines = (style: Style, found: Found): readonly string[] => {
  const { profile, silent, validation, seconds, unmet } = found
  const file = printable(found.file)
  const { lines, most } = validation
  const size = [
    counted(lines, "line"),
    ...lengthWords(found),
    `${counted(most, "model state")} at the most at once`,
    `${seconds.toFixed(1)} s`,
  ].join(", ")
  if (validation.tag === "beyond")
    return [
      style.warn(
        `${file}: inconclusive at line ${validation.line.number}: ${validation.by === "ticks" ? `too much happens while time passes, more than ${counted(validation.size, "tick")} of single model states` : `too many fit, more than ${counted(validation.size, "model state")}`}`,
      ),
      `  ${size}; ${beyondWords[validation.by]}`,
    ]
  if (validation.tag === "untold")
    return [style.warn(`${file}: vacuous: no line says what happened, or what was seen`), `  ${size}`]
  if (validation.tag === "stopped")
    return [
      style.warn(
        `${file}: inconclusive: stopped at line ${found.number}; up to there it is a behaviour of the model`,
      ),
      `  ${size}`,
    ]
  if (validation.tag === "accepted") {
    return [
      isVacuous(found)
        ? style.warn(
            `${file}: vacuous: a behaviour of the model, ${unmet.length > 0 ? "as far as the map finds anything in it" : "if no time has passed"}`,
          )
        : style.good(`${file}: a behaviour of the model`),
      `  ${size}`,
      ...(silent.length === 0
        ? []
        : [
            "  a run that explains it:",
            ...headOf(validation.run),
            `  ${number(unlogged(validation.run).length)} of its ${counted(validation.run.length, "action")} left out of the log; --explain FILE keeps all of it`,
          ]),
    ]
  }
  const { line, frontier, before } = validation
  const isLate = validation.tag === "overdue"
  const why = isLate
    ? validation.frontier.map((overdue) => [overdueText(found, overdue)])
    : validation.frontier.map((ruledOut) => whyLines(profile, ruledOut, {}))
  return [
    style.bad(
      `${file}: not a behaviour of the model: ${isLate ? "this log took longer than its configuration allows, before" : "no state fits"} line ${line.number}`,
    ),
    `  ${printable(found.text, 400)}`,
    `  ${size}; ${counted(before.length, "model state")} fitted until then`,
    ...why
      .slice(0, toldMax)
      .flatMap(([first = "", ...more]) => [`  - ${first}`, ...more.map((each) => `    ${each}`)]),
    ...(frontier.length > toldMax
      ? [`  … and ${counted(frontier.length - toldMax, "more way")} in which it does not fit`]
      : []),
    "  the latest actions of a run up to there:",
    ...tailOf(before[0] ?? { way: null }),
    ...changesNow(profile, before[0] ?? null),
  ]
}

/** How long the log took, where its lines say it. */
const lengthWords = ({ time, ticks }: Found): readonly string[] =>
  time === null || ticks === null ? [] : [lengthOf(time, ticks)]

const beyondWords = {
  number: "--candidates allows more",
  length: "their logs grow too long to follow more: a log that shows some counts or states leaves fewer",
  ticks: "a log with fewer silent kinds, or with a line now and then, leaves less to follow",
} as const

/** Where time could not pass. */
const overdueText = (
  { time }: Pick<Found, "time">,
  { after, possible }: Omit<Overdue<unknown>, "state">,
): string => {
  const when = time === null ? counted(after, "tick") : lengthOf(time, after)
  const due = possible.map(textOf).join(", ")
  return `after ${when}, something is due, and the log goes on without it; possible then: ${due}`
}

/** The state before the line that does not fit, as far as there is one. */
const changesNow = (profile: Profile<unknown>, candidate: Candidate<unknown> | null): readonly string[] =>
  candidate === null
    ? []
    : [`  and its state: ${shortened(JSON.stringify(profile.view(candidate.state)), 500)}`]

type Steps = ReturnType<typeof runOf>

/** What happened silently; that time passed is said by when the lines were written. */
const unlogged = (run: Steps): Steps => run.filter(({ action, silent }) => silent && action.kind !== "Tick")

/** The last lines of a run. */
const tailOf = (candidate: Pick<Candidate<unknown>, "way">): readonly string[] =>
  stepLines(runOf(candidate)).slice(-toldMax)

/** The first lines of a run. */
const headOf = (run: Steps): readonly string[] => {
  const lines = stepLines(run)
  const rest = lines.length - stepsMax
  return rest > 0 ? [...lines.slice(0, stepsMax), `    … and ${counted(rest, "more line")}`] : lines
}

/** The steps of a run, ticks that follow each other in one line. */
const stepLines = (run: Steps): readonly string[] => {
  const lines: { readonly text: string; times: number }[] = []
  for (const { action, silent } of run) {
    const text = `${textOf(action)}${silent ? "  (not in the log)" : ""}`
    const last = lines.at(-1)
    if (action.kind === "Tick" && last?.text === text) last.times += 1
    else lines.push({ text, times: 1 })
  }
  return lines.map(({ text, times }) => `    ${times === 1 ? "" : `${number(times)} × `}${text}`)
}

/** What was found, as JSON. */
export const jsonOf = (found: Found): object => ({
  ...verdictJson(found),
  ...(found.ticks === null ? {} : { ticks: found.ticks }),
  ...(found.unmet.length === 0 ? {} : { unmet: found.unmet }),
  ...(found.loggedSilently.length === 0 ? {} : { loggedSilently: found.loggedSilently }),
  seconds: found.seconds,
  reproduce: found.reproduce,
})

type Rejected = Extract<Validation<unknown>, { readonly tag: "rejected" | "overdue" }>

/** A log that does not fit, with what rules out each state that had fitted. */
const rejectedJson = (
  found: Found,
  { lines, most, line, before }: Rejected,
  frontier: readonly object[],
): object =>
  isVacuous(found)
    ? { verdict: "vacuous", lines, most, line: line.number }
    : {
        verdict: "rejected",
        lines,
        most,
        line: line.number,
        text: shortened(found.text, 2_000),
        candidates: before.length,
        frontier,
      }

const verdictJson = (found: Found): object => {
  const { validation } = found
  const { lines, most } = validation
  switch (validation.tag) {
    case "accepted":
      return {
        verdict: isVacuous(found) ? "vacuous" : "accepted",
        lines,
        most,
        silent: unlogged(validation.run).length,
      }
    case "rejected":
      return rejectedJson(
        found,
        validation,
        validation.frontier.map((ruledOut) => ({ ...ruledOut.why, words: whyText(ruledOut, {}) })),
      )
    case "overdue":
      return rejectedJson(
        found,
        validation,
        validation.frontier.map(({ after, possible }) => ({
          tag: "overdue",
          after,
          possible,
          words: overdueText(found, { after, possible }),
        })),
      )
    case "beyond":
      return {
        verdict: "inconclusive",
        lines,
        most,
        line: validation.line.number,
        size: validation.size,
        by: validation.by,
      }
    case "untold":
      return { verdict: "vacuous", lines, most }
    case "stopped":
      return { verdict: "inconclusive", stopped: true, lines, most, line: found.number }
  }
}
