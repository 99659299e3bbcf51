import { PassThrough } from "node:stream"
import { describe, expect, it } from "vitest"
import { casesOn, levelsOn, progressOn, type Clock, type Progress } from "../../cli/progress.ts"
import type { Campaign } from "../../properties/check/campaign.ts"

describe("progress", () => {
  it("moves one line on a terminal, and takes it away at the end", () => {
    const { stream, written } = streamOf({ isTerminal: true })
    const progress = progressOn(stream, false, goal)

    progress.show(soFar)
    progress.end()

    const [line, end] = written()
    expect(line?.startsWith(lineStart)).toBe(true)
    expect(line?.slice(lineStart.length)).toMatch(/^300\/1,200 schedules .* 2\/7 witnesses {2}\d+ s left$/)
    expect(end).toBe(lineStart)
  })

  it.each([
    ["where there is no terminal, before ten seconds", false, false],
    ["where quiet is asked for", true, true],
    ["where quiet is asked for, and there is no terminal", false, true],
  ])("says nothing %s", (_situation, isTerminal, isQuiet) => {
    const { stream, written } = streamOf({ isTerminal })
    const { clock, pass } = clockOfTest()
    const progress = progressOn(stream, isQuiet, goal, clock)

    progress.show(soFar)
    if (isQuiet) pass(60_000)
    progress.show(soFar)
    progress.end()

    expect(written()).toEqual([])
  })

  it.each<[string, (stream: NodeJS.WriteStream, clock: Clock) => Progress<never>, unknown, RegExp]>([
    [
      "of a campaign",
      (stream, clock) => progressOn(stream, false, goal, clock),
      soFar,
      /300\/1,200 schedules/,
    ],
    [
      "of a sweep",
      (stream, clock) => levelsOn(stream, false, clock),
      { depth: 4, waiting: 1200 },
      /depth 4 {2}1,200 states/,
    ],
    ["of cases", (stream, clock) => casesOn(stream, false, clock), 33, /33 cases/],
  ])(
    "writes a plain line every ten seconds where there is no terminal, %s",
    (_what, progressOf, reported, text) => {
      const { stream, written } = streamOf({ isTerminal: false })
      const { clock, pass, isTicking } = clockOfTest()
      const progress = progressOf(stream, clock)

      progress.show(reported as never)
      for (let second = 1; second <= 35; second += 1) pass(1000)
      progress.end()
      pass(60_000)

      expect(written()).toHaveLength(3)
      for (const [n, line] of written().entries()) {
        expect(line).toMatch(text)
        expect(line.startsWith(`ftpair: ${(n + 1) * 10} s  `)).toBe(true)
        expect(line.endsWith("\n")).toBe(true)
        expect(line).not.toContain("\u001b")
      }
      expect(isTicking()).toBe(false)
    },
  )

  it("reports what is left of the floor once the time is up, and not before", () => {
    const { stream, written } = streamOf({ isTerminal: false })
    const { clock, pass } = clockOfTest()
    const floored = { ...goal, engineRuns: 4000, millis: 25_000, floor: { schedules: 600, engineRuns: 2000 } }
    const progress = progressOn(stream, false, floored, clock)

    progress.show(soFar)
    for (const engineRuns of [0, 0, 500, 2000]) {
      progress.show({ ...soFar, schedules: engineRuns === 0 ? 300 : 700, engineRuns })
      pass(10_000)
    }
    progress.end()

    expect(written().map((line) => line.trimEnd().split("  ").at(-1))).toEqual([
      "15 s left",
      "5 s left",
      "time is up; finishing the minimum number of schedules (600 of 600; on the engine 500 of 2,000)",
      "0 s left",
    ])
  })

  it("says nothing of the time that is left where only the engine's schedules are", () => {
    const { stream, written } = streamOf({ isTerminal: true })
    const progress = progressOn(stream, false, { ...goal, engineRuns: 4000, millis: Infinity })

    progress.show({ ...soFar, schedules: 1200, engineRuns: 500 })

    expect(written()[0]).toMatch(/500 on the engine$/)
  })

  it("writes it while nothing has finished, and while no timer comes to its turn", () => {
    const { stream, written } = streamOf({ isTerminal: false })
    const { clock, pass, passBusily } = clockOfTest()
    const progress = progressOn(stream, false, goal, clock)

    pass(10_000)
    passBusily(12_000)
    progress.show(soFar)
    progress.end()

    expect(written()).toEqual([
      "ftpair: 10 s  nothing finished yet\n",
      expect.stringMatching(/^ftpair: 22 s {2}300\//),
    ])
  })
})

// Helpers

/** To the beginning of the line, and away with what stands there. */
const lineStart = "\r\u001b[K"

const goal = {
  schedules: 1200,
  engineRuns: 0,
  millis: 60_000,
  floor: { schedules: 0, engineRuns: 0 },
  wanted: 7,
}

const soFar: Campaign = {
  schedules: 300,
  engineRuns: 0,
  engineActions: 0,
  asked: {},
  engineAsked: {},
  actions: { PowerOn: 400, Record: 1000 },
  witnesses: { "ha-restart": 3, fork: 1 },
  failure: null,
  stopped: "runs",
}

/** A clock that stands still until it is advanced; busily, no timer comes to its turn. */
const clockOfTest = () => {
  let millis = 0
  let onTick: (() => void) | null = null
  const clock: Clock = {
    now: () => millis,
    every: (_millis, tick) => {
      onTick = tick
      return () => {
        onTick = null
      }
    },
  }
  return {
    clock,
    pass: (more: number): void => {
      millis += more
      onTick?.()
    },
    passBusily: (more: number): void => {
      millis += more
    },
    isTicking: (): boolean => onTick !== null,
  }
}

/** A stream that remembers what is written to it. */
const streamOf = ({ isTerminal }: { readonly isTerminal: boolean }) => {
  const chunks: string[] = []
  const stream = new PassThrough().on("data", (chunk: Buffer) => chunks.push(chunk.toString()))
  return {
    stream: Object.assign(stream, { isTTY: isTerminal }) as unknown as NodeJS.WriteStream,
    written: () => chunks,
  }
}
