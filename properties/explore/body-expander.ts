import { alphabet, kinds, type Kind } from "../../model/action.ts"
import { codesOf } from "../../impl/engine/action-code.ts"
import { CapacityExceeded } from "../../impl/engine/capacity.ts"
import { bodyReads, environmentLayoutOf, readsOf } from "../../impl/engine/environment.ts"
import { refusal, taken, unrepresentable } from "../../impl/engine/guards.ts"
import { monitorOf } from "../../impl/engine/monitor.ts"
import {
  intersection,
  noProperty,
  only,
  setOf,
  union,
  type PropertySet,
} from "../../impl/engine/property-set.ts"
import { witnessMonitorOf } from "../../impl/engine/witness-monitor.ts"
import { actionTries } from "./action-tries.ts"
import { addBit, doubled, hasBit, lowestBit } from "./bits.ts"
import { bodiesOf, type Bodies } from "./bodies.ts"
import {
  actionIn,
  entry,
  bodySteps,
  isProgress,
  markOf,
  actionsMax,
  shiftIn,
  target,
  type BodySteps,
} from "./body-steps.ts"
import { environmentsOf, type Environments } from "./environments.ts"
import { asksRest, engineFor, layoutFor, type Scope } from "./scope.ts"
import { hashOf } from "./table.ts"

/** What is reported where an entry applies: of a step, in the state that it leads to; `owes`: at rest, with something owed. */
export type Report = { readonly violation: PropertySet; readonly witnessed: number; readonly owes: boolean }

/**
 * Finds out what may happen to a body, the pairs of a state, in the environments in which it is met.
 *
 * A rule, and whoever judges its step, read few bits of the environment, and those reads are noted. What was seen in one environment
 * then holds in all that agree with it in these bits: they are its class. So each action is tried once for each class,
 * and not once for each state.
 *
 * Shape  `expand` makes known all that may happen to a body in `arriving` environments, a set of them from `at` on, and in all that it can get into without
 *        being changed itself; `wanted` are the witnesses to look for. `kindOf` is the kind of an action by its number. `reports` are those of entries
 *        that have one. `start` is the initial state.
 */
export type BodyExpander = {
  /** Whether a number has outgrown its room, in a state that was met or may be met in the next levels. */
  readonly isOutgrown: () => boolean
  readonly words: number
  readonly bodies: Bodies
  readonly environments: Environments
  readonly steps: BodySteps
  readonly reports: ReadonlyMap<number, Report>
  readonly kindOf: Uint8Array
  readonly start: { readonly body: number; readonly environment: number }
  readonly expand: (body: number, arriving: Int32Array, at: number, wanted: number) => void
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
  const environments = environmentsOf(
    engine,
    codes.filter(({ kind }) => isOfCluster(kind)),
  )
  if (environments === null) return null

  const { machine, view, step } = engine
  const { key, load, undo } = machine
  const { words: bodyWords } = layout
  const { words, classOf, include, shiftOf, shifts } = environments
  const monitor = monitorOf(engine)
  const witnesses = witnessMonitorOf(engine)
  const asked = setOf(scope.properties)
  const rests = asksRest(scope)
  const bodies = bodiesOf(bodyWords)
  const steps = bodySteps()
  const reports = new Map<number, Report>()
  const bodyMask = bodyMaskOf(engine.layout)
  const bodyKey = new Int32Array(bodyWords)
  const kindOf = Uint8Array.from(codes, ({ kind }) => kind)
  const firstOf = Int32Array.from(codes, ({ a }) => a)
  const secondOf = Int32Array.from(codes, ({ b }) => b)
  const tries = actionTries(view, codes, environments)
  const { candidates } = tries

  // Of the body at hand: the environments in which it was judged, has moved, was met, and waits to be expanded.
  const judged = new Int32Array(words)
  const moving = new Int32Array(words)
  const met = new Int32Array(words)
  const waiting = new Int32Array(words)
  /** By body, the environments in which all that may happen is known. */
  let covered = new Int32Array(1024 * words)
  let highestGeneration = 1
  let isOutgrown = false
  let wanted = 0
  /** The environment in which the machine is, by number and packed; -1 while it is in none. */
  let now = -1
  let packed = 0

  const enter = (environment: number): void => {
    if (now === environment) return
    environments.enter(environment)
    now = environment
    packed = environments.now()
    monitor.begin()
    witnesses.begin()
  }

  const bodyNow = (): number => {
    for (let word = 0; word < bodyWords; word += 1)
      bodyKey[word] = (key[word] as number) & (bodyMask[word] as number)
    return bodies.numberOf(bodyKey, 0, hashOf(bodyKey, 0, bodyWords))
  }

  /** The body of the machine, which often is the one at hand still. */
  const bodyAfter = (body: number): number => {
    const keys = bodies.keys()
    for (let word = 0; word < bodyWords; word += 1)
      if (
        (((key[word] as number) ^ (keys[body * bodyWords + word] as number)) & (bodyMask[word] as number)) !==
        0
      )
        return bodyNow()
    return body
  }

  const add = (
    body: number,
    to: number,
    environmentClass: number,
    mark: number,
    report: Report | null,
  ): void => {
    const at = steps.add(body, to, environmentClass, mark)
    if (report !== null) reports.set(at, report)
  }

  const stepWithin = (kind: number, a: number, b: number): number => {
    try {
      return step(kind, a, b)
    } catch (error) {
      if (!(error instanceof CapacityExceeded)) throw error
      isOutgrown = true
      undo()
      return refusal.bound
    }
  }

  /** Tries an action where the machine is; the class for which that stands, or -1 if no environment would change it. */
  const tryOut = (body: number, action: number): number => {
    const kind = kindOf[action] as number
    const a = firstOf[action] as number
    const b = secondOf[action] as number
    reads.begin()
    const answer = stepWithin(kind, a, b)
    if (answer > taken) {
      const ofBody = reads.ofBody()
      if (reads.since() === 0) {
        if (ofBody >= 0) tries.refusedBy.control(ofBody, action)
        return -1
      }
      const environmentClass = classOf(reads.since(), now)
      if (ofBody === bodyReads.nothing) tries.refusedBy.all(action, environmentClass)
      return environmentClass
    }
    if (answer === unrepresentable) {
      const environmentClass = classOf(reads.since(), now)
      const violation = intersection(only.S7, asked)
      const report = violation === 0 ? null : { violation, witnessed: 0, owes: false }
      add(body, target.unrepresentable, environmentClass, markOf(action, -1, false, report !== null), report)
      return environmentClass
    }
    const violation = intersection(monitor.ofStep(kind, a, b), asked)
    const witnessed = wanted === 0 ? 0 : witnesses.ofStep(kind, a) & wanted
    const difference = environments.now() ^ packed
    const to = bodyAfter(body)
    const environmentClass = classOf(reads.since(), now)
    undo()
    const report = violation === 0 && witnessed === 0 ? null : { violation, witnessed, owes: false }
    // A step that leaves the state as it is, such as a retry that fails, is no progress.
    const progress =
      isProtocol[kind] === true && (difference & packing.faults) === 0 && (to !== body || difference !== 0)
    const shift = difference === 0 ? -1 : shiftOf(difference)
    if (progress) include(moving, 0, environmentClass)
    add(body, to, environmentClass, markOf(action, shift, progress, report !== null), report)
    return environmentClass
  }

  /** Takes up what is known of a body already. */
  const recall = (body: number): void => {
    tries.begin(body)
    judged.fill(0)
    moving.fill(0)
    met.fill(0)
    const entries = steps.all()
    for (let n = steps.first(body); n !== 0; n = entries[n] as number) {
      const environmentClass = entries[n + entry.class] as number
      if (entries[n + entry.target] === target.none) {
        include(judged, 0, environmentClass)
        continue
      }
      const mark = entries[n + entry.mark] as number
      tries.tried(actionIn(mark), environmentClass)
      if (isProgress(mark)) include(moving, 0, environmentClass)
    }
  }

  /** Where the body, unchanged, gets from an environment. */
  const follow = (body: number, environment: number): void => {
    const entries = steps.all()
    const sets = environments.classes()
    for (let n = steps.first(body); n !== 0; n = entries[n] as number) {
      const shift = shiftIn(entries[n + entry.mark] as number)
      if (entries[n + entry.target] !== body || shift < 0) continue
      if (!hasBit(sets, (entries[n + entry.class] as number) * words, environment)) continue
      const to = (shifts[shift] as Int32Array)[environment] as number
      if (to >= 0 && !hasBit(met, 0, to) && !hasBit(covered, body * words, to)) addBit(waiting, 0, to)
    }
  }

  const judge = (body: number, environment: number): void => {
    if (hasBit(judged, 0, environment)) return
    enter(environment)
    reads.begin()
    const violation = intersection(union(monitor.ofState(), monitor.ofRefusals()), asked)
    const witnessed = wanted === 0 ? 0 : witnesses.ofState(wanted) & wanted
    const environmentClass = classOf(reads.since(), environment)
    include(judged, 0, environmentClass)
    const report = violation === 0 && witnessed === 0 ? null : { violation, witnessed, owes: false }
    add(body, target.none, environmentClass, markOf(0, -1, false, report !== null), report)
  }

  /** Asks what must hold at rest, in all environments just met in which nothing that is owed changes anything. */
  const judgeRest = (body: number): void => {
    for (let word = 0; word < words; word += 1)
      waiting[word] = (met[word] as number) & ~(moving[word] as number)
    for (let environment = lowest(waiting); environment >= 0; environment = lowest(waiting)) {
      enter(environment)
      reads.begin()
      const violation = monitor.isJudged() ? intersection(monitor.atRest(), asked) : noProperty
      const environmentClass = classOf(reads.since(), environment)
      const sets = environments.classes()
      if (violation !== 0)
        // Only where it rests: a class may hold environments in which it does not.
        for (let word = 0; word < words; word += 1)
          for (
            let rest = (waiting[word] as number) & (sets[environmentClass * words + word] as number);
            rest !== 0;
            rest &= rest - 1
          )
            add(body, target.none, classOf(-1, 32 * word + lowestBit(rest)), markOf(0, -1, false, true), {
              violation,
              witnessed: 0,
              owes: true,
            })
      for (let word = 0; word < words; word += 1)
        waiting[word] = (waiting[word] as number) & ~(sets[environmentClass * words + word] as number)
    }
  }

  const lowest = (set: Int32Array): number => {
    for (let word = 0; word < words; word += 1)
      if (set[word] !== 0) return 32 * word + lowestBit(set[word] as number)
    return -1
  }

  const tryAll = (body: number, environment: number, count: number): number => {
    let kept = 0
    for (let n = 0; n < count; n += 1) {
      const action = candidates[n] as number
      if (!tries.wasTried(action, environment)) {
        enter(environment)
        const environmentClass = tryOut(body, action)
        if (environmentClass < 0) {
          tries.refusedBy.body(body, action)
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

  const expand = (body: number, arriving: Int32Array, at: number, wantedNow: number): void => {
    let news = 0
    while ((body + 1) * words > covered.length) covered = doubled(covered)
    for (let word = 0; word < words; word += 1) {
      waiting[word] = (arriving[at + word] as number) & ~(covered[body * words + word] as number)
      news |= waiting[word] as number
    }
    if (news === 0) return
    wanted = wantedNow
    load(bodies.keys(), body * bodyWords)
    now = -1
    recall(body)
    let count = tries.list(body)
    for (let pair = 0; pair < view.pairs; pair += 1)
      highestGeneration = Math.max(highestGeneration, view.lockOf(pair))
    for (let environment = lowest(waiting); environment >= 0; environment = lowest(waiting)) {
      waiting[environment >> 5] = (waiting[environment >> 5] as number) & ~(1 << (environment & 31))
      addBit(met, 0, environment)
      count = tryAll(body, environment, count)
      judge(body, environment)
      follow(body, environment)
    }
    if (rests) judgeRest(body)
    for (let word = 0; word < words; word += 1)
      covered[body * words + word] = (covered[body * words + word] as number) | (met[word] as number)
  }

  const start = { body: bodyNow(), environment: environments.first }
  return {
    words,
    bodies,
    environments,
    steps,
    reports,
    kindOf,
    start,
    expand,
    isOutgrown: () => isOutgrown,
    highestGeneration: () => highestGeneration,
    bytes: () => bodies.bytes() + steps.bytes() + tries.bytes() + covered.byteLength,
  }
}

/** Which kinds the protocol owes, by number. */
const isProtocol = kinds.map((kind) => alphabet[kind].actor === "protocol")

const subjectOf = (kind: number): string => alphabet[kinds[kind] as Kind].over[0]

/** Whether a kind is of hosts or links. */
const isOfCluster = (kind: number): boolean => ["host", "hosts"].includes(subjectOf(kind))

/** What is left of a key where the environment is left out. */
const bodyMaskOf = ({
  words,
  firstPair,
  wordOf,
  shiftOf,
  maskOf,
}: ReturnType<typeof layoutFor>): Int32Array => {
  const mask = new Int32Array(words).fill(-1)
  for (let cell = 0; cell < firstPair; cell += 1) {
    const word = wordOf[cell] as number
    // A cell that never changes is stored behind the last word.
    if (word < words)
      mask[word] = (mask[word] as number) & ~((maskOf[cell] as number) << (shiftOf[cell] as number))
  }
  return mask
}
