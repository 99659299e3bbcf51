import type { TourGround } from "./atlas.ts"
import { isFailing, repliesOf, withoutReplies, type Failing } from "./attempt.ts"
import type { Case, Scope } from "./case-source.ts"
import { clustersMet } from "./clusters.ts"
import type { CaseOutcome } from "./connection.ts"
import { coverageOf } from "./coverage.ts"
import { weightOf } from "./peer.ts"
import { noAnswers, type Followed, type Tally } from "./session.ts"

/** Where cases come from. */
export type Source = "named" | "scopes" | "random"

/** A case that failed. */
export type FailedCase<S> = { readonly case: Case; readonly outcome: Failing<S> }

/** What the answers to cases that failed may weigh that are kept, all together: the later ones are asked again anyway. */
const repliesMax = 8 * 1024 * 1024

/**
 * What has been seen of an implementation, case by case: see `Conformance`.
 *
 * Shape  `met` are the paths of all cases, `taken` the kinds that were, and `unasked` those that were never asked.
 */
export class Notes<S> {
  readonly cases = { named: 0, scopes: 0, random: 0 }
  readonly tally = noAnswers()
  readonly failed: FailedCase<S>[] = []
  readonly known: string[] = []
  readonly healed: string[] = []
  readonly beyond: string[] = []
  readonly skipped: { readonly path: string; readonly why: string }[] = []
  readonly witnesses: Record<string, number> = {}
  readonly met = new Set<string>()
  readonly taken = new Set<string>()
  readonly unasked: Set<string>
  readonly clusters = clustersMet()
  readonly coverage: ReturnType<typeof coverageOf<S>>
  private readonly ground: TourGround<S>
  private readonly isKnown: (path: string) => boolean
  private weight = 0

  constructor(ground: TourGround<S>, scopes: readonly Scope[], isKnown: (path: string) => boolean) {
    this.ground = ground
    this.isKnown = isKnown
    this.unasked = new Set(ground.kinds)
    this.coverage = coverageOf(ground, scopes)
  }

  /** Whether no answer has said anything so far. */
  isUntold(): boolean {
    return this.tally.taken + this.tally.refused + this.tally.unsure === 0
  }

  /** Notes a case, and returns whether it failed without being known to. */
  note(source: Source, each: Case, outcome: CaseOutcome<S>): boolean {
    const { path } = each
    this.met.add(path)
    for (const kind of Object.keys(this.tally) as (keyof Tally)[]) this.tally[kind] += outcome.tally[kind]
    this.clusters.note(each.config, outcome.tag !== "skipped")
    if (outcome.tag === "skipped") this.skipped.push({ path, why: outcome.why })
    else this.cases[source] += 1
    if (outcome.tag === "fits") this.noteSteps(each, outcome.steps)
    if (outcome.tag === "beyond") this.beyond.push(path)
    const isKnown = this.isKnown(path)
    if (outcome.tag === "fits" && isKnown) this.healed.push(path)
    if (!isFailing(outcome)) return false
    if (isKnown) this.known.push(path)
    else this.failed.push({ case: each, outcome: this.kept(outcome) })
    return !isKnown
  }

  private noteSteps(each: Case, steps: readonly Followed<S>[]): void {
    for (const { kind } of each.actions) this.unasked.delete(kind)
    this.coverage.note(each, steps)
    for (const { action, isTaken } of steps) if (isTaken) this.taken.add(action.kind)
    for (const id of this.ground.caseSource.witnessesIn(each.config, steps))
      this.witnesses[id] = (this.witnesses[id] ?? 0) + 1
  }

  private kept(outcome: Failing<S>): Failing<S> {
    this.weight += weightOf(repliesOf(outcome))
    return this.weight > repliesMax ? withoutReplies(outcome) : outcome
  }
}
