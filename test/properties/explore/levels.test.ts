import { describe, expect, it } from "vitest"
import { only } from "../../../properties/packed/property-set.ts"
import { noLength, type Endpoint, type Summary } from "../../../properties/explore/channels.ts"
import { cuts, sweepingLevels } from "../../../properties/explore/levels.ts"
import type { Swept } from "../../../properties/explore/sweep-end.ts"
import { freshTally, recordViolation, type Tally } from "../../../properties/explore/tally.ts"
import { finished } from "../../../properties/explore/turns.ts"

/**
 * A level as it will go: how many states it has, how many of them are left, why it is cut, the length of a violation that
 * is found in it, and how many bytes there are after it.
 */
type Level = {
  readonly states: number
  readonly left?: number
  readonly cut?: keyof typeof cuts
  readonly violation?: number
  readonly bytes?: number
}

const [one, two, three, four] = [1, 2, 3, 4].map((states) => ({ states })) as [Level, Level, Level, Level]

describe("a sweep of levels", () => {
  it("is complete once no state waits, at the depth of the last level", () => {
    const swept = sweptThrough([one, two, three])

    expect(ended(swept)).toEqual({ end: "complete", depth: 2, waiting: 0 })
    expect(swept?.tally.states).toBe(6)
  })

  it("tells of the level at hand before it is expanded", () => {
    const told: (readonly [number, number])[] = []

    sweptThrough([one, two, three], { onLevel: ({ states }, waiting) => told.push([states, waiting]) })

    expect(told).toEqual([
      [0, 1],
      [1, 2],
      [3, 3],
    ])
  })

  it("takes as many bytes as at most after a level", () => {
    const levels = [
      { ...one, bytes: 10 },
      { ...two, bytes: 30 },
      { ...three, bytes: 20 },
    ]

    expect(sweptThrough(levels)?.bytes).toBe(30)
  })

  it("ends before the level that would go beyond the most states", () => {
    expect(ended(sweptThrough([one, two, three, four], { statesMax: 6 }))).toEqual({
      end: "too many states",
      depth: 2,
      waiting: 4,
    })
  })

  it.each<readonly [string, number, readonly Level[]]>([
    ["once a shorter one cannot be left", 2, [one, { ...two, violation: 2 }, three, four]],
    ["one level on, where it is longer than its level", 3, [one, { ...two, violation: 3 }, three, four, two]],
    ["with the last level", 2, [one, two, { ...three, violation: 9 }]],
    ["at a level that is cut", 0, [one, { ...two, left: 1, cut: "interrupted", violation: 9 }, three]],
  ])("ends with a violation %s", (_when, depth, levels) => {
    expect(ended(sweptThrough(levels))).toMatchObject({ end: "violation", depth })
  })

  it("ends with a violation where the next level would be too much", () => {
    const swept = sweptThrough([one, { ...two, violation: 9 }, three, four], { statesMax: 5 })

    expect(ended(swept)).toEqual({ end: "violation", depth: 1, waiting: 3 })
  })
})

describe("a level that is cut", () => {
  it.each(["interrupted", "outgrown", "asymmetric"] as const)("ends the sweep as %s", (cut) => {
    expect(ended(sweptThrough([one, { ...three, left: 2, cut }, four]))).toEqual({
      end: cut,
      depth: 0,
      waiting: 2,
    })
  })

  it.each(["outgrown", "asymmetric"] as const)("ends the sweep as %s even if it is the last", (cut) => {
    expect(ended(sweptThrough([one, { ...two, cut }]))).toMatchObject({ end: cut, waiting: 0 })
  })

  it("ends the sweep as interrupted if something is left of it, and else as complete", () => {
    const cut = "interrupted"

    expect(ended(sweptThrough([one, { ...two, left: 1, cut }]))).toMatchObject({ end: "interrupted" })
    expect(ended(sweptThrough([one, { ...two, cut }]))).toMatchObject({ end: "complete" })
  })

  it.each(["outgrown", "asymmetric"] as const)("as %s stays so where it is interrupted too", (cut) => {
    const swept = sweptThrough([one, { ...three, left: 2, cut }], { isStopped: ({ states }) => states > 1 })

    expect(ended(swept)).toMatchObject({ end: cut })
  })

  it("for asymmetry voids a violation, and for a number that has outgrown its field does not", () => {
    const cutFor = (cut: keyof typeof cuts) => sweptThrough([one, { ...two, cut, violation: 1 }, three])

    expect(ended(cutFor("asymmetric"))).toMatchObject({ end: "asymmetric" })
    expect(ended(cutFor("outgrown"))).toMatchObject({ end: "violation" })
  })

  it("since it went astray voids all", () => {
    expect(sweptThrough([one, { ...two, cut: "astray", violation: 1 }, three])).toBeNull()
  })
})

describe("one worker of several", () => {
  it.each<readonly [string, Summary, Partial<Swept>]>([
    ["goes on while others have states", [0, 3, noLength, cuts.none], { end: "too many states", waiting: 3 }],
    ["ends where another is interrupted", [0, 3, noLength, cuts.interrupted], { end: "interrupted" }],
    ["ends where another has outgrown a field", [0, 3, noLength, cuts.outgrown], { end: "outgrown" }],
    ["ends where another has found a violation", [0, 3, 1, cuts.none], { end: "violation" }],
    ["counts the states of others for the most", [1000, 3, noLength, cuts.none], { end: "too many states" }],
  ])("%s", (_what, others, end) => {
    expect(sweptThrough([one, two], { statesMax: 100, others })).toMatchObject(end)
  })

  it("has nothing to tell where another went astray", () => {
    expect(sweptThrough([one, two], { others: [0, 3, noLength, cuts.astray] })).toBeNull()
  })
})

// Helpers

type Around = {
  readonly statesMax?: number
  readonly onLevel?: (tally: Tally, waiting: number) => void
  readonly isStopped?: (tally: Tally) => boolean
  readonly others?: Summary
}

/** What comes of levels that go as said; beside `others`, who report the same at each, and ten states more expanded. */
function sweptThrough(
  script: readonly Level[],
  { statesMax = Infinity, onLevel = () => {}, isStopped = () => false, others }: Around = {},
): Swept | null {
  const tally = freshTally()
  let waiting = script[0]?.states ?? 0
  let bytes = 0
  const levels = {
    tally,
    cut: cuts.none as number,
    waiting: () => waiting,
    expand: function* (depth: number, isCut: () => boolean) {
      const { states = 0, left = 0, cut = "none", violation, bytes: taken = 0 } = script[depth] ?? {}
      tally.states += states - left
      if (violation !== undefined) recordViolation(tally, violation, only.S7)
      levels.cut = Math.max(levels.cut, cuts[cut])
      isCut()
      yield
      waiting = left > 0 ? 0 : (script[depth + 1]?.states ?? 0)
      bytes = taken
      return left
    },
    finish: () => bytes,
  }
  const limits = { statesMax, fingerprint: false, onLevel, isStopped: () => isStopped(tally) }
  return finished(sweepingLevels(levels, limits, others === undefined ? null : besides(others)))
}

/** The end of a worker whose others report the same at each level, but for ten states more that they have expanded. */
function besides([expanded, waiting, minimum, cut]: Summary): Endpoint {
  let more = 0
  return {
    send: () => {},
    receive: () => {},
    barrier: (report) => {
      const own = report()
      more += 10
      return [own[0] + expanded + more, own[1] + waiting, Math.min(own[2], minimum), Math.max(own[3], cut)]
    },
  }
}

function ended(swept: Swept | null) {
  return swept === null ? null : { end: swept.end, depth: swept.tally.depth, waiting: swept.waiting }
}
