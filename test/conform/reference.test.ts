import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { kinds, type Action, type Kind } from "../../model/action.ts"
import { unbounded, type Config } from "../../model/config.ts"
import { initial, type State } from "../../model/state.ts"
import { protocolOf } from "../../model/core.ts"
import { candidates, step } from "../../model/step.ts"
import { withCompaction } from "../../conform/compaction.ts"
import type { LogLine } from "../../conform/log.ts"
import type { Json } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { follower } from "../../conform/validate.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { arbitraryRun, logOf, parts, runOf, type PartialLog } from "./partial-log.ts"

// The verdict on a log, held against what follows from the model by trying every run.

describe("a short log", () => {
  it("is accepted exactly if some run of the model explains it, and rejected where none does any more", () => {
    const verdicts = { accepted: 0, rejected: 0 }

    for (const { draw, visibility, damage } of fc.sample(drawn, { seed: 7, numRuns: 150 })) {
      const log = damaged(lateShown(logOf(runOf(draw), visibility)), damage)
      const expected = byEveryRun(log, visibility.parts)
      verdicts[expected === null ? "accepted" : "rejected"] += 1

      expect(judged(log), JSON.stringify(log)).toBe(expected)
    }
    expect(verdicts.accepted).toBeGreaterThan(35)
    expect(verdicts.rejected).toBeGreaterThan(35)
  })
})

// Helpers

const silentKinds: readonly Kind[] = ["Deliver", "Ack", "Release", "BeginLockstep", "JoinLockstep", "Suspect"]

/** What is wrong with a log: nothing, mostly for one half of them; else which, where, and by what. */
const damages = [
  "none",
  "none",
  "none",
  "none",
  "left out",
  "twice",
  "another action",
  "another state",
] as const

const drawn = fc.record({
  draw: arbitraryRun(30),
  visibility: fc.record({
    silent: fc.uniqueArray(fc.constantFrom(...silentKinds), { maxLength: 2 }),
    parts: fc.uniqueArray(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }),
    every: fc.constantFrom(1, 2, 3),
    isStrict: fc.boolean(),
  }),
  damage: fc.record({ what: fc.constantFrom(...damages), at: fc.nat(), by: fc.nat() }),
})

/** The log, where a state that was shown by itself is that of the line before it: shown late, after what is silent. */
const lateShown = (log: PartialLog): PartialLog => ({
  ...log,
  lines: log.lines.flatMap((line, n) => {
    const next = log.lines[n + 1]
    if (line.action === null && n > 0) return []
    return next?.action === null ? [{ ...line, state: next.state }] : [line]
  }),
})

const damaged = (
  log: PartialLog,
  { what, at, by }: { readonly what: (typeof damages)[number]; readonly at: number; readonly by: number },
): PartialLog => {
  const { lines } = log
  if (lines.length === 0) return log
  const n = at % lines.length
  const line = lines[n] as LogLine
  const other = lines[by % lines.length] as LogLine
  const instead: Readonly<Record<typeof what, readonly LogLine[]>> = {
    none: [line],
    "left out": [],
    twice: [line, line],
    "another action": [{ ...line, action: other.action }],
    "another state": [{ ...line, state: other.state }],
  }
  return { ...log, lines: lines.toSpliced(n, 1, ...instead[what]) }
}

/** The place of the line at which the checker rejects the log, from 0; null if it accepts it. */
const judged = ({ config, lines, silent, observes }: PartialLog): number | null => {
  const profile = withCompaction(pairProfile(), 1)
  const log = follower("the log", profile, { config, observes, silent, candidatesMax: 100_000 })
  for (const [n, line] of lines.entries()) {
    const found = log.take(line)
    if (found === null) continue
    expect(found.tag).toBe("rejected")
    return n
  }
  expect(log.end().tag).toMatch(/^(accepted|untold)$/)
  return null
}

/** The same by all runs of the model that have these lines in them, with silent actions anywhere between. */
const byEveryRun = (
  { config, lines, silent, observes }: PartialLog,
  shown: readonly string[],
): number | null => {
  const boundless: Config = { ...config, bounds: unbounded }
  let states: readonly State[] = [initial(boundless)]
  for (const [n, { action, state }] of lines.entries()) {
    states = silently(boundless, states, silent)
    if (action !== null)
      states = silently(
        boundless,
        states.flatMap((before) => taken(boundless, before, action as unknown as Action)),
        silent,
      )
    if (state !== undefined)
      states = states.filter((each) =>
        shown.every((path) =>
          agrees(path.split("."), stateJsonOf(each) as unknown as Json, state, observes !== null),
        ),
      )
    if (states.length === 0) return n
  }
  return null
}

const taken = (config: Config, state: State, action: Action): readonly State[] => {
  const outcome = step(protocolOf(config), state, action)
  return outcome.tag === "next" ? [outcome.state] : []
}

/** All states in which any number of silent actions ends, none among them. */
const silently = (config: Config, states: readonly State[], silent: readonly Kind[]): readonly State[] => {
  const reached = new Map(states.map((state) => [JSON.stringify(state), state]))
  for (const state of reached.values())
    for (const kind of kinds.filter((each) => silent.includes(each)))
      for (const next of candidates(state, kind).flatMap((action) => taken(config, state, action)))
        if (!reached.has(JSON.stringify(next))) reached.set(JSON.stringify(next), next)
  return [...reached.values()]
}

/** Whether a state is as it was shown at a path. What was not shown is not there, if all is shown, else it is anything. */
const agrees = (
  path: readonly string[],
  json: Json | undefined,
  shown: Json | undefined,
  isAll: boolean,
): boolean => {
  if (shown === undefined) return json === undefined || !isAll
  const [first, ...rest] = path
  if (first === undefined || json === undefined) return JSON.stringify(json) === JSON.stringify(shown)
  const [here, there] = [json, shown] as readonly { readonly [field: string]: Json | undefined }[]
  const ids = first === "*" ? new Set([...Object.keys(here ?? {}), ...Object.keys(there ?? {})]) : [first]
  return [...ids].every((id) => agrees(rest, here?.[id], there?.[id], isAll))
}
