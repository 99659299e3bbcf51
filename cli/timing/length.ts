import { counted, number } from "../../properties/amount.ts"
import { tickOf, type Times } from "../../properties/time/bounds.ts"

/** A length of time: in ticks, and in seconds as so many ticks take; or the seconds alone. */
export const lengthOf = (
  time: Times,
  ticks: number,
  what: "ticks and time" | "time" = "ticks and time",
): string => {
  const seconds = `${number((ticks * tickOf(time)) / 1000)} s`
  return what === "time" ? seconds : `${counted(ticks, "tick")}, ${seconds}`
}
