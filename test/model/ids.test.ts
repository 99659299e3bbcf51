import { describe, expect, it } from "vitest"
import { copyIdOf, linkBetween, ordinal, pairIdOf } from "../../model/ids.ts"

describe("ids", () => {
  it.each([
    ["h1", 1],
    ["p2", 2],
    ["h10", 10],
  ] as const)("%s is number %i", (id, n) => {
    expect(ordinal(id)).toBe(n)
  })

  it.each([
    ["h1", "h2", "h1-h2"],
    ["h2", "h1", "h1-h2"],
    ["h10", "h9", "h9-h10"],
  ] as const)("the link between %s and %s is %s: the lower host first, by number", (a, b, link) => {
    expect(linkBetween(a, b)).toBe(link)
  })

  it.each([
    ["p1.2", "p1"],
    ["p12.34", "p12"],
  ] as const)("%s is a copy of %s", (copy, pair) => {
    expect(pairIdOf(copy)).toBe(pair)
  })

  it("the n-th copy of a pair is named after both", () => {
    expect(copyIdOf("p12", 34)).toBe("p12.34")
  })
})
