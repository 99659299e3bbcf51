import { describe, expect, it } from "vitest"
import { timeMutants } from "../../../properties/mutants/time.ts"
import { alone, starting, toRunning, withholding } from "../../fixtures.ts"
import { mutantsShownFor, sentence } from "../../sentence.ts"
import { base, guarded, timedIn } from "./clusters.ts"

// What published sentences say of time, shown on the model: how soon is "immediately", and what "split-brain" is avoided by.

const inB = timedIn(base, { faults: 2 })
const inG = timedIn(guarded, { faults: 2 })

/** p1.2 has lost its storage for a moment, so that it contends; p1.1 does not know. */
const contending = `${toRunning} LoseStorage(h2) RestoreStorage(h2)`
/** p1.1 has lost its storage for a moment, alone, and must try the lock. */
const unsure = `${alone} LoseStorage(h1) RestoreStorage(h1)`

const ticks = (count: number): string => Array.from({ length: count }, () => "Tick").join(" ")

const isWaitedOut = { refused: "early", generation: 1 } as const
const isDue = { refused: "due" } as const

sentence("FT-04", "continuously monitor the status of one another", (shows) => {
  shows("a copy that has crashed is found by what does not come from it, though its host is well", {
    config: inB,
    script: `${toRunning} CrashCopy(p1.1) ${ticks(4)}`,
    ends: isDue,
    brokenBy: ["HeartbeatOnly", "BothDetectorsNeeded", "HeartbeatCountsAsLog"],
  })
  shows("a host that has failed is found by its heartbeats, before the channel is silent for long enough", {
    config: inB,
    script: `${toRunning} FailHost(h1) ${ticks(3)}`,
    ends: isDue,
    brokenBy: ["SilenceOnly", "BothDetectorsNeeded"],
  })
  shows("a Secondary that synchronises is not suspected, however long it takes", {
    config: timedIn({ ...base, syncMax: 3 }),
    script: `${withholding} ${ticks(3)} Suspect(p1.1)`,
    ends: { refused: "early" },
    brokenBy: ["SyncingIsSilent"],
  })
  shows("an idle guest is not suspected: its timer interrupts are logged", {
    config: inB,
    script: `${toRunning} ${ticks(3)} Suspect(p1.1)`,
    ends: { refused: "early", ft: "running" },
    brokenBy: ["IdleGuestSilent"],
  })
  shows("nobody is suspected for messages that come in time", {
    config: inB,
    script: `${toRunning} Suspect(p1.2)`,
    ends: { refused: "early", ft: "running" },
    brokenBy: ["DelayReachesTimeout"],
  })
  shows("two outages that are too short each are not taken for one", {
    config: inB,
    script: `${withholding} CutLink(h1-h2) Tick HealLink(h1-h2) Tick FailHost(h2) Tick Suspect(p1.1)`,
    ends: { refused: "early" },
    brokenBy: ["AgesAddUp"],
  })
})

sentence("FT-05", "the Secondary VM is immediately activated to replace the Primary VM", (shows) => {
  shows("after as long as detection and the lock take, and not later", {
    config: inB,
    script: `${toRunning} FailHost(h1) ${ticks(2)} Suspect(p1.2) ${ticks(2)}`,
    ends: isDue,
    brokenBy: ["LockNotUrgent", "NoUrgency"],
  })
})

sentence("FT-06", "redundancy is reestablished automatically", (shows) => {
  shows("a copy that synchronises with a Primary that is lost makes room", {
    config: inB,
    script: `${starting} FailHost(h1) ${ticks(3)}`,
    ends: isDue,
    brokenBy: ["SyncHasNoTimeout"],
  })
})

sentence("FT-07", "If the host running the Secondary VM fails, it is also immediately replaced.", (shows) => {
  shows("a former Primary does not wait out the delay", {
    config: inG,
    script: `${unsure} ${ticks(2)}`,
    ends: isDue,
    brokenBy: ["PrimaryWaitsToo"],
  })
  shows("but tries the lock at once", {
    config: inG,
    script: `${unsure} Tick TryLock(p1.1)`,
    ends: { copies: ["p1.1 on h1: primary live"], generation: 2 },
    brokenBy: ["DeadlineBeforeDelay"],
  })
})

sentence("FT-11", 'avoids "split-brain" situations', (shows) => {
  shows("a former Secondary waits before it tries the lock", {
    config: inG,
    script: `${contending} TryLock(p1.2)`,
    ends: isWaitedOut,
    brokenBy: ["NoGoLiveWait"],
  })
  shows("until the Primary has had to suspect, and not only as long", {
    config: inG,
    script: `${contending} ${ticks(3)} TryLock(p1.2)`,
    ends: isWaitedOut,
    brokenBy: ["WaitTooShort", "WaitsForHeartbeatTimeout"],
  })
  shows("for the Primary's timeout, not for its own", {
    config: timedIn({ ...base, silenceTimeout: { primary: 4, secondary: 2 }, goLiveDelay: 5 }, { faults: 1 }),
    script: `${contending} ${ticks(3)} TryLock(p1.2)`,
    ends: isWaitedOut,
    brokenBy: ["WaitsOutOwnTimeout"],
  })
  shows("longer where clocks are wrong", {
    config: timedIn(
      { ...base, silenceTimeout: { primary: 4, secondary: 3 }, driftEvery: 4, goLiveDelay: 8 },
      { faults: 1 },
    ),
    script: `${contending} ${ticks(3)} TryLock(p1.2)`,
    ends: isWaitedOut,
    brokenBy: ["DriftForgotten"],
  })
  shows("longer where messages take long", {
    config: timedIn({ ...base, delayMax: 1, goLiveDelay: 5 }, { faults: 1 }),
    script: `${contending} ${ticks(4)} TryLock(p1.2)`,
    ends: isWaitedOut,
    brokenBy: ["DelayForgotten"],
  })
  shows("meanwhile nothing comes from it, so that the Primary must suspect", {
    config: inG,
    script: `${contending} ${ticks(4)}`,
    ends: isDue,
    brokenBy: ["ContenderAcks"],
  })
  shows("by the Primary's own timeout", {
    config: timedIn({ ...guarded, silenceTimeout: { primary: 3, secondary: 5 } }, { faults: 1 }),
    script: `${contending} ${ticks(4)}`,
    ends: isDue,
    brokenBy: ["RolesMixedUp"],
  })
  shows("wherever the Primary has migrated in between", {
    config: inG,
    script: `${contending} Tick Migrate(p1.1,h3) ${ticks(3)}`,
    ends: isDue,
    brokenBy: ["MigrateResetsClocks"],
  })
  shows("and a Primary that has been replaced suspects, whatever its former Secondary does by now", {
    config: inB,
    script: `${contending} TryLock(p1.2) SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3) ${ticks(4)}`,
    ends: isDue,
    brokenBy: ["FooledByFormerSecondary"],
  })
})

sentence("FT-12", "and a new Secondary VM is respawned automatically", (shows) => {
  shows("where both copies are lost, not before a contender could be back", {
    config: inB,
    script: `${alone} CrashCopy(p1.1) HaRestart(p1,h1)`,
    ends: { refused: "early" },
    brokenBy: ["HaImpatient"],
  })
})

describe("the published sentences, where time passes", () => {
  it("are shown for every requirement that a mutant of time breaks, with all of them", () => {
    for (const id of new Set(timeMutants.flatMap(({ breaks }) => breaks)))
      expect([id, ...mutantsShownFor(id).toSorted()]).toEqual([
        id,
        ...timeMutants.flatMap(({ name, breaks }) => (breaks.includes(id) ? [name] : [])).toSorted(),
      ])
  })
})
