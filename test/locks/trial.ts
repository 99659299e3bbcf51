import { faultsOf, renumbered, type Schedule } from "./action.ts"
import { badAnswers, shows, type BadAnswer } from "./bad-answer.ts"
import type { Probe } from "./probe.ts"
import type { Run } from "./run.ts"
import { shrink, type Tally } from "./shrink.ts"

/** A bad answer, with the shortest schedule that was found to give it and how often that does. */
export type Finding = {
  readonly answer: BadAnswer
  readonly schedule: Schedule
  readonly tally: Tally
  /** A run that shows it. */
  readonly run: Run
}

/** What was seen of one lock: the runs of each probe, how many schedules were drawn, and what was found. */
export type Trial = {
  readonly probes: ReadonlyMap<Probe, readonly Run[]>
  readonly drawn: number
  readonly findings: readonly Finding[]
}

/** How often things are run: what is about chance more often than the rest. */
export const rounds = { probe: 5, race: 32, shrink: 3, shrinkRace: 8, confirm: 10, confirmRace: 48 } as const

/** Tries a lock: by the probes, by schedules that were drawn, and by shrinking what has given a bad answer. */
export const tryOut = async (
  run: (schedules: readonly Schedule[]) => Promise<readonly Run[]>,
  probes: ReadonlyMap<Probe, Schedule>,
  drawn: readonly Schedule[],
): Promise<Trial> => {
  const planned = [...probes].flatMap(([probe, schedule]) =>
    Array.from({ length: roundsOf(schedule) }, () => ({ probe, schedule })),
  )
  const all = await run([...planned.map(({ schedule }) => schedule), ...drawn])
  const ran = all.map((each, n) => ({
    ...each,
    schedule: planned[n]?.schedule ?? (drawn[n - planned.length] as Schedule),
  }))
  return {
    probes: new Map(
      [...probes.keys()].map((probe) => [probe, all.filter((_, n) => planned[n]?.probe === probe)]),
    ),
    drawn: drawn.length,
    findings: await findingsIn(run, ran),
  }
}

const roundsOf = (schedule: Schedule): number => (faultsOf(schedule).has("Race") ? rounds.race : rounds.probe)

type Ran = Run & { readonly schedule: Schedule }

const findingsIn = async (
  run: (schedules: readonly Schedule[]) => Promise<readonly Run[]>,
  ran: readonly Ran[],
): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  for (const answer of badAnswers)
    for (const schedule of suspects(answer, ran)) {
      if (findings.some((found) => covers(found, answer, schedule))) continue
      const found = await findingOf(run, answer, schedule)
      if (found !== null && !findings.some((other) => covers(other, answer, found.schedule)))
        findings.push(found)
    }
  return findings
}

/** The schedules that have given an answer, those with the fewest faults first, and the shortest of these. */
const suspects = (answer: BadAnswer, ran: readonly Ran[]): readonly Schedule[] => {
  const gave = ran
    .filter(({ verdict }) => shows(answer, verdict))
    .filter(({ verdict }) => answer !== "two holders" || !shows("stale write", verdict))
  return [...new Set(gave.map(({ schedule }) => schedule))].toSorted(
    (a, b) => faultsOf(a).size - faultsOf(b).size || a.length - b.length,
  )
}

/** Whether a finding already tells what this schedule would: the same answer or a worse one, by no other faults. */
const covers = (found: Finding, answer: BadAnswer, schedule: Schedule): boolean =>
  (found.answer === answer || (found.answer === "stale write" && answer === "two holders")) &&
  [...faultsOf(found.schedule)].every((fault) => faultsOf(schedule).has(fault))

const findingOf = async (
  run: (schedules: readonly Schedule[]) => Promise<readonly Run[]>,
  answer: BadAnswer,
  schedule: Schedule,
): Promise<Finding | null> => {
  const isRace = faultsOf(schedule).has("Race")
  const times = isRace ? rounds.shrinkRace : rounds.shrink
  const count = async (schedules: readonly Schedule[]): Promise<readonly Tally[]> => {
    const runs = await run(schedules.flatMap((each) => Array<Schedule>(times).fill(each)))
    return schedules.map((_, n) => tallyOf(answer, runs.slice(n * times, (n + 1) * times)))
  }
  const short = renumbered(await shrink(count, schedule))
  const runs = await run(Array<Schedule>(isRace ? rounds.confirmRace : rounds.confirm).fill(short))
  const example = runs.find(({ verdict }) => shows(answer, verdict))
  return example === undefined
    ? null
    : { answer, schedule: short, tally: tallyOf(answer, runs), run: example }
}

export const tallyOf = (answer: BadAnswer, runs: readonly Run[]): Tally => ({
  shown: runs.filter(({ verdict }) => shows(answer, verdict)).length,
  runs: runs.length,
})
