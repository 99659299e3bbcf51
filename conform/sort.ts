import type { Copy } from "../model/copy.ts"
import type { CopyId, HostId, PairId } from "../model/ids.ts"
import { copyOn, peerOf, primaryOf, type Pair } from "../model/pair.ts"
import { ftState } from "../model/ft-state.ts"
import { pairsOf, reachable, running, type State } from "../model/state.ts"
import { stranger } from "./atlas.ts"
import type { AskedAction } from "./profile.ts"

/**
 * Of which sort it is to ask an action: its kind; whether it is taken, or the guard that refuses it; in which phase the
 * acting copy is, and the one at the other end of its channel, or how its pair stands; of a tick, which clocks run; and
 * what stands against the host that it names, so that each guard is asked once where it alone refuses.
 */
export const sortOf = (state: State, action: AskedAction, guard: string | null): string => {
  const { kind, copy: id, pair: pairId } = action
  const how = `${kind} ${guard ?? "taken"}`
  if (kind === "Tick") return `${how} ${pairsOf(state).map(clocksIn).join(" | ")}`
  if (pairId !== undefined) {
    const pair = state.pairs[pairId as PairId]
    return pair === undefined
      ? how
      : `${how} ${ftState(pair)} ${pair.copies
          .map(({ phase }) => phase)
          .sort()
          .join("+")}${againstHost(state, pair, null, action)}`
  }
  if (id === undefined) return how
  const found = running(state, id as CopyId)
  if (found === null) return `${how}${stranger}`
  const { pair, copy } = found
  const end = endOf(pair, copy)
  const far = end?.phase ?? (copy.channel === null ? "alone" : "gone")
  const age = copy.generation === pair.lock.generation ? "" : " stale"
  return `${how} ${copy.role} ${copy.phase} ${far}${age}${againstHost(state, pair, copy, action)}`
}

/** What lasts in a pair, by its clocks: nothing in most. */
const clocksIn = ({ copies, haWait = 0 }: Pair): string =>
  [
    ...copies.map(
      ({ role, phase, heartbeatSilence = 0, logSilence = 0, obligation = 0 }) =>
        `${role} ${phase}${heartbeatSilence > 0 ? " unheard" : ""}${logSilence > 0 ? " silent" : ""}${obligation > 0 ? " obliged" : ""}`,
    ),
    ...(haWait > 0 ? ["waiting"] : []),
  ]
    .sort()
    .join("+")

/** What stands against taking a copy of the pair to the host of an action, if it names one. */
const againstHost = (state: State, pair: Pair, copy: Copy | null, { host: id }: AskedAction): string => {
  const host = state.hosts[id as HostId]
  if (host === undefined) return ""
  const isIn = copyOn(pair, id as HostId) !== null
  return [
    ...(host.up ? [] : [" down"]),
    ...(host.storage ? [] : [" no storage"]),
    ...(host.maintenance ? [" in maintenance"] : []),
    ...(isIn ? [" has a copy"] : []),
    ...(copy !== null && !reachable(state, copy.host, id as HostId) ? [" cut off"] : []),
  ].join()
}

/** The hosts that an action concerns, by name: where its copy is, where the other end of its channel is, and its own. */
export const concerned = (state: State, { copy: id, host, hosts }: AskedAction): string => {
  const found = id === undefined ? null : running(state, id as CopyId)
  const end = found === null ? null : endOf(found.pair, found.copy)
  return JSON.stringify([found?.copy.host, end?.host, host, hosts])
}

/** The copy at the other end of a channel. */
const endOf = (pair: Pair, copy: Copy): Copy | null =>
  copy.role === "primary" ? peerOf(pair, copy) : primaryOf(pair, copy)
