import type { Verdict } from "./judge.ts"

/**
 * What one would not have of a lock.
 *
 * two holders   two copies believe at once, and the first has done no harm by it
 * stale write   the first goes on writing after the second has acquired
 * equal tokens  two copies believe at once, and their tokens do not rise: no resource can tell them apart
 * killed        when the holder's processes have died, with their connections, nobody else is given the lock
 * silent        the same when its host has fallen silent
 */
export type BadAnswer = "two holders" | "stale write" | "equal tokens" | "killed" | "silent"

export const badAnswers: readonly BadAnswer[] = [
  "stale write",
  "two holders",
  "equal tokens",
  "killed",
  "silent",
]

/** Whether a run has given a bad answer. */
export const shows = (answer: BadAnswer, { overtakings, blockings }: Verdict): boolean => {
  switch (answer) {
    case "two holders":
      return overtakings.length > 0
    case "stale write":
      return overtakings.some(({ writes }) => writes.length > 0)
    case "equal tokens":
      return overtakings.some(({ tokens }) => tokens === "equal" || tokens === "falling")
    case "killed":
      return blockings.some(({ death }) => death === "killed")
    case "silent":
      return blockings.some(({ death }) => death === "silenced")
  }
}
