import * as fc from "fast-check"
import type { Config } from "../../model/config.ts"
import { choiceRange } from "../../properties/arbitrary/plan.ts"
import { seedOf } from "../../properties/check/seed.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { AskPlan, Case, Repertoire } from "./repertoire.ts"

/** How often another action is drawn in place of one that is not asked. */
const triesMax = 24

/** One in how many refusals that are met in drawing is asked too. */
const askedRefusals = 6

/** The path of the `n`-th random case of a seed. */
export const drawnPath = (seed: string, n: number): string => `random/${seed}/${n}`

/** The `n`-th random case of a seed, from 1, always the same; in one cluster, if it is given. */
export const drawnCase = <S>(
  {
    profile,
    repertoire,
    kinds,
  }: { profile: Profile<S>; repertoire: Repertoire<S>; kinds: readonly string[] },
  seed: string,
  n: number,
  only: Config | null = null,
): Case => {
  const [plan] = fc.sample(repertoire.plans(only), { seed: seedOf(seed, n), numRuns: 1 })
  const { config } = plan as AskPlan
  return {
    path: drawnPath(seed, n),
    config,
    actions: actionsOf(profile, repertoire, kinds, plan as AskPlan),
  }
}

/**
 * What a plan asks: what the model allows and what it refuses, never what is beyond a bound. Most of what could be
 * asked is refused, so that refusals are many though few of them are asked: that finds more than asking fewer.
 */
const actionsOf = <S>(
  profile: Profile<S>,
  repertoire: Repertoire<S>,
  kinds: readonly string[],
  { config, weights, choices }: AskPlan,
): readonly AskedAction[] => {
  const open = kinds.filter((kind) => (weights[kind] ?? 0) > 0)
  const total = open.reduce((sum, kind) => sum + (weights[kind] ?? 0), 0)
  const actions: AskedAction[] = []
  let state = profile.initial(config)
  for (const choice of choices) {
    const dice = diceOf(choice)
    for (let i = 0; i < triesMax; i += 1) {
      const candidates = repertoire.candidates(state, kindAt(open, weights, dice() * total))
      const action = candidates[Math.floor(dice() * candidates.length)]
      if (action === undefined) continue
      const outcome = profile.step(config, state, action)
      const isAsked = outcome.tag === "next" || (outcome.guard !== "bound" && dice() * askedRefusals < 1)
      if (!isAsked) continue
      actions.push(action)
      if (outcome.tag === "next") state = outcome.state
      break
    }
  }
  return actions
}

const kindAt = (open: readonly string[], weights: AskPlan["weights"], at: number): string => {
  let rest = at
  for (const kind of open) {
    rest -= weights[kind] ?? 0
    if (rest < 0) return kind
  }
  return open.at(-1) ?? ""
}

/** Numbers from 0 to 1 that one drawn number stands for: a sequence of Weyl's, mixed as in MurmurHash3. */
const diceOf = (choice: number): (() => number) => {
  let counter = choice
  return () => {
    counter = (counter + 0x9e3779b9) | 0
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 2) / choiceRange
  }
}
