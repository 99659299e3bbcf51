import * as fc from "fast-check"
import { expect, it } from "vitest"
import { minKey, setKey, tournament } from "../../../impl/placement/tournament.ts"

it("knows the least key that is not skipped, whatever has been set before", () => {
  fc.assert(
    fc.property(arbitraryGame, ({ size, turns, isSkipped }) => {
      const tree = tournament(size)
      const keys = new Array<number>(size).fill(Infinity)
      for (const { place, load } of turns) {
        const at = place % size
        keys[at] = load * size + at
        setKey(tree, at, keys[at])

        expect(minKey(tree, Infinity, isSkipped)).toBe(Math.min(...keys.filter((key) => !isSkipped(key))))
      }
    }),
  )
})

it("has no key at first", () => {
  expect([0, 1, 8, 9, 300].map((size) => minKey(tournament(size), Infinity, () => false))).toEqual(
    Array(5).fill(Infinity),
  )
})

it("answers the bound where no key is less", () => {
  const tree = tournament(20)
  setKey(tree, 19, 7)

  expect([6, 7, 8].map((bound) => minKey(tree, bound, () => false))).toEqual([6, 7, 7])
})

it("looks at no more keys than skipping takes, whatever the size", () => {
  const tree = tournament(10_000)
  for (let n = 0; n < 10_000; n += 1) setKey(tree, n, n)
  let asked = 0

  const least = minKey(tree, Infinity, (key) => {
    asked += 1
    return key < 3
  })

  expect(least).toBe(3)
  expect(asked).toBeLessThan(100)
})

// Helpers

/** Keys that come and go in places of a few levels of tree, dense enough to be withdrawn again. */
const arbitraryGame = fc.constantFrom(1, 5, 8, 9, 40, 300).chain((size) =>
  fc.record({
    size: fc.constant(size),
    turns: fc.array(fc.record({ place: fc.nat(size * 2), load: fc.constantFrom(0, 1, 2, Infinity) }), {
      size: "+1",
    }),
    isSkipped: fc.constantFrom(
      () => false,
      (key: number) => key % 2 === 0,
      (key: number) => key < size,
    ),
  }),
)
