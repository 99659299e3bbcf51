import { firstCellsOf } from "../layout.ts"
import type { Machine } from "../machine.ts"
import { controlsIn } from "./controls.ts"
import { wideControlsIn } from "./wide-controls.ts"

/** Copies by *slot* (pair × hosts + host). A copy's control is one number; `0` is no copy. */
export const copiesIn = (machine: Machine) => {
  const { layout, cells, set } = machine
  const { hosts, pairs, copyCells } = layout
  const controls = layout.controlCells === 1 ? controlsIn(machine) : wideControlsIn(machine)
  const { controlAt, writeAt } = controls
  // Looked up, not computed: a division costs more than all else that a rule does.
  const pairOfSlot = Int32Array.from({ length: pairs * hosts }, (_, slot) => Math.floor(slot / hosts))
  const hostOfSlot = Int32Array.from({ length: pairs * hosts }, (_, slot) => slot % hosts)
  const cellOfSlot = firstCellsOf(layout, "copy")

  const pairOf = (slot: number): number => pairOfSlot[slot] as number
  const hostOf = (slot: number): number => hostOfSlot[slot] as number
  const { reads } = machine
  const cellOf =
    reads === null
      ? (slot: number): number => cellOfSlot[slot] as number
      : (slot: number): number => {
          reads.noteBody()
          return cellOfSlot[slot] as number
        }
  // The usual one cell is read where it stands: every rule begins with it.
  const plainControlOf =
    layout.controlCells === 1
      ? (slot: number): number => cells[cellOfSlot[slot] as number] as number
      : (slot: number): number => controlAt(cells, cellOfSlot[slot] as number)
  const controlOf =
    reads === null
      ? plainControlOf
      : (slot: number): number => {
          reads.noteControl(slot)
          return plainControlOf(slot)
        }
  const write =
    layout.controlCells === 1
      ? (slot: number, now: number): void => {
          set(cellOf(slot), now)
        }
      : (slot: number, now: number): void => {
          writeAt(cellOf(slot), now)
        }
  /** Nothing is left in the slot of a copy. */
  const erase = (slot: number): void => {
    for (let cell = cellOf(slot); cell < cellOf(slot) + copyCells; cell += 1) set(cell, 0)
  }
  /** The copy of one slot as it is, in another. */
  const transfer = (from: number, to: number): void => {
    for (let n = 0; n < copyCells; n += 1) set(cellOf(to) + n, cells[cellOf(from) + n] as number)
    erase(from)
  }

  return {
    pairOf,
    hostOf,
    cellOf,
    controlOf,
    ...controls,
    write,
    erase,
    transfer,
  }
}
