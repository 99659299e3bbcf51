import type { Copy, LoggingPrimary } from "./copy.ts"
import type { HostId } from "./ids.ts"
import { advanced } from "./lock.ts"
import { append, prefix, type Entry } from "./log.ts"
import { nextCopyId, withCopy, withNewCopy, without, type Pair } from "./pair.ts"

/**
 * What happens to a copy, whichever action brought it about. The rules say that it happens; here stands what that does
 * to the pair. A part of the protocol amends an entry, and so changes it wherever it happens.
 */
export type Lifecycle = {
  /** A first copy of a pair that nobody runs: live, with the lock at `generation`, from what the world has seen. */
  readonly boots: (pair: Pair, host: HostId, generation: number) => Pair
  /** A new Secondary on `host`, syncing, as the peer of `primary`. */
  readonly spawns: (pair: Pair, primary: Copy, host: HostId) => Pair
  /** The checkpoint of `primary` is taken; from here on it withholds its outputs. */
  readonly checkpoints: (pair: Pair, primary: LoggingPrimary) => Pair
  /** A syncing Secondary has the checkpoint, and replays. */
  readonly joins: (pair: Pair, secondary: Copy, primary: LoggingPrimary) => Pair
  /** A copy is no longer sure: it drops its channel, and executes nothing until it has tried the lock. */
  readonly contends: (pair: Pair, copy: Copy) => Pair
  /** A copy has advanced the lock: it is live at the new generation, without a peer. */
  readonly wins: (pair: Pair, copy: Copy) => Pair
  /** Copies halt: their memory is lost, and with it what their peers knew them by. */
  readonly halts: (pair: Pair, isHalted: (copy: Copy) => boolean) => Pair
  /** An output leaves. */
  readonly releases: (pair: Pair, copy: Copy, entry: Entry) => Pair
}

export const coreLifecycle: Lifecycle = {
  boots: (pair, host, generation) =>
    withNewCopy(
      { ...pair, lock: { generation, holder: nextCopyId(pair) } },
      {
        host,
        role: "primary",
        phase: "live",
        generation,
        log: pair.observed,
        released: pair.observed.length,
        channel: null,
      },
    ),
  spawns: (pair, primary, host) =>
    withNewCopy(withCopy(pair, { ...primary, channel: { peer: nextCopyId(pair), delivered: 0, acked: 0 } }), {
      host,
      role: "secondary",
      phase: "syncing",
      generation: primary.generation,
      log: [],
      released: 0,
      channel: null,
    }),
  checkpoints: (pair, primary) => {
    const { length } = primary.log
    const channel = { ...primary.channel, delivered: length, acked: length }
    return withCopy(pair, { ...primary, phase: "lockstep", channel })
  },
  joins: (pair, secondary, { log, channel, released }) =>
    withCopy(pair, { ...secondary, phase: "lockstep", log: prefix(log, channel.delivered), released }),
  contends: (pair, copy) => withCopy(pair, { ...copy, phase: "contending", channel: null }),
  wins: (pair, copy) => {
    const lock = advanced(pair.lock, copy.id)
    const winner: Copy = {
      ...copy,
      role: "primary",
      phase: "live",
      generation: lock.generation,
      channel: null,
    }
    return withCopy({ ...pair, lock }, winner)
  },
  halts: without,
  releases: (pair, copy, entry) => {
    const isFirst = copy.released >= pair.observed.length
    const observed = isFirst ? append(pair.observed, entry) : pair.observed
    return withCopy({ ...pair, observed }, { ...copy, released: copy.released + 1 })
  },
}

/** The pair after one copy has halted. */
export const halted = ({ halts }: Lifecycle, pair: Pair, copy: Copy): Pair =>
  halts(pair, ({ id }) => id === copy.id)

/**
 * One atomic test-and-set of the lock by `copy`: does the lock still have the generation that it believes in? Then it
 * wins, or else it halts.
 */
export const testAndSet = (lifecycle: Lifecycle, pair: Pair, copy: Copy): Pair =>
  pair.lock.generation === copy.generation ? lifecycle.wins(pair, copy) : halted(lifecycle, pair, copy)
