import { tickOf, type Times } from "../properties/time/bounds.ts"
import { BadInput, bad } from "../traces/bad-input.ts"
import type { LogLine } from "./log.ts"
import type { Ticks } from "./passing.ts"

/** Tells from when a line was written how many ticks may have passed since the first line; null where that says nothing. */
type LogClock = (line: LogLine) => Ticks | null

/** Nothing is read from times: none passes in the cluster, or ticks happen unasked, as many as may be. */
export const noClock: LogClock = () => null

/**
 * The clock of a log. Either every line says when it was written, or none does and ticks are logged.
 *
 * The log's moments lie between ticks: one that is 250 ms after the first, where a tick has 100, comes after the second tick
 * or after the third, and both are tried. Each moment is rounded by itself: an outage shorter than a tick may or may not be seen
 * by a system that looks once in a tick, and either is right. Throws BadInput.
 */
export const clockOf = (file: string, time: Times): LogClock => {
  let first: Pick<LogLine, "t"> | null = null
  let last = -Infinity
  return (line) => {
    const { number, t, action } = line
    first ??= line
    if ((t === undefined) !== (first.t === undefined))
      throw new BadInput({
        message: `${file}: line ${number}: expected ${t === undefined ? "t" : "no t"}, as on the lines before it`,
      })
    if (t === undefined || first.t === undefined) return null
    const where = `${file}: line ${number}`
    if (t < last) throw bad(where, ["t"], `expected at least ${last}, as on the line before it`)
    if (action?.kind === "Tick") throw bad(where, ["action"], "expected no Tick: t says how time passes")
    last = t
    const passed = (t - first.t) / tickOf(time)
    if (passed > Number.MAX_SAFE_INTEGER)
      throw bad(where, ["t"], `expected fewer than ${Number.MAX_SAFE_INTEGER} ticks since the first line`)
    return { least: Math.floor(passed), most: Math.ceil(passed) }
  }
}
