import { alone, clusterOf, failedOver, starting, toRunning, withoutFt } from "./fixtures.ts"
import type { Scene } from "./sentence.ts"

// Scenes that show what published sentences say.

// What two sentences say alike.

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
  brokenBy: ["SuspendLeavesSecondary"],
}

export const turnedOffAtItsGeneration: Scene = {
  script: `${toRunning} TurnOffFT(p1)`,
  ends: { generation: 2 },
  brokenBy: ["TurnOffResetsLock"],
}

export const registeredWhileOff: Scene = {
  script: `${alone} Register(p1,primary,h2)`,
  ends: { refused: "power" },
  brokenBy: ["RegisterWhileOn"],
}
