import { shows, type BadAnswer } from "./bad-answer.ts"
import type { Verdict } from "./judge.ts"
import type { Seen } from "./page.ts"
import type { Probe } from "./probe.ts"
import type { Run } from "./run.ts"
import type { Tally } from "./shrink.ts"
import { tallyOf } from "./trial.ts"

/** A column of a table about locks. */
type Column = { readonly head: string; readonly cell: (seen: Seen) => string }

/** A Markdown table with a row for each lock. */
export const table = (columns: readonly Column[], rows: readonly Seen[]): string =>
  [
    columns.map(({ head }) => head),
    columns.map(() => "---"),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n")

const name: Column = { head: "lock", cell: ({ lock }) => lock.name }

/** "no" if it was seen in no run, "yes" if in all, else in how many of how many. */
export const often = ({ shown, runs }: Tally): string =>
  shown === 0 ? "no" : shown === runs ? "yes" : `${shown} of ${runs}`

const runsOf = ({ trial }: Seen, probe: Probe): readonly Run[] => trial.probes.get(probe) ?? []

/** How often a bad answer was seen in a probe; a dash where the probe makes no sense of this lock. */
const answered = (answer: BadAnswer, probe: Probe) => (seen: Seen) => {
  const runs = runsOf(seen, probe)
  return runs.length === 0 ? "–" : often(tallyOf(answer, runs))
}

/** In how many of the runs with two holders the first learned of it before it wrote. */
const learned = (probe: Probe) => (seen: Seen) => {
  const overtaken = runsOf(seen, probe).filter(({ verdict }) => shows("two holders", verdict))
  const inTime = overtaken.filter(({ verdict }) => !shows("stale write", verdict)).length
  return overtaken.length === 0 ? "–" : often({ shown: inTime, runs: overtaken.length })
}

const paused: readonly Probe[] = ["at work", "on waking", "later", "asking"]

const afterPause = (seen: Seen): string =>
  often(
    tallyOf(
      "two holders",
      paused.flatMap((probe) => runsOf(seen, probe)),
    ),
  )

const token = ({ trial }: Seen): string => {
  const verdicts: readonly Verdict[] = [...trial.probes.values()].flat().map(({ verdict }) => verdict)
  if (verdicts.every(({ tokens }) => tokens === 0)) return "none"
  return trial.findings.some(({ answer }) => answer === "equal tokens")
    ? "yes, but not always one each"
    : "yes"
}

const goesOn = (answer: "killed" | "silent") => (seen: Seen) => {
  const tally = tallyOf(answer, runsOf(seen, answer))
  if (tally.shown === 0) return "goes on"
  return tally.shown === tally.runs ? "blocks" : `blocks in ${often(tally)}`
}

/** Whether a resource that keeps the latest token would have stopped the first, once the second has written. */
const stopped = (seen: Seen): string => {
  const writes = [...paused, "live" as const, "cut" as const]
    .flatMap((probe) => runsOf(seen, probe))
    .flatMap(({ verdict }) => verdict.overtakings.flatMap((overtaking) => overtaking.writes))
  const refused = writes.filter((write) => write === "refused").length
  return writes.length === 0 ? "–" : often({ shown: refused, runs: writes.length })
}

/** Whether a lock has two holders, or blocks: one of both, and not none. */
export const isDilemma = (seen: Seen): boolean =>
  (afterPause(seen) === "no") === (goesOn("silent")(seen) === "blocks")

export const verdictColumns: readonly Column[] = [
  name,
  { head: "two holders, nothing wrong", cell: answered("two holders", "live") },
  { head: "two holders after a pause", cell: afterPause },
  { head: "learns in its work", cell: learned("at work") },
  { head: "on waking", cell: learned("on waking") },
  { head: "a while later", cell: learned("later") },
  { head: "by asking", cell: learned("asking") },
  { head: "fencing token", cell: token },
  { head: "checked, it stops the first", cell: stopped },
  { head: "holder killed", cell: goesOn("killed") },
  { head: "holder silent", cell: goesOn("silent") },
]

const count = (answer: BadAnswer, probe: Probe) => (seen: Seen) => {
  const runs = runsOf(seen, probe)
  const { shown } = tallyOf(answer, runs)
  return runs.length === 0 ? "–" : `${shown}/${runs.length}`
}

export const numberColumns: readonly Column[] = [
  name,
  { head: "race: two holders", cell: count("two holders", "race") },
  { head: "race: equal tokens", cell: count("equal tokens", "race") },
  { head: "heirs: two holders", cell: count("two holders", "heirs") },
  { head: "live: stale", cell: count("stale write", "live") },
  { head: "in its work: stale", cell: count("stale write", "at work") },
  { head: "on waking: stale", cell: count("stale write", "on waking") },
  { head: "a while later: stale", cell: count("stale write", "later") },
  { head: "having asked: stale", cell: count("stale write", "asking") },
  { head: "cut off: stale", cell: count("stale write", "cut") },
  { head: "cut off, a while later: stale", cell: count("stale write", "cut later") },
  { head: "cut off asleep: stale", cell: count("stale write", "cut asleep") },
]

export const lockColumns: readonly Column[] = [
  name,
  { head: "what it is here", cell: ({ lock }) => lock.made },
  { head: "versions", cell: ({ versions }) => versions.join(", ") || "the system's calls" },
]
