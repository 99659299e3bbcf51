import { outgrown } from "../capacity.ts"
import type { Machine } from "../machine.ts"

/** Pairs by number: power, the lock, and what operators have done. */
export const pairsIn = ({ layout, cells, set, reads }: Machine) => {
  const { firstPair, pairCells } = layout
  const { power, generation: lockField, holder: holderField } = layout.head
  const { interventions } = layout.past

  const headOf =
    reads === null
      ? (pair: number): number => firstPair + pair * pairCells
      : (pair: number): number => {
          reads.noteBody()
          return firstPair + pair * pairCells
        }
  const isOn = (pair: number): boolean => (((cells[headOf(pair)] as number) >>> power.shift) & 1) === 1
  const lockOf = (pair: number): number =>
    ((cells[headOf(pair)] as number) >>> lockField.shift) & lockField.mask
  const holderOf = (pair: number): number =>
    (((cells[headOf(pair)] as number) >>> holderField.shift) & holderField.mask) - 1
  const lockAt = (pair: number, generationNow: number, holder: number): void => {
    if (generationNow > layout.capacity.generations)
      throw outgrown("generations", layout.capacity.generations)
    const rest = (cells[headOf(pair)] as number) & (power.mask << power.shift)
    set(headOf(pair), rest | (generationNow << lockField.shift) | ((holder + 1) << holderField.shift))
  }
  const switchTo = (pair: number, on: 0 | 1): void => {
    const head = cells[headOf(pair)] as number
    set(headOf(pair), on === 1 ? head | (1 << power.shift) : head & ~(1 << power.shift))
  }
  const interventionsOf = (pair: number): number =>
    ((cells[headOf(pair) + 1] as number) >>> interventions.shift) & interventions.mask
  /**
   * One more thing that costs a generation. The count stops at its field's largest number, which is at least the
   * largest generation: from there on S18 holds, whatever more is counted.
   */
  const intervened = (pair: number): void => {
    if (interventionsOf(pair) === interventions.mask) return
    const past = cells[headOf(pair) + 1] as number
    set(headOf(pair) + 1, past + (1 << interventions.shift))
  }

  return { headOf, isOn, lockOf, holderOf, lockAt, switchTo, interventionsOf, intervened }
}
