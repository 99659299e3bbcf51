import { guardMeanings, type GuardId } from "../../model/guard-id.ts"

/** The guards by number: the engine answers a refusal with a number, and `guardOf` names it. */
const names = Object.keys(guardMeanings) as readonly GuardId[]

/** What the engine answers to a step that was taken. */
export const taken = 0

/**
 * What it answers where a faulty rule has put a second copy of a pair on one host. The layout has one place for
 * a copy on each host, so the step is not taken; it is a violation of anti-affinity there and then.
 */
export const unrepresentable = -1

/** The number of each guard, from 1. */
export const refusal = Object.freeze(
  Object.fromEntries(names.map((name, i) => [name, i + 1])) as Record<GuardId, number>,
)

/** The guard of that number; null for a step that was taken. */
export const guardOf = (answer: number): GuardId | null => names[answer - 1] ?? null
