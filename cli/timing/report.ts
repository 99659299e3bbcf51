import { describe, type Action } from "../../model/action.ts"
import type { Role } from "../../model/copy.ts"
import { aligned, gap } from "../../traces/table.ts"
import {
  boundsOf,
  detectorsOf,
  shortestGoLiveDelay,
  tickOf,
  type Misfortune,
  type Times,
} from "../../properties/time/bounds.ts"
import { lengthOf } from "./length.ts"
import { partsOf } from "./parts.ts"

// What `ftpair timing` writes: the bounds as tables and as a picture, a run with its times, and the bounds as JSON.

const roles = ["primary", "secondary"] as const satisfies readonly Role[]
const sources = ["heartbeats", "log"] as const

const words = {
  primary: { heartbeats: "a Primary hears no heartbeats", log: "a Primary hears no acknowledgements" },
  secondary: { heartbeats: "a Secondary hears no heartbeats", log: "a Secondary hears nothing of the log" },
} as const

const detectorNames = {
  primary: { heartbeats: "a Primary's heartbeat detector", log: "a Primary's silence detector" },
  secondary: { heartbeats: "a Secondary's heartbeat detector", log: "a Secondary's silence detector" },
} as const

const misfortunes: Readonly<Record<Misfortune, string>> = {
  primaryHost: "the Primary's host fails",
  primaryCopy: "the Primary crashes, or loses its storage",
  secondaryHost: "the Secondary's host fails",
  secondaryCopy: "the Secondary crashes, or loses its storage",
  link: "the link between them is cut",
}

/** The bounds that follow from times, as tables, and a failover as a picture. */
export const boundLines = (time: Times): readonly string[] => {
  const bounds = boundsOf(time)
  const length = (ticks: number): string => lengthOf(time, ticks)
  return [
    `in a plain cluster of three hosts and one pair; a tick is ${tickOf(time)} ms`,
    "",
    ...table(
      ["a copy acts when", "at the earliest after", "at the latest after"],
      detections(time).map(({ role, source, least, most }) => [
        words[role][source],
        least <= 0 ? "at any moment" : length(least),
        length(most),
      ]),
    ),
    "",
    ...table(
      ["one fault of a running pair", "live again within", "running again within", "if it may pass"],
      Object.entries(misfortunes).map(([what, name]) => {
        const { live, running } = bounds.after[what as Misfortune]
        const passing = bounds.afterPassing[what as Misfortune]
        const until = (ticks: number): string => ifPromised(time, length(ticks))
        return [
          name,
          until(live),
          until(running),
          ifPromised(time, `${passing.live} and ${passing.running} ticks`),
        ]
      }),
    ),
    "",
    ...table(
      [bounds.isWithoutFalseAlarms ? "whatever happens" : "whatever happens, false alarms included", ""],
      [
        ["nobody executes though a Secondary could, for at most (L5b)", length(bounds.failover)],
        ["a stale copy with storage remains, for at most (L5c)", length(bounds.staleGone)],
        [
          "redundancy is back after the last disturbance, within (L5e)",
          ifPromised(time, length(bounds.restored)),
        ],
        ["a stale Primary executes beside a newer one, each for at most (S3a)", dualText(time)],
        ["the shortest goLiveDelay that excludes that (S3b)", shortestText(time)],
        ["false alarms (TIME1)", alarmsText(time)],
      ],
    ),
    "",
    "the Primary's host fails, and all takes as long as it may:",
    ...picture(time),
  ]
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  aligned([head, ...rows].map((row) => ["", ...row])).map((line) => line.slice(gap.length))

const detections = (time: Times) =>
  roles.flatMap((role) => sources.map((source) => ({ role, source, ...detectorsOf(time)[role][source] })))

const dualText = (time: Times): string => {
  const { dualExecution, isSingleExecution } = boundsOf(time)
  if (isSingleExecution) return "never"
  return dualExecution === 0 ? "for a moment, without time passing" : lengthOf(time, dualExecution)
}

const shortestText = (time: Times): string => {
  const shortest = shortestGoLiveDelay(time)
  return Number.isFinite(shortest) ? lengthOf(time, shortest) : "there is none: a clock may stand still"
}

const alarmsText = (time: Times): string => {
  const possible = detections(time).filter(({ least }) => least <= 0)
  return possible.length === 0
    ? "none"
    : `possible, by ${possible.map(({ role, source }) => detectorNames[role][source]).join(", ")}`
}

/** What is promised only without false alarms. */
const ifPromised = (time: Times, bound: string): string =>
  boundsOf(time).isWithoutFalseAlarms ? bound : "not promised"

/** How many characters the longest time takes. */
const pictureWidth = 48

/** One line for each part of a failover, where in time it lies. */
const picture = (time: Times): readonly string[] => {
  const parts = partsOf(time)
  const whole = Math.max(1, ...parts.map(({ until }) => until))
  const at = (ticks: number): number => Math.round((ticks / whole) * pictureWidth)
  const bars = parts.map(({ name, from, until }) => [
    name,
    lengthOf(time, until - from),
    `${" ".repeat(at(from))}${"━".repeat(at(until) - at(from))}`,
  ])
  return aligned(bars.map((row) => ["", ...row]))
}

/** A run, a line for what happens, with the time at which it does. */
export const runLines = (time: Times, actions: readonly Action[]): readonly string[] => {
  let ticks = 0
  const rows: (readonly string[])[] = []
  for (const action of actions)
    if (action.kind === "Tick") ticks += 1
    else rows.push([String(ticks), lengthOf(time, ticks, "time"), describe(action)])
  return aligned([["tick", "after", ""], ...rows])
}

/**
 * The bounds as JSON: every one in ticks, and how many milliseconds a tick has. `dualExecution` is null where two copies never execute
 * at once, and 0 where they may, without time passing; `shortestGoLiveDelay` null where there is none. `promised` says of the bounds
 * that need it whether there are no false alarms.
 */
export const boundsDocument = (time: Times): object => {
  const bounds = boundsOf(time)
  const shortest = shortestGoLiveDelay(time)
  return {
    tick: tickOf(time),
    time,
    detectors: detectorsOf(time),
    after: bounds.after,
    afterPassing: bounds.afterPassing,
    failover: bounds.failover,
    staleGone: bounds.staleGone,
    restored: bounds.restored,
    promised: { after: bounds.isWithoutFalseAlarms, restored: bounds.isWithoutFalseAlarms },
    dualExecution: bounds.isSingleExecution ? null : bounds.dualExecution,
    shortestGoLiveDelay: Number.isFinite(shortest) ? shortest : null,
    falseAlarms: detections(time)
      .filter(({ least }) => least <= 0)
      .map(({ role, source }) => ({ role, source })),
  }
}
