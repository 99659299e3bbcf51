import { evidenceOf } from "../evidence.ts"
import { phase } from "../../../impl/engine/machine.ts"
import { noProperty, only, type PropertySet } from "../property-set.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Before } from "./before.ts"

/** S20 and S21: what an operator's tests must leave. */
export const testEffectsOf = (view: View, of: Before) => {
  const { controlOf, generationIn, hostOf, hosts, lockOf, pairOf, phaseIn } = view
  const { lockBefore, was } = of
  const { withStorage } = evidenceOf(view)

  const mayGoOn = (pair: number, control: (slot: number) => number, lock: number): boolean => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = control(slot)
      if (copy === 0 || phaseIn(copy) === phase.syncing) continue
      if (generationIn(copy) === lock && withStorage(hostOf(slot))) return true
    }
    return false
  }

  const ofTestRestart = (asked: number): PropertySet => {
    const pair = pairOf(asked)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (was(slot) !== 0 && controlOf(slot) === 0 && generationIn(was(slot)) > generationIn(was(asked)))
        return only.S20
    const isLost = mayGoOn(pair, was, lockBefore[pair] as number) && !mayGoOn(pair, controlOf, lockOf(pair))
    return isLost ? only.S20 : noProperty
  }

  const ofTestFailover = (pair: number): PropertySet => {
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (phaseIn(copy) !== phase.lockstepSecondary || generationIn(copy) !== lockOf(pair)) continue
      if (withStorage(hostOf(slot))) return noProperty
    }
    return only.S21
  }

  return { ofTestRestart, ofTestFailover }
}
