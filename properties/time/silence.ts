import type { Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import type { HostId } from "../../model/ids.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import { isReadable } from "../eligibility.ts"
import { farEnd, hostIn, linked, nearEnd } from "../evidence.ts"

// Who listens to whom, and whether anything is to be heard: read from docs/spec/time.md once more, apart from the model.

/** Whether a copy listens to another one. */
export const isListening = ({ phase, channel }: Copy): boolean =>
  phase === "syncing" || phase === "lockstep" || (phase === "live" && channel !== null)

/** Whom a copy listens to, if that one exists. */
export const heardBy = (pair: Pair, copy: Copy): Copy | null =>
  copy.role === "primary" ? farEnd(pair, copy) : nearEnd(pair, copy)

/** Whether no heartbeats of a host arrive at another. */
export const isHostSilent = (state: State, from: HostId, at: HostId): boolean =>
  !hostIn(state, from).up || !linked(state, from, at)

/** Whether nothing comes to a copy that listens: there is nobody, or out of reach, or one that does not send. */
export const isChannelSilent = (config: Config, state: State, pair: Pair, copy: Copy): boolean => {
  const other = heardBy(pair, copy)
  if (
    other === null ||
    !linked(state, copy.host, other.host) ||
    isReadable(config, state, pair.id, copy.host, other.host)
  )
    return true
  switch (copy.phase) {
    case "syncing":
      return false
    case "live":
      return other.phase !== "syncing"
    default:
      return copy.role === "secondary"
        ? other.phase !== "lockstep"
        : other.role === "primary" || !["lockstep", "syncing"].includes(other.phase)
  }
}
