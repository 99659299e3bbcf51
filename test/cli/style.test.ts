import { afterEach, describe, expect, it, vi } from "vitest"
import { styleFor } from "../../cli/style.ts"

describe("style", () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it("has colours on a terminal", () => {
    vi.stubEnv("NO_COLOR", undefined)
    vi.stubEnv("FORCE_COLOR", "1")

    expect(styleFor(streamOf(true), true).bad("breached")).toBe("\u001b[31mbreached\u001b[39m")
  })

  it.each([
    ["where there is no terminal", false, true, undefined],
    ["where none are wanted", true, false, undefined],
    ["where NO_COLOR says so", true, true, "1"],
  ])("is plain %s", (_situation, isTerminal, wantsColour, noColour) => {
    vi.stubEnv("NO_COLOR", noColour)

    const style = styleFor(streamOf(isTerminal), wantsColour)

    expect(Object.values(style).map((write) => write("text"))).toEqual(Object.keys(style).map(() => "text"))
  })
})

// Helpers

const streamOf = (isTTY: boolean): NodeJS.WriteStream => ({ isTTY }) as unknown as NodeJS.WriteStream
