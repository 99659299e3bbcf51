import type { Machine } from "../machine.ts"
import type { pairsIn } from "./pairs.ts"

/** The books: where a pair is registered, and why it needs a Secondary. No rule reads them. 0 is a place as configured. */
export const booksIn = (
  { layout, cells, set }: Machine,
  { headOf }: Pick<ReturnType<typeof pairsIn>, "headOf">,
) => {
  const { primary: primaryField, secondary: secondaryField, reason: reasonField } = layout.books
  const registeredAtStart = layout.config.pairs.map(({ registered }) => ({
    primary: layout.config.hosts.findIndex(({ id }) => id === registered.primary),
    secondary: layout.config.hosts.findIndex(({ id }) => id === registered.secondary),
  }))

  const booksOf = (pair: number): number => cells[headOf(pair) + 2] as number
  const primaryAtIn = (pair: number, books: number): number =>
    ((books >>> primaryField.shift) & primaryField.mask) - 1 < 0
      ? (registeredAtStart[pair]?.primary ?? -1)
      : ((books >>> primaryField.shift) & primaryField.mask) - 1
  const secondaryAtIn = (pair: number, books: number): number =>
    ((books >>> secondaryField.shift) & secondaryField.mask) - 1 < 0
      ? (registeredAtStart[pair]?.secondary ?? -1)
      : ((books >>> secondaryField.shift) & secondaryField.mask) - 1
  const registrations = (pair: number, primary: number, secondary: number): number => {
    const atStart = registeredAtStart[pair]
    const here = primary === atStart?.primary ? 0 : primary + 1
    const there = secondary === atStart?.secondary ? 0 : secondary + 1
    return (here << primaryField.shift) | (there << secondaryField.shift)
  }
  const register = (pair: number, primary: number, secondary: number): void => {
    if (primaryField.mask === 0) return
    const rest = booksOf(pair) & (reasonField.mask << reasonField.shift)
    set(headOf(pair) + 2, rest | registrations(pair, primary, secondary))
  }
  const registerPrimary = (pair: number, host: number): void => {
    register(pair, host, secondaryAtIn(pair, booksOf(pair)))
  }
  const registerSecondary = (pair: number, host: number): void => {
    register(pair, primaryAtIn(pair, booksOf(pair)), host)
  }
  const reasonOf = (pair: number): number => (booksOf(pair) >>> reasonField.shift) & reasonField.mask
  const explain = (pair: number, reason: number): void => {
    const rest = booksOf(pair) & ~(reasonField.mask << reasonField.shift)
    set(headOf(pair) + 2, rest | ((reason & reasonField.mask) << reasonField.shift))
  }

  return {
    booksOf,
    primaryAtIn,
    secondaryAtIn,
    registrations,
    register,
    registerPrimary,
    registerSecondary,
    reasonOf,
    explain,
  }
}
