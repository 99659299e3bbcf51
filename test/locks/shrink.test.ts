import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { written, type Action, type Schedule } from "./action.ts"
import { drawn } from "./draw.ts"
import { shrink, type Count } from "./shrink.ts"

describe("shrink", () => {
  it("drops what is not needed, wherever it stands", async () => {
    const short = await shrink(everyTime(needs("TryLock(p1.1)", "Pause(h1)", "TryLock(p1.2)")), long)

    expect(text(short)).toBe("TryLock(p1.1) Pause(h1) TryLock(p1.2)")
  })

  it("shortens a wait as far as it can, and makes a race tries", async () => {
    const isLong = (schedule: Schedule): boolean =>
      schedule.some((action) => action.kind === "Advance" && action.ms >= 400) &&
      schedule.filter(({ kind }) => kind === "TryLock" || kind === "Race").length >= 2

    const short = await shrink(everyTime(isLong), long)

    expect(short.find(({ kind }) => kind === "Advance")).toEqual({ kind: "Advance", ms: 500 })
    expect(short.some(({ kind }) => kind === "Race")).toBe(false)
  })

  it("keeps what is needed in pairs, of which only one can go", async () => {
    const either = (schedule: Schedule): boolean =>
      needs("Write(p1.1)")(schedule) || needs("Write(p1.2)")(schedule)

    const short = await shrink(everyTime(either), long)

    expect(short).toHaveLength(1)
  })

  it("does not make of what shows every time what shows sometimes", async () => {
    const count: Count = (schedules) =>
      Promise.resolve(schedules.map((schedule) => ({ shown: needs("Pause(h1)")(schedule) ? 3 : 1, runs: 3 })))

    expect(text(await shrink(count, long))).toBe("Pause(h1)")
  })

  it("lets what shows sometimes show half as often, and no less", async () => {
    const shown = (schedule: Schedule): number =>
      needs("Pause(h1)")(schedule) ? (needs("Write(p1.2)")(schedule) ? 4 : 2) : 1
    const count: Count = (schedules) =>
      Promise.resolve(schedules.map((schedule) => ({ shown: shown(schedule), runs: 9 })))

    expect(text(await shrink(count, long))).toBe("Pause(h1)")
  })

  it("leaves alone what does not show again", async () => {
    expect(
      await shrink(
        everyTime(() => false),
        long,
      ),
    ).toEqual(long)
  })

  it("ends with what no single dropping keeps, whatever is looked for", async () => {
    const schedule = fc.integer().map((seed) => drawn(seed, 1, { ttl: 1000, canCut: true })[0] as Schedule)
    await fc.assert(
      fc.asyncProperty(schedule, fc.func(fc.boolean()), async (start, coin) => {
        const isShown = (candidate: Schedule): boolean => candidate === start || coin(text(candidate))

        const short = await shrink(everyTime(isShown), start)

        const dropped = short.map((_, at) => short.toSpliced(at, 1))
        expect(isShown(short)).toBe(true)
        expect(dropped.filter(isShown)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})

describe("drawn", () => {
  it("gives the same schedules for the same seed, and none with a cut where there is nothing to cut", () => {
    const terms = { ttl: 1000, canCut: false }

    const schedules = drawn(7, 50, terms)

    expect(schedules).toEqual(drawn(7, 50, terms))
    expect(schedules).not.toEqual(drawn(8, 50, terms))
    expect(schedules.flat().filter(({ kind }) => kind === "Cut")).toEqual([])
  })
})

// Helpers

const long: Schedule = [
  { kind: "TryLock", copy: "p1.1" },
  { kind: "Write", copy: "p1.1" },
  { kind: "Pause", host: "h1" },
  { kind: "Advance", ms: 1000 },
  { kind: "TryLock", copy: "p1.2" },
  { kind: "Write", copy: "p1.2" },
  { kind: "Race", copies: ["p1.2", "p1.3"] },
  { kind: "Resume", host: "h1" },
]

function text(schedule: Schedule): string {
  return schedule.map(written).join(" ")
}

/** Whether a schedule has some actions, in this order, among others. */
function needs(...wanted: readonly string[]): (schedule: Schedule) => boolean {
  return (schedule) => {
    const left = schedule.map((action: Action) => written(action))
    return wanted.every((each) => {
      const at = left.indexOf(each)
      left.splice(0, at + 1)
      return at >= 0
    })
  }
}

/** A lock that shows what is looked for in every run, or in none. */
function everyTime(isShown: (schedule: Schedule) => boolean): Count {
  return (schedules) =>
    Promise.resolve(schedules.map((schedule) => ({ shown: isShown(schedule) ? 3 : 0, runs: 3 })))
}
