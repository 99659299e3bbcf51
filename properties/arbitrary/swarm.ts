import * as fc from "fast-check"
import { alphabet, isFtKind, kinds, type Kind } from "../../model/action.ts"

/**
 * What one run makes likely: drawn anew for each, so that some runs see hardly anything but cut links, others a
 * slow acknowledgement or an impatient operator. Printed when the run fails.
 *
 * Shape  `weights` holds each lot's share of the draws, 0 for never. `quietSteps` is how many steps pass after
 *        a fault before the next may strike. `stallSteps` is how long the host stands still whose copy was
 *        suspected without justification: a suspicion has a cause, and nothing makes a stale Primary like it.
 */
export type Swarm = {
  readonly weights: Readonly<Record<Lot, number>>
  readonly quietSteps: number
  readonly stallSteps: number
}

/** What is drawn: a kind of action, or a suspicion without justification, which is a fault. */
export type Lot = Kind | "SpuriousSuspect"

/** Every lot, in the order of the alphabet, spurious suspicion before the other faults. */
export const lots: readonly Lot[] = kinds.flatMap((kind): readonly Lot[] =>
  kind === "CrashCopy" ? ["SpuriousSuspect", kind] : [kind],
)

/** Whether the lot costs a fault. */
export const isFaulty = (lot: Lot): boolean => lot === "SpuriousSuspect" || alphabet[lot].actor === "fault"

/** What may lag far behind the rest: then outputs are due, and the other half does not notice, when a fault strikes. */
const laggards: readonly Lot[] = ["Ack", "Release", "Suspect"]

const weightOf = (lot: Lot): fc.Arbitrary<number> => {
  // Where everything else takes its time, deadlines are reached; where time takes its own, nothing is ever late.
  if (lot === "Tick") return fc.constantFrom(12, 3, 40)
  if (lot === "PowerOn") return fc.constantFrom(8, 20)
  if (isFaulty(lot)) return fc.constantFrom(0, 0, 1, 3)
  // A pair without FT does little: where administrators often take it away, not much else is seen.
  if (isFtKind(lot)) return fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1)
  if (laggards.includes(lot)) return fc.constantFrom(12, 3, 0.3)
  switch (alphabet[lot as Kind].actor) {
    case "protocol":
      return fc.constantFrom(12, 12, 4, 1)
    case "operator":
      return fc.constantFrom(0, 0, 0, 0, 1, 3)
    default:
      return fc.constantFrom(0, 1, 4)
  }
}

/** Weights for all lots: the protocol and time always go on, at different paces; the rest may be absent. */
export const arbitrarySwarm: fc.Arbitrary<Swarm> = swarmWith(weightOf)

/** The same for clusters in which no time passes. */
export const arbitraryTimelessSwarm: fc.Arbitrary<Swarm> = swarmWith((lot) =>
  lot === "Tick" ? fc.constant(0) : weightOf(lot),
)

function swarmWith(weight: (lot: Lot) => fc.Arbitrary<number>): fc.Arbitrary<Swarm> {
  return fc.record({
    weights: fc.record(
      Object.fromEntries(lots.map((lot) => [lot, weight(lot)])) as Record<Lot, fc.Arbitrary<number>>,
    ),
    quietSteps: fc.constantFrom(0, 2, 6, 15),
    stallSteps: fc.constantFrom(0, 5, 12, 30),
  })
}
