import { describe, expect, it } from "vitest"
import { append, beginsWith, isSameEntry, prefix } from "../../model/log.ts"
import { logOf } from "../fixtures.ts"

describe("a log", () => {
  it("grows at its end, and the log before stays as it was", () => {
    const short = logOf("1.1")

    const longer = append(short, { generation: 2, index: 2 })

    expect(longer).toEqual(logOf("1.1 2.2"))
    expect(short).toEqual(logOf("1.1"))
  })

  it.each([
    [0, []],
    [1, logOf("1.1")],
    [2, logOf("1.1 2.2")],
    [9, logOf("1.1 2.2")],
  ] as const)("has its first %i entries, or as many as there are, as prefix", (length, expected) => {
    expect(prefix(logOf("1.1 2.2"), length)).toEqual(expected)
  })

  it.each([
    ["1.1", "1.1", true],
    ["1.1", "2.1", false],
    ["1.1", "1.2", false],
  ])("takes entries %s and %s for the same: %s", (a, b, same) => {
    const [left, right] = [...logOf(a), ...logOf(b)]

    expect(left !== undefined && right !== undefined && isSameEntry(left, right)).toBe(same)
  })

  it.each([
    ["itself", "1.1 1.2", true],
    ["its first entry", "1.1", true],
    ["an entry of another generation", "2.1", false],
    ["a log that forks from it", "1.1 2.2", false],
    ["a longer one", "1.1 1.2 1.3", false],
  ])("says whether it begins with %s", (_what, start, begins) => {
    expect(beginsWith(logOf("1.1 1.2"), logOf(start))).toBe(begins)
  })

  it("begins with the empty one", () => {
    expect(beginsWith(logOf("1.1"), [])).toBe(true)
  })
})
