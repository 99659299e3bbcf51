import type { CopyId, Generation, HostId } from "./ids.ts"
import type { Log } from "./log.ts"

export type Role = "primary" | "secondary"

/**
 * Where a copy stands in its life:
 *
 *   syncing     a Secondary that is being brought up; it never contends
 *   lockstep    a Primary that records and withholds outputs, or a Secondary that replays
 *   contending  it has lost its partner or its storage, executes nothing, and waits to try the lock
 *   live        a Primary on its own, which has won the lock or was just started
 */
export type Phase = "syncing" | "lockstep" | "contending" | "live"

/**
 * One running VM of a pair.
 *
 * Shape  `generation` is what it believes in, not what is so. `released` counts the outputs that have left, as
 *        far as it knows. `channel` is there only on a Primary that is `live` or in `lockstep` and has a peer.
 */
type CoreCopy = {
  readonly id: CopyId
  readonly host: HostId
  readonly role: Role
  readonly phase: Phase
  readonly generation: Generation
  readonly log: Log
  readonly released: number
  readonly channel: Channel | null
}

/** A copy, with the fields that parts of the protocol add by declaration merging. */
export interface Copy extends CoreCopy {}

/**
 * A Primary's FT logging channel to its Secondary.
 *
 * Shape  `peer` is `"gone"` once that copy no longer exists, until the Primary drops the channel. `delivered`
 *        entries are in the peer's log or were in its checkpoint; of these, `acked` are known to be.
 */
export type Channel = { readonly peer: CopyId | "gone"; readonly delivered: number; readonly acked: number }

/** Whether `copy` is a Primary that executes: live, or in lockstep. */
export const isExecutingPrimary = (copy: Copy): boolean =>
  copy.role === "primary" && (copy.phase === "live" || copy.phase === "lockstep")

/** A Primary that logs to its Secondary. */
export type LoggingPrimary = Copy & { readonly channel: Channel }

export const hasChannel = (copy: Copy): copy is LoggingPrimary => copy.channel !== null
