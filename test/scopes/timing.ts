import { base, byRole, guarded, inexact, timedIn } from "../parts/time/clusters.ts"
import { boundsOf, type Misfortune, type TimeBounds, type Times } from "../../properties/time/bounds.ts"
import {
  dualExecution,
  staleStays,
  unrestored,
  waitingForFailover,
  type Measure,
} from "../../properties/time/measures.ts"
import { firstSeen } from "./first-seen.ts"
import { drawnTimes } from "./drawn-times.ts"
import { costsIn, isDual, worstOf } from "./worst.ts"

// Holds the bounds of docs/spec/time.md against what is reached at the worst: in its four configurations, and in drawn ones. Says what is
// exceeded, and what is not reached; and counts the longest of the shortest runs that show a witness.

const configurations = { B: base, G: guarded, A: byRole, D: inexact }

/** How many faults it takes until a bound is reached; none, where it is not said. */
const measures = {
  "S3a dual execution": [dualExecution, 1],
  "L5b failover": [waitingForFailover, 1],
  "L5c stale gone": [staleStays, 2],
  "L5e restored": [unrestored, 2],
} as unknown as Readonly<Record<string, readonly [Measure, number]>>

let exceeded = 0
let unreached = 0

const say = (words: string, bound: number, reached: number | null, isDue = true): void => {
  const isExceeded = (reached ?? 0) > bound
  const isShort = isDue && (reached ?? 0) < bound
  exceeded += isExceeded ? 1 : 0
  unreached += isShort ? 1 : 0
  const verdict = isExceeded ? "EXCEEDED" : isShort ? "not reached" : ""
  process.stdout.write(`${words.padEnd(44)} ${bound} / ${reached ?? "none"}  ${verdict}\n`)
}

const sayCosts = (name: string, time: Times, bounds: TimeBounds): void => {
  const { staying, passing } = costsIn(time)
  for (const what of Object.keys(bounds.after) as readonly Misfortune[])
    for (const part of ["live", "running"] as const) {
      say(`${name} ${what} ${part}`, bounds.after[what][part], staying[what]?.[part] ?? null)
      const passed = passing[what]?.[part] ?? null
      say(`${name} ${what} ${part}, passing`, bounds.afterPassing[what][part], passed, what !== "link")
    }
}

const sayConfiguration = (name: string, time: Times, faultsMax: number): void => {
  const bounds = boundsOf(time)
  sayCosts(name, time, bounds)
  const isSingle = !isDual(time)
  if (isSingle !== bounds.isSingleExecution) {
    exceeded += 1
    process.stdout.write(`${name}: two copies execute at once: ${!isSingle}, which the bounds deny\n`)
  }
  for (const [words, [measure, faultsDue]] of Object.entries(measures))
    for (let faults = 1; faults <= faultsMax; faults += 1) {
      const bound = measure.bound(bounds)
      say(
        `${name} ${words}, faults ${faults}`,
        bound,
        worstOf(measure, time, { faults }),
        faults >= faultsDue,
      )
    }
}

/** The two witnesses that take the longest runs, with how many actions these have in B. */
const latest = { "dual-execution-twice": 22, "restored-at-its-bound": 20 }

const [what = "all", count = "50"] = process.argv.slice(2)
for (const [name, time] of Object.entries(configurations))
  if (what === "all" || what === name) sayConfiguration(name, time, 2)
if (what === "all" || what === "drawn")
  drawnTimes(Number(count)).forEach((time, n) => {
    process.stdout.write(`${JSON.stringify(time)}\n`)
    sayConfiguration(`drawn ${n + 1}`, time, 1)
  })
if (what === "all" || what === "witnesses")
  for (const [id, length] of Object.entries(latest)) {
    const seen = firstSeen(timedIn(base, { faults: 2 }), [id])[id]
    process.stdout.write(`${id} ${length} / ${seen ?? "never"}\n`)
    unreached += seen === length ? 0 : 1
  }
process.stdout.write(`${exceeded} bounds exceeded, ${unreached} not reached\n`)
process.exitCode = exceeded + unreached === 0 ? 0 : 1
