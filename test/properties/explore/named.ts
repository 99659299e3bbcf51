import { graphOf, type NamedGraph, type Reading } from "../../../properties/explore/graph.ts"
import type { System } from "../../../properties/explore/system.ts"

/** The graph of a system that is known to be small enough. */
export const named = <S, A>(system: System<S, A>, reading: Reading<S, A>): NamedGraph<S, A> => {
  const found = graphOf(system, reading)
  if (found === "unknown") throw new Error("more states than were asked for")
  return found
}
