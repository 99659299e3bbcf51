import type { Action } from "../../model/action.ts"
import { together } from "../../model/change.ts"
import { plainConfig, type Config, type FtSetting } from "../../model/config.ts"
import { isExecutingPrimary, type Copy } from "../../model/copy.ts"
import { freshLock } from "../../model/lock.ts"
import { copyIn, currentPrimary, withCopy, type Pair } from "../../model/pair.ts"
import { withPair } from "../../model/state.ts"
import { altered, changingPair, effecting, finding, without, type Mutant } from "./mutant.ts"

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

export const operationMutants: readonly Mutant[] = [
  {
    name: "SuspendLeavesSecondary",
    story: "Suspending FT, or turning it off, sets it and leaves the Secondary alone.",
    breaks: ["FT-01", "FT-11"],
    killedBy: { O2: 3, O9: 4, O4: 7 },
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
    killedBy: { O2: 3, O3: 3 },
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
    killedBy: { O8: 3 },
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
    killedBy: { O7: 2 },
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
]
