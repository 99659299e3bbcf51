import { evidenceOf } from "./evidence.ts"
import { fieldIn, withField } from "./field-bits.ts"
import { numbered, pastFields } from "./fields.ts"
import type { View } from "./view.ts"

/** What has happened since a pair was last protected in a cluster without damage: no fault, or one; else it counts as unprotected. */
export const sinceProtected = numbered(pastFields.singleFault.values)

/**
 * The single-fault history, which S19 needs, kept in each pair's past cell: whether the pair was *running* in a cluster
 * without damage, no operator having acted since, and whether one fault has happened since. After a second it is
 * forgotten.
 */
export const singleFaultHistoryOf = (view: View) => {
  const { machine, layout, hosts, pairs, has, headOf, controlOf, faultsSoFar } = view
  const { withStorage, isProtected } = evidenceOf(view)
  const { cells, set } = machine
  const { singleFault } = layout.past

  const historyIn = (pair: number): number => fieldIn(cells, headOf(pair), singleFault)

  const put = (pair: number, value: number): void => {
    const cell = headOf(pair) + singleFault.cell
    set(cell, withField(cells[cell] as number, singleFault, value))
  }

  const isUndamaged = (): boolean => {
    for (let host = 0; host < hosts; host += 1) if (!withStorage(host)) return false
    for (let link = 0; link < (hosts * (hosts - 1)) / 2; link += 1) if (has(layout.cut, link)) return false
    return true
  }

  const copiesOf = (pair: number): number => {
    let copies = 0
    for (let host = 0; host < hosts; host += 1) if (controlOf(pair * hosts + host) !== 0) copies += 1
    return copies
  }

  const remember = (isOperators: boolean, faultsBefore: number): void => {
    const undamaged = isUndamaged()
    const struck = faultsSoFar() > faultsBefore
    for (let pair = 0; pair < pairs; pair += 1) {
      const now = historyIn(pair)
      if (undamaged && isProtected(pair) && copiesOf(pair) === 2) put(pair, sinceProtected.noFault)
      else if (isOperators) put(pair, sinceProtected.unprotected)
      else if (struck && now !== sinceProtected.unprotected)
        put(pair, now === sinceProtected.noFault ? sinceProtected.oneFault : sinceProtected.unprotected)
    }
  }

  return { remember, historyIn }
}
