import { isSecondary } from "../../phase.ts"
import type { View } from "../../view.ts"
import type { Clocks } from "./clocks.ts"
import type { Deadlines, Role } from "./deadlines.ts"

/**
 * What is decided by: how far clocks have come, and whose they are. The rules see both as they stand; a mutant may see them otherwise.
 *
 * Shape  Each by the slot of a copy, `haWait` by the number of a pair. `role` is that of a contender before it contended.
 */
export type Sight = {
  readonly heartbeatSilence: (slot: number) => number
  readonly logSilence: (slot: number) => number
  readonly obligation: (slot: number) => number
  readonly haWait: (pair: number) => number
  readonly role: (slot: number) => Role
}

/** The role of the copy in a slot. */
export const roleIn =
  ({ controlOf, phaseIn }: View) =>
  (slot: number): Role =>
    isSecondary(phaseIn(controlOf(slot))) ? "secondary" : "primary"

/** Clocks as they stand. */
export const sightIn = (view: View, { heartbeatSilence, logSilence, obligation, haWait }: Clocks): Sight => ({
  heartbeatSilence: heartbeatSilence.of,
  logSilence: logSilence.of,
  obligation: obligation.of,
  haWait: haWait.of,
  role: roleIn(view),
})

/** Whether one of a copy's detectors has been silent for as long as it has to wait at the least, or at the most. */
export const isSilentFor = (
  bound: "may" | "must",
  { heartbeatSilence, logSilence, role }: Sight,
  { heartbeats, log }: Deadlines,
): ((slot: number) => boolean) => {
  const [ofHost, ofCopy] = [heartbeats[bound], log[bound]]
  return (slot) => heartbeatSilence(slot) >= ofHost[role(slot)] || logSilence(slot) >= ofCopy[role(slot)]
}
