import { describe, expect, it } from "vitest"
import { boundsOf, shortestGoLiveDelay, type Times } from "../../../properties/time/bounds.ts"
import {
  dualExecution,
  staleStays,
  unrestored,
  waitingForFailover,
} from "../../../properties/time/measures.ts"
import { costsIn, isDual, worstOf } from "../../scopes/worst.ts"
import { base, byRole, guarded, inexact } from "./clusters.ts"

/** What follows from the times of B, G, A and D, as docs/spec/time.md has them: live and running by misfortune, then the rest. */
const table = [
  ["B", base, [3, 5], [4, 6], [3, 5], [4, 6], [3, 5], 4, { overlap: 3, failover: 4, stale: 4, restored: 8 }],
  [
    "G",
    guarded,
    [7, 9],
    [8, 10],
    [3, 5],
    [4, 6],
    [3, 5],
    4,
    { overlap: 0, failover: 8, stale: 8, restored: 12 },
  ],
  [
    "A",
    byRole,
    [10, 17],
    [12, 19],
    [5, 12],
    [7, 14],
    [5, 12],
    7,
    { overlap: 0, failover: 12, stale: 12, restored: 22 },
  ],
  [
    "D",
    inexact,
    [19, 21],
    [20, 22],
    [6, 8],
    [7, 9],
    [6, 8],
    7,
    { overlap: 0, failover: 20, stale: 20, restored: 25 },
  ],
] as const

describe("the bounds that follow from the times", () => {
  it.each(table)(
    "of %s are those of the table",
    (_name, times, primaryHost, primaryCopy, secondaryHost, secondaryCopy, link, mendedLink, others) => {
      const bounds = boundsOf(times)

      const costs = (recovery: { readonly live: number; readonly running: number }) => [
        recovery.live,
        recovery.running,
      ]
      expect(
        Object.fromEntries(Object.entries(bounds.after).map(([what, cost]) => [what, costs(cost)])),
      ).toEqual({
        primaryHost,
        primaryCopy,
        secondaryHost,
        secondaryCopy,
        link,
      })
      expect(bounds.afterPassing.primaryHost).toEqual(bounds.after.primaryCopy)
      expect(bounds.afterPassing.secondaryHost).toEqual(bounds.after.secondaryCopy)
      expect(bounds.afterPassing.link.live).toBe(mendedLink)
      const { dualExecution: overlap, failover, staleGone: stale, restored } = bounds
      expect({ overlap, failover, stale, restored }).toEqual(others)
    },
  )

  it.each([
    [{}, 4],
    [{ delayMax: 1 }, 5],
    [{ silenceTimeout: { primary: 4, secondary: 3 }, driftEvery: 4 }, 8],
    [{ silenceTimeout: { primary: 7, secondary: 1 } }, 8],
    [{ heartbeatTimeout: { primary: 9, secondary: 9 } }, 4],
  ])(
    "rule two executing copies out from the shortest delay on, and not one tick less: %j",
    (others, delay) => {
      const times: Times = { ...base, ...others }

      expect(shortestGoLiveDelay(times)).toBe(delay)
      expect(boundsOf({ ...times, goLiveDelay: delay }).isSingleExecution).toBe(true)
      expect(boundsOf({ ...times, goLiveDelay: delay - 1 }).isSingleExecution).toBe(false)
    },
  )

  it("rule two executing copies out with no delay at all, where a clock may stand still", () => {
    expect(shortestGoLiveDelay({ ...base, driftEvery: 1 })).toBe(Infinity)
  })

  it.each([
    [{ delayMax: 1 }, true],
    [{ delayMax: 2 }, false],
    [{ heartbeatPeriod: 2 }, true],
    [{ heartbeatPeriod: 3 }, false],
    [{ logPeriod: 3 }, true],
    [{ logPeriod: 4 }, false],
    [{ driftEvery: 3 }, true],
    [{ driftEvery: 1 }, false],
    [{ heartbeatTimeout: { primary: 1, secondary: 1 } }, true],
    [{ silenceTimeout: { primary: 3, secondary: 1 }, delayMax: 1 }, false],
  ])("say whether there are false alarms: %j", (others, isWithout) => {
    expect(boundsOf({ ...base, ...others }).isWithoutFalseAlarms).toBe(isWithout)
  })
})

// Configurations A and D, two faults, and fifty drawn ones are gone through by test/scopes/timing.ts.
describe("what lasts longest in any state after one fault", () => {
  it.each([
    ["B", base, 7],
    ["G", guarded, 10],
  ])("of %s is what the bounds say", (_name, times, unrestoredFor) => {
    const { after, afterPassing, ...bounds } = boundsOf(times)
    const { staying, passing } = costsIn(times)

    expect(staying).toEqual(after)
    expect(passing).toEqual({ ...afterPassing, link: after.link })
    expect(isDual(times)).toBe(!bounds.isSingleExecution)
    expect(worstOf(dualExecution, times, { faults: 1 }) ?? 0).toBe(bounds.dualExecution)
    expect(worstOf(waitingForFailover, times, { faults: 1 })).toBe(bounds.failover)
    expect(worstOf(staleStays, times, { faults: 1 })).toBe(bounds.staleGone)
    // It takes a second fault to reach the bound of this one.
    expect(worstOf(unrestored, times, { faults: 1 })).toBe(unrestoredFor)
  })
})
