import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { withCompaction } from "../../conform/compaction.ts"
import type { LogLine } from "../../conform/log.ts"
import type { Json } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import { follower } from "../../conform/validate.ts"
import { arbitraryRun, arbitraryVisibility, logOf, runOf, type PartialLog } from "./partial-log.ts"

describe("a state without the beginnings of its logs", () => {
  it("is another one if what was put aside is of other generations", () => {
    // When the Primary suspects and goes on alone, unlogged, decides which generation each of its entries has.
    const logs = [
      [1, 1],
      [1, 2],
      [2, 2],
    ].map((generations) => generations.map((generation, n) => [generation, n + 1]))
    const crash = { kind: "CrashCopy", copy: "p1.2" }
    const record = { kind: "Record", copy: "p1.1" }
    const release = { kind: "Release", copy: "p1.1" }
    for (const log of logs) {
      const lines: readonly LogLine[] = [
        ...[...protectedPair, crash, record, record, release, release].map((action) => reported(action)),
        reported(
          { kind: "CutLink", hosts: ["h1", "h3"] },
          { pairs: { p1: { copies: { "p1.1": { log } } } } },
        ),
      ]
      const silently = {
        config: plainConfig(3, 1),
        lines,
        silent: ["Suspect", "TryLock"],
        observes: null,
      } as const

      expect(judged(withCompaction(pairProfile(), 2), silently).verdict).toBe("accepted")
    }
  })

  it("stays short, however long a log goes on", () => {
    const profile = withCompaction(pairProfile())
    const config = plainConfig(3, 1)
    const round = ["Record", "Deliver", "Ack", "Release"].map((kind) => ({
      kind,
      copy: kind === "Deliver" ? "p1.2" : "p1.1",
    }))
    let state = profile.initial(config)
    let longest = 0
    for (const action of [...protectedPair, ...Array.from({ length: 500 }, () => round).flat()]) {
      const outcome = profile.step(config, state, action)
      if (outcome.tag === "next") state = outcome.state
      longest = Math.max(longest, state.state.pairs["p1"]?.observed.length ?? 0)
    }

    expect(longest).toBe(64)
    expect(state.past["p1"]?.length).toBe(448)
  })
})

describe("a log that is followed without the beginnings of its logs", () => {
  it("is accepted if it is that of a run, whatever of it is visible, wherever it is cut", () => {
    fc.assert(
      fc.property(arbitraryRun(200), arbitraryVisibility, pieces, (draw, visibility, piece) => {
        expect(judged(withCompaction(pairProfile(), piece), logOf(runOf(draw), visibility)).verdict).toMatch(
          /^(accepted|untold|beyond)$/,
        )
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  it("has the verdict that it has with all of them, for the same reason, at the same line", () => {
    fc.assert(
      fc.property(
        arbitraryRun(160),
        arbitraryVisibility,
        fc.constantFrom(1, 2, 3),
        arbitraryError,
        (draw, visibility, piece, error) => {
          const log = spoilt(logOf(runOf(draw), visibility), error)

          expect(judged(withCompaction(pairProfile(), piece), log)).toEqual(judged(pairProfile(), log))
        },
      ),
      { numRuns: 100, endOnFailure: true },
    )
  })
})

// Helpers

const protectedPair: readonly AskedAction[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

const reported = (action: AskedAction, state?: Json): LogLine => ({ number: 1, action, state })

const pieces = fc.constantFrom(1, 2, 3, 64)

/** Something wrong with a log: at which line, and what. */
type LogError = { readonly at: number; readonly what: number }

const arbitraryError: fc.Arbitrary<LogError> = fc.record({ at: fc.nat(), what: fc.nat() })

const errors: readonly ((line: LogLine, other: LogLine) => readonly LogLine[])[] = [
  () => [],
  (line) => [line, line],
  (line, other) => [{ ...line, action: other.action }],
  (line, other) => [{ ...line, state: other.state }],
  (line) => [{ ...line, state: changed(line.state, 1) }],
  (line) => [{ ...line, state: changed(line.state, 7) }],
]

const spoilt = (log: PartialLog, { at, what }: LogError): PartialLog => {
  const { lines } = log
  const n = at % Math.max(1, lines.length)
  const line = lines[n]
  const other = lines[(n + 1 + (what >> 3)) % Math.max(1, lines.length)]
  const error = errors[what % errors.length]
  return line === undefined || other === undefined || error === undefined
    ? log
    : { ...log, lines: [...lines.slice(0, n), ...error(line, other), ...lines.slice(n + 1)] }
}

/** A state with one of its numbers another. */
const changed = (state: Json | undefined, which: number): Json | undefined => {
  if (state === undefined) return undefined
  const text = JSON.stringify(state)
  const numbers = [...text.matchAll(/(?<=[[,:])\d+/g)]
  const found = numbers[which * (numbers.length >> 3)] ?? numbers[0]
  if (found === undefined) return state
  const end = found.index + found[0].length
  return JSON.parse(`${text.slice(0, found.index)}${Number(found[0]) + 1}${text.slice(end)}`) as Json
}

type Judgement = { readonly verdict: string; readonly [detail: string]: unknown }

/** What comes of a log, without the model states themselves. */
const judged = <S>(profile: Profile<S>, { config, lines, silent, observes }: PartialLog): Judgement => {
  const log = follower("the log", profile, { config, observes, silent, candidatesMax: 150 })
  try {
    for (const line of lines) {
      const found = log.take(line)
      if (found?.tag === "rejected")
        return {
          verdict: found.tag,
          line: found.line,
          most: found.most,
          why: JSON.parse(
            JSON.stringify(found.frontier.map(({ action, why }) => ({ action, why }))),
          ) as unknown,
        }
      if (found !== null) return { ...found, verdict: found.tag }
    }
  } catch (error) {
    if (error instanceof BadInput) return { verdict: "bad", message: error.message }
    throw error
  }
  const end = log.end()
  return { ...end, verdict: end.tag }
}
