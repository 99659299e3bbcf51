import { isSecondary } from "../../phase.ts"
import type { View } from "../../view.ts"
import type { Clocks } from "./clocks.ts"
import type { Deadlines } from "./deadlines.ts"

export type Detectors = ReturnType<typeof detectorsIn>

/** The two detectors of a copy that listens: of the heartbeats of the host that it watches, and of what comes over its channel. */
export const detectorsIn = (
  { controlOf, phaseIn, hostOf, isUp, isLinked }: View,
  { watch, heartbeatSilence, logSilence }: Clocks,
  { heartbeats, log }: Deadlines,
) => {
  /** Whether one of them has been silent for as long as its copy has to wait at the least, or at the most. */
  const isDueBy =
    (bound: "may" | "must") =>
    (slot: number): boolean => {
      const role = isSecondary(phaseIn(controlOf(slot))) ? "secondary" : "primary"
      return heartbeatSilence.of(slot) >= heartbeats[bound][role] || logSilence.of(slot) >= log[bound][role]
    }

  /** Whether no heartbeat comes from the host that the copy watches. */
  const isHostSilent = (slot: number): boolean => {
    const host = watch.of(slot) - 1
    return host >= 0 && (!isUp(host) || !isLinked(hostOf(slot), host))
  }

  return { mayAct: isDueBy("may"), mustAct: isDueBy("must"), isHostSilent }
}
