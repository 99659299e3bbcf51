import { BadInput } from "../../traces/bad-input.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { counted } from "../../properties/amount.ts"
import { printable } from "../../traces/printable.ts"
import { withGround } from "../../conform/profiles.ts"
import {
  recordedLines,
  recordingIn,
  rejudged,
  type Recording,
  type Rejudged,
} from "../../conform/recording.ts"
import { isFailing } from "../../conform/attempt.ts"
import type { ConformFlags } from "./flags.ts"
import { verdicts } from "./outcome.ts"
import { asFound } from "./failure.ts"
import { candidatesMax } from "./spec.ts"
import { failureLines, reportFault } from "./report.ts"
import { exitCodes, worst, type ExitCode } from "../exit.ts"
import { outputFor } from "../output.ts"
import type { Style } from "../style.ts"

/** Judges a recorded session again, without the implementation. */
export const judgeRecorded = (file: string, flags: ConformFlags): ExitCode => {
  const recording = recordingIn(file, recordedLines(file))
  try {
    return judged(file, recording, flags)
  } finally {
    recording.close()
  }
}

const judged = (file: string, recording: Recording, flags: ConformFlags): ExitCode => {
  if (flags.profile !== undefined && flags.profile !== recording.hello.profile)
    throw new BadInput({
      message: `--profile ${flags.profile}: ${file} is of the profile ${recording.hello.profile}`,
    })
  const output = outputFor(flags)
  const { style, say, document, isText } = output
  try {
    return withGround(recording.hello.profile, ({ profile }) => {
      const result = rejudged(profile, recording, candidatesMax)
      const code = codeOf(result)
      const first = isText ? firstOf(result) : null
      if (first !== null) say(...failureLines(style, profile, first, asFound(first), null))
      say(...summaryLines(style, recording, result))
      document(jsonOf(recording, result, code))
      return code
    })
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error
    return reportFault(output, error)
  }
}

/** The failure that is reported: the first difference, or where there is none, the first violation of the wire. */
const firstOf = <S>({ failed }: Rejudged<S>) => {
  const failures = failed.flatMap(({ case: each, outcome }) =>
    isFailing(outcome) ? [{ case: each, outcome }] : [],
  )
  return failures.find(({ outcome }) => outcome.tag === "diverged") ?? failures[0] ?? null
}

const codeOf = <S>({ failed, tally, unanswered, beyond }: Rejudged<S>): ExitCode => {
  const isVacuous = failed.length === 0 && (unanswered > 0 || tally.taken + tally.refused === 0)
  return worst([
    ...(failed.some(({ outcome }) => outcome.tag === "diverged") ? [exitCodes.divergence] : []),
    ...(failed.some(({ outcome }) => outcome.tag === "broken") ? [exitCodes.foreign] : []),
    ...(isVacuous ? [exitCodes.vacuous] : []),
    ...(beyond.length > 0 ? [exitCodes.inconclusive] : []),
  ])
}

const jsonOf = <S>({ hello }: Recording, result: Rejudged<S>, code: ExitCode) => ({
  verdict: verdicts[code] ?? "defect",
  implementation: hello.implementation,
  cases: result.cases,
  answers: result.tally,
  unanswered: result.unanswered,
  failed: result.failed.map(({ case: { path } }) => path),
  beyond: result.beyond,
})

const summaryLines = <S>(
  style: Style,
  { hello }: Recording,
  { cases, tally, failed, unanswered, beyond }: Rejudged<S>,
): readonly string[] => {
  const compared = tally.taken + tally.refused
  const verdict =
    failed.length > 0
      ? style.bad(`${counted(failed.length, "case")} did not fit the model`)
      : compared === 0
        ? style.warn("vacuous: no answer said anything")
        : unanswered > 0
          ? style.warn("vacuous: what was answered fits the model, and not all was answered")
          : beyond.length > 0
            ? style.warn(`${counted(beyond.length, "case")} given up, as too many model states fitted`)
            : style.good("all fit the model")
  return [
    ...(unanswered === 0 ? [] : [`  ${counted(unanswered, "ask")} without an answer`]),
    `${counted(cases, "recorded case")} of ${printable(hello.implementation.name, 200)}, ${counted(compared, "answer")} compared: ${verdict}`,
  ]
}
