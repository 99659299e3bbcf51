import type { Evidence } from "./evidence.ts"
import { refusal, taken } from "../../impl/engine/guards.ts"
import { kindNumber } from "../../impl/engine/layout.ts"
import { phase } from "../../impl/engine/machine.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { noProperty, only, union, type PropertySet } from "./property-set.ts"

/**
 * S25, O11, P5 and P6 over packed states: what must be possible in a state. The engine is asked, and what it takes is
 * taken back; what only the bounds of an exploration refuse counts as possible, and so does what it is too early for.
 */
export const refusalMonitorOf = (
  { view, step }: Engine,
  { withStorage, couldTake }: Evidence,
): ((pair: number) => PropertySet) => {
  const { machine, layout, hosts, controlOf, phaseIn, generationIn, isOn, lockOf, hostOf, primaryAt } = view
  const { policy, bounds } = layout.config
  const isWhole = policy === "reference"
  const readsRegistered = layout.books.primary.mask !== 0

  const isPossible = (kind: number, a: number, b: number): boolean => {
    const answer = step(kind, a, b)
    if (answer <= taken) machine.undo()
    return answer <= taken || answer === refusal.bound || answer === refusal.early
  }

  const copiesOf = (pair: number, isCounted: (host: number) => boolean): number => {
    let copies = 0
    for (let host = 0; host < hosts; host += 1)
      if (controlOf(pair * hosts + host) !== 0 && isCounted(host)) copies += 1
    return copies
  }

  /** Whether the host is one that must take the pair: any that could, but most policies prefer the registered one. */
  const isDue = (pair: number, host: number, able: number): boolean => {
    if (policy === "any" || host === primaryAt(pair) || able === 1) return true
    return policy === "registered" && !couldTake(pair, primaryAt(pair), -1)
  }

  /** What a pair without a copy that could run violates by where it may be started. */
  const ofStart = (pair: number): PropertySet => {
    const kind = isOn(pair) ? kindNumber.HaRestart : kindNumber.PowerOn
    let able = 0
    for (let host = 0; host < hosts; host += 1) if (couldTake(pair, host, -1)) able += 1
    let found = noProperty
    let possible = 0
    let possibleAndAble = 0
    let isRegisteredRefused = false
    for (let host = 0; host < hosts; host += 1) {
      const isAble = couldTake(pair, host, -1)
      if (!isAble && !isWhole) continue
      const answer = isPossible(kind, pair, host)
      if (answer) possible += 1
      if (answer && isAble) possibleAndAble += 1
      if (!isAble || answer || isOn(pair)) continue
      if (isDue(pair, host, able)) found = union(found, only.S25)
      if (readsRegistered && host === primaryAt(pair)) isRegisteredRefused = true
    }
    if (!isOn(pair) && copiesOf(pair, () => true) === 0)
      if (isRegisteredRefused || (able > 0 && possibleAndAble === 0)) found = union(found, only.O11)
    const isUnsound = able === 0 ? possible > 0 : possible > 1 || possibleAndAble === 0
    return isWhole && isUnsound ? union(found, only.P5) : found
  }

  /** Whether a contender that could go live may not try the lock. */
  const isBlocked = (pair: number): boolean => {
    if (lockOf(pair) >= bounds.generations) return false
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      const contends =
        phaseIn(copy) === phase.contendingPrimary || phaseIn(copy) === phase.contendingSecondary
      if (!contends || generationIn(copy) !== lockOf(pair) || !withStorage(hostOf(slot))) continue
      if (!isPossible(kindNumber.TryLock, slot, 0)) return true
    }
    return false
  }

  /** Whether no copy of the pair could run. */
  const isDown = (pair: number): boolean => copiesOf(pair, withStorage) === 0

  return (pair) => {
    const ofStarting = (!isOn(pair) || isWhole) && isDown(pair) ? ofStart(pair) : noProperty
    return isBlocked(pair) ? union(ofStarting, only.P6) : ofStarting
  }
}
