import type { Action } from "../../model/action.ts"
import { together } from "../../model/change.ts"
import { plainConfig, type Config, type FtSetting } from "../../model/config.ts"
import { isExecutingPrimary, type Copy } from "../../model/copy.ts"
import { isStale } from "../../model/fence.ts"
import { ftState } from "../../model/ft-state.ts"
import { halted } from "../../model/lifecycle.ts"
import { freshLock } from "../../model/lock.ts"
import { copyIn, currentPrimary, peerOf, withCopy, type Pair } from "../../model/pair.ts"
import { ineligible } from "../../model/placement.ts"
import type { Change, Protocol } from "../../model/protocol.ts"
import { pairOf, withPair, type State } from "../../model/state.ts"
import type { OfCopy, OfPair, ToHost } from "../../model/subject.ts"
import {
  altered,
  changingPair,
  effecting,
  finding,
  requiring,
  unregistered,
  without,
  type Mutant,
} from "./mutant.ts"

/** Three hosts and one pair, whose administrator works on FT. */
const operated: Config = {
  ...plainConfig(3, 1, { log: 0, generations: 5, faults: 1, powerOffUpTo: 0, fencesUpTo: 2 }),
  policy: "registered",
}

/** The pairs from `first` on without FT at the start. */
const withoutFt = (config: Config, first: number): Config => ({
  ...config,
  pairs: config.pairs.map((pair, n) =>
    n < first ? pair : { ...pair, ft: "notConfigured", registered: { primary: "h1", secondary: null } },
  ),
})

const unconfigured: Config = withoutFt(
  {
    ...plainConfig(2, 1, { log: 0, generations: 5, faults: 1, powerOffUpTo: 1, fencesUpTo: 2 }),
    policy: "registered",
  },
  0,
)

const oneEach = plainConfig(3, 2, { log: 0, generations: 3, faults: 0, powerOffUpTo: 0, fencesUpTo: 1 })
const crowded: Config = withoutFt(
  { ...oneEach, hosts: oneEach.hosts.map((host) => ({ ...host, ftVmsMax: 1 })) },
  1,
)

type Asked = { readonly pair: Pair; readonly named: Copy | null }

/** The operation does nothing but set FT. */
const onlySetting = (kind: "SuspendFT" | "TurnOffFT", ft: FtSetting) =>
  effecting(kind, ({ pair }: Asked, state) => withPair(state, { ...pair, ft }))

/** The operation is done whoever is Primary, or nobody. */
const withoutPrimary = (kind: "SuspendFT" | "TurnOffFT") =>
  finding(kind, "no-primary", (about: Asked) => {
    const { pair, named } = about
    if (named !== null && pair.power === "on")
      return isExecutingPrimary(named) ? { ...about, primary: named } : null
    return { ...about, primary: pair.power === "on" ? currentPrimary(pair) : null }
  })

/** A Primary in lockstep is live at its old generation, or halts if it was stale. */
const fencedWithoutLock = (
  pair: Pair,
  primary: Copy,
  state: State,
  { lifecycle, relations }: Protocol,
): Pair => {
  if (isStale(pair, primary)) return halted(lifecycle, pair, primary)
  const peer = peerOf(pair, primary)
  const isNear = peer !== null && relations.reaches(state, primary.host, peer.host, pair)
  const alone = withCopy(pair, { ...primary, phase: "live", channel: null })
  return isNear ? halted(lifecycle, alone, peer) : alone
}

/** An operation on FT for which a Primary in lockstep does so. */
const takenOffWithoutLock = (kind: "SuspendFT" | "TurnOffFT", ft: FtSetting): Change =>
  altered(kind, (after, { pair: id, copy }: Action<typeof kind>, before, protocol) => {
    const pair = pairOf(before, id)
    const asked = copy === undefined ? currentPrimary(pair) : copyIn(pair, copy)
    if (pair.power === "off" || asked?.phase !== "lockstep" || isStale(pair, asked)) return after
    return withPair(before, { ...fencedWithoutLock(pair, asked, before, protocol), ft })
  })

export const operationMutants: readonly Mutant[] = [
  {
    name: "SuspendLeavesSecondary",
    story: "Suspending FT, or turning it off, sets it and leaves the Secondary alone.",
    breaks: ["FT-01", "FT-11"],
    killedBy: { O2: 3, O1: 4, O9: 4, O4: 7 },
    change: together(onlySetting("SuspendFT", "disabled"), onlySetting("TurnOffFT", "notConfigured")),
    scope: operated,
  },
  {
    name: "SuspendWithoutPrimary",
    story: "FT is suspended or turned off while nobody is Primary, in the middle of a failover.",
    breaks: ["FT-01"],
    killedBy: { O2: 6, O4: 8 },
    change: together(withoutPrimary("SuspendFT"), withoutPrimary("TurnOffFT")),
    scope: operated,
  },
  {
    name: "SuspendedRespawns",
    story: "A Primary starts a Secondary, though FT is off.",
    breaks: ["FT-01"],
    killedBy: { O2: 3, O3: 3, O6: 3 },
    change: without("SpawnSecondary", "ft"),
    scope: operated,
  },
  {
    name: "TurnOffResetsLock",
    story: "FT turned off begins again with a fresh lock, at generation 1.",
    breaks: ["FT-11"],
    killedBy: { S10: 4, O9: 5, S1: 6 },
    change: altered("TurnOffFT", (after, { pair: id }: Action<"TurnOffFT">) =>
      changingPair(after, id, (pair) => {
        if (pair.ft !== "notConfigured") return pair
        const lock = { ...freshLock, holder: pair.lock.holder }
        const alone = copyIn(pair, lock.holder ?? "p0.0")
        const reset = { ...pair, lock }
        return alone === null ? reset : withCopy(reset, { ...alone, generation: lock.generation })
      }),
    ),
    scope: operated,
  },
  {
    name: "TurnOffWhileStarting",
    story: "FT is turned off while a Secondary is being brought up.",
    breaks: ["FT-01"],
    killedBy: { O1: 3, O8: 3 },
    change: without("TurnOffFT", "starting"),
    scope: operated,
  },
  {
    name: "TurnOffIgnoresHost",
    story: "FT is turned off, whatever has become of the host on which the Secondary is registered.",
    breaks: ["FT-01"],
    killedBy: { O8: 3 },
    change: without("TurnOffFT", "secondary-host"),
    scope: operated,
  },
  {
    name: "PrimaryHostIgnored",
    story: "An operation on FT is done, whatever has become of the host on which the Primary is registered.",
    breaks: ["FT-01"],
    killedBy: { O8: 2 },
    change: together(
      ...(["TurnOnFT", "TurnOffFT", "SuspendFT", "ResumeFT"] as const).map((kind) =>
        without(kind, "primary-host"),
      ),
    ),
    scope: unconfigured,
  },
  {
    name: "RegisterWhileOn",
    story: "A copy is registered elsewhere while the VM is on.",
    breaks: ["FT-13"],
    killedBy: { O5: 2, O7: 2 },
    change: without("Register", "power"),
    scope: unconfigured,
  },
  {
    name: "TurnOnIgnoresLimits",
    story: "FT is turned on for a VM that runs, though its host has no room for one more FT VM.",
    breaks: ["FT-10"],
    killedBy: { S9: 3 },
    change: without("TurnOnFT", "limits"),
    scope: crowded,
  },
  {
    name: "FenceWithoutLock",
    story:
      "A Primary that is asked to give up its Secondary goes on alone at its old generation, without the lock.",
    breaks: ["FT-01", "FT-11"],
    killedBy: { O9: 4, O2: 6, S1: 8 },
    change: together(
      effecting("TestRestartSecondary", ({ pair, copy }: OfCopy, state, protocol) =>
        withPair(state, fencedWithoutLock(pair, copy, state, protocol)),
      ),
      takenOffWithoutLock("SuspendFT", "disabled"),
      takenOffWithoutLock("TurnOffFT", "notConfigured"),
    ),
    scope: operated,
  },
  {
    name: "PowerOnStartsDisabled",
    story: "A VM whose FT is suspended is powered on with the Secondary that it has on record.",
    breaks: ["FT-01"],
    killedBy: { O2: 4, O3: 4 },
    change: altered("PowerOn", (after, { pair: id }, _before, protocol) => {
      const pair = pairOf(after, id)
      const primary = currentPrimary(pair)
      const host = pair.registered.secondary
      if (pair.ft !== "disabled" || primary === null || host === null) return after
      if (ineligible(protocol, after, pair, host, primary.host) !== null) return after
      return withPair(after, protocol.lifecycle.spawns(pair, primary, host))
    }),
    scope: unconfigured,
  },
  {
    name: "TestFailoverWhileStarting",
    story: "A test failover is done though the Secondary is only being brought up.",
    breaks: ["FT-05"],
    killedBy: { O1: 4, O8: 4, O12: 6 },
    change: finding("TestFailover", "not-running", ({ pair }: OfPair) => {
      const primary = currentPrimary(pair)
      return primary === null || !["starting", "running"].includes(ftState(pair)) ? null : { pair, primary }
    }),
    scope: unconfigured,
  },
  {
    name: "ReasonNotCleared",
    story: "Why a pair needed a Secondary is still reported once it has one.",
    breaks: ["FT-01"],
    killedBy: { O10: 3 },
    change: (protocol) => ({
      ...protocol,
      bookkeeping: {
        ...protocol.bookkeeping,
        reason: (before, action, after) =>
          protocol.bookkeeping.reason(before, action, after) ?? before.reason,
      },
    }),
    scope: unconfigured,
  },
  {
    name: "RegistrationStays",
    story: "After a failover the two copies stay registered as they were.",
    breaks: ["FT-13"],
    killedBy: { O5: 6 },
    change: unregistered("TryLock"),
    scope: operated,
  },
  {
    name: "MigrateForgetsRegistration",
    story: "A copy that is migrated stays registered where it was.",
    breaks: ["FT-13"],
    killedBy: { O5: 2 },
    change: unregistered("Migrate"),
    about: ["Migrate"],
    scope: operated,
  },
  {
    name: "LoneNotRestarted",
    story: "HA restarts only the VMs whose FT is on.",
    breaks: ["FT-01", "FT-12"],
    killedBy: { L6: 3 },
    change: requiring("HaRestart", "ft", ({ pair }: OfPair) => pair.ft === "enabled"),
    scope: operated,
  },
  {
    name: "RegisteredHostOnly",
    story: "A VM is powered on where its Primary is registered, and nowhere else.",
    breaks: ["FT-13"],
    killedBy: { O11: 1 },
    change: requiring(
      "PowerOn",
      "registered",
      ({ pair, host }: OfPair & ToHost) => pair.registered.primary === host,
    ),
    scope: operated,
  },
  {
    name: "ColocationRefused",
    story: "A VM is not powered on while its two copies are registered on one host.",
    breaks: ["FT-13"],
    killedBy: { O11: 1 },
    change: requiring(
      "PowerOn",
      "registered",
      ({ pair: { registered } }: OfPair) => registered.primary !== registered.secondary,
    ),
    scope: unconfigured,
  },
]
