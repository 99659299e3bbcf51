import type { Config } from "../model/config.ts"
import type { TourGround } from "./atlas.ts"
import type { AskedAction } from "./profile.ts"
import type { Case } from "./case-source.ts"

/** How long a case of a search may be. */
const stepsMax = 60

type Reached<S> = { readonly state: S; readonly path: readonly AskedAction[] }

/**
 * Cases that together ask everything in every state that fewer than `depthMax` actions reach: each action that is
 * allowed, and each that is not, as far as it `isMeant`. Breadth first: what differs near the start is met early. What
 * goes beyond the bounds of the cluster is not asked; of states more than `statesMax` nothing is. The search may start
 * after some actions, which each case then begins with, and which count.
 */
export function* searchOf<S>(
  ground: TourGround<S>,
  config: Config,
  depthMax: number,
  isMeant: (state: S, action: AskedAction, guard: string | null) => boolean = () => true,
  statesMax = Infinity,
  after: readonly AskedAction[] = [],
): Generator<Case> {
  const tried = new Set<string>()
  for (const reached of statesOf(ground, config, statesMax, after)) {
    if (reached.path.length >= depthMax) return
    for (;;) {
      const actions = [...reached.path]
      let { state } = reached
      let depth = reached.path.length
      for (;;) {
        const next = untried(ground, config, state, tried, isMeant)
        actions.push(...next.refused)
        if (next.taken === null) break
        actions.push(next.taken.action)
        state = next.taken.state
        depth += 1
        if (depth >= depthMax || actions.length >= stepsMax) break
      }
      if (actions.length === reached.path.length) break
      yield { path: "search", config, actions }
    }
  }
}

/** What was not tried yet in a state: all that it refuses, and one action that it takes. Marked as tried. */
const untried = <S>(
  { profile, caseSource, kinds }: TourGround<S>,
  config: Config,
  state: S,
  tried: Set<string>,
  isMeant: (state: S, action: AskedAction, guard: string | null) => boolean,
): {
  readonly refused: readonly AskedAction[]
  readonly taken: { readonly action: AskedAction; readonly state: S } | null
} => {
  const refused: AskedAction[] = []
  const canonicalForm = caseSource.canonicalForm(config, state, kinds)
  for (const kind of kinds)
    for (const action of caseSource.candidates(state, kind)) {
      const outcome = profile.step(config, state, action)
      const guard = outcome.tag === "next" ? null : outcome.guard
      if (guard === "bound" || !isMeant(state, action, guard)) continue
      const key = `${canonicalForm} ${caseSource.canonicalAction(config, state, action, kinds)}`
      if (tried.has(key)) continue
      tried.add(key)
      if (outcome.tag === "next") return { refused, taken: { action, state: outcome.state } }
      refused.push(action)
    }
  return { refused, taken: null }
}

/** Every state from one on, whatever its hosts and copies are called, with a shortest way to it; breadth first. */
function* statesOf<S>(
  { profile, caseSource, kinds }: TourGround<S>,
  config: Config,
  statesMax: number,
  after: readonly AskedAction[],
): Generator<Reached<S>> {
  const start = after.reduce((state, action) => {
    const outcome = profile.step(config, state, action)
    return outcome.tag === "next" ? outcome.state : state
  }, profile.initial(config))
  const seen = new Set([caseSource.canonicalForm(config, start, kinds)])
  const queue: Reached<S>[] = [{ state: start, path: after }]
  for (const reached of queue) {
    yield reached
    for (const kind of kinds)
      for (const action of caseSource.candidates(reached.state, kind)) {
        const outcome = profile.step(config, reached.state, action)
        if (outcome.tag === "refused") continue
        const canonicalForm = caseSource.canonicalForm(config, outcome.state, kinds)
        if (seen.has(canonicalForm) || seen.size >= statesMax) continue
        seen.add(canonicalForm)
        queue.push({ state: outcome.state, path: [...reached.path, action] })
      }
  }
}
