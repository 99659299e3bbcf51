import type { Engine } from "../../../impl/engine/engine.ts"
import { taken } from "../../../impl/engine/guards.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { noProperty, only, type PropertySet } from "../property-set.ts"

/** What time may stand still for, of a copy by itself. */
const ofCopies = [k.Suspect, k.AbandonSync, k.SyncLost, k.TryLock, k.BeginLockstep, k.JoinLockstep]

/** TIME0 over packed states: the engine is asked what is possible, and what it takes is taken back. */
export const timelockMonitorOf = ({ view, step }: Engine): (() => PropertySet) => {
  const { machine, hosts, pairs, slots, controlOf } = view

  /** Whether the engine takes an action here and now: neither is it too early, nor beyond what is explored. */
  const isPossible = (kind: number, a: number, b: number): boolean => {
    const answer = step(kind, a, b)
    if (answer <= taken) machine.undo()
    return answer <= taken
  }

  const isPossibleOnSomeHost = (kind: number, a: number): boolean => {
    for (let host = 0; host < hosts; host += 1) if (isPossible(kind, a, host)) return true
    return false
  }

  const isAnythingPossible = (): boolean => {
    for (let slot = 0; slot < slots; slot += 1)
      if (
        controlOf(slot) !== 0 &&
        (ofCopies.some((kind) => isPossible(kind, slot, 0)) || isPossibleOnSomeHost(k.SpawnSecondary, slot))
      )
        return true
    for (let pair = 0; pair < pairs; pair += 1) if (isPossibleOnSomeHost(k.HaRestart, pair)) return true
    return false
  }

  return () => (isPossible(k.Tick, 0, 0) || isAnythingPossible() ? noProperty : only.TIME0)
}
