import type { FtSetting } from "./config.ts"
import { hasChannel, type Copy, type LoggingPrimary, type Phase } from "./copy.ts"
import type { HostId } from "./ids.ts"
import { currentPrimary, primaryOf, type Pair } from "./pair.ts"
import type { Check, Finding } from "./protocol.ts"
import { hasStorage, hostOf, type State } from "./state.ts"
import type { OfCopy } from "./subject.ts"

// Guards that several rules share.

export const isPrimary: Check<{ readonly copy: Copy }> = {
  id: "primary-only",
  holds: ({ copy }) => copy.role === "primary",
}

export const isSecondary: Check<{ readonly copy: Copy }> = {
  id: "secondary-only",
  holds: ({ copy }) => copy.role === "secondary",
}

export const inPhase = (...phases: readonly Phase[]): Check<{ readonly copy: Copy }> => ({
  id: "phase",
  holds: ({ copy }) => phases.includes(copy.phase),
})

/** A copy that contends executes nothing. */
export const isSure: Check<{ readonly copy: Copy }> = {
  id: "phase",
  holds: ({ copy }) => copy.phase !== "contending",
}

/** The copy's host is up, and reaches the shared storage. */
export const withStorage: Check<{ readonly copy: Copy }> = {
  id: "storage",
  holds: ({ copy }, state) => hasStorage(state, copy.host),
}

export const isOn: Check<{ readonly pair: Pair }> = {
  id: "power",
  holds: ({ pair }) => pair.power === "on",
}

export const isOff: Check<{ readonly pair: Pair }> = {
  id: "power",
  holds: ({ pair }) => pair.power === "off",
}

/** Whether some copy of the pair, stale or not, is on a host with storage. */
export const someCopyMayRun = (state: State, pair: Pair): boolean =>
  pair.copies.some((copy) => hasStorage(state, copy.host))

/** No copy of the pair can go on by itself. */
export const noCopyMayRun: Check<{ readonly pair: Pair }> = {
  id: "may-run",
  holds: ({ pair }, state) => !someCopyMayRun(state, pair),
}

/** FT is set like this. */
export const withFt = (ft: FtSetting): Check<{ readonly pair: Pair }> => ({
  id: "ft",
  holds: ({ pair }) => pair.ft === ft,
})

/** FT is configured, suspended or not. */
export const servesFt: Check<{ readonly pair: Pair }> = {
  id: "ft",
  holds: ({ pair }) => pair.ft !== "notConfigured",
}

const serves = (state: State, host: HostId | null): boolean => {
  if (host === null) return true
  const { up, maintenance } = hostOf(state, host)
  return up && !maintenance
}

/** The host on which the Primary is registered is up, and not in maintenance. */
export const primaryHostServes: Check<{ readonly pair: Pair }> = {
  id: "primary-host",
  holds: ({ pair }, state) => serves(state, pair.registered.primary),
}

/** The same of the Secondary's. It is the registration that counts, whether a copy runs there or not. */
export const secondaryHostServes: Check<{ readonly pair: Pair }> = {
  id: "secondary-host",
  holds: ({ pair }, state) => serves(state, pair.registered.secondary),
}

/** While the VM is on, a Primary executes at the lock's generation: no failover or restart is under way. */
export const primaryIfOn: Check<{ readonly pair: Pair }> = {
  id: "no-primary",
  holds: ({ pair }) => pair.power === "off" || currentPrimary(pair) !== null,
}

/** The Primary in lockstep that has the copy as its peer. */
export const itsPrimary: Finding<OfCopy, OfCopy & { readonly primary: LoggingPrimary }> = {
  id: "primary",
  find: (about) => {
    const primary = primaryOf(about.pair, about.copy)
    return primary !== null && primary.phase === "lockstep" && hasChannel(primary)
      ? { ...about, primary }
      : null
  },
}

/** The link between the hosts of the copy and of another one of its pair is not cut. */
export const linkTo = <A extends OfCopy>(other: (about: A) => { readonly host: HostId }): Check<A> => ({
  id: "unreachable",
  holds: (about, state, { relations }) =>
    relations.reaches(state, about.copy.host, other(about).host, about.pair),
})
