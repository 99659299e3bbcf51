import type { Copy } from "../../model/copy.ts"
import type { Entry, Log } from "../../model/log.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import type { Quotient } from "../../impl/engine/quotient.ts"

/** In the form `bit`: the generation of a stale copy, that of the lock, and those of entries by their classes. */
const staleBit = Object.freeze({ stale: 1, current: 2, firstClass: 4 })

/**
 * The form of a state: the same without the count of faults and what operators did, without the entries that are dropped, and with
 * its generations renamed. States of one form go on alike where no bound refuses. Judge a state before: its form does not show all that it violates.
 */
export const formOf = ({ form, drops }: Quotient, state: State): State => ({
  ...state,
  faults: 0,
  pairs: Object.fromEntries(
    Object.entries(state.pairs).map(([id, pair]) => {
      const left = drops ? withoutShared(pair) : pair
      const renamed = form === "ranks" ? byRank(left) : byStaleBit(left)
      return [id, { ...renamed, interventions: 0 }]
    }),
  ),
})

/** How many entries all logs begin with, and no copy has yet to release, to send or to have acknowledged. */
export const sharedIn = ({ observed, copies }: Pair): number => {
  const withLog = copies.filter(({ phase }) => phase !== "syncing")
  const isDone = (count: number): boolean =>
    withLog.every(
      ({ released, role, phase, channel }) =>
        released >= count &&
        (role !== "primary" ||
          phase !== "lockstep" ||
          ((channel?.delivered ?? 0) >= count && (channel?.acked ?? 0) >= count)),
    )
  const isEverywhere = (n: number): boolean =>
    withLog.every(({ log }) => log[n] !== undefined && isSame(log[n], observed[n]))
  let shared = 0
  while (shared < observed.length && isEverywhere(shared) && isDone(shared + 1)) shared += 1
  return shared
}

const isSame = (a: Entry, b: Entry | undefined): boolean =>
  a.generation === b?.generation && a.index === b.index

/** The pair without the entries that its logs share. Counts that do not count them, as of a live Primary's channel, stay 0. */
const withoutShared = (pair: Pair): Pair => {
  const shared = sharedIn(pair)
  if (shared === 0) return pair
  const less = (count: number): number => Math.max(0, count - shared)
  const shorter = (log: Log): Log =>
    log.slice(shared).map((entry) => ({ ...entry, index: entry.index - shared }))
  return {
    ...pair,
    observed: shorter(pair.observed),
    copies: pair.copies.map((copy) => ({
      ...copy,
      log: shorter(copy.log),
      released: less(copy.released),
      channel:
        copy.channel === null
          ? null
          : { ...copy.channel, delivered: less(copy.channel.delivered), acked: less(copy.channel.acked) },
    })),
  }
}

const byRank = (pair: Pair): Pair => {
  const present = [
    pair.lock.generation,
    ...pair.observed.map(({ generation }) => generation),
    ...pair.copies.flatMap(({ generation, log }) => [generation, ...log.map((entry) => entry.generation)]),
  ]
  const inOrder = [...new Set(present)].sort((a, b) => a - b)
  const rank = (generation: number): number => inOrder.indexOf(generation) + 1
  return renamed(pair, rank, ({ generation }) => rank(generation))
}

/** Classes are named in the order in which they are met: the world's entry first, then host by host. */
const byStaleBit = (pair: Pair): Pair => {
  const onHosts = pair.copies.toSorted((a, b) => (a.host < b.host ? -1 : 1))
  const logs = [pair.observed, ...onHosts.map(({ log }) => log)]
  const classesAt = (n: number): readonly number[] => [
    ...new Set(logs.flatMap((log) => (log[n] === undefined ? [] : [log[n].generation]))),
  ]
  return renamed(
    pair,
    (generation) => (generation === pair.lock.generation ? staleBit.current : staleBit.stale),
    ({ generation }, n) => staleBit.firstClass + classesAt(n).indexOf(generation),
  )
}

const renamed = (
  pair: Pair,
  generationNow: (generation: number) => number,
  entryNow: (entry: Entry, n: number) => number,
): Pair => {
  const logNow = (log: Log): Log => log.map((entry, n) => ({ ...entry, generation: entryNow(entry, n) }))
  return {
    ...pair,
    lock: { ...pair.lock, generation: generationNow(pair.lock.generation) },
    observed: logNow(pair.observed),
    copies: pair.copies.map((copy): Copy => ({
      ...copy,
      generation: generationNow(copy.generation),
      log: logNow(copy.log),
    })),
  }
}
