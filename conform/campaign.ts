import { ftKinds } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { inLongTurns } from "../properties/explore/turns.ts"
import type { TourGround } from "./atlas.ts"
import type { ClustersMet } from "./clusters.ts"
import { opened, type Connection } from "./connection.ts"
import type { ScopeCoverage } from "./coverage.ts"
import { drawnPath, type DrawnName } from "./drawn-name.ts"
import { drawing, drawnCluster } from "./draw.ts"
import type { Case, CaseSource, Scope } from "./case-source.ts"
import { dueOf } from "./promise.ts"
import type { Tally } from "./session.ts"
import { Interrupted } from "./fault.ts"
import { Notes, type FailedCase, type Source } from "./notes.ts"
import { isOffered } from "./times.ts"
import { tourOf } from "./tour.ts"
import type { Hello } from "./wire.ts"

export type { FailedCase }

/**
 * What an implementation is driven through.
 *
 * Shape  `named` are the cases with a name of their own, which are all run. `runs` random cases of `seed` follow, and
 *        before them the small clusters in which everything is asked, but for those that `inScope` leaves out; none if
 *        `config` is the one cluster to be in. `drawn` are random cases by their names. `isKnown` says which cases are
 *        known to fail. `until` is when to stop, as `performance.now` counts time; `isStopped` whether the run was
 *        stopped.
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

/**
 * What came of a campaign.
 *
 * Shape  `cases` counts those that were run, by where they came from; `lacking` are named cases that need actions which
 *        the implementation does not have, `skipped` the cases whose cluster it does not have, with what it said to
 *        that. `failed` holds the new failures, `known` the paths of those that failed as it is known, `healed` of
 *        those that no longer do; `beyond` the cases that were given up. `scopes` is what was seen of each small
 *        cluster, and `isToured` whether all were covered completely. `witnesses` counts in how many cases each was
 *        seen; `unseen` are those that the small clusters promise, as far as it has these, to an implementation that
 *        takes the kinds that it takes and follows the paths of the tours. `untaken` are the kinds that it does not
 *        take, or has skipped whenever they were asked. It is stopped as `untold` where no answer said anything, and
 *        the rest was not asked.
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

/** How many cases of a source may fail before it is abandoned: of named cases all are run. */
const failuresMax = { named: Infinity, scopes: 1, random: 1 }

/** How often another cluster is drawn in place of one of a sort that the implementation does not have. */
const redrawsMax = 40

/** How many cases of a source that are waited for in vain are enough, but for those that are known to fail. */
const hungMax = 3

/**
 * The sample for an implementation that has taken and refused nothing yet, though it was asked every kind that it
 * declares: so many actions of each small cluster, and so many random cases. The rest follows only if something was
 * taken or refused by then.
 */
const untoldMax = { actions: 1_000, cases: 100 }

/** Called with how many cases have been run. */
export type Progress = (cases: number) => void

/**
 * Runs the named cases; then everything in small scopes, up to its first failure; then random cases, if nothing has
 * failed so far, up to the first that does. Where no answer says anything, only a part of each.
 */
export const conform = async <S>(
  connection: Connection<S>,
  caseSource: CaseSource<S>,
  spec: ConformSpec,
  options: { readonly progress?: Progress; readonly stopsAtOnce?: boolean } = {},
): Promise<Conformance<S>> => {
  const { hello, profile } = connection
  const drivable = new Set<string>(hello.actions)
  const ground: TourGround<S> = { profile, caseSource, kinds: kindsOf(profile.kinds, drivable) }
  const offered = caseSource.scopes.filter(({ config }) => isOffered(config, ground.kinds))
  const scopes = spec.config === null ? offered.filter(({ name }) => spec.inScope?.(name) !== false) : []
  const notes = new Notes(ground, scopes, spec.isKnown)
  let isToured = scopes.length > 0 && scopes.length === offered.length
  let isInterrupted = false
  const isStopped = (): boolean => isInterrupted || spec.isStopped?.() === true
  const isLate = (): boolean => isStopped() || performance.now() > spec.until

  const runAll = (source: Source, cases: Iterable<Case | null>): Promise<Ending> =>
    runUntilFailed(connection, notes, source, cases, isLate, options).catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error
      isInterrupted = true
      return "stopped"
    })

  const leftOut = (): void => {
    isToured = false
  }
  /** Goes through small clusters, but for the cases that were run before, and returns which were left as untold. */
  const goThrough = async (
    all: readonly Scope[],
    before: ReadonlySet<string> = new Set(),
  ): Promise<readonly Scope[]> => {
    const left: Scope[] = []
    for (const scope of all) {
      const isOver = (options.stopsAtOnce === true && notes.failed.length > 0) || isLate()
      const cases = without(before, picked(tourOf(ground, scope), spec.isPicked, leftOut))
      const ending = isOver ? "stopped" : await runAll("scopes", cases)
      if (ending === "untold") left.push(scope)
      else isToured &&= ending === "done"
      if (ending === "stopped") break
    }
    return left
  }

  const isAble = (each: Case): boolean =>
    each.actions.every(({ kind }) => drivable.has(kind)) &&
    isOffered(each.config, ground.kinds) &&
    (!isOfFt(each, profile.kinds) || ftKinds.some((kind) => drivable.has(kind)))
  await runAll("named", spec.named.filter(isAble))
  const left = await goThrough(scopes)
  const random = drawn(ground, spec, notes.clusters, isLate)
  const ending = notes.failed.length === 0 && !isLate() ? await runAll("random", random) : "done"
  const isLeft = left.length > 0 && (notes.isUntold() || notes.failed.length > 0 || isLate())
  if (isLeft) leftOut()
  else await goThrough(left, new Set(notes.met))
  const isUntold = (left.length > 0 || ending === "untold") && notes.isUntold()
  const unhindered = notes.failed.length > 0 ? "failed" : isLate() ? "time" : isUntold ? "untold" : "done"
  return {
    ...seenBy(notes, hello, ground, scopes, isToured),
    lacking: spec.named.filter((each) => !isAble(each)).map(({ path }) => path),
    untaken: profile.kinds.filter((kind) => !drivable.has(kind) || !notes.taken.has(kind)),
    stopped: isStopped() ? "interrupted" : unhindered,
  }
}

/** What was seen of an implementation, and what should have been and was not. */
const seenBy = <S>(
  { cases, tally, skipped, witnesses, failed, known, healed, beyond, coverage }: Notes<S>,
  { silent = [], chooses = [] }: Hello,
  ground: TourGround<S>,
  all: readonly Scope[],
  isToured: boolean,
): Omit<Conformance<S>, "lacking" | "untaken" | "stopped"> => {
  const scopes = coverage.counts()
  const missed = ground.caseSource.promised(ground.kinds).filter((id) => witnesses[id] === undefined)
  // An implementation that acts unasked, or chooses hosts itself, leaves the paths of the tours.
  const isLed = silent.length + chooses.length === 0
  const isDue = isLed && isToured && failed.length === 0 && missed.length > 0
  const promising = all.filter((scope) => scopes.some(({ name }) => name === scope.name))
  const unseen = isDue ? dueOf(ground, promising, missed) : []
  return { cases, tally, skipped, scopes, isToured, witnesses, unseen, failed, known, healed, beyond }
}

/** Runs cases, and returns whether it came to their end, or has left them as no answer says anything. */
const runUntilFailed = async <S>(
  connection: Connection<S>,
  notes: Notes<S>,
  source: Source,
  cases: Iterable<Case | null>,
  isLate: () => boolean,
  { progress, stopsAtOnce = false }: { readonly progress?: Progress; readonly stopsAtOnce?: boolean },
): Promise<Ending> => {
  const chosen = choosing(cases, connection.hello.chooses)
  const most = stopsAtOnce ? 1 : failuresMax[source]
  let failures = 0
  let hung = 0
  let actions = 0
  let fitting = 0
  for await (const { case: each, outcome } of connection.run(chosen, isLate)) {
    if (outcome.tag === "cut") return "stopped"
    const isFailure = notes.note(source, each, outcome)
    progress?.(notes.cases.named + notes.cases.scopes + notes.cases.random)
    if (isFailure) failures += 1
    if (isFailure && outcome.tag === "broken" && outcome.fault.code === "hung") hung += 1
    if (hung >= hungMax || failures >= most || isLate()) return "stopped"
    if (outcome.tag !== "fits") continue
    actions += each.actions.length
    fitting += 1
    const isEnough = {
      named: false,
      scopes: actions >= untoldMax.actions,
      random: fitting >= untoldMax.cases,
    }
    if (isEnough[source] && notes.isUntold() && notes.unasked.size === 0) return "untold"
  }
  return "done"
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

/** Whether a case begins with FT off or under a policy, which only work on FT makes anything of. */
const isOfFt = ({ config }: Case, kinds: readonly string[]): boolean =>
  ftKinds.some((kind) => kinds.includes(kind)) &&
  (config.policy !== "any" || config.pairs.some(({ ft }) => ft !== "enabled"))

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
