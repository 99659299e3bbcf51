import { describe, expect, it } from "vitest"
import { early, late, longest, shortest } from "../../../model/parts/time/parameters.ts"

const exact = { delayMax: 0, driftEvery: 0 }

describe("a timer", () => {
  it("takes as long as it says where clocks are exact", () => {
    expect([shortest(exact, 7), longest(exact, 7)]).toEqual([7, 7])
  })

  it("takes a tick less or more for every `driftEvery` ticks that have begun", () => {
    const drifting = { driftEvery: 4 }

    expect([0, 1, 4, 5, 8].map((ticks) => shortest(drifting, ticks))).toEqual([0, 0, 3, 3, 6])
    expect([0, 1, 4, 5, 8].map((ticks) => longest(drifting, ticks))).toEqual([0, 2, 5, 7, 10])
  })
})

describe("a detector", () => {
  it("acts after its timeout where nothing is late and clocks are exact", () => {
    expect([early(exact, 3, 1), late(exact, 3)]).toEqual([3, 3])
  })

  it("may act sooner by the delay, the period and the drift, and later by delay and drift", () => {
    expect(early({ delayMax: 2, driftEvery: 0 }, 9, 1)).toBe(7)
    expect(early({ delayMax: 2, driftEvery: 0 }, 9, 4)).toBe(4)
    expect(early({ delayMax: 2, driftEvery: 4 }, 9, 4)).toBe(1)
    expect(late({ delayMax: 2, driftEvery: 0 }, 9)).toBe(11)
    expect(late({ delayMax: 2, driftEvery: 4 }, 9)).toBe(14)
  })

  it("may act without any silence where messages are as late as the timeout is long", () => {
    expect(early({ delayMax: 5, driftEvery: 0 }, 2, 1)).toBeLessThan(0)
  })
})
