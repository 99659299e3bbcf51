import { kinds, type Kind } from "../../model/action.ts"
import { interventionsOf } from "../../model/identity.ts"
import { successors } from "../../model/step.ts"
import { distinctionFor } from "../distinctions.ts"
import { ghostKeyOf } from "../history.ts"
import { finished } from "../explore/turns.ts"
import { isQuiescent } from "./quiescence.ts"
import { observe, observeQuiescence, type Judge, type Run } from "./run.ts"

/** What a bounded search found: a run that ends in a violation, that there is none, or that it could not decide. */
export type Found = Run | "none" | "unknown"

/**
 * A shortest continuation of `start` that violates a property of the judge within `stepsMax` more steps, breadth
 * first; of several, one that violates the earliest property in the judge's order. "unknown" once `statesMax`
 * states have been looked at.
 */
export const shortestFrom = (
  judge: Judge,
  start: Run,
  stepsMax: number,
  statesMax: number,
  among: readonly Kind[] = kinds,
): Found => finished(searching(judge, start, stepsMax, statesMax, among))

/** The same, giving way now and then. */
export function* searching(
  judge: Judge,
  start: Run,
  stepsMax: number,
  statesMax: number,
  among: readonly Kind[] = kinds,
): Generator<void, Found, void> {
  const keyOf = keyIn(judge, among)
  const seen = new Set([keyOf(start)])
  let level: readonly Run[] = [start]
  for (let depth = 0; depth <= stepsMax; depth += 1) {
    const quiescent = level.reduce<Run | null>(
      (best, run) => graver(judge, best, quiescentAt(judge, run)),
      null,
    )
    if (quiescent !== null) return quiescent
    if (depth === stepsMax) return "none"
    const following: Run[] = []
    let found: Run | null = null
    for (const [n, run] of level.entries()) {
      if (n % 64 === 63) yield
      for (const successor of successors(judge.protocol, run.state, among)) {
        const longer = observe(judge, run, successor)
        found = graver(judge, found, longer)
        const key = keyOf(longer)
        if (longer.violation !== null || seen.has(key)) continue
        if (seen.size >= statesMax) return found ?? "unknown"
        seen.add(key)
        following.push(longer)
      }
    }
    if (found !== null) return found
    level = following
  }
  return "none"
}

/** Of two runs of one length, the one whose violation comes first in the judge's order; null where neither has one. */
const graver = ({ properties }: Judge, a: Run | null, b: Run | null): Run | null => {
  if (b === null || b.violation === null) return a
  if (a === null || a.violation === null) return b
  return properties.indexOf(b.violation.property) < properties.indexOf(a.violation.property) ? b : a
}

/** The run, if it violates a property of quiescent states. */
const quiescentAt = (judge: Judge, run: Run): Run | null => {
  const quiescent = observeQuiescence(judge, run, true)
  return quiescent.violation !== null && isQuiescent(judge.protocol, run.state) ? quiescent : null
}

/** Two runs are the same if their states are, and what a property may yet need of them or of their past. */
const keyIn = (
  { protocol, properties }: Judge,
  among: readonly Kind[],
): ((run: Pick<Run, "state" | "history">) => string) => {
  const ids = properties.map(({ id }) => id)
  const distinction = distinctionFor(protocol.config, among, ids)
  return ({ state, history }) =>
    [
      distinction(state),
      interventionsOf(state),
      ...Object.values(history).map(({ faultsWhenProtected }) => faultsWhenProtected),
      ghostKeyOf(history, state),
    ].join(";")
}
