import { kinds, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { identityWithInterventions } from "../../model/identity.ts"
import { successors } from "../../model/step.ts"
import { isAtRest } from "./rest.ts"
import { observe, observeRest, type Judge, type Run } from "./run.ts"

/** What a bounded search found: a run that ends in a breach, that there is none, or that it could not tell. */
export type Found = Run | "none" | "unknown"

/**
 * A shortest continuation of `start` that breaches a property of the judge within `stepsMax` more steps, breadth
 * first; "unknown" once `statesMax` states have been looked at.
 */
export const shortestFrom = (
  judge: Judge,
  config: Config,
  start: Run,
  stepsMax: number,
  statesMax: number,
  among: readonly Kind[] = kinds,
): Found => {
  const seen = new Set([keyOf(start)])
  let layer: readonly Run[] = [start]
  for (let depth = 0; depth <= stepsMax; depth += 1) {
    const following: Run[] = []
    for (const run of layer) {
      const rested = restedAt(judge, config, run)
      if (rested !== null) return rested
      if (depth === stepsMax) continue
      for (const successor of successors(judge.rules, config, run.state, among)) {
        const longer = observe(judge, config, run, successor)
        if (longer.breach !== null) return longer
        const key = keyOf(longer)
        if (seen.has(key)) continue
        if (seen.size >= statesMax) return "unknown"
        seen.add(key)
        following.push(longer)
      }
    }
    layer = following
  }
  return "none"
}

/** The run, if it breaches a property by being at rest. */
const restedAt = (judge: Judge, config: Config, run: Run): Run | null => {
  const rested = observeRest(judge, config, run, true)
  return rested.breach !== null && isAtRest(judge.rules, config, run.state) ? rested : null
}

/** A run is told from another by its state, and by what a property may yet ask of its past. */
const keyOf = (run: Run): string =>
  `${identityWithInterventions(run.state)};${Object.values(run.history)
    .map(({ shelteredAt }) => shelteredAt)
    .join()}`
