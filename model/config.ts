import type { HostId, LinkId, PairId } from "./ids.ts"

/**
 * What does not change while a cluster runs: its hosts, its pairs, the affinity rules, and the bounds within
 * which it is explored; and which links are not private at the start. Everything is filled in; defaults are given when a
 * configuration is read.
 */
type CoreConfig = {
  readonly hosts: readonly HostConfig[]
  readonly pairs: readonly PairConfig[]
  readonly rules: readonly AffinityRule[]
  readonly exposed: readonly LinkId[]
  readonly policy: Policy
  readonly bounds: Bounds
}

/** A configuration, with the switches that parts of the protocol add by declaration merging. */
export interface Config extends CoreConfig {}

/** A host's limits on fault-tolerant VMs (0 means no limit, as in vSphere), the host groups it is in, and whether it can encrypt logging traffic. */
export type HostConfig = {
  readonly id: HostId
  readonly ftVmsMax: number
  readonly ftVcpusMax: number
  readonly groups: readonly string[]
  readonly ftEncryption: boolean
}

/**
 * A pair: the size of its VM, whether FT is on for it at the start, and the hosts on which its two copies are then registered;
 * whether its logging traffic is encrypted; and the host group of which one of its copies runs inside, the other outside, as in a
 * metro cluster of two sites (null: they may be anywhere).
 */
export type PairConfig = {
  readonly id: PairId
  readonly vcpus: number
  readonly ft: FtSetting
  readonly registered: Registration
  readonly encryption: EncryptionMode
  readonly metro: string | null
}

/**
 * Whether the logging traffic of a pair is encrypted: never; where both hosts can, or else in clear over a private link; or always,
 * so that its copies run only on hosts that can.
 */
export type EncryptionMode = "disabled" | "opportunistic" | "required"

/** Whether FT is on for a VM, as its administrator has set it; `disabled` is suspended. */
export type FtSetting = "notConfigured" | "disabled" | "enabled"

/**
 * Where the two copies are registered. Powered off, both may be registered on one host (FT-13). There is no Secondary to be
 * registered where FT is not configured.
 */
export type Registration = { readonly primary: HostId; readonly secondary: HostId | null }

/**
 * Where copies are placed: on any host that may take one (`any`); the same, but a power-on prefers the host on which the Primary is
 * registered (`registered`); or on the one host that the reference policy picks (`reference`).
 */
type Policy = "any" | "registered" | "reference"

/**
 * A VM-Host affinity rule. A `must` rule in force is a guard of every placement of the pairs it names, both
 * copies alike (FT-10); a `should` rule is a preference, and refuses nothing. `active` says whether it is in force at the start.
 */
export type AffinityRule = {
  readonly pairs: readonly PairId[]
  readonly type: "must" | "should"
  readonly run: "on" | "not-on"
  readonly group: string
  readonly active: boolean
}

/**
 * How far a cluster may go; `Infinity` for no bound. A step that would go further is refused by `bound`.
 *
 * Units  `log`: entries in one log. `generations`: the largest lock generation. `faults`: faults of the whole
 *        cluster. `powerOffUpTo`, `fencesUpTo`: the largest generation at which these are still offered.
 */
export type Bounds = {
  readonly log: number
  readonly generations: number
  readonly faults: number
  readonly powerOffUpTo: number
  readonly fencesUpTo: number
}

export const unbounded: Bounds = {
  log: Infinity,
  generations: Infinity,
  faults: Infinity,
  powerOffUpTo: Infinity,
  fencesUpTo: Infinity,
}

export const isUnbounded = (bounds: Bounds): boolean =>
  Object.values(bounds).every((bound) => bound === Infinity)

/** vSphere's default limits: four fault-tolerant VMs and eight of their vCPUs on a host. */
export const defaultLimits = { ftVmsMax: 4, ftVcpusMax: 8 } as const

/** A host of which nothing is said. */
export const plainHost: Omit<HostConfig, "id"> = { ...defaultLimits, groups: [], ftEncryption: false }

/** A pair of which nothing is said but where it is registered. */
export const plainPair: Omit<PairConfig, "id" | "registered"> = {
  vcpus: 1,
  ft: "enabled",
  encryption: "opportunistic",
  metro: null,
}

/** Where a pair is registered if nothing is said of it. */
export const registeredOn = (host: HostId, ft: FtSetting): Registration => ({
  primary: host,
  secondary: ft === "notConfigured" ? null : host,
})

export const isRegisteredAlike = (a: Registration, b: Registration): boolean =>
  a.primary === b.primary && a.secondary === b.secondary

/** A cluster of plain hosts and one-vCPU pairs, all registered on the first host, without rules. */
export const plainConfig = (hosts: number, pairs: number, bounds: Partial<Bounds> = {}): Config => ({
  hosts: Array.from({ length: hosts }, (_, n) => ({ id: `h${BigInt(n + 1)}`, ...plainHost })),
  pairs: Array.from({ length: pairs }, (_, n) => ({
    id: `p${BigInt(n + 1)}`,
    ...plainPair,
    registered: { primary: "h1", secondary: "h1" },
  })),
  rules: [],
  exposed: [],
  policy: "any",
  bounds: { ...unbounded, ...bounds },
})
