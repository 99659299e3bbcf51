import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { evidenceOf } from "../evidence.ts"
import type { View } from "../../../impl/engine/view.ts"

/**
 * The state before a step, kept to be compared with the one after it.
 *
 * Shape  `begin` keeps it. `was` is the control of a slot as it was then, `hadBit` a bit of a set; `placeOf` is where the copy of a
 *        slot is after the step, which is elsewhere if it is the one that migrates.
 */
export type Before = ReturnType<typeof beforeOf>

export const beforeOf = (view: View) => {
  const { machine, layout, hosts, pairs, pairOf, lockOf, holderOf, cellOf, controlAt } = view
  const { leaderOf } = evidenceOf(view)
  const { cells } = machine
  const { logCells } = layout
  const before = new Int32Array(cells.length)
  const lockBefore = new Int32Array(pairs)
  const holderBefore = new Int32Array(pairs)
  const leaderBefore = new Int32Array(pairs)

  const was = (slot: number): number => controlAt(before, cellOf(slot))

  const begin = (): void => {
    before.set(cells)
    for (let pair = 0; pair < pairs; pair += 1) {
      lockBefore[pair] = lockOf(pair)
      holderBefore[pair] = holderOf(pair)
      leaderBefore[pair] = leaderOf(pair)
    }
  }

  /** Whether cells that hold a log are now as they were, there or at another place. */
  const isSameLog = (from: number, to: number): boolean => {
    for (let n = 0; n < logCells; n += 1) if (before[from + n] !== cells[to + n]) return false
    return true
  }

  const hadBit = (first: number, n: number): boolean => {
    machine.reads?.note(first, n)
    return (((before[first + (n >> 5)] as number) >>> (n & 31)) & 1) === 1
  }

  /** Where the copy of a slot is after a step. */
  const placeOf = (slot: number, kind: number, a: number, b: number): number =>
    kind === k.Migrate && slot === a ? pairOf(a) * hosts + b : slot

  return {
    begin,
    was,
    before,
    lockBefore,
    holderBefore,
    leaderBefore,
    isSameLog,
    hadBit,
    placeOf,
  }
}
