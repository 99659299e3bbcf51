import { outgrown } from "../capacity.ts"
import type { Machine } from "../machine.ts"
import type { copiesIn } from "./copies.ts"
import type { pairsIn } from "./pairs.ts"

/** Logs, each by its first cell: a copy's, or what the world saw. */
export const logsIn = (
  { layout, cells, set }: Machine,
  { headOf }: Pick<ReturnType<typeof pairsIn>, "headOf">,
  { cellOf }: Pick<ReturnType<typeof copiesIn>, "cellOf">,
) => {
  const { logCells, entriesPerCell, entryBits, controlCells } = layout
  const entryMask = entryBits === 32 ? -1 : 2 ** entryBits - 1
  const entries = layout.capacity.log + 1
  const cellOfEntry = Int32Array.from({ length: entries }, (_, n) => Math.floor(n / entriesPerCell))
  const shiftOfEntry = Int32Array.from({ length: entries }, (_, n) => (n % entriesPerCell) * entryBits)
  const entriesInBits = Int32Array.from({ length: 33 }, (_, bits) => Math.ceil(bits / entryBits))
  const prefixMask = Int32Array.from({ length: entriesPerCell + 1 }, (_, n) =>
    n * entryBits === 32 ? -1 : 2 ** (n * entryBits) - 1,
  )

  const logOf = (slot: number): number => cellOf(slot) + controlCells
  const observedOf = (pair: number): number => headOf(pair) + layout.observed
  const lengthOf = (log: number): number => {
    for (let n = logCells - 1; n >= 0; n -= 1) {
      const bits = 32 - Math.clz32(cells[log + n] as number)
      if (bits !== 0) return n * entriesPerCell + (entriesInBits[bits] as number)
    }
    return 0
  }
  const entryOf = (log: number, n: number): number =>
    ((cells[log + (cellOfEntry[n] as number)] as number) >>> (shiftOfEntry[n] as number)) & entryMask
  const entryFor = (generationNow: number, index: number): number =>
    layout.indexBits === 0 ? generationNow : (generationNow << layout.indexBits) | index
  const append = (log: number, entry: number): void => {
    const n = lengthOf(log)
    if (n >= layout.capacity.log) throw outgrown("log", layout.capacity.log)
    const cell = log + (cellOfEntry[n] as number)
    set(cell, (cells[cell] as number) | (entry << (shiftOfEntry[n] as number)))
  }
  const copyPrefix = (from: number, to: number, length: number): void => {
    for (let n = 0; n < logCells; n += 1)
      set(to + n, (cells[from + n] as number) & (prefixMask[within(length - n * entriesPerCell)] as number))
  }
  const within = (n: number): number => (n < 0 ? 0 : n > entriesPerCell ? entriesPerCell : n)
  /** Whether the first `length` entries of two logs are the same. */
  const agree = (a: number, b: number, length: number): boolean => {
    for (let n = 0; n < logCells; n += 1) {
      const differing = (cells[a + n] as number) ^ (cells[b + n] as number)
      if ((differing & (prefixMask[within(length - n * entriesPerCell)] as number)) !== 0) return false
    }
    return true
  }

  return { logOf, observedOf, lengthOf, entryOf, entryFor, append, copyPrefix, within, agree }
}
