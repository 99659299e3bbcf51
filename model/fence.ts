import type { Copy } from "./copy.ts"
import { halted, testAndSet } from "./lifecycle.ts"
import { peerOf, withCopy, type Pair } from "./pair.ts"
import type { Protocol } from "./protocol.ts"
import type { State } from "./state.ts"

/**
 * An executing Primary rids itself of its Secondary, as an operator asks: from then on it goes on alone.
 *
 * A Primary in lockstep needs its own test-and-set for that, since its Secondary may contend. It wins, and its Secondary halts if
 * it can be reached; or it was stale, and halts itself. A live one has no Secondary that may contend: it drops its peer, and what
 * is reachable halts.
 */
export const fenced = (
  pair: Pair,
  primary: Copy,
  state: State,
  { lifecycle, relations }: Pick<Protocol, "lifecycle" | "relations">,
): Pair => {
  const peer = peerOf(pair, primary)
  const isNear = peer !== null && relations.reaches(state, primary.host, peer.host, pair)
  if (isStale(pair, primary)) return halted(lifecycle, pair, primary)
  const alone =
    primary.phase === "live"
      ? withCopy(pair, { ...primary, channel: null })
      : testAndSet(lifecycle, pair, primary)
  return isNear ? halted(lifecycle, alone, peer) : alone
}

/** Whether the lock has passed a copy by. */
export const isStale = (pair: Pair, copy: Copy): boolean => copy.generation !== pair.lock.generation
