import { describe, expect, it } from "vitest"
import {
  idsIn,
  includes,
  intersection,
  noProperty,
  only,
  setOf,
  union,
  watched,
  type PropertySet,
} from "../../../properties/packed/property-set.ts"

/** More places than there are properties: what is called for one holds when the catalogue grows. */
const places = Array.from({ length: 53 }, (_, n) => (2 ** n) as PropertySet)

const all = places.reduce(union, noProperty)

describe("a set of properties", () => {
  it("has a place for each property, and names it", () => {
    expect(watched.map((id) => only[id])).toEqual(places.slice(0, watched.length))
    expect(watched.map((id) => idsIn(only[id]))).toEqual(watched.map((id) => [id]))
    expect(idsIn(watched.map((id) => only[id]).reduce(union, noProperty))).toEqual(watched)
    expect(idsIn(noProperty)).toEqual([])
  })

  it.each(places.map((place, n) => [n, place] as const))(
    "keeps the one in place %i apart from all others",
    (n, place) => {
      const others = places.filter((each) => each !== place)
      const rest = others.reduce(union, noProperty)

      expect(union(rest, place)).toBe(all)
      expect(intersection(rest, place)).toBe(noProperty)
      expect(intersection(all, place)).toBe(place)
      expect(rest).toBe(all - 2 ** n)
    },
  )

  it("is never negative, and no refusal: not with the 32nd place, nor with any other", () => {
    expect(places.filter((place) => union(place, noProperty) < 0 || intersection(place, all) < 0)).toEqual([])
    expect(all).toBe(Number.MAX_SAFE_INTEGER)
  })

  it("is that of the ids that are watched, and of no other", () => {
    expect(idsIn(setOf(["S1", "L0", "P3", "nothing"]))).toEqual(["S1", "P3"])
    expect(includes(setOf(["S1", "P3"]), "P3")).toBe(true)
    expect(includes(setOf(["S1", "P3"]), "S2")).toBe(false)
  })
})
