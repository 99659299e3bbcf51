import { kinds, subjectOf, type Kind } from "../../model/action.ts"
import { codesOf } from "../../impl/engine/action-code.ts"
import { environmentLayoutOf, readsOf } from "../../impl/engine/environment.ts"
import { monitorOf } from "../packed/monitor.ts"
import { setOf } from "../packed/property-set.ts"
import { witnessMonitorOf } from "../packed/witnesses.ts"
import { actionTries } from "./action-tries.ts"
import { doubled } from "../../impl/engine/growth.ts"
import { addBit, hasBit } from "./bits.ts"
import type { Bodies } from "./bodies.ts"
import { bodyJudgeOf } from "./body-judge.ts"
import { bodyLookupOf } from "./body-lookup.ts"
import { bodyNowOf, type Report } from "./body-now.ts"
import { actionsMax, bodySteps, entry, shiftIn, type BodySteps } from "./body-steps.ts"
import { bodyTrialOf, type ExpansionParts } from "./body-trial.ts"
import { environmentsOf, type Environments } from "./environments.ts"
import { nothing, placeOf } from "./place.ts"
import { checksQuiescence, engineFor, layoutFor, type Scope } from "./scope.ts"

/**
 * Computes what may happen to a body (the pairs of a state) in the environments in which it is reached.
 *
 * A rule, and the monitors that judge its step, read few bits of the environment, and those reads are noted. What was
 * seen in one environment then holds in all that agree with it in these bits: they are its class. So each action is
 * tried once for each class, and not once for each state.
 *
 * Shape  `expand` computes all that may happen to a body in the `arriving` environments, a set from `at` on, and in all
 *        that can follow while the body stays as it is; `wanted` are the witnesses to look for. `kindOf` is the kind of
 *        an action by its number. `reports` are those of the entries. `start` is the initial state.
 */
export type BodyExpander = {
  readonly words: number
  readonly bodies: Bodies
  readonly environments: Environments
  readonly steps: BodySteps
  readonly reports: ReadonlyMap<number, Report>
  readonly kindOf: Uint8Array
  readonly start: { readonly body: number; readonly environment: number }
  readonly expand: (body: number, arriving: Int32Array, at: number, wanted: number) => void
  /** Whether a number has outgrown its field, in a state that was reached or may be in the next levels. */
  readonly isOutgrown: () => boolean
  readonly highestGeneration: () => number
  readonly bytes: () => number
}

/** The expander of a scope; null where its environments, or its actions, are too many to be numbered. */
export const bodyExpanderOf = (scope: Scope): BodyExpander | null => {
  const layout = layoutFor(scope)
  const packing = environmentLayoutOf(layout)
  const codes = codesOf(layout)
  if (packing === null || codes.length > actionsMax) return null
  const reads = readsOf(packing)
  const engine = engineFor(scope, reads)
  const ofCluster = codes.filter(({ kind }) => isOfCluster(kind))
  const environments = environmentsOf(engine, ofCluster)
  if (environments === null) return null

  const steps = bodySteps()
  const reports = new Map<number, Report>()
  const judges = { monitor: monitorOf(engine), witnesses: witnessMonitorOf(engine) }
  const place = placeOf(environments, reads, judges)
  const lookup = bodyLookupOf(engine)
  const tries = actionTries(engine.view, codes, environments)
  const now = bodyNowOf(environments, steps, tries, reports)
  const checked = setOf(scope.properties)
  const parts = { engine, codes, environments, reads, judges, place, lookup, tries, now, checked }
  const start = { body: lookup.now(), environment: environments.first }
  const { words } = environments
  const { bodies } = lookup
  return {
    words,
    bodies,
    environments,
    steps,
    reports,
    start,
    ...expanding(parts, steps, checksQuiescence(scope)),
  }
}

/** How a body is expanded. `checksLiveness`: properties of quiescent states are checked. */
const expanding = (parts: ExpansionParts, steps: BodySteps, checksLiveness: boolean) => {
  const { engine, environments, judges, place, lookup, tries, now, checked } = parts
  const { words, classes, shifts } = environments
  const { view } = engine
  const { candidates } = tries
  const { met, waiting } = now
  const { kindOf, tryOut, isOutgrown } = bodyTrialOf(parts)
  const judge = bodyJudgeOf(environments, judges, place, now, checked)
  /** By body, the environments in which it is expanded. */
  let covered = new Int32Array(1024 * words)
  let highestGeneration = 1

  /** Tries the first `count` candidates where that is still to be done; returns how many are left for other environments. */
  const tryAll = (environment: number, count: number): number => {
    let kept = 0
    for (let n = 0; n < count; n += 1) {
      const action = candidates[n] as number
      if (!tries.wasTried(action, environment)) {
        place.enter(environment)
        const environmentClass = tryOut(action)
        if (environmentClass === nothing) {
          tries.refusedBy.body(now.body, action)
          continue
        }
        tries.tried(action, environmentClass)
        if (tries.isDone(action)) continue
      }
      candidates[kept] = action
      kept += 1
    }
    return kept
  }

  /** The environments that follow one while the body is unchanged. */
  const follow = (environment: number): void => {
    const entries = steps.all()
    for (let n = steps.first(now.body); n !== 0; n = entries[n] as number) {
      const shift = shiftIn(entries[n + entry.mark] as number)
      if (entries[n + entry.target] !== now.body || shift < 0) continue
      if (!hasBit(classes(), (entries[n + entry.class] as number) * words, environment)) continue
      const to = (shifts[shift] as Int32Array)[environment] as number
      if (to >= 0 && !hasBit(met, 0, to) && !hasBit(covered, now.body * words, to)) addBit(waiting, 0, to)
    }
  }

  /** Whether there are new environments in which the body is not expanded. */
  const isNews = (body: number, arriving: Int32Array, at: number): boolean => {
    while ((body + 1) * words > covered.length) covered = doubled(covered)
    let news = 0
    for (let word = 0; word < words; word += 1) {
      waiting[word] = (arriving[at + word] as number) & ~(covered[body * words + word] as number)
      news |= waiting[word] as number
    }
    return news !== 0
  }

  const expand = (body: number, arriving: Int32Array, at: number, wanted: number): void => {
    if (!isNews(body, arriving, at)) return
    lookup.enter(body)
    place.leave()
    now.begin(body, wanted)
    let count = tries.list(body)
    for (let pair = 0; pair < view.pairs; pair += 1)
      highestGeneration = Math.max(highestGeneration, view.lockOf(pair))
    for (let environment = now.lowestWaiting(); environment >= 0; environment = now.lowestWaiting()) {
      waiting[environment >> 5] = (waiting[environment >> 5] as number) & ~(1 << (environment & 31))
      addBit(met, 0, environment)
      count = tryAll(environment, count)
      judge.ofState(environment)
      follow(environment)
    }
    if (checksLiveness) judge.whenQuiescent()
    for (let word = 0; word < words; word += 1)
      covered[body * words + word] = (covered[body * words + word] as number) | (met[word] as number)
  }

  return {
    kindOf,
    expand,
    isOutgrown,
    highestGeneration: () => highestGeneration,
    bytes: () => lookup.bodies.bytes() + steps.bytes() + tries.bytes() + covered.byteLength,
  }
}

/** Whether a kind is of hosts or links. */
const isOfCluster = (kind: number): boolean => ["host", "hosts"].includes(subjectOf(kinds[kind] as Kind))
