import { kindsOf, type Action, type Kind } from "../model/action.ts"
import { plainConfig, type Config } from "../model/config.ts"
import { copyIdOf, type CopyId } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import { pairsOf, type State } from "../model/state.ts"
import { candidates } from "../model/step.ts"
import { smallClusters, timelessClusters } from "../properties/arbitrary/config.ts"
import { arbitraryPlan } from "../properties/arbitrary/plan.ts"
import type { Swarm } from "../properties/arbitrary/swarm.ts"
import { copyNames } from "../properties/shrink/copy-names.ts"
import { simplifications } from "../properties/shrink/simpler-cluster.ts"
import { episodesOf } from "./episodes.ts"
import { canonicalAction, canonicalForm } from "./canonical-form.ts"
import { pairScopes } from "./pair-scopes.ts"
import { promised, witnessesIn } from "./seen-witnesses.ts"
import { concerned, sortOf } from "./sort.ts"
import { withTimes } from "./times.ts"
import type { AskPlan, CaseSource } from "./case-source.ts"

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
  calm: [
    ...kindsOf("protocol").filter((kind) => kind !== "Suspect"),
    ...kindsOf("recovery"),
    "PowerOn",
    ...kindsOf("time"),
  ],
  scopes: pairScopes,
  witnessesIn,
  promised,
  plans: (only, among) =>
    arbitraryPlan(only, among.includes("Tick") ? smallClusters : timelessClusters).map(
      ({ config, swarm, choices }) => ({ config, weights: weightsIn(config, swarm.weights), choices }),
    ),
  renaming: () => copyNames() as unknown as ReturnType<CaseSource<State>["renaming"]>,
  clusters: (config) => [
    ...[undefined, config.time].flatMap((time) =>
      [2, 3]
        .filter((hosts) => hosts <= config.hosts.length)
        .map((hosts) => withTimes(plainConfig(hosts, 1), time)),
    ),
    config,
  ],
  episodes: episodesOf,
  simpler: (config, actions) => simplifications(config, actions as unknown as readonly Action[]),
}

/** How likely each kind is that there is in a cluster. */
const weightsIn = ({ time }: Config, { Tick, ...others }: Swarm["weights"]): AskPlan["weights"] =>
  time === undefined ? others : { ...others, Tick }

/** What is asked of copies that run no longer, or do not run yet, as `asked` of another: refused, whatever it is. */
const ofStrangers = (state: State, asked: Action | undefined): readonly Action[] => {
  if (asked === undefined || !("copy" in asked)) return []
  return pairsOf(state).flatMap((pair) => {
    const copy = latestGone(pair)
    return copy === null ? [] : [{ ...asked, copy }]
  })
}

/** The copy that was started last of those that run no longer; null if there is none. */
const latestGone = ({ id, started, copies }: Pair): CopyId | null => {
  for (let n = started; n >= 1; n -= 1) {
    const copy = copyIdOf(id, n)
    if (copies.every((other) => other.id !== copy)) return copy
  }
  return null
}
