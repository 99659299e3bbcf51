import { kinds } from "../../model/action.ts"
import { idsIn, watched, type PropertySet, type Watched } from "../packed/property-set.ts"
import { watchedWitnesses } from "../packed/witnesses.ts"
import { lowestBit } from "./bits.ts"

/**
 * What a sweep has counted.
 *
 * Shape  `standsFor` counts all states that those met stand for, where symmetry joins some: else it is `states`.
 *        `generated` and `distinct` are per kind, by number: its steps, and the states first reached by one. `depth` is
 *        that of the deepest level expanded to its end. `violated` holds the ids of what is violated, by the length of the
 *        shortest run that ends so (with the reduction: by the number of levels before its end); `terminalStates`
 *        counts states without a successor, and `deadlocks` those of them that violate a liveness property.
 *        `witnessedAt` is the depth at which each witness was first seen, by its place in `watchedWitnesses`, or -1.
 */
export type Tally = {
  states: number
  standsFor: number
  transitions: number
  standsForTransitions: number
  depth: number
  mostSuccessors: number
  terminalStates: number
  deadlocks: number
  highestGeneration: number
  readonly generated: Float64Array
  readonly distinct: Float64Array
  readonly violated: Map<number, readonly Watched[]>
  readonly witnessedAt: Int32Array
}

export const freshTally = (): Tally => ({
  states: 0,
  standsFor: 0,
  transitions: 0,
  standsForTransitions: 0,
  depth: 0,
  mostSuccessors: 0,
  terminalStates: 0,
  deadlocks: 0,
  highestGeneration: 1,
  generated: new Float64Array(kinds.length),
  distinct: new Float64Array(kinds.length),
  violated: new Map(),
  witnessedAt: new Int32Array(watchedWitnesses.length).fill(-1),
})

/** Records what is violated by a run of so many steps. */
export const recordViolation = (tally: Tally, length: number, found: PropertySet): void => {
  record(tally, length, idsIn(found))
}

const record = ({ violated }: Tally, length: number, ids: readonly Watched[]): void => {
  const known = violated.get(length) ?? []
  if (ids.every((id) => known.includes(id))) return
  violated.set(
    length,
    watched.filter((id) => known.includes(id) || ids.includes(id)),
  )
}

/** Records the witnesses that a run of so many steps shows. */
export const recordWitnesses = ({ witnessedAt }: Tally, length: number, bits: number): void => {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const n = lowestBit(rest)
    const before = witnessedAt[n] as number
    if (before < 0 || length < before) witnessedAt[n] = length
  }
}

/** The witnesses that were not seen at this depth or before: normalising shows some of what comes later. */
export const notSeenBy = ({ witnessedAt }: Tally, now: number): number =>
  witnessedAt.reduce((bits, at, n) => (at < 0 || at > now ? bits | (1 << n) : bits), 0)

/** The length of the shortest run that was found to end in a violation; Infinity if none was. */
export const shortest = ({ violated }: Tally): number => Math.min(Infinity, ...violated.keys())

/** What several workers have counted, as one alone would have. */
export const together = (tallies: readonly Tally[]): Tally => {
  const sum = freshTally()
  for (const tally of tallies) {
    sum.states += tally.states
    sum.standsFor += tally.standsFor
    sum.transitions += tally.transitions
    sum.standsForTransitions += tally.standsForTransitions
    sum.terminalStates += tally.terminalStates
    sum.deadlocks += tally.deadlocks
    tally.witnessedAt.forEach((at, n) => {
      const before = sum.witnessedAt[n] as number
      if (at >= 0 && (before < 0 || at < before)) sum.witnessedAt[n] = at
    })
    sum.depth = Math.max(sum.depth, tally.depth)
    sum.mostSuccessors = Math.max(sum.mostSuccessors, tally.mostSuccessors)
    sum.highestGeneration = Math.max(sum.highestGeneration, tally.highestGeneration)
    tally.generated.forEach((n, kind) => (sum.generated[kind] = (sum.generated[kind] as number) + n))
    tally.distinct.forEach((n, kind) => (sum.distinct[kind] = (sum.distinct[kind] as number) + n))
    for (const [length, ids] of tally.violated) record(sum, length, ids)
  }
  return sum
}
