import type { Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import type { CopyId } from "../../model/ids.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import type { Ghost, GhostIn, PairMove } from "../ghost.ts"
import { boundsOf, type TimeBounds, type Times } from "./bounds.ts"

// Ghosts that count ticks. Each stops at the most that it is asked about: one beyond a bound, and at what a detector needs.

/** Where a counter looks, and what is bounded there. */
export type Timed = { readonly config: Config; readonly times: Times; readonly bounds: TimeBounds }

/** A ghost that is made once for each configuration, which must have time. */
export const timedGhost = <V>(make: (timed: Timed) => Ghost<V>): GhostIn<V> => {
  const made = new WeakMap<Config, Ghost<V>>()
  return (config) => {
    const known = made.get(config)
    if (known !== undefined) return known
    const ghost = make(timedOf(config))
    made.set(config, ghost)
    return ghost
  }
}

/** A configuration with what its times bound. */
export const timedOf = (config: Config): Timed => {
  const known = timedBy.get(config)
  if (known !== undefined) return known
  const times = config.time
  if (times === undefined) throw new Error("defect: a bound is asked for where no time passes")
  const timed = { config, times, bounds: boundsOf(times) }
  timedBy.set(config, timed)
  return timed
}

const timedBy = new WeakMap<Config, Timed>()

/** One more after a tick, up to `most`. */
export const counted = ({ step }: PairMove, ticks: number, most: number): number =>
  step.action.kind === "Tick" ? Math.min(ticks + 1, Math.max(0, most)) : ticks

/** For how many ticks something has lasted of a pair, counted at ticks that end in it. */
export const lasting = (
  id: string,
  most: (bounds: TimeBounds) => number,
  lasts: (timed: Timed, state: State, pair: Pair) => boolean,
): GhostIn<number> =>
  timedGhost((timed) => ({
    id,
    begins: 0,
    after: (ticks, move) =>
      lasts(timed, move.step.after, move.after) ? counted(move, ticks, most(timed.bounds) + 1) : 0,
    key: String,
  }))

/** The same of copies, by their ids. Those of which it is 0 are left out. */
export type Counts = Readonly<Partial<Record<CopyId, number>>>

export const lastingOfCopies = (
  id: string,
  most: (bounds: TimeBounds) => number,
  lasts: (timed: Timed, state: State, pair: Pair, copy: Copy) => boolean,
): GhostIn<Counts> =>
  timedGhost((timed) => ({
    id,
    begins: {},
    after: (counts, move) => {
      const { step, after } = move
      return countsOf(after, (copy) =>
        lasts(timed, step.after, after, copy)
          ? counted(move, counts[copy.id] ?? 0, most(timed.bounds) + 1)
          : 0,
      )
    },
    key: keyByHosts,
  }))

const countsOf = ({ copies }: Pair, count: (copy: Copy) => number): Counts =>
  Object.fromEntries(copies.map((copy) => [copy.id, count(copy)] as const).filter(([, ticks]) => ticks > 0))

/** Counts of copies under the names of their hosts. */
const keyByHosts = (counts: Counts, { copies }: Pair): string =>
  copies
    .map(({ id, host }) => `${host}:${counts[id] ?? 0}`)
    .sort()
    .join()
