import type { FtSetting, Registration } from "./config.ts"
import { isExecutingPrimary, type Copy } from "./copy.ts"
import type { NeedSecondaryReason } from "./reason.ts"
import { copyIdOf, type CopyId, type HostId, type PairId } from "./ids.ts"
import type { Lock } from "./lock.ts"
import type { Log } from "./log.ts"

/**
 * A fault-tolerant VM: what the operator wants of it, its lock, its running copies, and what the world saw.
 *
 * Shape  `copies` may be more than two: a stale Primary, the new one, its Secondary; at most one on each host.
 *        `started` counts the copies ever started and names the next. `interventions` counts what operators
 *        have done that costs a generation. `observed` holds every output that has left, in order.
 */
type CorePair = {
  readonly id: PairId
  readonly ft: FtSetting
  readonly power: "on" | "off"
  readonly registered: Registration
  readonly reason: NeedSecondaryReason | null
  readonly lock: Lock
  readonly copies: readonly Copy[]
  readonly started: number
  readonly interventions: number
  readonly observed: Log
}

/** A pair, with the fields that parts of the protocol add by declaration merging. */
export interface Pair extends CorePair {}

export const copyIn = (pair: Pair, id: CopyId): Copy | null =>
  pair.copies.find((copy) => copy.id === id) ?? null

export const copyOn = (pair: Pair, host: HostId): Copy | null =>
  pair.copies.find((copy) => copy.host === host) ?? null

/** The Primary that executes at the lock's generation. Wherever vSphere says "the Primary", it is this one. */
export const currentPrimary = (pair: Pair): Copy | null =>
  pair.copies.find((copy) => copy.generation === pair.lock.generation && isExecutingPrimary(copy)) ?? null

/** The copy at the other end of a Primary's channel; null where there is no channel, or the copy is gone. */
export const peerOf = (pair: Pair, primary: Copy): Copy | null =>
  primary.channel === null || primary.channel.peer === "gone" ? null : copyIn(pair, primary.channel.peer)

/** The executing Primary that has `secondary` as its peer. */
export const primaryOf = (pair: Pair, secondary: Copy): Copy | null =>
  pair.copies.find((copy) => copy.channel?.peer === secondary.id) ?? null

/** The pair with `copy` in place of the copy of that id. */
export const withCopy = (pair: Pair, copy: Copy): Pair => ({
  ...pair,
  copies: pair.copies.map((other) => (other.id === copy.id ? copy : other)),
})

/** The pair with one more copy, numbered next. */
export const withNewCopy = (pair: Pair, copy: Omit<Copy, "id">): Pair => ({
  ...pair,
  copies: [...pair.copies, { id: nextCopyId(pair), ...copy }],
  started: pair.started + 1,
})

/** The name that the pair's next copy will have. */
export const nextCopyId = (pair: Pair): CopyId => copyIdOf(pair.id, pair.started + 1)

/**
 * The pair without the copies that `halts` picks: their memory is lost, a Primary whose peer one of them was
 * has peer *gone*, and the lock that one of them held is held by nobody.
 */
export const without = (pair: Pair, halts: (copy: Copy) => boolean): Pair => {
  const halted = new Set(pair.copies.filter(halts).map((copy) => copy.id))
  if (halted.size === 0) return pair
  return {
    ...pair,
    lock:
      pair.lock.holder !== null && halted.has(pair.lock.holder) ? { ...pair.lock, holder: null } : pair.lock,
    copies: pair.copies.filter((copy) => !halted.has(copy.id)).map((copy) => withPeerGone(copy, halted)),
  }
}

const withPeerGone = (copy: Copy, halted: ReadonlySet<CopyId>): Copy =>
  copy.channel !== null && copy.channel.peer !== "gone" && halted.has(copy.channel.peer)
    ? { ...copy, channel: { ...copy.channel, peer: "gone" } }
    : copy
