import type { Config } from "./config.ts"
import type { Copy } from "./copy.ts"
import type { Fields } from "./field.ts"
import { freshHost, type Host } from "./host.ts"
import { inOrder, linkBetween, pairIdOf, type CopyId, type HostId, type LinkId, type PairId } from "./ids.ts"
import { freshLock } from "./lock.ts"
import { copyIn, type Pair } from "./pair.ts"
import { partFields } from "./parts/fields.ts"

/**
 * A cluster at one moment. Plain immutable data; the vSphere FT state is derived from it (`ft-state.ts`).
 *
 * Shape  `cut` holds the FT logging links that are down, and `exposed` those that are not private: others can listen on them.
 *        `rules` says of each affinity rule whether it is in force. `faults` counts the faults so far.
 */
type CoreState = {
  readonly hosts: Readonly<Record<HostId, Host>>
  readonly cut: readonly LinkId[]
  readonly exposed: readonly LinkId[]
  readonly rules: readonly boolean[]
  readonly pairs: Readonly<Record<PairId, Pair>>
  readonly faults: number
}

/** A state, with the fields that parts of the protocol add by declaration merging. */
export interface State extends CoreState {}

/** Every host up and connected, every pair powered off, nothing observed. */
export const initial = (config: Config): State => ({
  hosts: Object.fromEntries(
    config.hosts.map(({ id }): [HostId, Host] => [
      id,
      { ...freshHost, ...initialOf(partFields.host, config) },
    ]),
  ),
  cut: [],
  exposed: config.exposed,
  rules: config.rules.map(({ active }) => active),
  pairs: Object.fromEntries(
    config.pairs.map(({ id, ft, registered }): [PairId, Pair] => [
      id,
      {
        id,
        ft,
        power: "off",
        registered,
        reason: null,
        lock: freshLock,
        copies: [],
        started: 0,
        interventions: 0,
        observed: [],
        ...initialOf(partFields.pair, config),
      },
    ]),
  ),
  faults: 0,
  ...initialOf(partFields.state, config),
})

/** What fields of parts hold in the initial state, of those parts that are on. */
const initialOf = (fields: Fields, config: Config): object =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([name, { initially }]) => [name, initially(config)] as const)
      .filter(([, value]) => value !== undefined),
  )

/** The pairs, in the order of the configuration. */
export const pairsOf = (state: State): readonly Pair[] => Object.values(state.pairs)

/** The ids of the hosts, in the order of the configuration. */
export const hostIdsOf = (state: State): readonly HostId[] => Object.keys(state.hosts) as HostId[]

/** The ids of the pairs, in the order of the configuration. */
export const pairIdsOf = (state: State): readonly PairId[] => Object.keys(state.pairs) as PairId[]

/** The links, each by its two hosts, in the order of the configuration. */
export const linksOf = (state: State): readonly (readonly [HostId, HostId])[] => {
  const hosts = hostIdsOf(state)
  return hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => inOrder(a, b)))
}

/** The ids of the running copies, pair by pair, in the order in which they started. */
export const copyIdsOf = (state: State): readonly CopyId[] => {
  const ids: CopyId[] = []
  for (const pair of pairsOf(state)) for (const copy of pair.copies) ids.push(copy.id)
  return ids
}

/** The host of that id. Its absence is a defect: `step` refuses actions that name no host of the cluster. */
export const hostOf = (state: State, id: HostId): Host => present(state.hosts[id], id)

/** The pair of that id. Its absence is a defect, as for `hostOf`. */
export const pairOf = (state: State, id: PairId): Pair => present(state.pairs[id], id)

/** A running copy with its pair; null if it does not run, or no longer. */
export const running = (state: State, id: CopyId): { readonly pair: Pair; readonly copy: Copy } | null => {
  const pair = state.pairs[pairIdOf(id)]
  const copy = pair === undefined ? null : copyIn(pair, id)
  return pair === undefined || copy === null ? null : { pair, copy }
}

/** "With storage": the host is up and reaches the shared storage. */
export const hasStorage = (state: State, host: HostId): boolean => {
  const { up, storage } = hostOf(state, host)
  return up && storage
}

/** "Reachable": nothing cuts the FT logging link between the two hosts. */
export const reachable = (state: State, a: HostId, b: HostId): boolean =>
  state.cut.length === 0 || !state.cut.includes(linkBetween(a, b))

export const withHost = (state: State, id: HostId, change: Partial<Host>): State => ({
  ...state,
  hosts: { ...state.hosts, [id]: { ...hostOf(state, id), ...change } },
})

export const withPair = (state: State, pair: Pair): State => ({
  ...state,
  pairs: { ...state.pairs, [pair.id]: pair },
})

/** Every pair changed by `change`; a pair that it leaves as it is stays the same object. */
export const withEveryPair = (state: State, change: (pair: Pair) => Pair): State => ({
  ...state,
  pairs: Object.fromEntries(pairsOf(state).map((pair): [PairId, Pair] => [pair.id, change(pair)])),
})

const present = <A>(found: A | undefined, id: string): A => {
  if (found === undefined) throw new Error(`defect: ${id} is not in this cluster`)
  return found
}
