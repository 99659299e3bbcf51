import type { FtSetting } from "./config.ts"
import { currentPrimary, peerOf, type Pair } from "./pair.ts"

/**
 * A pair as vSphere reports it. Derived, never stored; it says nothing of links, so that a pair is `running`
 * until somebody suspects.
 */
export type FtState = FtSetting | "needSecondary" | "starting" | "running"

/**
 * The setting, if FT is not on, whatever the power; else `enabled` (powered off), `needSecondary`, `starting` (a Secondary is
 * syncing) or `running` (protected).
 */
export const ftState = (pair: Pair): FtState => {
  if (pair.ft !== "enabled" || pair.power === "off") return pair.ft
  const primary = currentPrimary(pair)
  const peer = primary === null ? null : peerOf(pair, primary)
  if (primary === null || peer === null || peer.role !== "secondary") return "needSecondary"
  if (peer.phase === "syncing") return "starting"
  return primary.phase === "lockstep" && peer.phase === "lockstep" ? "running" : "needSecondary"
}
