import { hasChannel, type Copy, type LoggingPrimary, type Phase } from "./copy.ts"
import type { HostId } from "./ids.ts"
import { primaryOf, type Pair } from "./pair.ts"
import type { Check, Finding } from "./protocol.ts"
import { hasStorage } from "./state.ts"
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
