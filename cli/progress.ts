import type { Budget, Campaign } from "../properties/check/campaign.ts"
import { counted, number } from "../properties/amount.ts"
import type { SweepProgress } from "../properties/explore/worker-pool.ts"
import { actionsTaken } from "./report.ts"

/** How work goes that takes a while: `show` is called at every advance, `end` when there is none any more. */
export type Progress<A> = { readonly show: (soFar: A) => void; readonly end: () => void }

/**
 * The time, and a call again and again: the machine's own, or a test's. Units: milliseconds. `every` gives what stops
 * the calls.
 */
export type Clock = {
  readonly now: () => number
  readonly every: (millis: number, tick: () => void) => () => void
}

const machineClock: Clock = {
  now: () => performance.now(),
  every: (millis, tick) => {
    // The clock alone keeps no process alive.
    const timer = setInterval(tick, millis).unref()
    return () => {
      clearInterval(timer)
    }
  },
}

/** How often a plain log says that the work goes on, in milliseconds. */
const heartbeatMillis = 10_000

/**
 * Tells how work goes: on a terminal by one line that moves; elsewhere by a line every ten seconds, so that nobody
 * takes a silent build for a hung one; not at all where quiet is asked for. `line` says it of the last advance and
 * the milliseconds since the beginning.
 */
const progressLines = <A>(
  stream: NodeJS.WriteStream,
  isQuiet: boolean,
  line: (soFar: A, millis: number) => string,
  clock: Clock = machineClock,
): Progress<A> => {
  if (isQuiet) return { show: () => {}, end: () => {} }
  const start = clock.now()
  const sinceStart = (): number => clock.now() - start
  if (stream.isTTY)
    return {
      show: (soFar) => void stream.write(`\r\x1b[K${line(soFar, sinceStart())}`),
      end: () => void stream.write("\r\x1b[K"),
    }
  let last: { readonly soFar: A } | null = null
  let reportedAt = 0
  const beat = (): void => {
    const millis = sinceStart()
    if (millis - reportedAt < heartbeatMillis) return
    reportedAt = millis
    const text = last === null ? "nothing finished yet" : line(last.soFar, millis)
    stream.write(`ftpair: ${Math.round(millis / 1000)} s  ${text}\n`)
  }
  // Asked at every advance too: while the main thread computes, no timer comes to its turn.
  const stop = clock.every(1000, beat)
  return {
    show: (soFar) => {
      last = { soFar }
      beat()
    },
    end: stop,
  }
}

/** What a campaign aims at: its budget, from now on, and how many witnesses are `wanted`. */
type Goal = Pick<Required<Budget>, "schedules" | "engineRuns" | "millis" | "floor"> & {
  readonly wanted: number
}

/** The progress of a campaign towards its goal. */
export const progressOn = (
  stream: NodeJS.WriteStream,
  isQuiet: boolean,
  goal: Goal,
  clock?: Clock,
): Progress<Campaign> =>
  progressLines(stream, isQuiet, (soFar: Campaign, millis) => campaignLine(goal, soFar, millis), clock)

const campaignLine = (goal: Goal, soFar: Campaign, millis: number): string => {
  const perSecond = (n: number): string => number(Math.round((n * 1000) / Math.max(1, millis)))
  return [
    `${number(soFar.schedules)}${Number.isFinite(goal.schedules) ? `/${number(goal.schedules)}` : ""} schedules`,
    `${perSecond(soFar.schedules)}/s`,
    `${perSecond(actionsTaken(soFar))} actions/s`,
    `${Object.keys(soFar.witnesses).length}/${goal.wanted} witnesses`,
    ...(soFar.engineRuns === 0 ? [] : [`${number(soFar.engineRuns)} on the engine`]),
    ...leftWords(goal, soFar, millis),
  ].join("  ")
}

/** How long it takes still, if that is known; once the time is up, what is done of the floor. */
const leftWords = (goal: Goal, soFar: Campaign, millis: number): readonly string[] => {
  const { floor } = goal
  const isFloorLeft = soFar.schedules < floor.schedules || soFar.engineRuns < floor.engineRuns
  if (millis >= goal.millis && isFloorLeft)
    return [
      `time is up; finishing the minimum number of schedules (${doneOf(soFar.schedules, floor.schedules)}; on the engine ${doneOf(soFar.engineRuns, floor.engineRuns)})`,
    ]
  // How long the schedules on the engine take does not follow from those of the model.
  const untilRun =
    goal.engineRuns > 0
      ? Infinity
      : (millis * (goal.schedules - soFar.schedules)) / Math.max(1, soFar.schedules)
  const left = Math.min(goal.millis - millis, untilRun)
  return Number.isFinite(left) ? [`${Math.max(0, Math.ceil(left / 1000))} s left`] : []
}

const doneOf = (done: number, all: number): string => `${number(Math.min(done, all))} of ${number(all)}`

/** The progress of a sweep, level by level. */
export const levelsOn = (
  stream: NodeJS.WriteStream,
  isQuiet: boolean,
  clock?: Clock,
): Progress<SweepProgress> =>
  progressLines(
    stream,
    isQuiet,
    ({ depth, waiting }: SweepProgress) => `depth ${depth}  ${counted(waiting, "state")} in the level`,
    clock,
  )

/** The progress of an implementation through its cases, by their number; a terminal shows every twentieth. */
export const casesOn = (stream: NodeJS.WriteStream, isQuiet: boolean, clock?: Clock): Progress<number> => {
  const lines = progressLines(
    stream,
    isQuiet,
    (cases: number, millis) =>
      `${counted(cases, "case")}  ${number(Math.round((cases * 1000) / Math.max(1, millis)))}/s`,
    clock,
  )
  return {
    show: (cases) => {
      if (cases % 20 === 0 || !stream.isTTY) lines.show(cases)
    },
    end: lines.end,
  }
}
