import { describe, expect, it } from "vitest"
import { protocolOf } from "../../../model/core.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { begin, observe, type Judge } from "../../../properties/check/run.ts"
import { timeWitnesses } from "../../../properties/time/witnesses.ts"
import { canBeSeen, witnesses } from "../../../properties/witnesses.ts"
import { schedule, three } from "../../fixtures.ts"
import { firstSeen } from "../../scopes/first-seen.ts"
import { base, guarded, timedIn } from "./clusters.ts"

// The lengths are those that an explorer found which shares no code with ftpair.

const inB = timedIn(base, { faults: 2 })

const toOverlap =
  "PowerOn(p1,h1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1) JoinLockstep(p1.2) LoseStorage(h2) RestoreStorage(h2) TryLock(p1.2)"

describe("the shortest run that shows a witness of time", () => {
  it.each([
    [
      "B, by the state alone",
      {
        "time-stands-still": 2,
        "respawn-due": 2,
        "sync-due": 3,
        "contender-while-ha-waits": 3,
        "ha-restart-due": 4,
        "respawn-blocked-by-stale": 6,
        "silent-log-beside-heartbeats": 7,
        "outage-unnoticed": 7,
        "dual-execution": 7,
        "stale-primary-beside-running": 10,
        "three-executing": 13,
      },
      inB,
    ],
    ["B", { "dual-execution-in-full": 11 }, inB],
    ["B", { "failover-at-its-bound": 10 }, inB],
    ["B", { "stale-at-its-bound": 13 }, inB],
    ["G", { "waits-out-the-delay": 8, "primary-wins-meanwhile": 10 }, timedIn(guarded, { faults: 2 })],
    ["B with late messages", { "false-alarm": 4 }, timedIn({ ...base, delayMax: 2 }, { faults: 2 })],
  ] as const)(
    "in %s, has so many actions: %o",
    (_name, lengths, config) => {
      expect(firstSeen(config, Object.keys(lengths))).toEqual(lengths)
    },
    60_000,
  )

  // That no shorter run shows them is counted by the program beside the scopes: it takes a while.
  it.each([
    [
      "dual-execution-twice",
      22,
      `${toOverlap} SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3) Tick Tick Tick LoseStorage(h3) RestoreStorage(h3) TryLock(p1.3) Suspect(p1.1) Tick TryLock(p1.1) Tick SpawnSecondary(p1.3,h1) Tick`,
    ],
    [
      "restored-at-its-bound",
      20,
      `${toOverlap} CrashCopy(p1.2) Tick Tick Tick Suspect(p1.1) Tick TryLock(p1.1) Tick Tick HaRestart(p1,h1) Tick SpawnSecondary(p1.3,h2) Tick`,
    ],
  ])("shows %s after %i actions, where all are as late as they may be", (id, length, script) => {
    const seen = witnessedBy(script)

    expect(seen).toHaveLength(length)
    expect(seen.findIndex((ids) => ids.has(id)) + 1).toBe(length)
  })
})

describe("a witness of time", () => {
  it("is looked for only where time passes, and where the times let it be seen", () => {
    const visibleIn = (config: typeof inB): readonly string[] =>
      timeWitnesses
        .map(({ id }) => witnesses.find((each) => each.id === id))
        .flatMap((witness) => (witness !== undefined && canBeSeen(witness, config) ? [witness.id] : []))
    const all = timeWitnesses.map(({ id }) => id)
    const without = (...ids: readonly string[]): readonly string[] => all.filter((id) => !ids.includes(id))

    expect(visibleIn(three)).toEqual([])
    expect(visibleIn(inB)).toEqual(without("waits-out-the-delay", "primary-wins-meanwhile", "false-alarm"))
    expect(visibleIn(timedIn(guarded))).toEqual(
      without(
        "dual-execution",
        "dual-execution-in-full",
        "three-executing",
        "dual-execution-twice",
        "false-alarm",
      ),
    )
  })

  it("of a suspicion that costs a fault is not looked for there: none does", () => {
    const spurious = witnesses.filter(({ id }) => id.endsWith("-wins-after-spurious"))

    expect(spurious.map((witness) => [canBeSeen(witness, three), canBeSeen(witness, inB)])).toEqual([
      [true, false],
      [true, false],
    ])
  })
})

// Helpers

/** The witnesses that have been seen after each action of a run in B. */
function witnessedBy(script: string): readonly ReadonlySet<string>[] {
  const protocol = protocolOf(inB)
  const judge: Judge = { protocol, properties: [], witnesses }
  let run = begin(judge, initial(inB))
  return schedule(script).map((action) => {
    const outcome = step(protocol, run.state, action)
    if (outcome.tag === "refused") throw new Error(`${action.kind} is refused: ${outcome.guard}`)
    run = observe(judge, run, { action, state: outcome.state })
    return run.witnessed
  })
}
