import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import type { View } from "../view.ts"
import { justificationIn } from "./suspicion.ts"

/** Suspicion and the lock. */
export const arbitrationRules = (view: View) => {
  const { layout, controlOf, phaseIn, generationIn, lockOf, pairOf, hostOf, hasStorage } = view
  const { contend, testAndSet, spend, faultsSoFar } = view
  const { register, primaryAt } = view
  const { faults, generations } = layout.config.bounds
  const isJustified = justificationIn(view)

  const Suspect = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    const phaseNow = phaseIn(copy)
    if (phaseNow !== phase.lockstepPrimary && phaseNow !== phase.lockstepSecondary) return refusal.phase
    if (!isJustified(slot, copy)) {
      if (faultsSoFar() >= faults) return refusal.bound
      spend()
    }
    contend(slot)
    return taken
  }

  const TryLock = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    const phaseNow = phaseIn(copy)
    if (phaseNow !== phase.contendingPrimary && phaseNow !== phase.contendingSecondary) return refusal.phase
    if (!hasStorage(hostOf(slot))) return refusal.storage
    const lock = lockOf(pairOf(slot))
    if (lock === generationIn(copy) && lock >= generations) return refusal.bound

    const pair = pairOf(slot)
    testAndSet(slot)
    if (phaseNow === phase.contendingSecondary && lock === generationIn(copy))
      register(pair, hostOf(slot), primaryAt(pair))
    return taken
  }

  return { Suspect, TryLock }
}
