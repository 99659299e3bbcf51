import { fieldIn, withField } from "./field-bits.ts"
import { ftSetting, numbered, pastFields } from "./fields.ts"
import { peer, phase } from "./machine.ts"
import type { View } from "./view.ts"

/** What has happened since a pair was last protected in a cluster without damage: no fault, or one; else it counts as unprotected. */
export const sinceProtected = numbered(pastFields.singleFault.values)

/**
 * The single-fault history, which S19 needs, kept in each pair's past cell: whether the pair was *running* in a cluster
 * without damage, no operator having acted since, and whether one fault has happened since. After a second it is
 * forgotten.
 *
 * S19 is judged by it, so like the judges it calls none of the functions of the view that the rules call.
 */
export const singleFaultHistoryOf = (view: View) => {
  const { machine, layout, hosts, pairs, has, headOf, ftOf, isOn, lockOf, controlOf, faultsSoFar } = view
  const { phaseIn, generationIn, peerIn } = view
  const { cells, set } = machine
  const { singleFault } = layout.past

  const historyIn = (pair: number): number => fieldIn(cells, headOf(pair), singleFault)

  const put = (pair: number, value: number): void => {
    const cell = headOf(pair) + singleFault.cell
    set(cell, withField(cells[cell] as number, singleFault, value))
  }

  const isUndamaged = (): boolean => {
    for (let host = 0; host < hosts; host += 1) {
      if (!has(layout.up, host) || !has(layout.storage, host)) return false
    }
    for (let link = 0; link < (hosts * (hosts - 1)) / 2; link += 1)
      if (has(layout.cut, link) || has(layout.exposed, link)) return false
    return true
  }

  const copiesOf = (pair: number): number => {
    let copies = 0
    for (let host = 0; host < hosts; host += 1) if (controlOf(pair * hosts + host) !== 0) copies += 1
    return copies
  }

  /** Whether a pair that is on, with FT, has two copies: the Primary at the lock's generation, and its Secondary in lockstep. */
  const isProtected = (pair: number): boolean => {
    if (!isOn(pair) || ftOf(pair) !== ftSetting.enabled || copiesOf(pair) !== 2) return false
    const first = pair * hosts
    for (let slot = first; slot < first + hosts; slot += 1) {
      const copy = controlOf(slot)
      if (phaseIn(copy) !== phase.lockstepPrimary || generationIn(copy) !== lockOf(pair)) continue
      const other = peerIn(copy) - peer.first
      return other >= 0 && phaseIn(controlOf(first + other)) === phase.lockstepSecondary
    }
    return false
  }

  const remember = (isOperators: boolean, faultsBefore: number): void => {
    const undamaged = isUndamaged()
    const struck = faultsSoFar() > faultsBefore
    for (let pair = 0; pair < pairs; pair += 1) {
      const now = historyIn(pair)
      if (undamaged && isProtected(pair)) put(pair, sinceProtected.noFault)
      else if (isOperators) put(pair, sinceProtected.unprotected)
      else if (struck && now !== sinceProtected.unprotected)
        put(pair, now === sinceProtected.noFault ? sinceProtected.oneFault : sinceProtected.unprotected)
    }
  }

  return { remember, historyIn }
}
