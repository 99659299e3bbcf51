import * as fc from "fast-check"
import type { Config } from "../model/config.ts"
import { choiceRange } from "../properties/arbitrary/plan.ts"
import { seedOf } from "../properties/check/seed.ts"
import type { TourGround } from "./atlas.ts"
import { drawnPath, type DrawnName } from "./drawn-name.ts"
import { finished } from "../properties/explore/turns.ts"
import { memo } from "./memo.ts"
import type { AskedAction } from "./profile.ts"
import type { AskPlan, Case } from "./case-source.ts"

/** How often an action that cannot be asked is replaced by another draw. */
const triesMax = 24

/** One in how many refusals that come up in drawing is asked too. */
const askedRefusals = 6

/** One in how many kinds that are drawn on a walk, and of which all is refused, is asked all the same. */
const askedOnWalks = 20

/**
 * A random case, always the same for its name; in one cluster, if it is given. Every second one searches for what comes up
 * seldom, which keeps it near the start, as most of that is refused; the others walk, and come far.
 */
export const drawnCase = <S>(ground: TourGround<S>, name: DrawnName, only: Config | null = null): Case =>
  finished(drawing(ground, name, only))

/** The same, giving way now and then: in a large cluster a case takes minutes. */
export function* drawing<S>(
  ground: TourGround<S>,
  name: DrawnName,
  only: Config | null,
): Generator<void, Case, void> {
  const plan = planOf(ground, name, only)
  const actions = yield* name.n % 2 === 0 ? walkOf(ground, plan) : actionsOf(ground, plan, rarityOf(ground))
  return { path: drawnPath(name), config: plan.config, actions }
}

/** The cluster of a random case. */
export const drawnCluster = <S>(ground: TourGround<S>, name: DrawnName): Config =>
  planOf(ground, name, null).config

const planOf = <S>(
  { caseSource, kinds }: TourGround<S>,
  { seed, n, redraw }: DrawnName,
  only: Config | null,
): AskPlan => {
  const from = seedOf(seed, n + redraw * 2 ** 32)
  return fc.sample(caseSource.plans(only, kinds), { seed: from, numRuns: 1 })[0] as AskPlan
}

/** How often asks of each sort come up when nothing is preferred. */
type Rarity = ReadonlyMap<string, number>

const rarities = memo<Rarity>()

/** From how many cases it is computed what is rare. They are always the same: what is drawn depends on nothing that was seen. */
const rarityCases = 150

const rarityOf = <S>(ground: TourGround<S>): Rarity =>
  rarities(ground.caseSource, ground.kinds, () => counted(ground))

const counted = <S>(ground: TourGround<S>): Rarity => {
  const counts = new Map<string, number>()
  for (let n = 1; n <= rarityCases; n += 1)
    finished(
      actionsOf(ground, planOf(ground, { seed: "0", n, redraw: 0 }, null), null, (sort) => {
        counts.set(sort, (counts.get(sort) ?? 0) + 1)
      }),
    )
  return counts
}

/**
 * What a plan asks: what the model allows and what it refuses, never what is beyond a bound. Most of what could be
 * asked is refused, so that refusals are many though few of them are asked: that finds more than asking fewer. Of some
 * that are drawn, the rarest one is asked. `onSort` is called with the sort of each.
 */
function* actionsOf<S>(
  ground: TourGround<S>,
  { config, weights, choices }: AskPlan,
  rarity: Rarity | null,
  onSort: (sort: string) => void = () => {},
): Generator<void, readonly AskedAction[], void> {
  const { profile, caseSource, kinds } = ground
  const open = kinds.filter((kind) => (weights[kind] ?? 0) > 0)
  const total = open.reduce((sum, kind) => sum + (weights[kind] ?? 0), 0)
  const actions: AskedAction[] = []
  let state = profile.initial(config)
  if (open.length === 0) return []
  for (const choice of choices) {
    const dice = diceOf(choice)
    let best: Drawn<S> | null = null
    for (let i = 0, drawn = 0; i < triesMax && drawn < (rarity === null ? 1 : drawnEach); i += 1) {
      yield
      const candidates = caseSource.candidates(state, kindAt(open, weights, dice() * total))
      const action = candidates[Math.floor(dice() * candidates.length)]
      if (action === undefined) continue
      const outcome = profile.step(config, state, action)
      const isAsked = outcome.tag === "next" || (outcome.guard !== "bound" && dice() * askedRefusals < 1)
      if (!isAsked || (best !== null && (best.after !== null) !== (outcome.tag === "next"))) continue
      drawn += 1
      const sort = caseSource.sortOf(state, action, outcome.tag === "next" ? null : outcome.guard)
      const found = { action, after: outcome.tag === "next" ? outcome : null, sort }
      if (best === null || (rarity?.get(sort) ?? 0) < (rarity?.get(best.sort) ?? 0)) best = found
    }
    if (best === null) continue
    onSort(best.sort)
    actions.push(best.action)
    if (best.after !== null) state = best.after.state
  }
  return actions
}

/** How many actions of a walk are calm, or are not, one after the other. */
const spell = 12

/**
 * What a plan asks that takes what the model allows, and seldom anything else: it comes as far as the protocol does. A
 * kind is drawn by its weight among those of which something is allowed. Now and then all is calm for a while, and the
 * protocol makes its way.
 */
function* walkOf<S>(
  { profile, caseSource, kinds }: TourGround<S>,
  { config, weights, choices }: AskPlan,
): Generator<void, readonly AskedAction[], void> {
  const open = kinds.filter((kind) => (weights[kind] ?? 0) > 0)
  const calm = kinds.filter((kind) => caseSource.calm.includes(kind) && weights[kind] !== undefined)
  const alike = Object.fromEntries(calm.map((kind) => [kind, 1]))
  const actions: AskedAction[] = []
  let state = profile.initial(config)
  for (const [n, choice] of choices.entries()) {
    const dice = diceOf(choice)
    const isCalm = Math.floor(n / spell) % 2 === 0 && calm.length > 0
    const shares = isCalm ? alike : weights
    const left = isCalm ? [...calm] : [...open]
    while (left.length > 0) {
      const total = left.reduce((sum, kind) => sum + (shares[kind] ?? 0), 0)
      const kind = kindAt(left, shares, dice() * total)
      left.splice(left.indexOf(kind), 1)
      const ways: { readonly action: AskedAction; readonly outcome: ReturnType<typeof profile.step> }[] = []
      for (const action of caseSource.candidates(state, kind)) {
        ways.push({ action, outcome: profile.step(config, state, action) })
        yield
      }
      const allowed = ways.filter(({ outcome }) => outcome.tag === "next")
      const refused = ways.filter(({ outcome }) => outcome.tag === "refused" && outcome.guard !== "bound")
      const isAsked = allowed.length > 0 || (refused.length > 0 && dice() * askedOnWalks < 1)
      if (!isAsked) continue
      const among = allowed.length > 0 ? allowed : refused
      const { action, outcome } = among[Math.floor(dice() * among.length)] as (typeof among)[number]
      actions.push(action)
      if (outcome.tag === "next") state = outcome.state
      break
    }
  }
  return actions
}

/** How many are drawn of which the rarest is asked. */
const drawnEach = 6

/** One that was drawn: its sort, and where it leads, if it is not refused. */
type Drawn<S> = {
  readonly action: AskedAction
  readonly after: { readonly state: S } | null
  readonly sort: string
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
