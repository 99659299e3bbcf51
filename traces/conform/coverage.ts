import { atlasOf, refusalKey, type TourGround } from "./atlas.ts"
import type { Case, Scope } from "./repertoire.ts"
import type { Followed } from "./session.ts"

/** How much of a scope was seen to be as in the model. `bounds` says how large it is, in words. */
export type ScopeCoverage = {
  readonly name: string
  readonly bounds: string
  readonly states: number
  readonly transitions: { readonly covered: number; readonly all: number }
  readonly refusals: { readonly covered: number; readonly all: number }
}

/** Counts what was seen in the scopes, transitions and refusals, from the steps that surely happened. */
export const coverageOf = <S>(ground: TourGround<S>, scopes: readonly Scope[]) => {
  const seen = new Map<string, { transitions: Set<string>; refusals: Set<string> }>()

  const note = ({ path }: Case, steps: readonly Followed<S>[]): void => {
    const scope = scopes.find(({ name }) => path.startsWith(`scopes/${name}/`))
    if (scope === undefined) return
    const found = seen.get(scope.name) ?? { transitions: new Set(), refusals: new Set() }
    seen.set(scope.name, found)
    const { places } = atlasOf(ground, scope)
    for (const { before, action, isTaken } of steps) {
      const place = places.get(ground.repertoire.likeness(scope.config, before))
      if (place === undefined) continue
      if (isTaken) {
        const label = ground.repertoire.likened(scope.config, before, action)
        if (place.exits.has(label)) found.transitions.add(`${place.number} ${label}`)
        continue
      }
      const outcome = ground.profile.step(scope.config, before, action)
      if (outcome.tag === "refused" && outcome.guard !== "bound")
        found.refusals.add(refusalKey(ground, scope, place, before, action, outcome.guard))
    }
  }

  /** What was seen of each scope that was begun. */
  const told = (): readonly ScopeCoverage[] =>
    scopes
      .filter(({ name }) => seen.has(name))
      .map((scope) => {
        const { transitions, refusals, places } = atlasOf(ground, scope)
        const found = seen.get(scope.name)
        return {
          name: scope.name,
          bounds: scope.says,
          states: places.size,
          transitions: { covered: found?.transitions.size ?? 0, all: transitions },
          refusals: { covered: found?.refusals.size ?? 0, all: refusals },
        }
      })

  return { note, told }
}
