import type { TourGround } from "./atlas.ts"
import { memo } from "./memo.ts"
import type { AskedAction } from "./profile.ts"
import type { Case, Scope } from "./case-source.ts"

/**
 * All questions of a scope, where one is independent of what was asked before: those that have an answer, and those
 * that are refused, each by its key. `states` is in how many states they are asked.
 */
export type Survey = {
  readonly states: number
  readonly answered: ReadonlyMap<string, AskedAction>
  readonly refused: ReadonlyMap<string, AskedAction>
}

/** How many questions are in a case. */
const questionsMax = 100

const surveys = memo<Survey>()

/** The survey of a scope, made once. */
export const surveyOf = <S>(ground: TourGround<S>, scope: Scope): Survey =>
  surveys(scope, ground.kinds, () => surveyed(ground, scope))

const surveyed = <S>({ profile, caseSource, kinds }: TourGround<S>, scope: Scope): Survey => {
  const { states, questions } = caseSource.survey?.(scope) ?? { states: 0, questions: [] }
  const answered = new Map<string, AskedAction>()
  const refused = new Map<string, AskedAction>()
  const before = profile.initial(scope.config)
  for (const question of questions) {
    if (!kinds.includes(question.kind)) continue
    const outcome = profile.step(scope.config, before, question)
    const questionsLike = outcome.tag === "next" ? answered : refused
    questionsLike.set(questionKey(question), question)
  }
  return { states, answered, refused }
}

/** What distinguishes questions, whatever host is filled in. */
export const questionKey = ({ host: _, ...question }: AskedAction): string => JSON.stringify(question)

/** Cases that together ask all questions of a scope. */
export function* surveyCases<S>(ground: TourGround<S>, scope: Scope): Generator<Case> {
  const { answered, refused } = surveyOf(ground, scope)
  const questions = [...answered.values(), ...refused.values()]
  for (let from = 0, n = 1; from < questions.length; from += questionsMax, n += 1)
    yield {
      path: `scopes/${scope.name}/${n}`,
      config: scope.config,
      actions: questions.slice(from, from + questionsMax),
    }
}
