import type { TourGround } from "./atlas.ts"
import type { Case, Scope } from "./case-source.ts"
import type { Followed } from "./session.ts"
import { tourOf } from "./tour.ts"

/**
 * Which of some witnesses are due from an implementation that goes through the small clusters: those that the model
 * shows in the same cases, with the kinds that are asked. All of them, where it shows none.
 */
export const dueOf = <S>(
  ground: TourGround<S>,
  scopes: readonly Scope[],
  wanted: readonly string[],
): readonly string[] => {
  const { promised, witnessesIn } = ground.caseSource
  const shown = new Set<string>()
  for (const scope of scopes)
    for (const each of tourOf(ground, scope)) {
      if (wanted.every((id) => shown.has(id))) return wanted
      for (const id of witnessesIn(each.config, stepsOf(ground, each))) shown.add(id)
    }
  return promised(ground.kinds).some((id) => shown.has(id)) ? wanted.filter((id) => shown.has(id)) : wanted
}

/** What the model makes of a case. */
const stepsOf = <S>({ profile }: TourGround<S>, { config, actions }: Case): readonly Followed<S>[] => {
  let before = profile.initial(config)
  return actions.map((action) => {
    const outcome = profile.step(config, before, action)
    if (outcome.tag === "refused") return { isTaken: false, before, action }
    const step = { isTaken: true, before, action, after: outcome.state } as const
    before = outcome.state
    return step
  })
}
