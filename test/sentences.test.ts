import { describe, expect, it } from "vitest"
import { coreMutants } from "../properties/mutants/catalogue.ts"
import {
  alone,
  clusterOf,
  failedOver,
  overtaken,
  ruleOnP1,
  starting,
  toRunning,
  withholding,
} from "./fixtures.ts"
import {
  anotherHostPicked,
  apart,
  goesLiveOnAFullHost,
  goesLiveThoughForbidden,
  inForceAtRunTime,
  joinsNobodyLive,
  keepsItsRole,
  knowsWhatLeft,
  nothingOverACut,
  notOnOneSite,
  ofConfidentiality,
  ofGoingLive,
  ofRegistrations,
  ofTheSetting,
  oneAtATime,
  restartedThoughSuspended,
  restartsFirst,
  suspendedFirstOrNever,
  takenAwayOutOfReach,
  turnedOffAtItsGeneration,
  turnedOnWhereThereIsRoom,
  withheld,
} from "./scenes.ts"
import { mutantsShownFor, requirementsQuoted, sentence } from "./sentence.ts"

// What the published sentences say, shown on the model: the specification quotes them under their requirements.

const cut = `${toRunning} CutLink(h1-h2)`
const oneEach = clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, {}], { pairs: 2 })
const oneOutside = clusterOf([{ groups: ["a"] }, { groups: ["a"] }, {}], {
  rules: [ruleOnP1("must", "on", "a")],
})

sentence("FT-01", "so that the secondary VM can take over at any point", (shows) => {
  shows("it goes on from what it has received", {
    script: `${toRunning} Record(p1.1) Deliver(p1.2) FailHost(h1) Suspect(p1.2) TryLock(p1.2)`,
    ends: { copies: ["p1.2 on h2: primary live"], logs: { "p1.2": "1.1" } },
  })
  shows("not before it has joined", {
    script: `${withholding} FailHost(h1) Suspect(p1.2)`,
    ends: { refused: "phase" },
  })
  shows("not to undo a power-off", {
    script: `${toRunning} PowerOff(p1)`,
    untilQuiescent: true,
    ends: { ft: "enabled", copies: [] },
    brokenBy: ["PowerOffWithoutFence", "PowerOffBumpsOnly"],
  })
  shows("after a test restart, by a new one", {
    script: `${toRunning} TestRestartSecondary(p1.1)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.1 on h1: primary lockstep", "p1.3 on h2: secondary lockstep"] },
  })
  for (const [title, scene] of ofTheSetting) shows(title, scene)
  shows("a Secondary that cannot be reached does not come back", takenAwayOutOfReach)
  shows("suspended, it is restarted all the same", restartedThoughSuspended)
})

sentence("FT-02", "captures inputs and events that occur on the Primary VM and sends them", (shows) => {
  shows("the Secondary has what the Primary recorded, in order", {
    script: `${toRunning} Record(p1.1) Record(p1.1) Deliver(p1.2) Deliver(p1.2)`,
    ends: { logs: { "p1.1": "1.1 1.2", "p1.2": "1.1 1.2" } },
    brokenBy: ["ReorderChannel", "IndexFromZero"],
  })
  shows("the checkpoint carries what was recorded before", {
    script: `${alone} Record(p1.1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1) JoinLockstep(p1.2)`,
    ends: { logs: { "p1.2": "1.1" } },
    brokenBy: ["CheckpointForgotten"],
  })
  shows("the Secondary knows what has been released", knowsWhatLeft)
  shows("nothing is sent over a cut link", nothingOverACut)
  shows("no copy synchronises without storage", {
    script: `${starting} LoseStorage(h2)`,
    ends: { copies: ["p1.1 on h1: primary live"] },
    brokenBy: ["SyncSurvivesStorageLoss"],
  })
})

sentence("FT-03", "contains guest network and storage I/O data, as well as the memory contents", (shows) => {
  for (const [title, scene] of ofConfidentiality) shows(title, scene)
})

sentence("FT-02", "until the backup VM has received and acknowledged the log entry", (shows) => {
  shows("an output that is only recorded stays", withheld)
  shows("so does one that was received and not acknowledged", {
    script: `${toRunning} Record(p1.1) Deliver(p1.2) Release(p1.1)`,
    ends: { refused: "nothing" },
    brokenBy: ["OutputBeforeAck"],
  })
  shows("nothing is acknowledged that was not received", {
    script: `${toRunning} Record(p1.1) Ack(p1.1)`,
    ends: { refused: "nothing" },
    brokenBy: ["CountSentAsAcked"],
  })
  shows("one that is acknowledged leaves", {
    script: `${toRunning} Record(p1.1) Deliver(p1.2) Ack(p1.1) Release(p1.1)`,
    ends: { world: "1.1" },
  })
  shows("the Primary withholds before there is anybody to acknowledge", joinsNobodyLive)
})

sentence("FT-04", "continuously monitor the status of one another", (shows) => {
  shows("the Secondary may find its Primary gone", {
    script: `${cut} Suspect(p1.2)`,
    ends: { copies: ["p1.1 on h1: primary lockstep", "p1.2 on h2: secondary contending"], faults: 1 },
    brokenBy: ["SecondaryNeverSuspects"],
  })
  shows("the Primary may find its Secondary gone", {
    script: `${cut} Suspect(p1.1)`,
    ends: { copies: ["p1.1 on h1: primary contending", "p1.2 on h2: secondary lockstep"], faults: 1 },
  })
  shows("to find a partner gone that is there is a fault", {
    script: `${toRunning} Suspect(p1.1)`,
    ends: { faults: 1 },
    brokenBy: ["SuspectsForNothing"],
  })
  shows("a partner that has yet to join is there", {
    script: `${withholding} Suspect(p1.1)`,
    ends: { faults: 1 },
    brokenBy: ["SuspectWhileSyncing"],
  })
  shows("partners that hear one another stay together", {
    script: toRunning,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.1 on h1: primary lockstep", "p1.2 on h2: secondary lockstep"] },
    brokenBy: ["SuspectsForNothing"],
  })
  shows("over a cut link neither hears the other", nothingOverACut)
})

sentence("FT-05", "the Secondary VM is immediately activated to replace the Primary VM", (shows) => {
  shows("when the host of the Primary fails", {
    script: `${toRunning} FailHost(h1)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.2 on h2: primary lockstep", "p1.3 on h3: secondary lockstep"] },
    brokenBy: ["SecondaryNeverSuspects"],
  })
  shows("and nobody else", {
    script: `${toRunning} FailHost(h1) HaRestart(p1,h3)`,
    ends: { refused: "may-run" },
    brokenBy: ["HaRestartOnSuspicion"],
  })
  shows("when an operator tests it", {
    script: `${toRunning} TestFailover(p1) Suspect(p1.2) TryLock(p1.2)`,
    ends: { copies: ["p1.2 on h2: primary live"] },
    brokenBy: ["TestFailoverFences"],
  })
  shows("nobody tests it without a Secondary", {
    script: `${alone} TestFailover(p1)`,
    ends: { refused: "not-running" },
    brokenBy: ["TestFailoverAlone"],
  })
  shows("when the Primary's host loses its storage, and the Primary waits", {
    script: `${toRunning} LoseStorage(h1) Suspect(p1.2) TryLock(p1.2)`,
    ends: { copies: ["p1.1 on h1: primary contending", "p1.2 on h2: primary live"] },
    brokenBy: ["StorageLossHalts"],
  })
  shows("only who wins changes its role", keepsItsRole)
  for (const [title, scene] of ofGoingLive) shows(title, scene)
})

sentence("FT-06", "redundancy is reestablished automatically", (shows) => {
  shows("after a failover", {
    script: failedOver,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.2 on h2: primary lockstep", "p1.3 on h3: secondary lockstep"] },
    brokenBy: ["NeverRespawn"],
  })
  shows("when the first attempt fails", {
    script: `${failedOver} SpawnSecondary(p1.2,h3) CrashCopy(p1.3)`,
    untilQuiescent: true,
    ends: { ft: "running" },
    brokenBy: ["SyncNeverAbandoned"],
  })
  shows("when the Primary is lost meanwhile", {
    script: `${starting} FailHost(h1)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.3 on h2: primary lockstep", "p1.4 on h3: secondary lockstep"] },
    brokenBy: ["OrphanSyncStays"],
  })
  shows("one Secondary at a time", oneAtATime)
  shows("not on a host in maintenance", {
    script: `${alone} EnterMaintenance(h2) SpawnSecondary(p1.1,h2)`,
    ends: { refused: "maintenance" },
    brokenBy: ["SpawnInMaintenance"],
  })
  shows("nor is a host put in maintenance under it", {
    script: `${toRunning} EnterMaintenance(h2)`,
    ends: { refused: "runs-copy" },
    brokenBy: ["MaintenanceWithCopies"],
  })
  shows("on a host that a `should` rule would avoid, if there is no other", {
    config: clusterOf([{}, { groups: ["a"] }], { rules: [ruleOnP1("should", "not-on", "a")] }),
    script: `${alone} SpawnSecondary(p1.1,h2)`,
    ends: { ft: "starting" },
    brokenBy: ["ShouldAsMust"],
  })
  shows("on a host without limits", {
    config: clusterOf([{}, { ftVmsMax: 0 }]),
    script: `${alone} SpawnSecondary(p1.1,h2)`,
    ends: { ft: "starting" },
    brokenBy: ["ZeroMeansNone"],
  })
  shows("after the VMs that are down", restartsFirst)
})

sentence("FT-07", "If the host running the Secondary VM fails, it is also immediately replaced.", (shows) => {
  shows("by one on another host", {
    script: `${toRunning} FailHost(h2)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.1 on h1: primary lockstep", "p1.3 on h3: secondary lockstep"] },
    brokenBy: ["NeverRespawn"],
  })
  shows("and by another where that fails too", {
    script: `${toRunning} FailHost(h2) Suspect(p1.1) TryLock(p1.1) SpawnSecondary(p1.1,h3) CrashCopy(p1.3)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.1 on h1: primary lockstep", "p1.4 on h3: secondary lockstep"] },
    brokenBy: ["SyncNeverAbandoned"],
  })
})

sentence("FT-08", "no interruption in service and no loss of data", (shows) => {
  shows("the Secondary releases what its Primary had yet to release", {
    script: `${toRunning} Record(p1.1) Deliver(p1.2) FailHost(h1) Suspect(p1.2) TryLock(p1.2) Release(p1.2)`,
    ends: { world: "1.1" },
    brokenBy: ["GoLiveDiscardsReceived", "NoReRelease"],
  })
  shows("what was in the checkpoint, too", {
    script: `${alone} Record(p1.1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1) JoinLockstep(p1.2)
      FailHost(h1) Suspect(p1.2) TryLock(p1.2) Release(p1.2)`,
    ends: { world: "1.1" },
    brokenBy: ["JoinMarksAllReleased"],
  })
  shows("the Primary releases what it had withheld", {
    script: `${toRunning} Record(p1.1) FailHost(h2) Suspect(p1.1) TryLock(p1.1) Release(p1.1)`,
    ends: { world: "1.1" },
    brokenBy: ["LiveWithholds"],
  })
  shows("no copy is lost with its storage", {
    script: `${toRunning} LoseStorage(h1) RestoreStorage(h1) TryLock(p1.1)`,
    ends: { copies: ["p1.1 on h1: primary live", "p1.2 on h2: secondary lockstep"] },
    brokenBy: ["StorageLossHalts"],
  })
})

sentence("FT-08", "entirely consistent with all outputs that the primary VM has sent", (shows) => {
  shows("nothing leaves that the Secondary does not have", withheld)
  shows("the Secondary knows what has left", knowsWhatLeft)
  shows("HA does not restart the VM beside a Secondary that has it all", {
    script: `${toRunning} LoseStorage(h1) HaRestart(p1,h3)`,
    ends: { refused: "may-run" },
    brokenBy: ["HaRestartOnSuspicion"],
  })
  shows("nor beside a stale Primary, which may yet send", {
    script: `${overtaken} CrashCopy(p1.2) HaRestart(p1,h3)`,
    ends: { refused: "may-run" },
    brokenBy: ["HaIgnoresStale"],
  })
  shows("nor is the VM powered on beside one", {
    script: `${overtaken} PowerOff(p1) PowerOn(p1,h3)`,
    ends: { refused: "may-run" },
    brokenBy: ["PowerOnIgnoresStale"],
  })
  shows("a restart goes on from what was sent", {
    script: `${alone} Record(p1.1) Release(p1.1) FailHost(h1) HaRestart(p1,h2)`,
    ends: { logs: { "p1.2": "1.1" }, released: { "p1.2": 1 } },
    brokenBy: ["HaFromEmpty", "BootForgetsReleased"],
  })
})

sentence("FT-09", "are not allowed to run on the same host", (shows) => {
  shows("the Secondary does not start beside its Primary", apart)
  shows("nor on its site, if the two are to be on different ones", notOnOneSite)
  shows("it starts on another host", {
    script: `${alone} SpawnSecondary(p1.1,h2)`,
    ends: { ft: "starting", copies: ["p1.1 on h1: primary live", "p1.2 on h2: secondary syncing"] },
  })
  shows("nor beside a copy that has yet to halt", {
    script: `${overtaken} SpawnSecondary(p1.2,h1)`,
    ends: { refused: "anti-affinity" },
    brokenBy: ["SpawnIgnoresStaleCopy"],
  })
  shows("it does not move to its Primary", {
    script: `${toRunning} Migrate(p1.2,h1)`,
    ends: { refused: "anti-affinity" },
    brokenBy: ["MigrateToPeersHost"],
  })
})

sentence("FT-10", "its associated Secondary VM is also affected by that rule", (shows) => {
  shows("the Primary does not start outside the group", {
    config: oneOutside,
    script: "PowerOn(p1,h3)",
    ends: { refused: "rule" },
  })
  shows("nor does its Secondary", {
    config: oneOutside,
    script: `${alone} SpawnSecondary(p1.1,h3)`,
    ends: { refused: "rule" },
    brokenBy: ["MustOnPrimaryOnly"],
  })
  shows("also by a rule that has come into force meanwhile", inForceAtRunTime)
  shows("which does not keep a copy that runs from going on", goesLiveThoughForbidden)
  shows("nor does it move there", {
    config: oneOutside,
    script: `${toRunning} Migrate(p1.2,h3)`,
    ends: { refused: "rule" },
  })
  shows("it moves to where the rule allows", {
    config: clusterOf([{}, {}, {}], { rules: [ruleOnP1("must", "not-on", "a")] }),
    script: `${toRunning} Migrate(p1.2,h3)`,
    ends: { copies: ["p1.1 on h1: primary lockstep", "p1.2 on h3: secondary lockstep"] },
    brokenBy: ["MigrationStaysBehind"],
  })
  shows("of two rules it meets both", {
    config: clusterOf([{ groups: ["a"] }, { groups: ["a", "b"] }, {}], {
      rules: [ruleOnP1("must", "on", "a"), ruleOnP1("must", "not-on", "b")],
    }),
    script: `${alone} SpawnSecondary(p1.1,h2)`,
    ends: { refused: "rule" },
    brokenBy: ["MustUnion"],
  })
  shows("an old copy without storage binds nothing", {
    script: `${alone} LoseStorage(h1) PowerOff(p1) PowerOn(p1,h2)`,
    ends: { copies: ["p1.1 on h1: primary contending", "p1.2 on h2: primary live"] },
    brokenBy: ["PowerOnWaitsForTheLost"],
  })
  shows("Secondaries take up room, too", {
    config: oneEach,
    script: `${starting} PowerOn(p2,h2)`,
    ends: { refused: "limits" },
    brokenBy: ["OnlyPrimariesCount"],
  })
  shows("so do contenders", {
    config: oneEach,
    script: `${toRunning} Suspect(p1.1) PowerOn(p2,h1)`,
    ends: { refused: "limits" },
    brokenBy: ["ContendersNotCounted"],
  })
  shows("Primaries need room, too", {
    config: oneEach,
    script: `${alone} PowerOn(p2,h1)`,
    ends: { refused: "limits" },
    brokenBy: ["LimitsIgnoredByHa"],
  })
  shows("and vCPUs", {
    config: clusterOf([{ ftVmsMax: 0, ftVcpusMax: 1 }, {}], { pairs: 2 }),
    script: `${alone} PowerOn(p2,h1)`,
    ends: { refused: "limits" },
    brokenBy: ["VcpusIgnored"],
  })
  shows("a VM that runs is made an FT VM only where there is room", turnedOnWhereThereIsRoom)
  shows("but no limit keeps a copy that runs from going on", goesLiveOnAFullHost)
})

sentence("FT-11", 'avoids "split-brain" situations', (shows) => {
  shows("of two that have lost each other one goes on", {
    script: `${cut} Suspect(p1.1) Suspect(p1.2) TryLock(p1.2) TryLock(p1.1)`,
    ends: { copies: ["p1.2 on h2: primary live"], generation: 2 },
    brokenBy: [
      "PrimarySkipsLock",
      "SecondarySkipsLock",
      "NonAtomicLock",
      "LockIgnoresGeneration",
      "LoserKeepsRunning",
      "LoserRetries",
      "WinWithoutBump",
    ],
  })
  shows("the stale one notices by itself, and halts", {
    script: overtaken,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.2 on h2: primary lockstep", "p1.3 on h3: secondary lockstep"] },
    brokenBy: ["StaleNeverSuspects"],
  })
  shows("a copy that has yet to join never contends, but halts", {
    script: `${starting} CrashCopy(p1.1) SyncLost(p1.2)`,
    ends: { copies: [] },
    brokenBy: ["SyncingContends", "OrphanSyncStays"],
  })
  shows("also where it loses its storage", {
    script: `${starting} LoseStorage(h2)`,
    ends: { copies: ["p1.1 on h1: primary live"] },
    brokenBy: ["SyncStorageContends", "SyncSurvivesStorageLoss"],
  })
  shows("nor does it join a Primary that does not withhold", joinsNobodyLive)
  shows("who contends keeps the role that it had", keepsItsRole)
  shows("nor is a Secondary left to win that was told to go", suspendedFirstOrNever)
  shows("nor does the lock begin again when FT is turned off", turnedOffAtItsGeneration)
  shows("nor does a Secondary that was taken away come back", takenAwayOutOfReach)
})

sentence("FT-11", "it executes an atomic test-and-set operation on the shared storage", (shows) => {
  shows("without storage it neither wins nor loses", {
    script: `${cut} LoseStorage(h2) Suspect(p1.1) TryLock(p1.1) TryLock(p1.2)`,
    ends: { refused: "storage" },
  })
  shows("who had the lock must win it again", {
    script: `${alone} LoseStorage(h1)`,
    ends: { copies: ["p1.1 on h1: primary contending"] },
    brokenBy: ["StorageLossUnvalidated"],
  })
  shows("a restart by HA takes it from who had it", {
    script: `${alone} LoseStorage(h1) HaRestart(p1,h2) RestoreStorage(h1) TryLock(p1.1)`,
    ends: { copies: ["p1.2 on h2: primary live"], generation: 2 },
    brokenBy: ["HaNoBump"],
  })
  shows("a power-off takes it from a Secondary that nobody reaches", {
    script: `${cut} PowerOff(p1) Suspect(p1.2) TryLock(p1.2)`,
    ends: { copies: [], generation: 2 },
    brokenBy: ["PowerOffWithoutFence"],
  })
  shows("a power-on does not turn it back", {
    script: `${alone} PowerOff(p1) PowerOn(p1,h1)`,
    ends: { copies: ["p1.2 on h1: primary live"], generation: 2 },
    brokenBy: ["PowerOnResetsLock"],
  })
  shows("a test restart takes it from the Secondary", {
    script: `${cut} TestRestartSecondary(p1.1) Suspect(p1.2) TryLock(p1.2)`,
    ends: { copies: ["p1.1 on h1: primary live"], generation: 2 },
    brokenBy: ["DropSecondaryWithoutFence"],
  })
  shows("and not from one that has replaced its Primary", {
    script: `${overtaken} TestRestartSecondary(p1.1)`,
    ends: { copies: ["p1.2 on h2: primary live"], generation: 2 },
    brokenBy: ["FenceNotTestAndSet", "TestRestartHaltsSuccessor"],
  })
})

sentence("FT-12", "and a new Secondary VM is respawned automatically", (shows) => {
  shows("for the one that goes on", {
    script: cut,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.1 on h1: primary lockstep", "p1.3 on h3: secondary lockstep"] },
    brokenBy: ["NeverRespawn"],
  })
  shows("again, where it does not come up", {
    script: `${failedOver} SpawnSecondary(p1.2,h3) CrashCopy(p1.3)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.2 on h2: primary lockstep", "p1.4 on h3: secondary lockstep"] },
    brokenBy: ["SyncNeverAbandoned"],
  })
  shows("one and no more", oneAtATime)
  shows("for a Primary that HA restarts", {
    script: `${alone} LoseStorage(h1)`,
    untilQuiescent: true,
    ends: { ft: "running" },
    brokenBy: ["HolderBlocksRestart"],
  })
  shows("for the one that has replaced a Primary, whatever is asked of that one", {
    script: `${overtaken} TestRestartSecondary(p1.1)`,
    untilQuiescent: true,
    ends: { ft: "running", copies: ["p1.2 on h2: primary lockstep", "p1.3 on h1: secondary lockstep"] },
    brokenBy: ["TestRestartHaltsSuccessor"],
  })
  shows("after a restart, which FT is not needed for", restartedThoughSuspended)
  shows("where there is a host, though another would be better", anotherHostPicked)
  shows("and after the VMs that are down", restartsFirst)
})

sentence("FT-13", "while it is off both may be registered on one host", (shows) => {
  shows("and the VM is powered on there", {
    script: alone,
    ends: { copies: ["p1.1 on h1: primary live"], registered: { primary: "h1", secondary: "h1" } },
    brokenBy: ["ColocationRefused"],
  })
  shows("at power-on the Secondary is not started there", apart)
  shows("an old copy without storage does not keep the VM off", {
    script: `${alone} LoseStorage(h1) PowerOff(p1) PowerOn(p1,h2)`,
    ends: { ft: "needSecondary", copies: ["p1.1 on h1: primary contending", "p1.2 on h2: primary live"] },
    brokenBy: ["PowerOnWaitsForTheLost"],
  })
  for (const [title, scene] of ofRegistrations) shows(title, scene)
})

describe("the published sentences", () => {
  it("are shown for every requirement that a mutant breaks, with all of its mutants", () => {
    const requirements = [...new Set(coreMutants.flatMap(({ breaks }) => breaks))]

    expect(requirementsQuoted().toSorted()).toEqual(requirements.toSorted())
    for (const id of requirements)
      expect([id, ...mutantsShownFor(id).toSorted()]).toEqual([
        id,
        ...coreMutants.flatMap(({ name, breaks }) => (breaks.includes(id) ? [name] : [])).toSorted(),
      ])
  })
})
