import { describe, expect, it } from "vitest"
import {
  idsIn,
  includes,
  intersection,
  noProperty,
  only,
  setOf,
  setsOf,
  union,
  watched,
} from "../../../properties/packed/property-set.ts"

/** More ids than a number has bits that count: what is called for holds when the catalogue grows. */
const ids = Array.from({ length: 80 }, (_, n) => `X${n + 1}`)
const many = setsOf(ids)
const all = many.setOf(ids)

describe("a set of properties", () => {
  it("has a place for each property, and names it", () => {
    expect(watched.map((id) => idsIn(only[id]))).toEqual(watched.map((id) => [id]))
    expect(idsIn(watched.map((id) => only[id]).reduce(union, noProperty))).toEqual(watched)
    expect(idsIn(noProperty)).toEqual([])
  })

  it.each(ids.map((id, n) => [id, n] as const))("keeps %s, in place %i, apart from all others", (id) => {
    const alone = many.setOf([id])
    const others = ids.filter((each) => each !== id)
    const rest = others.map((each) => many.setOf([each])).reduce(many.union, noProperty)

    expect(many.idsIn(rest)).toEqual(others)
    expect(many.includes(rest, id)).toBe(false)
    expect(many.includes(all, id)).toBe(true)
    expect(many.union(rest, alone)).toBe(all)
    expect(many.union(alone, rest)).toBe(all)
    expect(many.intersection(rest, alone)).toBe(noProperty)
    expect(many.intersection(all, alone)).toBe(alone)
    expect(many.intersection(rest, all)).toBe(rest)
  })

  it("is one number, in whatever order it came about", () => {
    const there = ids.map((id) => many.setOf([id])).reduce(many.union, noProperty)
    const back = ids
      .toReversed()
      .map((id) => many.setOf([id]))
      .reduce(many.union, noProperty)

    expect([there, back]).toEqual([all, all])
    expect(many.setOf(ids.toReversed())).toBe(all)
  })

  it("is never negative, and no refusal", () => {
    const sets = ids.map((_id, n) => many.setOf(ids.slice(n)))

    expect(sets.filter((set) => set <= 0 || !Number.isInteger(set))).toEqual([])
    expect(new Set(sets).size).toBe(ids.length)
  })

  it("is that of the ids that are watched, and of no other", () => {
    expect(idsIn(setOf(["S1", "L0", "P3", "nothing"]))).toEqual(["S1", "P3"])
    expect(includes(setOf(["S1", "P3"]), "P3")).toBe(true)
    expect(includes(setOf(["S1", "P3"]), "S2")).toBe(false)
    expect(idsIn(intersection(setOf(["S1", "P3"]), setOf(["P3", "S2"])))).toEqual(["P3"])
  })
})
