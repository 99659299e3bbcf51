import { evidenceOf } from "./evidence.ts"
import type { View } from "./view.ts"

/** How a pair stands to single faults: not sheltered; sheltered, with no fault since; or with one since. */
export const shelter = Object.freeze({ none: 0, whole: 1, oneFault: 2 })

/**
 * What S19 asks of the past, kept in each pair's past cell: whether the pair was *running* in a cluster without
 * damage, no operator having acted since, and how many faults ago. More than one is no shelter.
 */
export const shelterOf = (view: View) => {
  const { machine, layout, hosts, pairs, has, headOf, controlOf, faultsSoFar } = view
  const { withStorage, isProtected } = evidenceOf(view)
  const { cells, set } = machine
  const { sheltered } = layout.past

  const shelterIn = (pair: number): number =>
    ((cells[headOf(pair) + 1] as number) >>> sheltered.shift) & sheltered.mask

  const put = (pair: number, value: number): void => {
    const past = cells[headOf(pair) + 1] as number
    set(headOf(pair) + 1, (past & ~(sheltered.mask << sheltered.shift)) | (value << sheltered.shift))
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
      const now = shelterIn(pair)
      if (undamaged && isProtected(pair) && copiesOf(pair) === 2) put(pair, shelter.whole)
      else if (isOperators) put(pair, shelter.none)
      else if (struck && now !== shelter.none)
        put(pair, now === shelter.whole ? shelter.oneFault : shelter.none)
    }
  }

  return { remember, shelterIn }
}
