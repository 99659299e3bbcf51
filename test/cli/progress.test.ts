import { PassThrough } from "node:stream"
import { describe, expect, it } from "vitest"
import { progressOn } from "../../cli/progress.ts"
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
    ["where there is no terminal", false, false],
    ["where quiet is asked for", true, true],
  ])("says nothing %s", (_situation, isTerminal, isQuiet) => {
    const { stream, written } = streamOf({ isTerminal })
    const progress = progressOn(stream, isQuiet, goal)

    progress.show(soFar)
    progress.end()

    expect(written()).toEqual([])
  })
})

// Helpers

/** To the beginning of the line, and away with what stands there. */
const lineStart = "\r\u001b[K"

const goal = { schedules: 1200, millis: 60_000, wanted: 7 }

const soFar: Campaign = {
  schedules: 300,
  volume: 0,
  volumeActions: 0,
  actions: { PowerOn: 400, Record: 1000 },
  witnesses: { "ha-restart": 3, fork: 1 },
  failure: null,
  stopped: "runs",
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
