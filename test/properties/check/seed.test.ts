import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseSeed, seedOf } from "../../../properties/check/seed.ts"

describe("parseSeed", () => {
  it.each([
    ["a decimal number", "7", "7"],
    ["twenty decimal digits", "18446744073709551615", "18446744073709551615"],
    ["hex digits", "0x1F", "0x1f"],
    ["hex digits after a large X", "0XAB", "0xab"],
    ["a commit", "52AD553FE1A1C0DE52ad553fe1a1c0de52ad553f", "52ad553fe1a1c0de52ad553fe1a1c0de52ad553f"],
    ["a commit of digits only", "1".repeat(40), "1".repeat(40)],
  ])("takes %s", (_what, text, seed) => {
    expect(parseSeed(text)).toBe(seed)
  })

  it.each([
    ["nothing", ""],
    ["a word", "seven"],
    ["a number below zero", "-7"],
    ["a fraction", "1.5"],
    ["a blank", "7 "],
    ["a line break", "7\n"],
    ["twenty-one decimal digits", "1".repeat(21)],
    ["0x and nothing", "0x"],
    ["0x and what is no hex digit", "0xfg"],
    ["0x and more digits than a commit has", `0x${"a".repeat(41)}`],
    ["hex digits without 0x, fewer than a commit has", "52ad553f"],
    ["more hex digits than a commit has", "a".repeat(41)],
  ])("takes not %s", (_what, text) => {
    expect(parseSeed(text)).toBeNull()
  })

  it("leaves alone what it has written", () => {
    fc.assert(
      fc.property(arbitraryValue, fc.constantFrom(...writings), (value, written) => {
        const seed = parseSeed(written(value))

        expect(seed).not.toBeNull()
        expect(parseSeed(seed ?? "")).toBe(seed)
      }),
    )
  })
})

describe("seedOf", () => {
  it("gives one number one meaning, however it is written", () => {
    fc.assert(
      fc.property(arbitraryValue, fc.nat(), (value, part) => {
        const seeds = writings.map((written) => seedOf(parseSeed(written(value)) ?? "", part))

        expect(new Set(seeds).size).toBe(1)
      }),
    )
  })

  it("gives each part of a campaign a seed of its own, and each seed other parts", () => {
    const seeds = ["1", "2", "0xff"].flatMap((seed) =>
      Array.from({ length: 500 }, (_, part) => seedOf(seed, part)),
    )

    expect(new Set(seeds).size).toBe(seeds.length)
  })

  it("is a whole number of 32 bits", () => {
    fc.assert(
      fc.property(arbitraryValue, fc.nat(), (value, part) => {
        const seed = seedOf(String(value), part)

        expect(seed | 0).toBe(seed)
      }),
    )
  })

  it("means tomorrow what it means today", () => {
    expect([seedOf("7", 0), seedOf("7", 1), seedOf("0x7", 0)]).toEqual(pinned)
  })
})

// Helpers

const arbitraryValue = fc.bigInt({ min: 0n, max: 10n ** 20n - 1n })

const writings: readonly ((value: bigint) => string)[] = [
  (value) => value.toString(),
  (value) => `0x${value.toString(16)}`,
  (value) => `0X${value.toString(16).toUpperCase()}`,
  (value) => value.toString(16).padStart(40, "0"),
]

/** A seed printed by one version is looked for with the next: SHA-256 of `7:0` and `7:1`, their first four bytes. */
const pinned = [-167812649, -677327129, -167812649]
