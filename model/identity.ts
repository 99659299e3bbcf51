import type { Copy } from "./copy.ts"
import { copyIn, type Pair } from "./pair.ts"
import { pairsOf, type State } from "./state.ts"

/**
 * A state's identity, as a string: two states are the same when they differ only in the numbers of their
 * copies. A copy is what it is and where it is. Registrations and reasons, which no guard reads, and the count
 * of interventions, which only a property reads, are no part of it.
 */
export const identity = (state: State): string =>
  [surroundings(state), ...pairsOf(state).map(pairIdentity)].join(";")

/** Whether two states of one cluster are the same. Quick where they share most of their pairs. */
export const isSame = (a: State, b: State): boolean =>
  surroundings(a) === surroundings(b) &&
  pairsOf(a).every((pair) => {
    const other = b.pairs[pair.id]
    return pair === other || (other !== undefined && pairIdentity(pair) === pairIdentity(other))
  })

/** The identity, and with it what operators have done: for a property that reads that too. */
export const identityWithInterventions = (state: State): string =>
  `${identity(state)};${pairsOf(state)
    .map((pair) => pair.interventions)
    .join()}`

/** Where the pairs are registered: for a property that reads that, a part of the identity. */
export const registrationsOf = (state: State): string =>
  pairsOf(state)
    .map(({ registered: { primary, secondary } }) => `${primary},${secondary}`)
    .join()

const surroundings = ({ hosts, cut, faults }: State): string => {
  const flags = Object.values(hosts).map(
    ({ up, storage, maintenance }) => (up ? 1 : 0) + (storage ? 2 : 0) + (maintenance ? 4 : 0),
  )
  return `${flags.join("")};${cut.join()};${faults}`
}

const pairIdentity = (pair: Pair): string => {
  const holder = pair.lock.holder === null ? "-" : placeOf(pair, pair.lock.holder)
  const copies = pair.copies.map((copy) => copyIdentity(pair, copy)).sort()
  return `${pair.power}${pair.lock.generation}${holder}[${entries(pair.observed)}]${copies.join("|")}`
}

const copyIdentity = (pair: Pair, copy: Copy): string => {
  const { host, role, phase, generation, log, released, channel } = copy
  const peer = channel === null ? "-" : channel.peer === "gone" ? "gone" : placeOf(pair, channel.peer)
  return [
    host,
    role,
    phase,
    generation,
    entries(log),
    released,
    peer,
    channel?.delivered,
    channel?.acked,
  ].join()
}

const placeOf = (pair: Pair, id: Copy["id"]): string => copyIn(pair, id)?.host ?? "nowhere"

const entries = (log: Copy["log"]): string =>
  log.map(({ generation, index }) => `${generation}.${index}`).join(" ")
