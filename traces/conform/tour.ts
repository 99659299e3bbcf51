import type { Config } from "../../model/config.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { Case, Repertoire } from "./repertoire.ts"

/** How long a case of a tour may be. */
const stepsMax = 60

type Reached<S> = { readonly state: S; readonly path: readonly AskedAction[] }

/**
 * Cases that together try everything that could be asked in every state of a small cluster: each action that is
 * allowed, and each that is not. Breadth first: what differs near the start is met early. What goes beyond the bounds
 * of the cluster is not asked; nor, with `depthMax`, what takes more than so many actions.
 */
export function* tourOf<S>(
  {
    profile,
    repertoire,
    kinds,
  }: { profile: Profile<S>; repertoire: Repertoire<S>; kinds: readonly string[] },
  name: string,
  config: Config,
  depthMax: number = stepsMax,
): Generator<Case> {
  const tried = new Set<string>()
  let number = 0
  for (const reached of statesOf(profile, repertoire, kinds, config)) {
    if (reached.path.length >= depthMax) return
    for (;;) {
      const actions = [...reached.path]
      let {
        state,
        path: { length: depth },
      } = reached
      for (;;) {
        const next = untried(profile, repertoire, kinds, config, state, tried)
        actions.push(...next.refused)
        if (next.taken === null) break
        actions.push(next.taken.action)
        state = next.taken.state
        depth += 1
        if (depth >= depthMax || actions.length >= stepsMax) break
      }
      if (actions.length === reached.path.length) break
      number += 1
      yield { path: `scopes/${name}/${number}`, config, actions }
    }
  }
}

/** What was not tried yet in a state: all that it refuses, and one action that it takes. Marked as tried. */
const untried = <S>(
  profile: Profile<S>,
  repertoire: Repertoire<S>,
  kinds: readonly string[],
  config: Config,
  state: S,
  tried: Set<string>,
): {
  readonly refused: readonly AskedAction[]
  readonly taken: { readonly action: AskedAction; readonly state: S } | null
} => {
  const refused: AskedAction[] = []
  const likeness = repertoire.likeness(state)
  for (const kind of kinds)
    for (const action of repertoire.candidates(state, kind)) {
      const key = `${likeness} ${repertoire.likened(state, action)}`
      if (tried.has(key)) continue
      const outcome = profile.step(config, state, action)
      if (outcome.tag === "refused" && outcome.guard === "bound") continue
      tried.add(key)
      if (outcome.tag === "next") return { refused, taken: { action, state: outcome.state } }
      refused.push(action)
    }
  return { refused, taken: null }
}

/** Every state of the cluster, but for the numbers of copies, with a shortest way to it; breadth first. */
function* statesOf<S>(
  profile: Profile<S>,
  repertoire: Repertoire<S>,
  kinds: readonly string[],
  config: Config,
): Generator<Reached<S>> {
  const start = profile.initial(config)
  const seen = new Set([repertoire.likeness(start)])
  const queue: Reached<S>[] = [{ state: start, path: [] }]
  for (const reached of queue) {
    yield reached
    for (const kind of kinds)
      for (const action of repertoire.candidates(reached.state, kind)) {
        const outcome = profile.step(config, reached.state, action)
        if (outcome.tag === "refused") continue
        const likeness = repertoire.likeness(outcome.state)
        if (seen.has(likeness)) continue
        seen.add(likeness)
        queue.push({ state: outcome.state, path: [...reached.path, action] })
      }
  }
}
