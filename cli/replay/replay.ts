import { storedFailureIn, type StoredFailure } from "../../conform/stored-failure.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { printable } from "../../traces/printable.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { readConfig } from "../../traces/config.ts"
import { readStory, type Story } from "../../traces/read.ts"
import {
  firstDifference,
  outcomeOf,
  replayStory,
  verdictOf,
  wordsOf,
  type Replay,
  type ReplayOutcome,
  type Verdict,
} from "../../traces/replay.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import type { State } from "../../model/state.ts"
import { describe } from "../../model/action.ts"
import { atJson, atLines, stateAt, writePrefix } from "../at.ts"
import { replayFailure } from "./failure.ts"
import { codeOfViolation, exitCodes, worst, type ExitCode } from "../exit.ts"
import { prepareOutput } from "../written.ts"
import { outputFor, type Output, type OutputFlags } from "../output.ts"
import type { Style } from "../style.ts"
import { stepLines } from "../report.ts"

/** The flags of `ftpair replay`. */
export type ReplayFlags = OutputFlags & {
  readonly config?: string
  readonly property?: readonly string[]
  readonly mutant?: string
  readonly at?: number
  readonly out?: string
}

/** One file, replayed. What has no actions, and violates nothing at its start, keeps no promise: nothing was looked at. */
type Replayed = {
  readonly story: Story
  readonly replayed: Replay
  readonly verdict: Verdict
  readonly outcome: ReplayOutcome | "vacuous"
}

/** What there is to say of one file. */
type FileReport = {
  readonly code: ExitCode
  readonly lines: (style: Style) => readonly string[]
  readonly json: object
}

/** Replays schedules and traces, and compares what comes of them with what they promise. */
export const replayFiles = (files: readonly string[], flags: ReplayFlags): ExitCode => {
  if (flags.out !== undefined) prepareOutput("--out", flags.out, files)
  const all = files.map((file) => (isPlain(flags) ? storedFailureIn(file) : null) ?? storyIn(file, flags))
  const { style, say, document, note } = outputFor(flags)
  if (flags.out !== undefined) writePrefixOf(all.filter(isStory), flags.out, flags.at, note)
  const reports = all.map((each) => (isStory(each) ? reportOf(each, flags.at) : replayFailure(each)))
  const json = reports.map((each) => each.json)
  document(json.length === 1 ? json[0] : json)
  for (const { lines } of reports) say(...lines(style), "")
  return worst(reports.map(({ code }) => code))
}

/** Whether a file is to be shown by nothing but its own words. */
const isPlain = ({ config, property, mutant, at, out }: ReplayFlags): boolean =>
  [config, property, mutant, at, out].every((flag) => flag === undefined)

const isStory = (each: Replayed | StoredFailure): each is Replayed => "replayed" in each

const storyIn = (file: string, flags: ReplayFlags): Replayed =>
  replayAs(changed(readStory(file), flags), flags)

const reportOf = (each: Replayed, at: number | undefined): FileReport => ({
  code: codeOf(each),
  lines: (style) => linesOf(style, each, at),
  json: jsonOf(each, at),
})

/** The story in another cluster, or under other rules: then the states that it has stored say nothing. */
const changed = (story: Story, flags: ReplayFlags): Story => ({
  ...story,
  config: flags.config === undefined ? story.config : readConfig(flags.config),
  mutant: flags.mutant === undefined ? story.mutant : flags.mutant === "none" ? null : flags.mutant,
  states: flags.config === undefined && flags.mutant === undefined ? story.states : null,
})

const replayAs = (story: Story, flags: ReplayFlags): Replayed => {
  const properties = catalogue.filter(({ id }) => flags.property?.includes(id) ?? true)
  const replayed = replayStory(properties, story)
  const outcome = outcomeOf(story, replayed)
  const isBare = story.actions.length === 0 && replayed.violations.length === 0
  const isVacuous = isBare && outcome === "reproduced"
  return { story, replayed, verdict: verdictOf(replayed, story), outcome: isVacuous ? "vacuous" : outcome }
}

const codeOf = ({ story, replayed, verdict, outcome }: Replayed): ExitCode => {
  if (outcome === "reproduced") return exitCodes.ok
  if (outcome === "vacuous") return exitCodes.vacuous
  if (story.expect !== null || verdict.verdict !== "breached") return exitCodes.notAsPromised
  const violation = replayed.violations.find(({ property }) => property.id === verdict.property)
  return violation === undefined ? exitCodes.safety : codeOfViolation(violation.property)
}

/** The steps up to one as a schedule: of one file, or it would be overwritten by the next. */
const writePrefixOf = (
  all: readonly Replayed[],
  out: string,
  at: number | undefined,
  note: Output["note"],
): void => {
  const [one] = all
  if (at === undefined || one === undefined || all.length > 1)
    throw new BadInput({
      message: "--out writes the steps up to one of a single file: give that with --at N",
    })
  stateAt(one.story, one.replayed, at)
  writePrefix(out, one.story, at, note)
}

const jsonOf = ({ story, replayed, verdict, outcome }: Replayed, at: number | undefined) => ({
  file: story.file,
  ...verdict,
  expected: story.expect,
  outcome,
  final: stateJsonOf(replayed.states.at(-1) as State),
  ...(at === undefined ? {} : { at: atJson(story, replayed, at) }),
})

const linesOf = (style: Style, each: Replayed, at: number | undefined): readonly string[] => {
  const { story, replayed, outcome } = each
  const head = outcome === "reproduced" ? style.good : outcome === "vacuous" ? style.warn : style.bad
  return [
    `${style.strong(printable(story.file))}${story.mutant === null ? "" : `  mutant ${story.mutant}`}`,
    ...(story.title === null ? [] : [`  ${printable(story.title)}`]),
    ...(story.source === null ? [] : [style.faint(`  ${printable(story.source)}`)]),
    "",
    ...(at === undefined
      ? [...stepLines(style, replayed.states, story.actions), ...refusalLines(style, each)]
      : [...atLines(style, story, replayed, at), ""]),
    ...replayed.violations.map(
      ({ property, why, step }) =>
        `  ${style.bad(`${property.id} ${property.name} violated at step ${step}`)}: ${printable(why)}`,
    ),
    "",
    `  ${head(outcome)}: ${sentenceOf(each)}`,
  ]
}

const refusalLines = (style: Style, { story, replayed: { refusal } }: Replayed): readonly string[] => {
  const action = refusal === null ? undefined : story.actions[refusal.step - 1]
  if (refusal === null || action === undefined) return []
  return [
    `  ${String(refusal.step).padStart(3)}  ${style.strong(describe(action))}  refused by the guard ${style.warn(refusal.guard)}`,
  ]
}

const sentenceOf = ({ story, replayed, verdict, outcome }: Replayed): string => {
  if (outcome === "vacuous") return "the file has no actions, so that nothing was replayed"
  const actual = wordsOf(verdict)
  if (outcome === "reproduced")
    return `${actual}, as ${story.expect === null ? "it should" : "the file promises"}`
  if (story.expect === null) return `${actual}, and the file promises nothing, so that all should hold`
  const difference = firstDifference(story, replayed)
  const states = difference === null ? "" : `; the state after step ${difference} is not the one stored`
  return `${actual}; the file promises: ${wordsOf(story.expect)}${states}; not as promised, so exit code ${exitCodes.notAsPromised}`
}
