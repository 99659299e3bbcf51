import { protocolOf } from "../../model/core.ts"
import { identity } from "../../model/identity.ts"
import { initial, type State } from "../../model/state.ts"
import { successors } from "../../model/step.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { describeDivergence, divergenceIn, differentialPairOf } from "../../properties/refinement.ts"
import type { PinnedScope } from "../../properties/explore/pinned.ts"

/**
 * Walks a scope by the model alone, and holds the engine against it in every state and on every action. Answers
 * with how many states the model has there, and the first difference, or null if there is none.
 */
export const refine = ({
  config,
  among,
}: PinnedScope): { readonly states: number; readonly difference: string | null } => {
  const protocol = protocolOf(config)
  const differential = differentialPairOf(protocol, engineOf(layoutOf(config, { ...wholly, among })))
  const seen = new Set([identity(initial(config))])
  let level: readonly State[] = [initial(config)]
  while (level.length > 0) {
    const following: State[] = []
    for (const state of level) {
      const divergence = divergenceIn(differential, state)
      if (divergence !== null)
        return { states: seen.size, difference: `${describeDivergence(divergence)}, from ${identity(state)}` }
      for (const { state: next } of successors(protocol, state, among)) {
        const key = identity(next)
        if (seen.has(key)) continue
        seen.add(key)
        following.push(next)
      }
    }
    level = following
  }
  return { states: seen.size, difference: null }
}
