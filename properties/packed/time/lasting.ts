import { ftSetting } from "../../../impl/engine/fields.ts"
import { phase } from "../../../impl/engine/machine.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Evidence } from "../evidence.ts"
import { reportedOf, reportedStates } from "../reported.ts"

/** What properties of time count the ticks of, in a packed state: of pairs, and of copies by their slots. */
export type Lasting = ReturnType<typeof lastingOf>

export const lastingOf = (view: View, evidence: Evidence) => {
  const { leads, leaderOf, withStorage, couldTake } = evidence
  const { layout, hosts, controlOf, phaseIn, generationIn, isOn, ftOf, lockOf, hostOf, pairOf } = view
  const { stateOf } = reportedOf(view, evidence)
  const running = reportedStates.indexOf("running")

  const isRunning = (pair: number): boolean => stateOf(pair) === running

  /** Whether the lock can still be advanced: at the bound on generations nothing is promised. */
  const mayGoOn = (pair: number): boolean => lockOf(pair) < layout.config.bounds.generations

  /** Whether some host could take a copy beside one on another host (-1: none). */
  const hasTaker = (pair: number, otherEnd: number): boolean => {
    for (let host = 0; host < hosts; host += 1) if (couldTake(pair, host, otherEnd)) return true
    return false
  }

  const isSome = (pair: number, holds: (slot: number) => boolean): boolean => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (controlOf(slot) !== 0 && holds(slot)) return true
    return false
  }

  /** Whether a Secondary, in lockstep or contending, could go live at the lock's generation. */
  const couldFollow = (slot: number): boolean => {
    const control = controlOf(slot)
    const phaseNow = phaseIn(control)
    return (
      (phaseNow === phase.lockstepSecondary || phaseNow === phase.contendingSecondary) &&
      generationIn(control) === lockOf(pairOf(slot)) &&
      withStorage(hostOf(slot))
    )
  }

  return {
    isRunning,
    mayGoOn,
    /** Whether a Primary executes beside one of a newer generation. */
    isOvertaken: (slot: number): boolean =>
      leads(phaseIn(controlOf(slot))) &&
      isSome(
        pairOf(slot),
        (other) =>
          leads(phaseIn(controlOf(other))) && generationIn(controlOf(other)) > generationIn(controlOf(slot)),
      ),
    /** Whether a copy of an older generation is on a host with storage. */
    isStale: (slot: number): boolean =>
      generationIn(controlOf(slot)) < lockOf(pairOf(slot)) && withStorage(hostOf(slot)),
    /** Whether nobody executes at the lock's generation, though a Secondary of it could. */
    waitsForFailover: (pair: number): boolean =>
      isOn(pair) && mayGoOn(pair) && leaderOf(pair) < 0 && isSome(pair, couldFollow),
    /** Whether a pair is on, no copy of it has storage, and a host could take one. */
    mayBeRestarted: (pair: number): boolean =>
      isOn(pair) && mayGoOn(pair) && !isSome(pair, (slot) => withStorage(hostOf(slot))) && hasTaker(pair, -1),
    /** Whether a pair that could be running is not. */
    isUnrestored: (pair: number): boolean => {
      if (!isOn(pair) || ftOf(pair) !== ftSetting.enabled || !mayGoOn(pair) || isRunning(pair)) return false
      const leader = leaderOf(pair)
      return hasTaker(pair, leader < 0 ? -1 : hostOf(leader))
    },
  }
}
