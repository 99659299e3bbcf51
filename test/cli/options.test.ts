import { InvalidArgumentError } from "commander"
import { describe, expect, it } from "vitest"
import {
  collectProperties,
  freshSeed,
  parseExplorers,
  parseMutant,
  parseRuns,
  parseSeedFlag,
  parseTime,
  parseWorkers,
} from "../../cli/options.ts"
import { parseSeed } from "../../properties/check/seed.ts"

describe("a flag takes", () => {
  it.each<readonly [string, () => unknown, unknown]>([
    ["a number of schedules", () => parseRuns("200"), 200],
    ["a number of workers", () => parseWorkers("2"), 2],
    ["as many workers as a check takes", () => parseWorkers("256"), 256],
    ["as many workers as an exploration takes", () => parseExplorers("32"), 32],
    ["seconds", () => parseTime("30s"), 30_000],
    ["minutes", () => parseTime("5m"), 300_000],
    ["hours", () => parseTime("1h"), 3_600_000],
    ["a seed, in small letters", () => parseSeedFlag("0xAB"), "0xab"],
    ["the name of a mutant", () => parseMutant("NoReRelease"), "NoReRelease"],
    ["none for a mutant", () => parseMutant("none"), "none"],
    ["the id of a property", () => collectProperties("s1", undefined), ["S1"]],
    ["the name of a property", () => collectProperties("singlePrimary", undefined), ["S1"]],
    ["a pattern of names", () => collectProperties("*Primary", undefined), ["S1"]],
    ["one property after the other", () => collectProperties("L0", ["S7", "L0"]), ["S7", "L0"]],
  ])("%s", (_situation, parse, value) => {
    expect(parse()).toEqual(value)
  })
})

describe("a flag refuses", () => {
  it.each<readonly [string, () => unknown]>([
    ["no schedules", () => parseRuns("0")],
    ["a number that is none", () => parseRuns("many")],
    ["a number with an exponent", () => parseRuns("1e3")],
    ["half a worker", () => parseWorkers("1.5")],
    ["more workers than a check takes", () => parseWorkers("257")],
    ["more workers than an exploration takes", () => parseExplorers("33")],
    ["fewer workers than none", () => parseWorkers("-1")],
    ["a time without a unit", () => parseTime("30")],
    ["a time of another unit", () => parseTime("3d")],
    ["no time", () => parseTime("0s")],
    ["a seed that is none", () => parseSeedFlag("seven")],
    ["hex digits that are none", () => parseSeedFlag("0xfg")],
    ["half a commit", () => parseSeedFlag("52ad553f")],
    ["a mutant that is none", () => parseMutant("Nobody")],
    ["a property that is none", () => collectProperties("S99", undefined)],
    ["a pattern that matches nothing", () => collectProperties("Q*", undefined)],
  ])("%s", (_situation, parse) => {
    expect(parse).toThrow(InvalidArgumentError)
  })

  it("a mutant, and says which was probably meant", () => {
    expect(() => parseMutant("NoRerelase")).toThrow(/did you mean NoReRelease\?/)
  })
})

describe("freshSeed", () => {
  it("is a seed that can be given again", () => {
    const seed = freshSeed()

    expect(parseSeed(seed)).toBe(seed)
  })
})
