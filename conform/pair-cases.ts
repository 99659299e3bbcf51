import { kindsOf, type Action, type Kind } from "../model/action.ts"
import { plainConfig } from "../model/config.ts"
import { copyIdOf } from "../model/ids.ts"
import { pairsOf, type State } from "../model/state.ts"
import { candidates } from "../model/step.ts"
import { arbitraryPlan } from "../properties/arbitrary/plan.ts"
import { copyNames } from "../traces/copy-names.ts"
import { simplifications } from "../traces/minimise.ts"
import { episodesOf } from "./episodes.ts"
import { canonicalAction, canonicalForm } from "./canonical-form.ts"
import { pairScopes } from "./pair-scopes.ts"
import { promised, witnessesIn } from "./sightings.ts"
import { concerned, sortOf } from "./sort.ts"
import type { CaseSource } from "./case-source.ts"

/** What there is to try on an implementation of the whole protocol. */
export const pairCases: CaseSource<State> = {
  candidates: (state, kind) => {
    const all = candidates(state, kind as Kind)
    return [...all, ...ofStrangers(state, all[0])]
  },
  canonicalForm,
  canonicalAction,
  sortOf,
  concerned,
  calm: [...kindsOf("protocol").filter((kind) => kind !== "Suspect"), ...kindsOf("recovery"), "PowerOn"],
  scopes: pairScopes,
  witnessesIn,
  promised,
  plans: (only) =>
    arbitraryPlan(only).map(({ config, swarm, choices }) => ({ config, weights: swarm.weights, choices })),
  renaming: () => copyNames() as unknown as ReturnType<CaseSource<State>["renaming"]>,
  clusters: (config) => [
    ...[2, 3].filter((hosts) => hosts <= config.hosts.length).map((hosts) => plainConfig(hosts, 1)),
    config,
  ],
  episodes: episodesOf,
  simpler: (config, actions) => simplifications(config, actions as unknown as readonly Action[]),
}

/** What is asked of copies that run no longer, or do not run yet, as `asked` of another: refused, whatever it is. */
const ofStrangers = (state: State, asked: Action | undefined): readonly Action[] => {
  if (asked === undefined || !("copy" in asked)) return []
  return pairsOf(state).flatMap((pair) => {
    const ids = Array.from({ length: pair.started + 1 }, (_, n) => copyIdOf(pair.id, n + 1))
    const gone = ids.filter((id) => pair.copies.every((copy) => copy.id !== id))
    const latest = gone.findLast((id) => id !== ids.at(-1))
    return latest === undefined ? [] : [{ ...asked, copy: latest }]
  })
}
