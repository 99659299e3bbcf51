import type { Action, Kind } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { identity } from "../../model/identity.ts"
import { copyIdOf, pairIdOf, type CopyId } from "../../model/ids.ts"
import { pairsOf, running, type State } from "../../model/state.ts"
import { candidates } from "../../model/step.ts"
import { arbitraryPlan } from "../../properties/arbitrary/plan.ts"
import { copyNames } from "../copy-names.ts"
import { simplifications } from "../minimise.ts"
import type { Repertoire } from "./repertoire.ts"

/** What there is to try on an implementation of the whole protocol. */
export const pairRepertoire: Repertoire<State> = {
  candidates: (state, kind) => [...candidates(state, kind as Kind), ...ofStrangers(state, kind as Kind)],
  likeness: identity,
  likened: (state, action) =>
    JSON.stringify({ ...action, copy: placeOf(state, action["copy"] as string | undefined) }),
  scopes: [
    {
      name: "no-faults",
      config: plainConfig(2, 1, { faults: 0, log: 1, generations: 3, powerOffUpTo: 1, fencesUpTo: 1 }),
    },
    {
      name: "one-fault",
      config: plainConfig(2, 1, { faults: 1, log: 0, generations: 3, powerOffUpTo: 0, fencesUpTo: 0 }),
    },
    {
      name: "three-hosts",
      config: plainConfig(3, 1, { faults: 0, log: 0, generations: 3, powerOffUpTo: 0, fencesUpTo: 1 }),
    },
  ],
  plans: (only) =>
    arbitraryPlan(only).map(({ config, swarm, choices }) => ({ config, weights: swarm.weights, choices })),
  renaming: () => copyNames() as unknown as ReturnType<Repertoire<State>["renaming"]>,
  simpler: (config, actions) => simplifications(config, actions as unknown as readonly Action[]),
}

/** What is asked of copies that run no longer, or do not run yet: refused, whatever it is. */
const ofStrangers = (state: State, kind: Kind): readonly Action[] => {
  const [asked] = candidates(state, kind)
  if (asked === undefined || !("copy" in asked)) return []
  return pairsOf(state).flatMap((pair) => {
    const ids = Array.from({ length: pair.started + 1 }, (_, n) => copyIdOf(pair.id, n + 1))
    const gone = ids.filter((id) => pair.copies.every((copy) => copy.id !== id))
    const latest = gone.findLast((id) => id !== ids.at(-1))
    return latest === undefined ? [] : [{ ...asked, copy: latest }]
  })
}

/** A copy by where it is, or that it is not: its number tells nothing of what it may do. */
const placeOf = (state: State, copy: string | undefined): string | undefined => {
  if (copy === undefined) return undefined
  const id = copy as CopyId
  return `${pairIdOf(id)}@${running(state, id)?.copy.host ?? "nowhere"}`
}
