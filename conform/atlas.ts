import { memo } from "./memo.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { CaseSource, Scope } from "./case-source.ts"

/** A protocol, what there is to ask of it, and the kinds that are asked. */
export type TourGround<S> = {
  readonly profile: Profile<S>
  readonly caseSource: CaseSource<S>
  readonly kinds: readonly string[]
}

/**
 * The state graph of a small cluster, up to the names of hosts and copies: its states, by their canonical forms; what
 * is taken in each; and how much is refused. What goes beyond the bounds is not part of it.
 */
export type Atlas = {
  readonly transitions: number
  readonly refusals: number
  readonly places: ReadonlyMap<string, Place>
  readonly start: Place
}

/** One state of an atlas: what is taken in it, by its canonical form, and the state that this leads to. */
export type Place = { readonly number: number; readonly exits: Map<string, Place> }

const atlases = memo<Atlas>()

/** The atlas of a scope, made once. */
export const atlasOf = <S>(ground: TourGround<S>, scope: Scope): Atlas =>
  atlases(scope, ground.kinds, () => explored(ground, scope))

const explored = <S>(ground: TourGround<S>, scope: Scope): Atlas => {
  const { profile, caseSource } = ground
  const { config } = scope
  const kinds = kindsIn(ground, scope)
  const first = profile.initial(config)
  const start: Place = { number: 0, exits: new Map() }
  const places = new Map([[caseSource.canonicalForm(config, first, kinds), start]])
  const queue = [{ place: start, state: first }]
  const refusals = new Set<string>()
  let transitions = 0
  for (const { place, state } of queue) {
    for (const { key } of refusalsIn(ground, scope, place, state)) refusals.add(key)
    for (const kind of kinds)
      for (const action of caseSource.candidates(state, kind)) {
        const outcome = profile.step(config, state, action)
        if (outcome.tag === "refused") continue
        const label = caseSource.canonicalAction(config, state, action, kinds)
        if (place.exits.has(label)) continue
        transitions += 1
        const canonicalForm = caseSource.canonicalForm(config, outcome.state, kinds)
        const next = places.get(canonicalForm) ?? { number: places.size, exits: new Map() }
        place.exits.set(label, next)
        if (places.has(canonicalForm)) continue
        places.set(canonicalForm, next)
        queue.push({ place: next, state: outcome.state })
      }
  }
  return { transitions, refusals: refusals.size, places, start }
}

/** The kinds that are asked in a scope. */
export const kindsIn = <S>({ kinds }: TourGround<S>, scope: Scope): readonly string[] =>
  scope.kinds === null ? kinds : kinds.filter((kind) => scope.kinds?.includes(kind))

/** What is refused in a state, with the key that distinguishes the refusals of the scope. */
export function* refusalsIn<S>(
  ground: TourGround<S>,
  scope: Scope,
  place: Place,
  state: S,
): Generator<{ readonly action: AskedAction; readonly key: string }> {
  const { profile, caseSource } = ground
  for (const kind of kindsIn(ground, scope))
    for (const action of caseSource.candidates(state, kind)) {
      const outcome = profile.step(scope.config, state, action)
      if (outcome.tag === "next" || outcome.guard === "bound") continue
      yield { action, key: refusalKey(ground, scope, place, state, action, outcome.guard) }
    }
}

/** Each refusal of each state; or where that is too much, each first guard in each situation of the acting copy. */
export const refusalKey = <S>(
  ground: TourGround<S>,
  scope: Scope,
  place: Place,
  state: S,
  action: AskedAction,
  guard: string,
): string => {
  const { caseSource } = ground
  const sort = caseSource.sortOf(state, action, guard)
  return scope.refusals === "by sort" || sort.endsWith(stranger)
    ? sort
    : `${place.number} ${caseSource.canonicalAction(scope.config, state, action, kindsIn(ground, scope))}`
}

/** The suffix of a sort of refusal of a copy which does not run: its state says nothing about it. */
export const stranger = " of no copy"

/** The ways in which an action of a canonical form can be taken in a state. */
export const movesOf = <S>(
  ground: TourGround<S>,
  scope: Scope,
  state: S,
  label: string,
): readonly { readonly action: AskedAction; readonly state: S }[] =>
  ground.caseSource.candidates(state, label.split(" ", 1)[0] as string).flatMap((action) => {
    const outcome = ground.profile.step(scope.config, state, action)
    const form = ground.caseSource.canonicalAction(scope.config, state, action, kindsIn(ground, scope))
    return outcome.tag === "next" && form === label ? [{ action, state: outcome.state }] : []
  })
