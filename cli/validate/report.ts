import type { Candidate } from "../../conform/candidates.ts"
import { runOf } from "../../conform/candidates.ts"
import { shortened } from "../../conform/fault.ts"
import type { Profile } from "../../conform/profile.ts"
import type { Validation } from "../../conform/validate.ts"
import { counted, number } from "../../properties/amount.ts"
import { printable } from "../../traces/printable.ts"
import { textOf, whyLines, whyText } from "../conform/why.ts"
import type { Style } from "../style.ts"

/**
 * What was found of a log, with what its report needs.
 *
 * Shape  `text` is the line that was read last, as it stands in the file; `unmet` are pointers of the map at which no line
 *        had anything, `kindUnmet` the one of the kind of action if it is among them; `loggedSilently` the kinds that are silent, and logged all the same.
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
  readonly seconds: number
  readonly reproduce: string
}

/** How many model states of a frontier, and actions of a run, are reported. */
const toldMax = 5
const stepsMax = 30

/** Whether a log says too little to show that it fits; or, where no action was read at all, that it does not. */
export const isVacuous = ({ validation, unmet, kindUnmet }: Found): boolean =>
  validation.tag === "untold" ||
  (validation.tag === "accepted" && unmet.length > 0) ||
  (validation.tag === "rejected" && kindUnmet !== null)

/** What was found, for people. */
export const linesOf = (style: Style, found: Found): readonly string[] => {
  const { validation, kindUnmet } = found
  if (validation.tag === "rejected" && kindUnmet !== null)
    return [
      style.warn(
        `${printable(found.file)}: vacuous: no line up to ${validation.line.number} has anything at ${printable(kindUnmet)}, where by the map the kind of action stands: no action was read`,
      ),
    ]
  return [
    ...verdictLines(style, found),
    ...warningsOf(found).map((warning) => `  ${style.warn("warning")}: ${warning}`),
  ]
}

const warningsOf = ({ unmet, loggedSilently }: Found): readonly string[] => [
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
]

const verdictLines = (style: Style, found: Found): readonly string[] => {
  const { profile, silent, validation, seconds, unmet } = found
  const file = printable(found.file)
  const { lines, most } = validation
  const size = `${counted(lines, "line")}, ${counted(most, "model state")} at the most at once, ${seconds.toFixed(1)} s`
  if (validation.tag === "beyond")
    return [
      style.warn(
        `${file}: inconclusive at line ${validation.line.number}: too many fit, more than ${counted(validation.size, "model state")}`,
      ),
      `  ${size}; ${validation.by === "length" ? "their logs grow too long to follow more: a log that shows some counts or states leaves fewer" : "--candidates allows more"}`,
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
    const silentSteps = validation.run.filter((step) => step.silent).length
    return [
      unmet.length > 0
        ? style.warn(`${file}: vacuous: a behaviour of the model, as far as the map finds anything in it`)
        : style.good(`${file}: a behaviour of the model`),
      `  ${size}`,
      ...(silent.length === 0
        ? []
        : [
            "  a run that explains it:",
            ...stepsOf(validation.run),
            `  ${number(silentSteps)} of its ${counted(validation.run.length, "action")} left out of the log; --explain FILE keeps all of it`,
          ]),
    ]
  }
  const { line, frontier, before } = validation
  return [
    style.bad(`${file}: not a behaviour of the model: no state fits line ${line.number}`),
    `  ${printable(found.text, 400)}`,
    `  ${size}; ${counted(before.length, "model state")} fitted until then`,
    ...frontier.slice(0, toldMax).flatMap((ruledOut) => {
      const [first, ...more] = whyLines(profile, ruledOut, {})
      return [`  - ${first}`, ...more.map((line) => `    ${line}`)]
    }),
    ...(frontier.length > toldMax
      ? [`  … and ${counted(frontier.length - toldMax, "more way")} in which it does not fit`]
      : []),
    "  the latest actions of a run up to there:",
    ...stepsOf(tailOf(before[0] ?? { way: null })),
    ...changesNow(profile, before[0] ?? null),
  ]
}

/** The state before the line that does not fit, as far as there is one. */
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

/** What was found, as JSON. */
export const jsonOf = (found: Found): object => ({
  ...verdictJson(found),
  ...(found.unmet.length === 0 ? {} : { unmet: found.unmet }),
  ...(found.loggedSilently.length === 0 ? {} : { loggedSilently: found.loggedSilently }),
  seconds: found.seconds,
  reproduce: found.reproduce,
})

const verdictJson = (found: Found): object => {
  const { validation } = found
  const { lines, most } = validation
  switch (validation.tag) {
    case "accepted":
      return {
        verdict: isVacuous(found) ? "vacuous" : "accepted",
        lines,
        most,
        silent: validation.run.filter(({ silent }) => silent).length,
      }
    case "rejected":
      if (isVacuous(found)) return { verdict: "vacuous", lines, most, line: validation.line.number }
      return {
        verdict: "rejected",
        lines,
        most,
        line: validation.line.number,
        text: shortened(found.text, 2_000),
        candidates: validation.before.length,
        frontier: validation.frontier.map((ruledOut) => ({ ...ruledOut.why, words: whyText(ruledOut, {}) })),
      }
    case "beyond":
      return { verdict: "inconclusive", lines, most, line: validation.line.number, size: validation.size }
    case "untold":
      return { verdict: "vacuous", lines, most }
    case "stopped":
      return { verdict: "inconclusive", stopped: true, lines, most, line: found.number }
  }
}
