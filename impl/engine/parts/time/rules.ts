import { refusal, taken } from "../../guards.ts"
import { peer, phase } from "../../machine.ts"
import type { EngineMutation, LastGuards } from "../../rule.ts"
import type { View } from "../../view.ts"
import { clockFollowerOf, clocksIn, type Clocks } from "./clocks.ts"
import { deadlinesOf, type Deadlines } from "./deadlines.ts"
import { detectorsIn, type Detectors } from "./detectors.ts"
import { tickOf } from "./tick.ts"

/** What time makes of the rules: it adds `Tick`, and to what is timed the guard `early`; clocks follow every step. */
export const timeRules: EngineMutation = (_rules, view, _placement, unguarded) => {
  const { time } = view.layout.config
  if (time === undefined) throw new Error("defect: time is on, and nothing says how long things take")
  const deadlines = deadlinesOf(time)
  const clocks = clocksIn(view)
  const detectors = detectorsIn(view, clocks, deadlines)
  return {
    Suspect: suspicionIn(view),
    Tick: tickOf({ view, clocks, deadlines, detectors, unguarded }),
    followerOf: () => clockFollowerOf(view, clocks),
    lastGuards: earlyIn(view, clocks, detectors, deadlines),
  }
}

/** No suspicion is a fault: it comes from silence, or from a delay that looks like it. */
const suspicionIn =
  ({ controlOf, phaseIn, contend }: View) =>
  (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    const phaseNow = phaseIn(copy)
    if (phaseNow !== phase.lockstepPrimary && phaseNow !== phase.lockstepSecondary) return refusal.phase

    contend(slot)
    return taken
  }

/**
 * The guard `early` of each rule. Clocks are read only where nothing else refuses already for the phase of the copy.
 */
const earlyIn = (
  { controlOf, phaseIn, peerIn }: View,
  { obligation, haWait }: Clocks,
  { mayAct }: Detectors,
  { lock, restart }: Deadlines,
): LastGuards => {
  const answer = (isEarly: boolean): number => (isEarly ? refusal.early : taken)
  const phaseOf = (slot: number): number => phaseIn(controlOf(slot))
  const isInLockstep = (slot: number): boolean =>
    phaseOf(slot) === phase.lockstepPrimary || phaseOf(slot) === phase.lockstepSecondary
  const hasPeer = (slot: number): boolean =>
    phaseOf(slot) === phase.live && peerIn(controlOf(slot)) !== peer.none
  return {
    Suspect: (slot) => answer(isInLockstep(slot) && !mayAct(slot)),
    AbandonSync: (slot) => answer(hasPeer(slot) && !mayAct(slot)),
    SyncLost: (slot) => answer(phaseOf(slot) === phase.syncing && !mayAct(slot)),
    TryLock: (slot) =>
      answer(phaseOf(slot) === phase.contendingSecondary && obligation.of(slot) < lock.may.secondary),
    HaRestart: (pair) => answer(haWait.of(pair) < restart.may),
  }
}
