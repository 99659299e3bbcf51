import { CannotWrite } from "../../traces/atomic-file.ts"
import { keepFailure } from "../../conform/artefact.ts"
import type { FailedCase } from "../../conform/campaign.ts"
import type { Connection } from "../../conform/connection.ts"
import type { Ground } from "../../conform/profiles.ts"
import { sessionOf } from "../../conform/session.ts"
import type { Shrunk } from "../../conform/shrink.ts"
import { differenceOf } from "./difference.ts"
import type { ReportedFailure } from "./outcome.ts"
import { failureLines, reproduceLine } from "./report.ts"
import { candidatesMax } from "./spec.ts"
import type { Style } from "../style.ts"
import { quoted } from "../report.ts"

/** Of failures of one sort, the shortest: by the kind of the last action, the guard, and what did not fit. */
export const distinctFailures = <S>(failed: readonly FailedCase<S>[]): readonly FailedCase<S>[] => {
  const bySort = new Map<string, FailedCase<S>>()
  for (const failure of failed) {
    const sort = sortOf(failure)
    const before = bySort.get(sort)
    if (before === undefined || lengthOf(failure) < lengthOf(before)) bySort.set(sort, failure)
  }
  return [...bySort.values()].sort((a, b) => lengthOf(a) - lengthOf(b))
}

const lengthOf = <S>({ case: { actions }, outcome }: FailedCase<S>): number =>
  outcome.tag === "diverged" ? outcome.step : actions.length

/** Of what sort a failure is, once it is short. */
export const sortOfShrunk = <S>({ actions, outcome }: Shrunk<S>): string => sorted(actions, outcome)

const sortOf = <S>({ case: { actions }, outcome }: FailedCase<S>): string => sorted(actions, outcome)

const sorted = <S>(actions: Shrunk<S>["actions"], outcome: Shrunk<S>["outcome"]): string => {
  if (outcome.tag === "broken") return outcome.fault.code
  const why = outcome.frontier[0]?.why
  const what =
    why?.tag === "differs"
      ? why.at.replace(/\d+/g, "*")
      : why?.tag === "refused"
        ? `refused ${why.guard}`
        : (why?.tag ?? "")
  return `${actions[outcome.step - 1]?.kind ?? "reset"} ${what}`
}

/** How long failures may be shrunk where the time of the run is up, all together: in milliseconds. */
const shrinkingMin = 5_000

/** When to stop making failures short: with the run, which is until then, but not at once. */
export const shrinkingUntil = (until: number, now: number): number => Math.max(until, now + shrinkingMin)

/** A failure as it was found: a signal came before it was shrunk. */
export const asFound = <S>({ case: each, outcome }: FailedCase<S>): Shrunk<S> => ({
  config: each.config,
  actions: outcome.tag === "diverged" ? each.actions.slice(0, outcome.step) : each.actions,
  outcome,
  steadiness: { tag: "seen once", failures: 1, runs: 1 },
  minimality: "found",
  trials: 0,
  cut: "signal",
})

/** Keeps a failure, and reports it: also where it cannot be kept. */
export const reportFailure = <S>(
  { hello }: Connection<S>,
  { profile }: Ground<S>,
  failure: FailedCase<S>,
  shrunk: Shrunk<S>,
  {
    folder,
    command,
    style,
  }: { readonly folder: string; readonly command: readonly string[]; readonly style: Style },
): ReportedFailure => {
  const session = { hello, profile, schema: sessionOf(null, hello, profile, candidatesMax).schema }
  const words = command.map(quoted).join(" ")
  const { file, why } = kept(() => keepFailure(folder, session, shrunk, failure.case.path, words))
  return {
    steps: shrunk.actions.length,
    file,
    minimality: shrunk.minimality,
    cut: shrunk.cut,
    spent: shrunk.spent === true,
    case: failure.case.path,
    difference: differenceOf(shrunk),
    reproduce: file === null ? null : reproduceLine(file, words),
    lines: failureLines(style, profile, failure, shrunk, { file, why, command: words }),
  }
}

/** The file in which a failure is kept; or null, and why it cannot be: it is reported all the same. */
const kept = (keep: () => string): { readonly file: string | null; readonly why: string } => {
  try {
    return { file: keep(), why: "" }
  } catch (error) {
    if (error instanceof CannotWrite) return { file: null, why: error.message }
    throw error
  }
}
