import type { Config } from "../model/config.ts"
import { inLongTurns } from "../properties/explore/turns.ts"
import type { TourGround } from "./atlas.ts"
import { clustersMet, type ClustersMet } from "./clusters.ts"
import { opened, type CaseOutcome, type Connection } from "./connection.ts"
import { coverageOf, type ScopeCoverage } from "./coverage.ts"
import { drawnPath, type DrawnName } from "./drawn-name.ts"
import { drawing, drawnCluster } from "./draw.ts"
import type { Case, CaseSource, Scope } from "./case-source.ts"
import { dueOf } from "./promise.ts"
import { noAnswers, type Tally } from "./session.ts"
import { Interrupted } from "./fault.ts"
import { isFailing, repliesOf, withoutReplies, type Failing } from "./attempt.ts"
import { weightOf } from "./peer.ts"
import { tourOf } from "./tour.ts"

/**
 * What is asked of an implementation.
 *
 * Shape  `named` are the cases with a name of their own, which are all run. `runs` random cases of `seed` follow, and
 *        before them the small clusters in which everything is asked, but for those that `inScope` leaves out; none if
 *        `config` is the one cluster to be in. `drawn` are random cases by their names. `isKnown` tells the cases that
 *        are known to fail. `until` is when to stop, as `performance.now` tells time;
 *        `isStopped` whether nobody waits any more.
 */
export type ConformSpec = {
  readonly named: readonly Case[]
  readonly runs: number
  readonly seed: string
  readonly config: Config | null
  readonly inScope?: (name: string) => boolean
  readonly drawn?: readonly DrawnName[]
  readonly isPicked: (path: string) => boolean
  readonly isKnown: (path: string) => boolean
  readonly until: number
  readonly isStopped?: () => boolean
}

/** A case that failed. */
export type FailedCase<S> = { readonly case: Case; readonly outcome: Failing<S> }

/**
 * What came of it.
 *
 * Shape  `cases` counts those that were run, by where they came from; `lacking` are named cases that need actions
 *        which the implementation does not have, `skipped` the cases whose cluster it does not have, with what it said
 *        to that. `failed` holds the new failures, `known` the paths of those that failed as it is known, `healed` of
 *        those that no longer do; `beyond` the cases that were given up. `scopes` is what was seen of each small
 *        cluster, and `isToured` whether all were gone through to their ends. `witnesses` counts in how many cases
 *        each was seen; `unseen` are those that the small clusters promise, as far as it has these, to whoever takes the
 *        kinds that it takes and goes where it is led. `untaken` are the kinds that it does not take, or has skipped
 *        whenever they were asked. It is stopped as `untold` where no answer told anything, and the rest was not asked.
 */
export type Conformance<S> = {
  readonly cases: { readonly named: number; readonly scopes: number; readonly random: number }
  readonly tally: Tally
  readonly lacking: readonly string[]
  readonly skipped: readonly { readonly path: string; readonly why: string }[]
  readonly scopes: readonly ScopeCoverage[]
  readonly isToured: boolean
  readonly witnesses: Readonly<Record<string, number>>
  readonly unseen: readonly string[]
  readonly untaken: readonly string[]
  readonly failed: readonly FailedCase<S>[]
  readonly known: readonly string[]
  readonly healed: readonly string[]
  readonly beyond: readonly string[]
  readonly stopped: "done" | "untold" | "failed" | "time" | "interrupted"
}

/** How many cases of a source may fail before it is left: named ones are run to their end. */
const failuresMax = { named: Infinity, scopes: 1, random: 1 }

/** What the answers to cases that failed may weigh that are kept, all together: the later ones are asked again anyway. */
const repliesMax = 8 * 1024 * 1024

/** How often another cluster is drawn in place of one of a sort that the implementation does not have. */
const redrawsMax = 40

/** How many cases of a source that are waited for in vain are enough, but for those that are known to fail. */
const hungMax = 3

/**
 * What is asked of an implementation that has told nothing yet, though it was asked every kind that it declares: so many
 * actions of each small cluster, and so many random cases. The rest follows only if something was told by then.
 */
const untoldMax = { actions: 1_000, cases: 100 }

/** Told how many cases have been run. */
export type Progress = (cases: number) => void

/**
 * Runs the named cases; then everything in small scopes, up to its first failure; then random cases, if nothing has
 * failed so far, up to the first that does. Where nothing tells anything, only a part of each.
 */
export const conform = async <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  spec: ConformSpec,
  {
    progress = () => {},
    stopsAtOnce = false,
  }: { readonly progress?: Progress; readonly stopsAtOnce?: boolean } = {},
): Promise<Conformance<S>> => {
  const { hello, profile } = connection
  const drivable = new Set<string>(hello.actions)
  const ground: TourGround<S> = { profile, caseSource, kinds: kindsOf(profile.kinds, drivable) }
  // Whoever acts unasked, or chooses hosts itself, goes other ways than the tours.
  const isLed = (hello.silent ?? []).length + (hello.chooses ?? []).length === 0
  const counts = { named: 0, scopes: 0, random: 0 }
  let sourceNow: keyof typeof counts = "named"
  const tally = noAnswers()
  const failed: FailedCase<S>[] = []
  const known: string[] = []
  const healed: string[] = []
  const skipped: { path: string; why: string }[] = []
  const scopes =
    spec.config === null ? caseSource.scopes.filter(({ name }) => spec.inScope?.(name) !== false) : []
  const coverage = coverageOf(ground, scopes)
  const clusters = clustersMet()
  const witnesses: Record<string, number> = {}
  const taken = new Set<string>()
  const unasked = new Set<string>(ground.kinds)
  const met = new Set<string>()
  let isToured = scopes.length > 0 && scopes.length === caseSource.scopes.length
  const beyond: string[] = []
  const signal = { hasCome: false }
  const isStopped = (): boolean => signal.hasCome || spec.isStopped?.() === true
  const isLate = (): boolean => isStopped() || performance.now() > spec.until

  let weight = 0
  const kept = (outcome: Failing<S>): Failing<S> => {
    weight += weightOf(repliesOf(outcome))
    return weight > repliesMax ? withoutReplies(outcome) : outcome
  }

  const isUntold = (): boolean => tally.taken + tally.refused + tally.unsure === 0

  const note = (each: Case, outcome: CaseOutcome<S>): boolean => {
    met.add(each.path)
    for (const kind of Object.keys(tally) as (keyof Tally)[]) tally[kind] += outcome.tally[kind]
    clusters.note(each.config, outcome.tag !== "skipped")
    if (outcome.tag === "skipped") skipped.push({ path: each.path, why: outcome.why })
    else counts[sourceNow] += 1
    if (outcome.tag === "fits") {
      for (const { kind } of each.actions) unasked.delete(kind)
      coverage.note(each, outcome.steps)
      for (const { action, isTaken } of outcome.steps) if (isTaken) taken.add(action.kind)
      for (const id of caseSource.witnessesIn(each.config, outcome.steps))
        witnesses[id] = (witnesses[id] ?? 0) + 1
    }
    if (outcome.tag === "beyond") beyond.push(each.path)
    if (outcome.tag === "fits" && spec.isKnown(each.path)) healed.push(each.path)
    if (!isFailing(outcome)) return false
    if (spec.isKnown(each.path)) known.push(each.path)
    else failed.push({ case: each, outcome: kept(outcome) })
    return !spec.isKnown(each.path)
  }

  /** Runs cases, and tells whether it came to their end, or has left them as nothing tells anything. */
  const runAll = (source: keyof typeof counts, cases: Iterable<Case | null>): Promise<Ending> =>
    runUntilFailed(source, cases).catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error
      signal.hasCome = true
      return "stopped"
    })

  const runUntilFailed = async (
    source: keyof typeof counts,
    cases: Iterable<Case | null>,
  ): Promise<Ending> => {
    let failures = 0
    let hung = 0
    let actions = 0
    let followed = 0
    sourceNow = source
    for await (const { case: each, outcome } of connection.run(choosing(cases, hello.chooses), isLate)) {
      if (outcome.tag === "cut") return "stopped"
      const isFailure = note(each, outcome)
      progress(counts.named + counts.scopes + counts.random)
      if (isFailure) failures += 1
      if (isFailure && outcome.tag === "broken" && outcome.fault.code === "hung") hung += 1
      if (hung >= hungMax) return "stopped"
      if (failures >= (stopsAtOnce ? 1 : failuresMax[source]) || isLate()) return "stopped"
      if (outcome.tag !== "fits") continue
      actions += each.actions.length
      followed += 1
      const isEnough = {
        named: false,
        scopes: actions >= untoldMax.actions,
        random: followed >= untoldMax.cases,
      }
      if (isEnough[source] && isUntold() && unasked.size === 0) return "untold"
    }
    return "done"
  }

  const leftOut = (): void => {
    isToured = false
  }
  const able = (each: Case): boolean => each.actions.every(({ kind }) => drivable.has(kind))
  /** Goes through small clusters, but for the cases that were run before, and tells which were left as untold. */
  const goThrough = async (
    all: readonly Scope[],
    before: ReadonlySet<string> = new Set(),
  ): Promise<readonly Scope[]> => {
    const left: Scope[] = []
    for (const scope of all) {
      const isOver = (stopsAtOnce && failed.length > 0) || isLate()
      const cases = without(before, picked(tourOf(ground, scope), spec.isPicked, leftOut))
      const ending = isOver ? "stopped" : await runAll("scopes", cases)
      if (ending === "untold") left.push(scope)
      else isToured &&= ending === "done"
      if (ending === "stopped") break
    }
    return left
  }
  await runAll("named", spec.named.filter(able))
  const left = await goThrough(scopes)
  let ending: Ending = "done"
  if (failed.length === 0 && !isLate()) ending = await runAll("random", drawn(ground, spec, clusters, isLate))
  const isLeft = left.length > 0 && (isUntold() || failed.length > 0 || isLate())
  if (isLeft) leftOut()
  else await goThrough(left, new Set(met))
  const there = coverage.told()
  const missed = caseSource.promised.filter((id) => witnesses[id] === undefined)
  const isDue = isLed && isToured && failed.length === 0 && missed.length > 0
  const promising = scopes.filter((scope) => there.some(({ name }) => name === scope.name))
  return {
    cases: counts,
    tally,
    lacking: spec.named.filter((each) => !able(each)).map(({ path }) => path),
    skipped,
    scopes: there,
    isToured,
    witnesses,
    unseen: isDue ? dueOf(ground, promising, missed) : [],
    untaken: profile.kinds.filter((kind) => !drivable.has(kind) || !taken.has(kind)),
    failed,
    known,
    healed,
    beyond,
    stopped: isStopped()
      ? "interrupted"
      : failed.length > 0
        ? "failed"
        : isLate()
          ? "time"
          : (left.length > 0 || ending === "untold") && isUntold()
            ? "untold"
            : "done",
  }
}

/** How the cases of a source came to their end. */
type Ending = "done" | "stopped" | "untold"

/** The kinds that both have, in the order of the alphabet. */
const kindsOf = (all: readonly string[], drivable: ReadonlySet<string>): readonly string[] =>
  all.filter((kind) => drivable.has(kind))

/** How many more cases than asked for are drawn at the most, in place of those whose cluster is not there. */
const spareMax = (runs: number): number => runs + 20

/**
 * The random cases that are named, and the picked ones of a seed; in clusters of the sort that were met before. Null
 * between them gives way; once it is late, a case is drawn no further.
 */
function* drawn<S>(
  ground: TourGround<S>,
  { seed, runs, config, isPicked, drawn: named = [] }: ConformSpec,
  clusters: ClustersMet,
  isLate: () => boolean,
): Generator<Case | null> {
  function* caseOf(name: DrawnName): Generator<Case | null> {
    const own = ground.caseSource.drawn?.(ground.kinds, name, config)
    if (own !== undefined) {
      yield own
      return
    }
    const turns = inLongTurns(drawing(ground, name, config))
    for (let turn = turns.next(); ; turn = turns.next()) {
      if (turn.done === true) {
        yield turn.value
        return
      }
      yield null
      if (isLate()) return
    }
  }
  for (const name of named) yield* caseOf(name)
  const missed = clusters.missed()
  for (let n = 1; n <= runs + Math.min(spareMax(runs), clusters.missed() - missed); n += 1) {
    const first = drawnPath({ seed, n, redraw: 0 })
    if (!isPicked(first)) continue
    let redraw = 0
    if (config === null)
      while (redraw < redrawsMax && !clusters.isLikely(drawnCluster(ground, { seed, n, redraw }))) redraw += 1
    yield* caseOf({ seed, n, redraw })
    if (isLate()) return
  }
}

function* picked(
  cases: Iterable<Case>,
  isPicked: (path: string) => boolean,
  leftOut: () => void,
): Generator<Case> {
  for (const each of cases)
    if (isPicked(each.path)) yield each
    else leftOut()
}

function* without(before: ReadonlySet<string>, cases: Iterable<Case>): Generator<Case> {
  for (const each of cases) if (!before.has(each.path)) yield each
}

function* choosing(
  cases: Iterable<Case | null>,
  chooses: readonly string[] | undefined,
): Generator<Case | null> {
  for (const each of cases) yield each === null ? null : opened(each, chooses)
}
