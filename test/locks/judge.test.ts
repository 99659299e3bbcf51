import { describe, expect, it } from "vitest"
import type { Event } from "./event.ts"
import { judge } from "./judge.ts"

describe("judge", () => {
  it("sees no fault in a lock that goes from one to the next", () => {
    const verdict = judge(
      told("1 tried", "1 acquired 5", "1 wrote 5", "1 released", "2 tried", "2 acquired 6"),
    )

    expect(verdict).toEqual({ overtakings: [], blockings: [], grants: 2, tokens: 2 })
  })

  it("sees two holders, and the writes of the first until it learns", () => {
    const verdict = judge(
      told(
        "1 acquired",
        "h1 paused",
        "2 acquired",
        "2 wrote",
        "h1 resumed",
        "1 wrote",
        "1 lost",
        "1 withheld",
      ),
    )

    expect(verdict.overtakings).toEqual([
      { overtaken: "p1.1", by: "p1.2", tokens: "none", first: "wrote", learns: true, writes: ["unknown"] },
    ])
  })

  it("distinguishes a holder that learned first from one that wrote first", () => {
    const learned = judge(told("1 acquired", "2 acquired", "1 lost", "1 withheld"))
    const idle = judge(told("1 acquired", "2 acquired"))

    expect(learned.overtakings[0]).toMatchObject({ first: "learned", learns: true, writes: [] })
    expect(idle.overtakings[0]).toMatchObject({ first: "neither", learns: false, writes: [] })
  })

  it("counts a write that was asked for before the second acquired as no stale one", () => {
    const verdict = judge(told("1 acquired", "1 wrote", "2 acquired", "1 lost"))

    expect(verdict.overtakings[0]?.writes).toEqual([])
  })

  it("forgives a first holder that slept until it died", () => {
    const killed = judge(told("1 acquired", "h1 paused", "2 acquired", "h1 killed"))
    const asleep = judge(told("1 acquired", "h1 paused", "2 acquired"))
    const silent = judge(told("1 acquired", "h1 silenced", "2 acquired"))

    for (const { overtakings } of [killed, asleep, silent]) expect(overtakings).toEqual([])
  })

  it("does not forgive one that woke in between", () => {
    const verdict = judge(told("1 acquired", "h1 paused", "2 acquired", "h1 resumed", "h1 killed"))

    expect(verdict.overtakings).toHaveLength(1)
  })

  describe("with tokens", () => {
    it("has a resource refuse the stale write once a later token has written, and take it before", () => {
      const after = judge(told("1 acquired 1", "2 acquired 2", "2 wrote 2", "1 wrote 1"))
      const before = judge(told("1 acquired 1", "2 acquired 2", "1 wrote 1", "2 wrote 2"))

      expect(after.overtakings[0]).toMatchObject({ tokens: "rising", writes: ["refused"] })
      expect(before.overtakings[0]).toMatchObject({ tokens: "rising", writes: ["taken"] })
    })

    it("has it know nothing where the tokens do not rise", () => {
      const equal = judge(told("1 acquired 1", "2 acquired 1", "2 wrote 1", "1 wrote 1"))
      const falling = judge(told("1 acquired 2", "2 tried", "2 acquired 1", "1 wrote 2"))

      expect(equal.overtakings[0]).toMatchObject({ tokens: "equal", writes: ["unknown"] })
      expect(falling.overtakings[0]).toMatchObject({ tokens: "falling", writes: ["unknown"] })
    })

    it("orders those who tried at the same time as the lock has, not as they answered", () => {
      const verdict = judge(told("1 tried", "2 tried", "1 acquired 2", "2 acquired 1"))

      expect(verdict.overtakings).toMatchObject([{ overtaken: "p1.2", by: "p1.1", tokens: "rising" }])
    })
  })

  describe("who blocks", () => {
    it("is the dead holder of a lock that was refused to the end", () => {
      const killed = judge(told("1 tried", "1 acquired", "h1 killed", "2 tried", "2 refused"))
      const silent = judge(told("1 tried", "1 acquired", "h1 silenced", "2 tried", "2 refused"))

      expect(killed.blockings).toEqual([{ copy: "p1.2", holder: "p1.1", death: "killed" }])
      expect(silent.blockings).toEqual([{ copy: "p1.2", holder: "p1.1", death: "silenced" }])
    })

    it("is nobody while the holder lives, or merely sleeps", () => {
      const alive = judge(told("1 tried", "1 acquired", "2 tried", "2 refused"))
      const asleep = judge(told("1 tried", "1 acquired", "h1 paused", "2 tried", "2 refused"))

      for (const { blockings } of [alive, asleep]) expect(blockings).toEqual([])
    })

    it("is nobody where another heir was given the lock, however late it says so", () => {
      const verdict = judge(
        told("1 tried", "1 acquired", "h1 killed", "2 tried", "3 tried", "2 refused", "3 acquired"),
      )

      expect(verdict.blockings).toEqual([])
    })

    it("is nobody where the holder had given it back before it died", () => {
      const verdict = judge(told("1 tried", "1 acquired", "1 released", "h1 killed", "2 tried", "2 refused"))

      expect(verdict.blockings).toEqual([])
    })
  })

  it("goes by the times, not by the order in which it hears", () => {
    const events = told("1 acquired", "2 acquired", "1 wrote")

    expect(judge(events.toReversed())).toEqual(judge(events))
  })
})

// Helpers

/** Events one after the other: `1 acquired 7` of p1.1 with the token 7, `h1 paused` of its host. */
function told(...lines: readonly string[]): readonly Event[] {
  return lines.map((line, n) => {
    const [who = "", kind, token] = line.split(" ")
    const of = who.startsWith("h") ? { host: who } : { copy: `p1.${who}` }
    const more = kind === "lost" ? { why: "" } : { token: token === undefined ? null : BigInt(token) }
    return { kind, at: BigInt(n + 1), ...of, ...more } as Event
  })
}
