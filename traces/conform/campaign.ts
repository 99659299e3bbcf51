import type { Config } from "../../model/config.ts"
import { opened, type CaseOutcome, type Connection } from "./connection.ts"
import { drawnCase, drawnPath } from "./draw.ts"
import type { Case, Repertoire } from "./repertoire.ts"
import { noAnswers, type Tally } from "./session.ts"
import { Interrupted } from "./fault.ts"
import { isFailing, type Failing } from "./shrink.ts"
import { tourOf } from "./tour.ts"

/**
 * What is asked of an implementation.
 *
 * Shape  `named` are the cases with a name of their own, which are all run. `runs` random cases of `seed` follow, and
 *        before them everything in small clusters, unless `config` is the one cluster to be in, or `inScopes` is false.
 *        `isKnown` tells the cases that are known to fail. `until` is when to stop, as `performance.now` tells time.
 */
export type ConformSpec = {
  readonly named: readonly Case[]
  readonly runs: number
  readonly seed: string
  readonly config: Config | null
  readonly inScopes?: boolean
  readonly isPicked: (path: string) => boolean
  readonly isKnown: (path: string) => boolean
  readonly until: number
}

/** A case that failed. */
export type FailedCase<S> = { readonly case: Case; readonly outcome: Failing<S> }

/**
 * What came of it.
 *
 * Shape  `cases` counts those that were run, by where they came from; `lacking` are named cases that need actions
 *        which the implementation does not have, `skipped` those whose cluster it does not have. `failed` holds the
 *        new failures, `known` the paths of those that failed as it is known, `healed` of those that no longer do;
 *        `beyond` the cases that were given up.
 */
export type Conformance<S> = {
  readonly cases: { readonly named: number; readonly scopes: number; readonly random: number }
  readonly tally: Tally
  readonly lacking: readonly string[]
  readonly skipped: readonly string[]
  readonly failed: readonly FailedCase<S>[]
  readonly known: readonly string[]
  readonly healed: readonly string[]
  readonly beyond: readonly string[]
  readonly stopped: "done" | "failed" | "time" | "interrupted"
}

/** How many cases of a source may fail before it is left: named ones are run to their end. */
const failuresMax = { named: Infinity, scopes: 1, random: 1 }

/** How many cases of a source that are waited for in vain are enough. */
const hungMax = 3

/** Told how many cases have been run. */
export type Progress = (cases: number) => void

/**
 * Runs the named cases; then everything in small scopes, up to its first failure; then random cases, if nothing has
 * failed so far, up to the first that does.
 */
export const conform = async <S>(
  connection: Connection<S>,
  repertoire: Repertoire<S>,
  spec: ConformSpec,
  {
    progress = () => {},
    stopsAtOnce = false,
  }: { readonly progress?: Progress; readonly stopsAtOnce?: boolean } = {},
): Promise<Conformance<S>> => {
  const { hello, profile } = connection
  const drivable = new Set<string>(hello.actions)
  const ground = { profile, repertoire, kinds: kindsOf(profile.kinds, drivable) }
  const counts = { named: 0, scopes: 0, random: 0 }
  const tally = noAnswers()
  const failed: FailedCase<S>[] = []
  const known: string[] = []
  const healed: string[] = []
  const skipped: string[] = []
  const beyond: string[] = []
  const signal = { hasCome: false }
  const isLate = (): boolean => signal.hasCome || performance.now() > spec.until

  const note = (each: Case, outcome: CaseOutcome<S>): boolean => {
    for (const kind of Object.keys(tally) as (keyof Tally)[]) tally[kind] += outcome.tally[kind]
    if (outcome.tag === "skipped") skipped.push(each.path)
    if (outcome.tag === "beyond") beyond.push(each.path)
    if (outcome.tag === "fits" && spec.isKnown(each.path)) healed.push(each.path)
    if (!isFailing(outcome)) return false
    if (spec.isKnown(each.path)) known.push(each.path)
    else failed.push({ case: each, outcome })
    return !spec.isKnown(each.path)
  }

  const runAll = (source: keyof typeof counts, cases: Iterable<Case>): Promise<void> =>
    runUntilFailed(source, cases).catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error
      signal.hasCome = true
    })

  const runUntilFailed = async (source: keyof typeof counts, cases: Iterable<Case>): Promise<void> => {
    let failures = 0
    let hung = 0
    for await (const { case: each, outcome } of connection.run(choosing(cases, hello.chooses))) {
      counts[source] += 1
      progress(counts.named + counts.scopes + counts.random)
      if (note(each, outcome)) failures += 1
      if (outcome.tag === "broken" && outcome.fault.code === "hung" && (hung += 1) >= hungMax) return
      if (failures >= (stopsAtOnce ? 1 : failuresMax[source]) || isLate()) return
    }
  }

  const able = (each: Case): boolean => each.actions.every(({ kind }) => drivable.has(kind))
  await runAll("named", spec.named.filter(able))
  for (const scope of spec.config === null && spec.inScopes !== false ? repertoire.scopes : []) {
    if (stopsAtOnce && failed.length > 0) break
    if (isLate() || failed.some(({ case: { path } }) => path.startsWith("scopes/"))) break
    await runAll("scopes", picked(tourOf(ground, scope.name, scope.config), spec.isPicked))
  }
  if (failed.length === 0 && !isLate()) await runAll("random", drawn(ground, spec))
  return {
    cases: counts,
    tally,
    lacking: spec.named.filter((each) => !able(each)).map(({ path }) => path),
    skipped,
    failed,
    known,
    healed,
    beyond,
    stopped: signal.hasCome ? "interrupted" : failed.length > 0 ? "failed" : isLate() ? "time" : "done",
  }
}

/** The kinds that both have, in the order of the alphabet. */
const kindsOf = (all: readonly string[], drivable: ReadonlySet<string>): readonly string[] =>
  all.filter((kind) => drivable.has(kind))

function* drawn<S>(
  ground: Parameters<typeof drawnCase<S>>[0],
  { seed, runs, config, isPicked }: Pick<ConformSpec, "seed" | "runs" | "config" | "isPicked">,
): Generator<Case> {
  for (let n = 1; n <= runs; n += 1)
    if (isPicked(drawnPath(seed, n)))
      yield ground.repertoire.drawn?.(ground.kinds, seed, n, config) ?? drawnCase(ground, seed, n, config)
}

function* picked(cases: Iterable<Case>, isPicked: (path: string) => boolean): Generator<Case> {
  for (const each of cases) if (isPicked(each.path)) yield each
}

function* choosing(cases: Iterable<Case>, chooses: readonly string[] | undefined): Generator<Case> {
  for (const each of cases) yield opened(each, chooses)
}
