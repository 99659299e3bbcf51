import type { Copy, Role } from "./copy.ts"
import type { Host } from "./host.ts"
import { linkBetween, type CopyId, type HostId, type LinkId, type PairId } from "./ids.ts"
import type { Pair } from "./pair.ts"
import type { Finding, Reading } from "./protocol.ts"
import { hostOf, pairOf, running } from "./state.ts"

// What an action names, as it stands in the state.

type NamesCopy = { readonly copy: CopyId }
type NamesPair = { readonly pair: PairId }
type NamesHost = { readonly host: HostId }

/** A running copy, with its pair. */
export type OfCopy = { readonly pair: Pair; readonly copy: Copy }

/** A pair. */
export type OfPair = { readonly pair: Pair }

/** The host to which a copy is to be brought. */
export type ToHost = { readonly host: HostId }

/** The copy of that name, which may run no longer. */
export const copyNamed: Reading<NamesCopy, NamesCopy> = { read: (action) => action }

/** The copy of that name, and the host to which one of its pair is to be brought. */
export const copyAndHost: Reading<NamesCopy & NamesHost, NamesCopy & ToHost> = { read: (action) => action }

export const thePair: Reading<NamesPair, OfPair> = {
  read: ({ pair }, state) => ({ pair: pairOf(state, pair) }),
}

export const thePairAndHost: Reading<NamesPair & NamesHost, OfPair & ToHost> = {
  read: ({ pair, host }, state) => ({ pair: pairOf(state, pair), host }),
}

export const theRegistration: Reading<
  NamesPair & NamesHost & { readonly role: Role },
  OfPair & ToHost & { readonly role: Role }
> = {
  read: ({ pair, host, role }, state) => ({ pair: pairOf(state, pair), host, role }),
}

export const theHost: Reading<NamesHost, Host & { readonly id: HostId }> = {
  read: ({ host }, state) => ({ id: host, ...hostOf(state, host) }),
}

export const theLink: Reading<{ readonly hosts: readonly [HostId, HostId] }, { readonly link: LinkId }> = {
  read: ({ hosts }) => ({ link: linkBetween(...hosts) }),
}

/** The affinity rule of that number, and whether it is in force. */
export const theRule: Reading<
  { readonly rule: number },
  { readonly n: number; readonly isInForce: boolean }
> = {
  read: ({ rule }, { rules }) => ({ n: rule - 1, isInForce: rules[rule - 1] === true }),
}

/** The copy runs. */
export const itRuns: Finding<NamesCopy, OfCopy> = {
  id: "copy",
  find: ({ copy }, state) => running(state, copy),
}

/** The copy runs, where one of its pair is to be brought to a host. */
export const itRunsAndGoes: Finding<NamesCopy & ToHost, OfCopy & ToHost> = {
  id: "copy",
  find: ({ copy, host }, state) => {
    const found = running(state, copy)
    return found === null ? null : { ...found, host }
  },
}
