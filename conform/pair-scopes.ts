import {
  coreKinds,
  kinds,
  plainKinds,
  privacyKinds,
  ruleKinds,
  timedKinds,
  type Kind,
} from "../model/action.ts"
import { plainConfig, registeredOn, type Bounds, type Config, type HostConfig } from "../model/config.ts"
import { counted } from "../properties/amount.ts"
import type { Times } from "../properties/time/bounds.ts"
import { shortTimes } from "../properties/time/short.ts"
import type { Scope } from "./case-source.ts"

const scopeKinds = {
  core: coreKinds,
  "all kinds": kinds,
  "all kinds but the operations on FT": plainKinds,
}

/** What brings a pair up, and moves its copies. */
const placements: readonly Kind[] = ["PowerOn", "SpawnSecondary", "BeginLockstep", "JoinLockstep", "Migrate"]

/** Each parameter matters, and each timeout is another. */
const inexactTimes: Times = {
  ...shortTimes,
  heartbeatPeriod: 2,
  logPeriod: 2,
  delayMax: 1,
  heartbeatTimeout: { primary: 5, secondary: 4 },
  silenceTimeout: { primary: 4, secondary: 5 },
  goLiveDelay: 3,
  lockMax: 0,
  respawnMax: 0,
  driftEvery: 4,
}

const givingUp: readonly Kind[] = ["AbandonSync", "SyncLost"]

/** The small clusters in which everything is tried on a pair: cheap ones that find defects early come first. */
export const pairScopes: readonly Scope[] = [
  scope("ft", "all kinds", [2, 0, 0, 1], "all"),
  scope("operations", "all kinds but the operations on FT", [3, 1, 0, 1], "all"),
  {
    name: "rules",
    says: "3 hosts, 1 pair, two must rules, one of them in force; no fault; placements, and rules switched",
    config: ruledCluster(),
    kinds: [...placements, ...ruleKinds],
    refusals: "all",
  },
  {
    name: "sites",
    says: "4 hosts, two of them in the pair's metro group; no fault; placements, test failovers and restarts",
    config: acrossSites(),
    kinds: [...placements, ...givingUp, "Suspect", "TryLock", "HaRestart", "TestFailover"],
    refusals: "all",
  },
  {
    name: "policy",
    says: "3 hosts, 2 pairs, one VM a host, a should rule, the reference policy; 1 crash; placements and restarts",
    config: pickingCluster(),
    kinds: ["PowerOn", "SpawnSecondary", "HaRestart", "CrashCopy"],
    refusals: "all",
  },
  {
    name: "room",
    says: "3 hosts, with limits of VMs, of vCPUs, and none; 2 pairs of one and two vCPUs, FT not configured for the second; no fault; starts, and FT turned on",
    config: limitedCluster(),
    kinds: ["PowerOn", "SpawnSecondary", "TurnOnFT"],
    refusals: "all",
  },
  {
    name: "privacy",
    says: "3 hosts, two of which can encrypt, 1 link not private; 1 fault; placements, and links exposed and secured",
    config: { ...twoOfThreeEncrypt(), exposed: ["h1-h3"] },
    kinds: [...placements, ...givingUp, ...privacyKinds],
    refusals: "all",
  },
  {
    name: "required",
    says: "3 hosts, two of which can encrypt, as the pair requires; 1 fault; placements, the lock, and links exposed and secured",
    config: requiring(twoOfThreeEncrypt()),
    kinds: [...placements, ...givingUp, "Suspect", "TryLock", ...privacyKinds],
    refusals: "all",
  },
  {
    name: "ticks",
    says: "3 hosts, 1 pair, short times without go-live delay; log 1, no fault; core and Tick",
    config: timed(shortTimes, { log: 1 }),
    kinds: timedKinds,
    refusals: "all",
  },
  {
    name: "alarms",
    says: "3 hosts, 1 pair, messages as late as a timeout; log 0, no fault; core and Tick",
    config: timed({ ...shortTimes, delayMax: 2 }, {}),
    kinds: timedKinds,
    refusals: "all",
  },
  {
    name: "silence",
    says: "3 hosts, 1 pair, short times without go-live delay; log 0, 1 fault; core, Migrate and Tick",
    config: timed(shortTimes, { faults: 1 }),
    kinds: [...timedKinds, "Migrate"],
    refusals: "all",
  },
  {
    name: "link",
    says: "2 hosts, 1 pair, short times without go-live delay; log 0, 2 faults; the link cut and healed, what follows, and Tick",
    config: timed(shortTimes, { faults: 2, generations: 3 }, 2),
    kinds: [
      ...placements.filter((kind) => kind !== "Migrate"),
      ...givingUp,
      ...(["Suspect", "TryLock", "CutLink", "HealLink", "Tick"] as const),
    ],
    refusals: "all",
  },
  {
    name: "inexact",
    says: "3 hosts, 1 pair, timeouts by role, late messages, clocks that are wrong, a go-live delay; log 0, 1 fault; core and Tick",
    config: timed(inexactTimes, { faults: 1 }),
    kinds: timedKinds,
    refusals: "by sort",
  },
  scope("two-faults", "all kinds but the operations on FT", [2, 0, 2, 0], "all"),
  scope("respawn", "core", [3, 1, 1, 0], "all"),
  scope("two-entries", "core", [2, 2, 1, 1], "all"),
  scope("everything", "all kinds but the operations on FT", [3, 0, 1, 1], "by sort"),
  {
    name: "placement",
    says: "4 hosts, 2 pairs, one VM a host, a must rule; no entry, no fault; core and Migrate",
    config: placementCluster(),
    kinds: [...coreKinds, "Migrate"],
    refusals: "by sort",
  },
]

function scope(
  name: string,
  among: keyof typeof scopeKinds,
  [hosts, log, faults, fences]: readonly [number, number, number, number],
  refusals: Scope["refusals"],
): Scope {
  const bounds: Bounds = { log, faults, generations: 4, powerOffUpTo: fences, fencesUpTo: fences }
  return {
    name,
    says: `${counted(hosts, "host")}, 1 pair, log ${log}, ${counted(faults, "fault")}, ${fences === 0 ? "no power-off" : `power-off and tests up to generation ${fences}`}; ${among}`,
    config: plainConfig(hosts, 1, bounds),
    kinds: scopeKinds[among],
    refusals,
  }
}

function placementCluster(): Config {
  const plain = plainConfig(4, 2, bounds({ generations: 3 }))
  return {
    ...withHosts(plain, (n) => ({ ftVmsMax: 1, groups: n < 2 ? ["a"] : [] })),
    rules: [{ pairs: ["p1"], type: "must", run: "on", group: "a", active: true }],
  }
}

/** One host for each way in which two groups may be crossed, but for neither. */
function ruledCluster(): Config {
  return {
    ...withHosts(plainConfig(3, 1, bounds({})), (n) => ({ groups: [["a"], ["a", "b"], ["b"]][n] ?? [] })),
    rules: [
      { pairs: ["p1"], type: "must", run: "on", group: "a", active: true },
      { pairs: ["p1"], type: "must", run: "not-on", group: "b", active: false },
    ],
  }
}

function acrossSites(): Config {
  const plain = withHosts(plainConfig(4, 1, bounds({ fencesUpTo: 1 })), (n) => ({
    groups: n < 2 ? ["a"] : [],
  }))
  return { ...plain, pairs: plain.pairs.map((pair) => ({ ...pair, metro: "a" })) }
}

function pickingCluster(): Config {
  return {
    ...withHosts(plainConfig(3, 2, bounds({ faults: 1 })), (n) => ({
      ftVmsMax: 1,
      groups: n < 2 ? [] : ["a"],
    })),
    rules: [{ pairs: ["p1"], type: "should", run: "on", group: "a", active: true }],
    policy: "reference",
  }
}

function limitedCluster(): Config {
  const limits = [
    { ftVmsMax: 1, ftVcpusMax: 8 },
    { ftVmsMax: 4, ftVcpusMax: 2 },
    { ftVmsMax: 0, ftVcpusMax: 0 },
  ]
  const plain = withHosts(plainConfig(3, 2, bounds({})), (n) => limits[n] ?? {})
  const ordinary = { vcpus: 2, ft: "notConfigured", registered: registeredOn("h1", "notConfigured") } as const
  return { ...plain, pairs: plain.pairs.map((pair, n) => (n === 0 ? pair : { ...pair, ...ordinary })) }
}

function twoOfThreeEncrypt(): Config {
  return withHosts(plainConfig(3, 1, bounds({ faults: 1 })), (n) => ({ ftEncryption: n < 2 }))
}

function requiring(config: Config): Config {
  return { ...config, pairs: config.pairs.map((pair) => ({ ...pair, encryption: "required" })) }
}

function timed(time: Times, some: Partial<Bounds>, hosts = 3): Config {
  return { ...plainConfig(hosts, 1, bounds(some)), time }
}

function bounds(some: Partial<Bounds>): Bounds {
  return { log: 0, faults: 0, generations: 2, powerOffUpTo: 0, fencesUpTo: 0, ...some }
}

function withHosts(config: Config, change: (n: number) => Partial<HostConfig>): Config {
  return { ...config, hosts: config.hosts.map((host, n) => ({ ...host, ...change(n) })) }
}
