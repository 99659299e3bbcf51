import { outgrown } from "../capacity.ts"
import { fieldIn, withField } from "../field-bits.ts"
import type { Field } from "../layout.ts"
import type { Machine } from "../machine.ts"

/** Pairs by number: FT, power, the lock, and what operators have done. */
export const pairsIn = ({ layout, cells, set, reads }: Machine) => {
  const { firstPair, pairCells } = layout
  const { ft, power, generation, holder: holderField } = layout.head
  const { interventions } = layout.past

  const headOf =
    reads === null
      ? (pair: number): number => firstPair + pair * pairCells
      : (pair: number): number => {
          reads.noteBody()
          return firstPair + pair * pairCells
        }
  const isOn = (pair: number): boolean => fieldIn(cells, headOf(pair), power) === 1
  const lockOf = (pair: number): number => fieldIn(cells, headOf(pair), generation)
  const holderOf = (pair: number): number => fieldIn(cells, headOf(pair), holderField) - 1
  /** Writes a field of a pair. */
  const putOf = (pair: number, field: Field, value: number): void => {
    const cell = headOf(pair) + field.cell
    set(cell, withField(cells[cell] as number, field, value))
  }
  const ftOf = (pair: number): number => fieldIn(cells, headOf(pair), ft)
  const setFt = (pair: number, setting: number): void => {
    putOf(pair, ft, setting)
  }
  const lockAt = (pair: number, generationNow: number, holder: number): void => {
    if (generationNow > layout.capacity.generations)
      throw outgrown("generations", layout.capacity.generations)
    putOf(pair, generation, generationNow)
    putOf(pair, holderField, holder + 1)
  }
  const switchTo = (pair: number, on: 0 | 1): void => {
    putOf(pair, power, on)
  }
  const interventionsOf = (pair: number): number => fieldIn(cells, headOf(pair), interventions)
  /**
   * One more thing that costs a generation. The count stops at its field's largest number, which is at least the
   * largest generation: from there on S18 holds, whatever more is counted.
   */
  const intervened = (pair: number): void => {
    if (interventionsOf(pair) === interventions.mask) return
    putOf(pair, interventions, interventionsOf(pair) + 1)
  }

  return { headOf, putOf, ftOf, setFt, isOn, lockOf, holderOf, lockAt, switchTo, interventionsOf, intervened }
}
