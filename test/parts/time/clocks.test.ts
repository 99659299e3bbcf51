import { describe, expect, it } from "vitest"
import type { Copy } from "../../../model/copy.ts"
import type { CopyId } from "../../../model/ids.ts"
import { identity } from "../../../model/identity.ts"
import type { Time } from "../../../model/parts/time/parameters.ts"
import { initial, type State } from "../../../model/state.ts"
import { changesOf } from "../../../traces/diff.ts"
import { stateJsonOf } from "../../../traces/state-json.ts"
import { alone, copyOf, p1, reach, starting, three, toRunning, withholding } from "../../fixtures.ts"
import { base, guarded, timedIn } from "./clusters.ts"

describe("where no time passes", () => {
  it("neither copies nor pairs have clocks", () => {
    const state = reach(three, toRunning)

    expect(p1(state)).not.toHaveProperty("haWait")
    expect(copyOf(state, "p1.1")).not.toHaveProperty("watch")
    expect(copyOf(state, "p1.1")).not.toHaveProperty("obligation")
  })
})

describe("the clocks", () => {
  it("are at 0 at first, and nobody is watched by a copy that is alone", () => {
    expect(p1(initial(timedIn(base)))).toMatchObject({ haWait: 0 })
    expect(clocks(after(alone), "p1.1")).toEqual([null, 0, 0, 0])
  })

  it("distinguish states, and so does the host that is watched", () => {
    const one = after(toRunning, "FailHost(h3) CutLink(h1-h2)")
    const later = after(toRunning, "FailHost(h3) CutLink(h1-h2) Tick")

    expect(identity(later)).not.toBe(identity(one))
    expect(identity(after(toRunning, "CrashCopy(p1.2) Tick"))).not.toBe(
      identity(after(toRunning, "CrashCopy(p1.2)")),
    )
    expect(identity(after(alone, "Tick"))).not.toBe(identity(after(alone)))
    expect(identity(after(withoutHa, "Tick"))).not.toBe(identity(after(withoutHa)))
  })

  it("are shown, as JSON and in words", () => {
    const [before, later] = [after(toRunning, "CutLink(h1-h2)"), after(toRunning, "CutLink(h1-h2) Tick")]

    expect(stateJsonOf(later)).toMatchObject({
      pairs: {
        p1: {
          haWait: 0,
          copies: { "p1.1": { watch: "h2", heartbeatSilence: 1, logSilence: 1, obligation: 0 } },
        },
      },
    })
    expect(changesOf(before, later)).toEqual([
      "p1.1 heartbeatSilence 0 → 1, logSilence 0 → 1",
      "p1.2 heartbeatSilence 0 → 1, logSilence 0 → 1",
    ])
  })
})

describe("who is watched", () => {
  it.each([
    ["while a Secondary synchronises", starting],
    ["while its Primary withholds", withholding],
    ["in lockstep", toRunning],
  ])("is the host of the other, %s", (_when, run) => {
    expect(clocks(after(run), "p1.1")[0]).toBe("h2")
    expect(clocks(after(run), "p1.2")[0]).toBe("h1")
  })

  it("is the host of a peer that is gone, until the Primary gives it up", () => {
    expect(clocks(after(starting, "CrashCopy(p1.2)"), "p1.1")[0]).toBe("h2")
    expect(clocks(after(starting, "CrashCopy(p1.2) Tick Tick Tick AbandonSync(p1.1)"), "p1.1")[0]).toBeNull()
  })

  it("is nobody once a copy contends", () => {
    expect(clocks(after(toRunning, "FailHost(h1) Tick Tick Suspect(p1.2)"), "p1.2")[0]).toBeNull()
  })

  it("is the new host, where a copy has migrated, and its own watch stays", () => {
    const primary = after(toRunning, "Migrate(p1.1,h3)")
    const secondary = after(toRunning, "Migrate(p1.2,h3)")

    expect([clocks(primary, "p1.1")[0], clocks(primary, "p1.2")[0]]).toEqual(["h2", "h3"])
    expect([clocks(secondary, "p1.1")[0], clocks(secondary, "p1.2")[0]]).toEqual(["h3", "h1"])
  })
})

describe("a clock is set back", () => {
  it("where the phase of its copy changes, and the other's goes on", () => {
    const contending = after(toRunning, "FailHost(h1) Tick Tick Suspect(p1.2)")
    const joined = after(starting, "Tick BeginLockstep(p1.1)")

    expect(clocks(contending, "p1.2")).toEqual([null, 0, 0, 0])
    expect(clocks(joined, "p1.2")).toEqual(["h1", 0, 0, 1])
    expect(clocks(after(starting, "Tick BeginLockstep(p1.1) JoinLockstep(p1.2)"), "p1.2")).toEqual([
      "h1",
      0,
      0,
      0,
    ])
  })

  it("where a Primary gets a peer, or gives it up", () => {
    expect(clocks(after(alone, "Tick"), "p1.1")).toEqual([null, 0, 0, 1])
    expect(clocks(after(alone, "Tick SpawnSecondary(p1.1,h2)"), "p1.1")).toEqual(["h2", 0, 0, 0])
    expect(clocks(after(starting, "FailHost(h2) Tick Tick AbandonSync(p1.1)"), "p1.1")).toEqual([
      null,
      0,
      0,
      0,
    ])
  })

  it("of HA by a restart and by a power-off, and not by what else happens", () => {
    expect(p1(after(withoutHa, "Tick")).haWait).toBe(1)
    expect(p1(after(withoutHa, "Tick FailHost(h3)")).haWait).toBe(1)
    expect(p1(after(withoutHa, "Tick Tick HaRestart(p1,h2)")).haWait).toBe(0)
    expect(p1(after(withoutHa, "Tick PowerOff(p1)")).haWait).toBe(0)
  })

  it("neither by a peer that is gone, nor by migrating", () => {
    const slow = "CutLink(h1-h2) Tick HealLink(h1-h2)"

    expect(clocks(after(toRunning, "CutLink(h1-h2) Tick CrashCopy(p1.2)"), "p1.1")).toEqual(["h2", 1, 1, 0])
    expect(clocks(after(toRunning, slow, "Migrate(p1.1,h3)"), "p1.1")).toEqual(["h2", 1, 1, 0])
    expect(clocks(after(toRunning, slow, "Migrate(p1.1,h3)"), "p1.2")).toEqual(["h3", 1, 1, 0])
  })
})

describe("a tick", () => {
  it("counts the silence of heartbeats where the watched host has failed, or the link to it is cut", () => {
    expect(clocks(after(toRunning, "FailHost(h2) Tick"), "p1.1")).toEqual(["h2", 1, 1, 0])
    expect(clocks(after(toRunning, "CutLink(h1-h2) Tick"), "p1.1")).toEqual(["h2", 1, 1, 0])
    expect(clocks(after(toRunning, "CutLink(h1-h2) Tick"), "p1.2")).toEqual(["h1", 1, 1, 0])
  })

  it("counts the silence of the channel alone where only the copy is gone, contends, or cannot send", () => {
    expect(clocks(after(toRunning, "CrashCopy(p1.2) Tick"), "p1.1")).toEqual(["h2", 0, 1, 0])
    expect(clocks(after(toRunning, "LoseStorage(h2) Tick"), "p1.1")).toEqual(["h2", 0, 1, 0])
    expect(clocks(after(toRunning, "ExposeLink(h1-h2) Tick"), "p1.1")).toEqual(["h2", 0, 1, 0])
  })

  it("sets a clock back that hears again: outages do not add up, and one between two ticks is not seen", () => {
    expect(clocks(after(toRunning, "CutLink(h1-h2) Tick HealLink(h1-h2) Tick"), "p1.1")).toEqual([
      "h2",
      0,
      0,
      0,
    ])
    expect(clocks(after(toRunning, "CutLink(h1-h2) HealLink(h1-h2) Tick"), "p1.1")).toEqual(["h2", 0, 0, 0])
  })

  it("hears a peer that synchronises, and an idle one", () => {
    expect(clocks(after(withholding, "Tick"), "p1.1")).toEqual(["h2", 0, 0, 0])
    expect(clocks(after(toRunning, "Tick"), "p1.2")).toEqual(["h1", 0, 0, 0])
  })

  it("is not deceived by a former Secondary that is in lockstep as a Primary", () => {
    const wins = "LoseStorage(h2) RestoreStorage(h2) TryLock(p1.2)"
    const back = "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3) Tick"

    expect(clocks(after(toRunning, wins, back), "p1.1")).toEqual(["h2", 0, 1, 0])
    expect(clocks(after(toRunning, wins, back), "p1.2")).toEqual(["h3", 0, 0, 0])
  })

  it("counts for how long a contender has been able to ask the lock, and begins anew when storage is back", () => {
    const contending = "LoseStorage(h2) Tick"

    expect(clocks(afterIn(guarded, toRunning, contending), "p1.2")).toEqual([null, 0, 0, 0])
    expect(clocks(afterIn(guarded, toRunning, contending, "RestoreStorage(h2) Tick"), "p1.2")[3]).toBe(1)
    expect(
      clocks(
        afterIn(guarded, toRunning, contending, "RestoreStorage(h2) Tick LoseStorage(h2) Tick"),
        "p1.2",
      )[3],
    ).toBe(0)
  })

  it("leaves the very same state where it changes nothing", () => {
    const state = after(toRunning)

    expect(reach(timedIn(base, bounds), toRunning, "Tick")).toEqual(state)
  })
})

// Helpers

const bounds = { faults: 5, powerOffUpTo: 5 }

/** Nobody runs the pair, so that HA could restart it. */
const withoutHa = `${alone} FailHost(h1)`

function after(...runs: readonly string[]): State {
  return afterIn(base, ...runs)
}

function afterIn(time: Time, ...runs: readonly string[]): State {
  return reach(timedIn(time, bounds), ...runs)
}

/** The host that a copy watches, and its clocks. */
function clocks(state: State, id: CopyId): readonly (Copy["watch"] | number)[] {
  const { watch, heartbeatSilence, logSilence, obligation } = copyOf(state, id)
  return [watch, heartbeatSilence, logSilence, obligation]
}
