import type { Config } from "../model/config.ts"
import { misfit, type Json, type Misfit, type ObservationSchema } from "./observation.ts"
import type { AskedAction, Profile } from "./profile.ts"

/**
 * What a checker needs to track an implementation, or a log.
 *
 * Shape  `schema` is what is observed; `strictly`, that all of it must be shown and nothing else. `silent` are the
 *        kinds of action that happen without being reported. The set of candidates may not outgrow `candidatesMax`. With
 *        `timed`, states that were reached in different numbers of ticks are different candidates.
 */
export type Watch<S> = {
  readonly profile: Profile<S>
  readonly config: Config
  readonly schema: ObservationSchema
  readonly strictly: boolean
  readonly silent: ReadonlySet<string>
  readonly candidatesMax: number
  readonly timed?: true
}

/** A model state that fits all that was seen, the actions that lead to it, the latest first, and how many of them are ticks. */
export type Candidate<S> = { readonly state: S; readonly way: Way | null; readonly ticks: number }

type Way = { readonly action: AskedAction; readonly silent: boolean; readonly before: Way | null }

/**
 * One observation: an action that was asked or logged, its outcome, and what was then shown of the state.
 *
 * Shape  `answered` is `done`; `refused`; `not-done` for what certainly did not happen, without saying that it may
 *        not; or `unsure`, if it may have happened or not.
 */
export type Observation = {
  readonly action: AskedAction | null
  readonly answered: "done" | "refused" | "not-done" | "unsure"
  readonly shown: Json | undefined
}

/** What ruled a candidate out: a guard of the model that refuses, the absence of one, or a field that differs. */
export type RuledOut<S> = {
  readonly state: S
  readonly action: AskedAction | null
  readonly why:
    | { readonly tag: "refused"; readonly guard: string }
    | { readonly tag: "taken" }
    | Extract<Misfit, { readonly tag: "differs" }>
}

/** More model states fit than are followed: more than `size`, which are too many, or say too much all together; or
 * so many ticks pass at once. */
export type Beyond = {
  readonly tag: "beyond"
  readonly size: number
  readonly by: "number" | "length" | "ticks"
}

/** The set after an observation; or why nothing is left of it; or that it has grown too large to be followed. */
export type Advance<S> =
  | { readonly tag: "fits"; readonly candidates: readonly Candidate<S>[] }
  | { readonly tag: "misfit"; readonly frontier: readonly RuledOut<S>[] }
  | Extract<Misfit, { readonly tag: "broken" }>
  | Beyond

/** The candidates at the start, before anything was shown. */
export const firstCandidates = <S>({ profile, config }: Watch<S>): readonly Candidate<S>[] => [
  { state: profile.initial(config), way: null, ticks: 0 },
]

/** The set of model states that fit what was seen, one observation later. */
export const advance = <S>(
  watch: Watch<S>,
  candidates: readonly Candidate<S>[],
  { action, answered, shown }: Observation,
): Advance<S> => {
  const alone = candidates[0]
  if (alone !== undefined && candidates.length === 1 && watch.silent.size === 0 && answered === "done")
    return advanceAlone(watch, alone, action, shown)
  const before = closed(watch, candidates)
  if ("tag" in before) return before
  const ruledOut: RuledOut<S>[] = []
  const acted = action === null ? before : steppedFrom(watch, before, action, answered, ruledOut)
  if (acted === null) return tooMany(watch)
  const settled = shown === undefined || action === null ? acted : closed(watch, acted)
  if ("tag" in settled) return settled
  if (settled.length > watch.candidatesMax) return tooMany(watch)
  return shown === undefined ? survivors(settled, ruledOut) : fittingTo(watch, settled, shown, ruledOut)
}

/** The usual way, where one model state fits and everything is shown: the same as for many, without the sets. */
const advanceAlone = <S>(
  watch: Watch<S>,
  candidate: Candidate<S>,
  action: AskedAction | null,
  shown: Json | undefined,
): Advance<S> => {
  const ruledOut: RuledOut<S>[] = []
  const acted = action === null ? [candidate] : steppedFrom(watch, [candidate], action, "done", ruledOut)
  if (acted === null) return tooMany(watch)
  return shown === undefined ? survivors(acted, ruledOut) : fittingTo(watch, acted, shown, ruledOut)
}

/** The candidates that fit what was shown. */
const fittingTo = <S>(
  watch: Watch<S>,
  candidates: readonly Candidate<S>[],
  shown: Json,
  ruledOut: RuledOut<S>[],
): Advance<S> => {
  const fitting: Candidate<S>[] = []
  for (const candidate of candidates) {
    const found = misfit(watch.schema, watch.strictly, shown, watch.profile.view(candidate.state))
    if (found === null) fitting.push(candidate)
    else if (found.tag === "broken") return found
    else ruledOut.push({ state: candidate.state, action: null, why: found })
  }
  return survivors(fitting, ruledOut)
}

const survivors = <S>(candidates: readonly Candidate<S>[], frontier: readonly RuledOut<S>[]): Advance<S> =>
  candidates.length === 0 ? { tag: "misfit", frontier } : { tag: "fits", candidates }

/** The different candidates after an action that was answered so; null where they become too many. */
const steppedFrom = <S>(
  watch: Watch<S>,
  before: readonly Candidate<S>[],
  action: AskedAction,
  answered: Observation["answered"],
  ruledOut: RuledOut<S>[],
): readonly Candidate<S>[] | null => {
  const stepped: Candidate<S>[] = []
  let ways = 0
  for (const candidate of before) {
    const meant = watch.profile.matching(watch.config, candidate.state, action)
    ways += meant.length
    if (ways > waysMax) return null
    stepped.push(...after(watch, candidate, action, meant, answered, ruledOut))
  }
  return distinct(watch, stepped)
}

/** How many readings of one action are tried, over all candidates. */
const waysMax = 50_000

/** The successors of a candidate by an action that may mean these, and was answered so; each impossible one is ruled out. */
const after = <S>(
  { profile, config }: Watch<S>,
  candidate: Candidate<S>,
  asked: AskedAction,
  meant: readonly AskedAction[],
  answered: Observation["answered"],
  ruledOut: RuledOut<S>[],
): readonly Candidate<S>[] => {
  if (answered === "not-done") return [candidate]
  const { state } = candidate
  const taken: Candidate<S>[] = []
  let guard = "unknown"
  for (const action of meant) {
    const outcome = profile.step(config, state, action)
    if (outcome.tag === "next") taken.push(later(candidate, action, outcome.state, false))
    else guard = outcome.guard
  }
  if (answered === "unsure") return [candidate, ...taken]
  if (answered === "refused") {
    if (taken.length === 0) return [candidate]
    ruledOut.push({ state, action: asked, why: { tag: "taken" } })
    return []
  }
  if (taken.length === 0) ruledOut.push({ state, action: asked, why: { tag: "refused", guard } })
  return taken
}

/** Where an action leads a candidate. */
export const later = <S>(
  { way, ticks }: Candidate<S>,
  action: AskedAction,
  state: S,
  silent: boolean,
): Candidate<S> => ({
  state,
  way: { action, silent, before: way },
  ticks: action.kind === "Tick" ? ticks + 1 : ticks,
})

/** What tells candidates apart. */
const keyOf = <S>({ profile, timed }: Watch<S>, { state, ticks }: Candidate<S>): string =>
  timed === true ? `${profile.key(state)}@${ticks}` : profile.key(state)

/**
 * How large the states of a set may be, all together, by the length of their keys: silent steps may make logs longer
 * and longer, and a few thousand such states would take all memory.
 */
const keysMax = 16_000_000

/** The closure of the candidates under silent steps, if it is not too large. */
export const closed = <S>(
  watch: Watch<S>,
  candidates: readonly Candidate<S>[],
): readonly Candidate<S>[] | Beyond => {
  const { profile, config, silent, candidatesMax } = watch
  if (silent.size === 0) return candidates
  const keys = new Set(candidates.map((candidate) => keyOf(watch, candidate)))
  const all = [...candidates]
  let length = 0
  for (let i = 0; i < all.length; i += 1) {
    const candidate = all[i] as Candidate<S>
    for (const action of profile.enabled(config, candidate.state, silent)) {
      const outcome = profile.step(config, candidate.state, action)
      if (outcome.tag === "refused") continue
      const next = later(candidate, action, outcome.state, true)
      const key = keyOf(watch, next)
      if (keys.has(key)) continue
      keys.add(key)
      all.push(next)
      if (all.length > candidatesMax) return tooMany(watch)
      length += key.length
      if (length > keysMax) return { tag: "beyond", size: all.length - 1, by: "length" }
    }
  }
  return all
}

const tooMany = <S>({ candidatesMax }: Watch<S>): Beyond => ({
  tag: "beyond",
  size: candidatesMax,
  by: "number",
})

/** Of candidates that go on alike only the first. */
export const distinct = <S>(
  watch: Watch<S>,
  candidates: readonly Candidate<S>[],
): readonly Candidate<S>[] => {
  if (candidates.length < 2) return candidates
  const keys = new Set<string>()
  return candidates.filter((candidate) => {
    const key = keyOf(watch, candidate)
    return keys.has(key) ? false : keys.add(key)
  })
}

/** The actions that lead to a candidate, the first first. */
export const runOf = ({
  way,
}: {
  readonly way: Way | null
}): readonly { readonly action: AskedAction; readonly silent: boolean }[] => {
  const steps: { readonly action: AskedAction; readonly silent: boolean }[] = []
  for (let at = way; at !== null; at = at.before) steps.push({ action: at.action, silent: at.silent })
  return steps.reverse()
}
