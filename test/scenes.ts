import type { Config } from "../model/config.ts"
import { alone, clusterOf, failedOver, ruleOnP1, starting, toRunning, withoutFt } from "./fixtures.ts"
import type { Scene } from "./sentence.ts"

// Scenes that show what published sentences say.

// What two sentences say alike.

/** A rule that is not in force at the start. */
const switched = clusterOf([{}, { groups: ["b"] }, {}], {
  rules: [{ ...ruleOnP1("must", "not-on", "b"), active: false }],
})

export const nothingOverACut: Scene = {
  script: `${toRunning} Record(p1.1) CutLink(h1-h2) Deliver(p1.2)`,
  ends: { refused: "unreachable" },
  brokenBy: ["DeliverOverCutLink"],
}

export const withheld: Scene = {
  script: `${toRunning} Record(p1.1) Release(p1.1)`,
  ends: { refused: "nothing" },
  brokenBy: ["OutputBeforeAck"],
}

export const knowsWhatLeft: Scene = {
  script: `${toRunning} Record(p1.1) Deliver(p1.2) Ack(p1.1) Release(p1.1) Record(p1.1) Deliver(p1.2)`,
  ends: { released: { "p1.2": 1 } },
  brokenBy: ["DeliverForgetsReleased"],
}

export const joinsNobodyLive: Scene = {
  script: `${starting} JoinLockstep(p1.2)`,
  ends: { refused: "primary" },
  brokenBy: ["JoinBeforeWithhold"],
}

export const keepsItsRole: Scene = {
  script: `${toRunning} Suspect(p1.1)`,
  ends: { copies: ["p1.1 on h1: primary contending", "p1.2 on h2: secondary lockstep"] },
  brokenBy: ["ContenderChangesRole"],
}

export const oneAtATime: Scene = {
  script: `${starting} SpawnSecondary(p1.1,h3)`,
  ends: { refused: "peer" },
  brokenBy: ["SpawnBesideSyncing"],
}

export const apart: Scene = {
  script: `${alone} SpawnSecondary(p1.1,h1)`,
  ends: { refused: "anti-affinity" },
  brokenBy: ["SpawnIgnoresAntiAffinity"],
}

/** What is true of a pair while an administrator turns FT on and off, with what each scene shows. */
export const ofTheSetting: readonly (readonly [title: string, Scene])[] = [
  [
    "suspended, the VM goes on alone, and stays so",
    {
      script: `${toRunning} SuspendFT(p1)`,
      untilQuiescent: true,
      ends: { ft: "disabled", copies: ["p1.1 on h1: primary live"] },
      brokenBy: ["SuspendLeavesSecondary", "SuspendedRespawns"],
    },
  ],
  [
    "resumed, it is protected again",
    { script: `${toRunning} SuspendFT(p1) ResumeFT(p1)`, untilQuiescent: true, ends: { ft: "running" } },
  ],
  [
    "turned off and on, it is protected again",
    { script: `${toRunning} TurnOffFT(p1) TurnOnFT(p1)`, untilQuiescent: true, ends: { ft: "running" } },
  ],
  [
    "not suspended in the middle of a failover",
    {
      script: `${toRunning} Suspect(p1.1) SuspendFT(p1)`,
      ends: { refused: "no-primary" },
      brokenBy: ["SuspendWithoutPrimary"],
    },
  ],
  [
    "not turned off while it starts",
    {
      script: `${starting} TurnOffFT(p1)`,
      ends: { refused: "starting" },
      brokenBy: ["TurnOffWhileStarting"],
    },
  ],
  [
    "not turned off while the Secondary's host is down",
    {
      script: `${failedOver} TurnOffFT(p1)`,
      ends: { refused: "secondary-host" },
      brokenBy: ["TurnOffIgnoresHost"],
    },
  ],
  [
    "not suspended while the Primary's host is down",
    {
      script: "FailHost(h1) SuspendFT(p1)",
      ends: { refused: "primary-host" },
      brokenBy: ["PrimaryHostIgnored"],
    },
  ],
  [
    "suspended, it is powered on alone",
    {
      script: "Register(p1,secondary,h2) SuspendFT(p1) PowerOn(p1,h1)",
      ends: { copies: ["p1.1 on h1: primary live"] },
      brokenBy: ["PowerOnStartsDisabled"],
    },
  ],
  [
    "once a Secondary starts, nothing is said to lack",
    {
      script: starting,
      ends: { reason: null },
      brokenBy: ["ReasonNotCleared"],
    },
  ],
]

/** What is true of a pair whose Secondary an administrator takes away while it cannot be reached. */
export const takenAwayOutOfReach: Scene = {
  script: `${toRunning} CutLink(h1-h2) SuspendFT(p1) Suspect(p1.2) TryLock(p1.2)`,
  ends: { ft: "disabled", copies: ["p1.1 on h1: primary live"] },
  brokenBy: ["FenceWithoutLock"],
}

export const restartedThoughSuspended: Scene = {
  script: "SuspendFT(p1) PowerOn(p1,h1) FailHost(h1)",
  untilQuiescent: true,
  ends: { ft: "disabled", copies: ["p1.2 on h2: primary live"] },
  brokenBy: ["LoneNotRestarted"],
}

const oneEachByPolicy: Config = {
  ...clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, { ftVmsMax: 1 }], { pairs: 2 }),
  policy: "reference",
}

export const restartsFirst: Scene = {
  config: oneEachByPolicy,
  script: "PowerOn(p1,h1) PowerOn(p2,h2) FailHost(h2) SpawnSecondary(p1.1,h3)",
  ends: { refused: "restart-first" },
  brokenBy: ["RespawnFirst"],
}

export const anotherHostPicked: Scene = {
  config: oneEachByPolicy,
  script: `${alone} CutLink(h1-h2) SpawnSecondary(p1.1,h3)`,
  ends: { ft: "starting" },
  brokenBy: ["PolicyPicksIneligible"],
}

const notBeforeItIsReady: Scene = {
  script: `${starting} TestFailover(p1)`,
  ends: { refused: "not-running" },
  brokenBy: ["TestFailoverWhileStarting"],
}

export const goesLiveOnAFullHost: Scene = {
  config: clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, {}]),
  script: `${toRunning} FailHost(h1) Suspect(p1.2) TryLock(p1.2)`,
  ends: { copies: ["p1.2 on h2: primary live"] },
  brokenBy: ["GoLiveNeedsRoom"],
}

export const goesLiveThoughForbidden: Scene = {
  config: switched,
  script: `PowerOn(p1,h1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1) JoinLockstep(p1.2) ActivateRule(1) FailHost(h1) Suspect(p1.2) TryLock(p1.2)`,
  ends: { copies: ["p1.2 on h2: primary live"] },
  brokenBy: ["GoLiveNeedsRule"],
}

/** When a Secondary goes live, and what does not keep it from it. */
export const ofGoingLive: readonly (readonly [title: string, Scene])[] = [
  ["not for a test before it can", notBeforeItIsReady],
  ["however full its host is", goesLiveOnAFullHost],
  ["whatever rule has come into force", goesLiveThoughForbidden],
]

/** Where a pair is registered, and how far that binds. */
export const ofRegistrations: readonly (readonly [title: string, Scene])[] = [
  [
    "but on another host, and registered where it is",
    {
      script: `${alone} SpawnSecondary(p1.1,h2)`,
      ends: { ft: "starting", registered: { primary: "h1", secondary: "h2" } },
      brokenBy: ["SpawnNotRegistered"],
    },
  ],
  [
    "while it is on, nothing is registered elsewhere",
    {
      script: `${alone} Register(p1,primary,h2)`,
      ends: { refused: "power" },
      brokenBy: ["RegisterWhileOn"],
    },
  ],
  [
    "they change places in a failover",
    {
      script: failedOver,
      ends: { registered: { primary: "h2", secondary: "h1" } },
      brokenBy: ["RegistrationStays"],
    },
  ],
  [
    "a copy that is migrated is registered where it goes",
    {
      script: `${alone} Migrate(p1.1,h3)`,
      ends: { registered: { primary: "h3", secondary: "h1" } },
      brokenBy: ["MigrateForgetsRegistration"],
    },
  ],
  [
    "the VM is powered on elsewhere, where its host is down",
    {
      script: "FailHost(h1) PowerOn(p1,h2)",
      ends: { copies: ["p1.1 on h2: primary live"] },
      brokenBy: ["RegisteredHostOnly"],
    },
  ],
]

export const turnedOnWhereThereIsRoom: Scene = {
  config: withoutFt(clusterOf([{ ftVmsMax: 1 }, {}, {}], { pairs: 2 }), "p1"),
  script: `PowerOn(p2,h1) ${alone} TurnOnFT(p1)`,
  ends: { refused: "limits" },
  brokenBy: ["TurnOnIgnoresLimits"],
}

export const suspendedFirstOrNever: Scene = {
  script: `${toRunning} CutLink(h1-h2) Suspect(p1.2) SuspendFT(p1) TryLock(p1.2)`,
  ends: { copies: ["p1.1 on h1: primary live"] },
  brokenBy: ["SuspendLeavesSecondary", "FenceWithoutLock"],
}

export const turnedOffAtItsGeneration: Scene = {
  script: `${toRunning} TurnOffFT(p1)`,
  ends: { generation: 2 },
  brokenBy: ["TurnOffResetsLock"],
}

const capable = clusterOf([{ ftEncryption: true }, { ftEncryption: true }, {}])

const requiring: Config = {
  ...capable,
  pairs: capable.pairs.map((pair) => ({ ...pair, encryption: "required" })),
}

/** What a Primary logs, and who could read it. */
export const ofConfidentiality: readonly (readonly [title: string, Scene])[] = [
  [
    "no entry crosses a link on which others can listen",
    {
      script: `${toRunning} Record(p1.1) ExposeLink(h1-h2) Deliver(p1.2)`,
      ends: { refused: "unreachable" },
      brokenBy: ["ExposedChannelStaysOpen"],
    },
  ],
  [
    "unless it is encrypted",
    {
      config: capable,
      script: `${toRunning} Record(p1.1) ExposeLink(h1-h2) Deliver(p1.2)`,
      ends: { logs: { "p1.2": "1.1" } },
    },
  ],
  [
    "no Secondary starts over such a link",
    {
      config: capable,
      script: `${alone} ExposeLink(h1-h3) SpawnSecondary(p1.1,h3)`,
      ends: { refused: "confidential" },
      brokenBy: ["SpawnInClear"],
    },
  ],
  [
    "a private link is no replacement for encryption that is required",
    {
      config: requiring,
      script: `${alone} SpawnSecondary(p1.1,h3)`,
      ends: { refused: "confidential" },
      brokenBy: ["RequiredFallsBackToPrivate"],
    },
  ],
  [
    "nor may the Primary be where it could not be had",
    {
      config: requiring,
      script: "PowerOn(p1,h3)",
      ends: { refused: "encryption" },
      brokenBy: ["PrimaryEncryptionIgnored"],
    },
  ],
  [
    "the link private again, the pair is protected again",
    {
      script: `${toRunning} ExposeLink(h1-h2) SecureLink(h1-h2)`,
      untilQuiescent: true,
      ends: { ft: "running" },
    },
  ],
]

const oneSite = clusterOf([{ groups: ["a"] }, { groups: ["a"] }, {}])

export const notOnOneSite: Scene = {
  config: { ...oneSite, pairs: oneSite.pairs.map((pair) => ({ ...pair, metro: "a" })) },
  script: `${alone} SpawnSecondary(p1.1,h2)`,
  ends: { refused: "metro" },
  brokenBy: ["MetroIgnoredOnRespawn"],
}

export const inForceAtRunTime: Scene = {
  config: switched,
  script: `${alone} ActivateRule(1) SpawnSecondary(p1.1,h2)`,
  ends: { refused: "rule" },
  brokenBy: ["RuleSwitchIgnored"],
}
