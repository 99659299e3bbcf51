import type { GuardId } from "../../model/outcome.ts"

/** The guards by number: the engine answers a refusal with a number, and `guardOf` names it. */
const names = [
  "unknown",
  "copy",
  "power",
  "primary-only",
  "secondary-only",
  "phase",
  "not-running",
  "peer",
  "primary",
  "may-run",
  "storage",
  "maintenance",
  "anti-affinity",
  "unreachable",
  "rule",
  "limits",
  "runs-copy",
  "nothing",
  "needed",
  "up",
  "down",
  "cut",
  "connected",
  "bound",
] as const satisfies readonly GuardId[]

/** What the engine answers to a step that was taken. */
export const taken = 0

/**
 * What it answers where a faulty rule has put a second copy of a pair on one host. The layout has one place for
 * a copy on each host, so the step is not taken; it is a breach of anti-affinity there and then.
 */
export const crowded = -1

/** The number of each guard, from 1. */
export const refusal = Object.freeze(
  Object.fromEntries(names.map((name, i) => [name, i + 1])) as Record<(typeof names)[number], number>,
)

/** The guard of that number; null for a step that was taken. */
export const guardOf = (answer: number): GuardId | null => names[answer - 1] ?? null
