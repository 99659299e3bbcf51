import { atlasOf, kindsIn, refusalKey, type TourGround } from "./atlas.ts"
import type { AskedAction } from "./profile.ts"
import type { Case, Scope } from "./case-source.ts"
import type { Followed } from "./session.ts"
import { questionKey, surveyOf, type Survey } from "./survey.ts"

/** How much of a scope was seen to be as in the model. `bounds` says how large it is, in words. */
export type ScopeCoverage = {
  readonly name: string
  readonly bounds: string
  readonly states: number
  readonly transitions: { readonly covered: number; readonly all: number }
  readonly refusals: { readonly covered: number; readonly all: number }
}

/** The counts of one scope: what was seen, of how much. */
type Counter<S> = {
  readonly note: (step: Followed<S>) => void
  readonly counts: () => Omit<ScopeCoverage, "name" | "bounds">
}

/** Counts what was seen in the scopes, transitions and refusals, from the steps that surely happened. */
export const coverageOf = <S>(ground: TourGround<S>, scopes: readonly Scope[]) => {
  const counters = new Map<Scope, Counter<S>>()

  const note = ({ path }: Case, steps: readonly Followed<S>[]): void => {
    const scope = scopes.find(({ name }) => path.startsWith(`scopes/${name}/`))
    if (scope === undefined) return
    const counter = counters.get(scope) ?? counterOf(ground, scope)
    counters.set(scope, counter)
    for (const step of steps) counter.note(step)
  }

  /** What was seen of each scope that was begun. */
  const counts = (): readonly ScopeCoverage[] =>
    scopes.flatMap((scope) => {
      const counter = counters.get(scope)
      return counter === undefined ? [] : [{ name: scope.name, bounds: scope.says, ...counter.counts() }]
    })

  return { note, counts }
}

const counterOf = <S>(ground: TourGround<S>, scope: Scope): Counter<S> =>
  ground.caseSource.survey === undefined
    ? atlasCounter(ground, scope)
    : surveyCounter(surveyOf(ground, scope))

const atlasCounter = <S>(ground: TourGround<S>, scope: Scope): Counter<S> => {
  const { caseSource, profile } = ground
  const { places, ...all } = atlasOf(ground, scope)
  const kinds = kindsIn(ground, scope)
  const transitions = new Set<string>()
  const refusals = new Set<string>()
  return {
    note: ({ before, action, isTaken }) => {
      const place = places.get(caseSource.canonicalForm(scope.config, before, kinds))
      if (place === undefined) return
      if (isTaken) {
        const label = caseSource.canonicalAction(scope.config, before, action, kinds)
        if (place.exits.has(label)) transitions.add(`${place.number} ${label}`)
        return
      }
      const outcome = profile.step(scope.config, before, action)
      if (outcome.tag === "refused" && outcome.guard !== "bound")
        refusals.add(refusalKey(ground, scope, place, before, action, outcome.guard))
    },
    counts: () => ({
      states: places.size,
      transitions: { covered: transitions.size, all: all.transitions },
      refusals: { covered: refusals.size, all: all.refusals },
    }),
  }
}

const surveyCounter = <S>({ states, answered, refused }: Survey): Counter<S> => {
  const seen = new Set<string>()
  const among = (questions: ReadonlyMap<string, AskedAction>) => ({
    covered: [...questions.keys()].filter((key) => seen.has(key)).length,
    all: questions.size,
  })
  return {
    note: ({ action }) => {
      seen.add(questionKey(action))
    },
    counts: () => ({ states, transitions: among(answered), refusals: among(refused) }),
  }
}
