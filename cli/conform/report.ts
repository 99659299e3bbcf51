import { modelRun, steadinessText } from "../../conform/artefact.ts"
import type { FailedCase } from "../../conform/campaign.ts"
import type { AdapterFault } from "../../conform/fault.ts"
import type { Profile } from "../../conform/profile.ts"
import type { Shrunk } from "../../conform/shrink.ts"
import { faults, type Hello } from "../../conform/wire.ts"
import { counted, number } from "../../properties/amount.ts"
import { printable } from "../../traces/printable.ts"
import { faultJson, type ConformReport } from "./outcome.ts"
import { answerLines, textOf, whyText } from "./why.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import type { Output } from "../output.ts"
import type { Style } from "../style.ts"
import { quoted } from "../report.ts"

/** Which implementation was met, and what of it can be observed. */
export const helloLines = (
  style: Style,
  { implementation, profile, observes, actions, silent = [], chooses = [] }: Hello,
  seed: string | null,
): readonly string[] => [
  `${style.strong(printable(`${implementation.name} ${implementation.version}`, 200))} (${printable(implementation.language, 100)}), profile ${profile}${seed === null ? "" : `; seed ${seed}`}`,
  profile === "placement"
    ? `  answers ${actions.join(", ")}`
    : `  shows ${observes.length === 0 ? "nothing of its state" : printable(observes.join(", "))}; takes ${counted(actions.length, "kind of action", "kinds of action")}`,
  ...(silent.length === 0 ? [] : [`  takes by itself, unasked: ${silent.join(", ")}`]),
  ...(chooses.length === 0 ? [] : [`  chooses the host itself: ${chooses.join(", ")}`]),
]

/** How an implementation broke the wire. */
export const faultLines = (style: Style, { code, detail, line, log }: AdapterFault): readonly string[] => [
  style.bad(`the implementation broke the wire: ${code}`),
  `  ${faults[code]}`,
  `  ${printable(detail, 1000)}`,
  ...(line === null ? [] : [`  the line: ${printable(line)}`]),
  ...(log === ""
    ? []
    : [
        "  the end of its stderr:",
        ...log
          .trimEnd()
          .split("\n")
          .slice(-10)
          .map((text) => `    ${printable(text, 400)}`),
      ]),
]

/** Reports that an implementation broke the wire, where that ends the command. */
export const reportFault = ({ style, say, document }: Output, fault: AdapterFault): ExitCode => {
  say(...faultLines(style, fault))
  document({ verdict: "broken", fault: faultJson(fault) })
  return exitCodes.foreign
}

/** A failure: what was asked, what the model does and what was answered, and how surely it comes back. */
export const failureLines = <S>(
  style: Style,
  profile: Profile<S>,
  failure: FailedCase<S>,
  shrunk: Shrunk<S>,
  kept: { readonly file: string | null; readonly why: string; readonly command: string } | null,
): readonly string[] => {
  const { actions, outcome } = shrunk
  const last = actions.at(-1)
  const headline =
    outcome.tag === "broken"
      ? style.bad(`broke the wire: ${outcome.fault.code}, in ${counted(actions.length, "action")}`)
      : style.bad(
          `differs from the model at action ${outcome.step} of ${actions.length}${last === undefined ? ", the state after the reset" : `: ${textOf(last)}`}`,
        )
  return [
    headline,
    ...(outcome.tag === "broken"
      ? faultLines(style, outcome.fault).slice(1)
      : answerLines(style, profile, shrunk, outcome)),
    "",
    ...runLines(style, profile, shrunk),
    "",
    ...(kept === null
      ? [`  case:      ${printable(failure.case.path)}`]
      : [
          `  found:     ${printable(failure.case.path)}, at action ${outcome.tag === "diverged" && failure.outcome.tag === "diverged" ? failure.outcome.step : failure.case.actions.length}`,
          `  steady:    ${steadinessText(shrunk)}`,
          `  shrunk:    ${shrinkingText(shrunk)}`,
          ...(shrunk.spent === true
            ? ["             which are all that shrinking may take: fewer actions may do"]
            : []),
          ...(kept.file === null
            ? [`  ${style.bad("not saved")}: ${printable(kept.why)}`]
            : [
                `  saved:     ${printable(kept.file)}`,
                `  Reproduce: ${reproduceLine(kept.file, kept.command)}`,
                `  Replay:    npx ftpair replay ${quoted(kept.file)}`,
              ]),
        ]),
    "",
  ]
}

const shrinkingText = <S>({ actions, steadiness, minimality, trials, cut }: Shrunk<S>): string => {
  const ending = { time: "the time was up", signal: "a signal stopped it" }
  if (cut !== null && steadiness.tag === "seen once") return `not at all, as ${ending[cut]}`
  const short = `to ${counted(actions.length, "action")}, ${minimality}, in ${counted(trials, "run")} of the implementation`
  return cut === null ? short : `${short}, when ${ending[cut]}`
}

/** The command with which a kept failure comes back. */
export const reproduceLine = (file: string, command: string): string =>
  `npx ftpair conform --run ${quoted(file)} -- ${command}`

const runLines = <S>(style: Style, profile: Profile<S>, shrunk: Shrunk<S>): readonly string[] => {
  const steps = modelRun(profile, shrunk)
  const width = Math.max(0, ...steps.map(({ action }) => textOf(action).length))
  const indent = " ".repeat(width + 7)
  const lines = steps.flatMap(({ action, before, after, refused }, i) => {
    const first = `  ${String(i + 1).padStart(3)}  ${style.strong(textOf(action).padEnd(width))}`
    if (refused !== null) return [`${first}  ${style.faint(`the model refuses: ${refused}`)}`]
    const changes = profile.changes(before, after)
    if (changes.length === 0) return [`${first}  ${style.faint("changes nothing")}`]
    return changes.map((change, n) => `${n === 0 ? first : indent}  ${change}`)
  })
  return [...lines, ...shownOtherwise(shrunk).map((why) => `${indent}  ${style.bad(why)}`)]
}

/** What was shown after the last action in place of what the model has. */
const shownOtherwise = <S>({ outcome }: Shrunk<S>): readonly string[] =>
  outcome.tag === "diverged"
    ? outcome.frontier
        .filter(({ why }) => why.tag === "differs")
        .slice(0, 1)
        .map((ruledOut) => whyText(ruledOut, outcome.shown))
    : []

/** All that is said at the end. */
export const conformLines = (style: Style, report: ConformReport): readonly string[] => {
  const { result, reported, stale, seconds, shutdownFault } = report
  const { cases, tally, failed, known, lacking, skipped, beyond } = result
  const answers = tally.taken + tally.refused
  return [
    `  ${counted(cases.named, "stored case")}, ${number(cases.scopes)} of everything in small scopes, ${number(cases.random)} random; ${counted(answers, "answer")} compared, ${counted(tally.refused, "refusal")} among them; ${seconds.toFixed(1)} s`,
    ...(tally.skipped + tally.errors + tally.unsure === 0
      ? []
      : [
          `  ${number(tally.skipped)} skipped; errors: ${number(tally.errors)} definite, ${number(tally.unsure)} indefinite, followed both ways`,
        ]),
    ...coverageLines(style, result),
    ...listed(style, lacking, "stored case", "left out, for what it does not take"),
    ...skippedLines(style, skipped),
    ...listed(style, beyond, "case", "given up, as too many model states fitted"),
    ...(known.length === 0 ? [] : [`  ${counted(known.length, "case")} failed, as is known`]),
    ...stale.map((pattern) => style.bad(`  known to fail, and nothing of it fails: ${pattern}`)),
    "",
    ...reported.flatMap(({ lines, alike }) => [
      ...lines,
      ...(alike.length === 0
        ? []
        : [`  the same, once shrunk: ${counted(alike.length, "more case")}: ${sample(alike)}`, ""]),
    ]),
    ...(failed.length > 1
      ? [`${counted(failed.length, "case")} failed: ${sample(failed.map(({ case: { path } }) => path))}`]
      : []),
    ...(shutdownFault === null ? [] : faultLines(style, shutdownFault)),
    verdictLine(style, report),
  ]
}

const listed = (style: Style, paths: readonly string[], thing: string, what: string): readonly string[] =>
  paths.length === 0 ? [] : [style.faint(`  ${counted(paths.length, thing)} ${what}: ${sample(paths)}`)]

const sample = (paths: readonly string[]): string =>
  printable(paths.length <= 4 ? paths.join(", ") : `${paths.slice(0, 3).join(", ")}, …`)

const verdictLine = (style: Style, { code, hello, result }: ConformReport): string => {
  const { implementation, observes, profile } = hello
  const name = printable(implementation.name, 200)
  switch (code) {
    case exitCodes.ok:
      return style.good(
        `${name} conforms, as far as it was seen: profile ${profile}${observes.length === 0 ? "" : `, ${observes.join(", ")}`}`,
      )
    case exitCodes.divergence:
      return style.bad(`${name} differs from the model`)
    case exitCodes.vacuous:
      return style.warn(vacuityText(hello, result))
    case exitCodes.notAsPromised:
      return style.bad("the list of known failures is stale")
    case exitCodes.inconclusive:
      return style.warn(
        `inconclusive${result.stopped === "time" ? ", stopped for time" : result.stopped === "interrupted" ? ", stopped by a signal" : ""}${result.tally.taken + result.tally.refused === 0 ? "; nothing was compared" : "; what was compared fits the model"}`,
      )
    default:
      return style.bad(`${name} broke the wire`)
  }
}

/** How many cases were left out because of their clusters, and what was said to that. */
const skippedLines = (style: Style, skipped: ConformReport["result"]["skipped"]): readonly string[] => {
  const reasons = [...new Set(skipped.map(({ why }) => why))]
  return reasons.flatMap((why) => {
    const paths = skipped.filter((each) => each.why === why).map(({ path }) => path)
    const said = why === "" ? "" : ` (${printable(why)})`
    return listed(style, paths, "case", `left out, in clusters that it does not have${said}`)
  })
}

/** What was seen of each small cluster, and which witnesses were. */
const coverageLines = (
  style: Style,
  { scopes, isToured, witnesses, unseen, untaken }: ConformReport["result"],
): readonly string[] => {
  const seen = Object.entries(witnesses)
  return [
    ...scopes.map(
      ({ name, bounds, states, transitions, refusals }) =>
        `  ${name.padEnd(Math.max(...scopes.map((scope) => scope.name.length)))}  ${share(transitions, "transition")}, ${share(refusals, "refusal")} of ${counted(states, "state")}: ${bounds}`,
    ),
    ...(scopes.length === 0 || isToured
      ? []
      : [style.warn("  the small scopes were not gone through to their end")]),
    ...(seen.length === 0
      ? []
      : [
          `  ${counted(seen.length, "witness", "witnesses")}, in so many cases: ${seen.map(([id, cases]) => `${id} ${number(cases)}`).join(", ")}`,
        ]),
    ...(isToured && unseen.length > 0 ? [style.warn(`  never seen: ${unseen.join(", ")}`)] : []),
    ...(isToured && untaken.length > 0 ? [style.faint(`  never taken: ${untaken.join(", ")}`)] : []),
  ]
}

const share = ({ covered, all }: { readonly covered: number; readonly all: number }, thing: string): string =>
  `${covered === all ? "all" : `${number(covered)} of`} ${counted(all, thing)}`

const vacuityText = (
  { actions }: Hello,
  { tally, unseen, untaken, stopped }: ConformReport["result"],
): string => {
  if (tally.taken + tally.refused === 0)
    return [
      "vacuous: no answer said anything",
      ...(tally.skipped === 0 ? [] : [`${counted(tally.skipped, "ask")} skipped`]),
      ...(stopped === "untold" ? ["the rest was not asked"] : []),
    ].join("; ")
  const isDeclared = (kind: string): boolean => (actions as readonly string[]).includes(kind)
  const skipped = untaken.filter(isDeclared)
  const undeclared = untaken.filter((kind) => !isDeclared(kind))
  return [
    `vacuous, never seen: ${unseen.join(", ")}`,
    ...(skipped.length === 0 ? [] : [`of what it declares, it never takes ${skipped.join(", ")}`]),
    ...(undeclared.length === 0 ? [] : [`it does not declare ${undeclared.join(", ")}`]),
  ].join("; ")
}
