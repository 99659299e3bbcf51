import type { Times } from "../../properties/time/bounds.ts"

/** A length of time: in ticks, and in seconds as so many ticks take; or the seconds alone. */
export const lengthOf = (
  { tick = 100 }: Times,
  ticks: number,
  what: "ticks and time" | "time" = "ticks and time",
): string => {
  const seconds = `${((ticks * tick) / 1000).toLocaleString("en", { maximumFractionDigits: 3 })} s`
  return what === "time"
    ? seconds
    : `${ticks.toLocaleString("en")} ${ticks === 1 ? "tick" : "ticks"}, ${seconds}`
}
