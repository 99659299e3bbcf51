import { booksFields } from "../fields.ts"
import { fieldIn } from "../field-bits.ts"
import type { Field } from "../layout.ts"
import type { Machine } from "../machine.ts"
import type { pairsIn } from "./pairs.ts"

/** The books: where a pair is registered, and why it needs a Secondary. No rule reads them. 0 is a place as configured. */
export const booksIn = (
  { layout, cells }: Machine,
  { headOf, putOf }: Pick<ReturnType<typeof pairsIn>, "headOf" | "putOf">,
) => {
  const { primary, secondary, reason } = layout.books
  const { hostIds, config } = layout
  const primaryAtStart = config.pairs.map(({ registered }) => hostIds.indexOf(registered.primary))
  const secondaryAtStart = config.pairs.map(({ registered }) =>
    registered.secondary === null ? -1 : hostIds.indexOf(registered.secondary),
  )

  const placeIn =
    (field: Field, others: number, atStart: readonly number[]) =>
    (from: Int32Array, pair: number): number => {
      const place = fieldIn(from, headOf(pair), field)
      return place === 0 ? (atStart[pair] as number) : place < others ? -1 : place - others
    }
  /** Where a pair is registered, in the cells of this state or of another; -1 where no Secondary is. */
  const primaryAtIn = placeIn(primary, booksFields.primary.others.length, primaryAtStart)
  const secondaryAtIn = placeIn(secondary, booksFields.secondary.others.length, secondaryAtStart)
  const primaryAt = (pair: number): number => primaryAtIn(cells, pair)
  const secondaryAt = (pair: number): number => secondaryAtIn(cells, pair)

  const registerPrimary = (pair: number, host: number): void => {
    putOf(pair, primary, host === primaryAtStart[pair] ? 0 : host + 1)
  }
  const registerSecondary = (pair: number, host: number): void => {
    const place = host < 0 ? 1 : host + booksFields.secondary.others.length
    putOf(pair, secondary, host === secondaryAtStart[pair] ? 0 : place)
  }
  const register = (pair: number, primaryNow: number, secondaryNow: number): void => {
    registerPrimary(pair, primaryNow)
    registerSecondary(pair, secondaryNow)
  }
  const reasonOf = (pair: number): number => fieldIn(cells, headOf(pair), reason)
  const explain = (pair: number, now: number): void => {
    putOf(pair, reason, now)
  }

  return {
    primaryAtIn,
    secondaryAtIn,
    primaryAt,
    secondaryAt,
    register,
    registerPrimary,
    registerSecondary,
    reasonOf,
    explain,
  }
}
