// Amounts, for people.

/** A whole number with commas between its thousands: `1,200`. */
export const number = (n: number): string => n.toLocaleString("en-US")

/** How many of a thing: `1 action`, `1,200 actions`. `things` is the plural where it is not that with an `s`. */
export const counted = (n: number, thing: string, things = `${thing}s`): string =>
  `${number(n)} ${n === 1 ? thing : things}`
