import { match } from "ts-pattern"
import { describe, type Action } from "../../model/action.ts"
import { counted } from "../../properties/amount.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { actionsOf, type Exploration, type Explored } from "../../properties/explore/explore.ts"
import { runConfigOf, runModelOf, type Scope } from "../../properties/explore/scope.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import type { Property } from "../../properties/property.ts"
import { describeDivergence } from "../../properties/refinement.ts"
import { CannotWrite } from "../../traces/atomic-file.ts"
import { judgeLasso, type LoopFairness } from "../../traces/lasso.ts"
import { replay } from "../../traces/replay.ts"
import { keep } from "../../traces/store.ts"
import type { Counterexample } from "../../traces/write.ts"
import type { Style } from "../style.ts"
import { quoted, stepLines } from "../report.ts"

/**
 * A property that an exploration found false. `file` keeps its counterexample, and is null where it could not be
 * written, for the reason that `unsaved` gives. `loop` is the state, by its number, from which it goes round for ever;
 * null if it comes to an end.
 */
export type ExploredFinding = {
  readonly property: Property
  readonly why: string
  readonly steps: number
  readonly minimality: "shortest" | "found"
  readonly actions: readonly Action[]
  readonly loop: number | null
  readonly fairness: readonly LoopFairness[]
  readonly file: string | null
  readonly unsaved: string | null
  readonly lines: readonly string[]
}

/** A run about which the engine and the model disagree; `refused` is the action that the model does not take. */
export type ExploredDivergence = {
  readonly property: string | null
  readonly words: string
  readonly actions: readonly Action[]
  readonly refused: { readonly step: number; readonly guard: string } | null
}

/** What was found: violations that the model confirms, and those that it does not. */
export type ExploredFindings = {
  readonly findings: readonly ExploredFinding[]
  readonly divergences: readonly ExploredDivergence[]
}

/**
 * Every run that was found, judged by the model. One that the model takes and finds nothing wrong with, or does
 * not take, is a difference between the engine and the model, and no violation.
 */
export const exploredFindings = (
  style: Style,
  { scope }: Exploration,
  explored: Explored,
  folder: string,
): ExploredFindings => {
  const findings: ExploredFinding[] = []
  const divergences: ExploredDivergence[] = []
  for (const run of runsIn(explored)) {
    if (findings.some(({ property }) => property.id === run.property.id)) continue
    const judged = judge(scope, run)
    if (judged.tag === "divergence") divergences.push(judged.divergence)
    else findings.push(findingOf(style, scope, { ...run, ...judged }, folder, sameRunIn(findings, run)))
  }
  return { findings, divergences: [...divergences, ...comparedDivergences(explored)] }
}

/** The earlier finding with the same run, if there is one: its steps are not reported again. */
const sameRunIn = (
  findings: readonly ExploredFinding[],
  { actions, loop }: Run,
): ExploredFinding | undefined => {
  const steps = JSON.stringify(actions)
  return findings.find((known) => known.loop === loop && JSON.stringify(known.actions) === steps)
}

/** Where the engine, which explored, was seen to differ from the model. */
const comparedDivergences = ({ compared }: Explored): readonly ExploredDivergence[] =>
  compared === null || compared.difference === null
    ? []
    : [
        {
          property: null,
          words: `after ${counted(compared.difference.actions.length, "step")} of the model, ${describeDivergence(compared.difference.divergence)}`,
          actions: compared.difference.actions,
          refused: null,
        },
      ]

type Run = {
  readonly property: Property
  readonly actions: readonly Action[]
  readonly loop: number | null
  readonly minimality: "shortest" | "found"
}

const runsIn = ({ scope, violations, liveness }: Explored): readonly Run[] => [
  ...violations.map(({ property, actions, minimality }): Run => ({
    property: propertyOf(property),
    actions,
    loop: null,
    minimality,
  })),
  ...(liveness === null || liveness === "unknown" ? [] : liveness).flatMap(
    ({ property, violation }): readonly Run[] => {
      if (violation === null) return []
      const { stem, loop } = violation
      return [
        {
          property: propertyOf(property),
          actions: actionsOf(scope, [...stem, ...loop]),
          loop: loop.length === 0 ? null : stem.length,
          // The stem is a shortest one, and the loop one that is near.
          minimality: loop.length === 0 ? "shortest" : "found",
        },
      ]
    },
  ),
]

const propertyOf = (id: string): Property => {
  const property = catalogue.find((each) => each.id === id)
  if (property === undefined) throw new Error(`defect: ${id} is in no catalogue`)
  return property
}

type Confirmed = {
  readonly tag: "confirmed"
  readonly why: string
  readonly states: Counterexample["states"]
  readonly fairness: readonly LoopFairness[]
}

const judge = (
  scope: Scope,
  { property, actions, loop }: Run,
): Confirmed | { readonly tag: "divergence"; readonly divergence: ExploredDivergence } => {
  const protocol = runModelOf(scope)
  const { states, violations, refusal } = replay(protocol, [property], actions)
  const taken = actions.map(describe).join(" ")
  const denied = (words: string) => ({
    tag: "divergence" as const,
    divergence: { property: property.id, words, actions, refused: refusal },
  })
  if (refusal !== null)
    return denied(
      `the engine takes ${taken}, and the model refuses action ${refusal.step} by ${refusal.guard}`,
    )
  if (loop !== null)
    return match(judgeLasso(protocol, property, { states, actions, loop }))
      .with({ tag: "breached" }, ({ why, fairness }) => ({
        tag: "confirmed" as const,
        why,
        states,
        fairness,
      }))
      .with({ tag: "refuted" }, ({ why }) =>
        denied(
          `the engine finds ${property.id} violated by ${taken} with a loop from step ${loop + 1} on, and the model does not: ${why}`,
        ),
      )
      .exhaustive()
  const [violation] = violations
  return violation === undefined
    ? denied(`the engine finds ${property.id} violated after ${taken}, and the model does not`)
    : { tag: "confirmed", why: violation.why, states, fairness: [] }
}

const findingOf = (
  style: Style,
  scope: Scope,
  found: Run & Confirmed,
  folder: string,
  same: ExploredFinding | undefined,
): ExploredFinding => {
  const { property, why, actions, loop, minimality, fairness } = found
  const kept = keptIn(folder, scope, found)
  return {
    property,
    why,
    steps: actions.length,
    minimality,
    actions,
    loop,
    fairness,
    ...kept,
    lines: [
      style.bad(`${property.id} ${property.name} violated ${lengthWords(found)}: ${minimality}`),
      `  ${why}`,
      style.faint(`  ${property.why}`),
      "",
      ...(same === undefined
        ? [...runLines(style, found), ...fairnessLines(style, fairness)]
        : [`  the same run as for ${same.property.id}, above`]),
      "",
      ...(kept.file === null
        ? [style.warn(`  not saved: ${kept.unsaved}`)]
        : [`  saved:   ${kept.file}`, `  Replay:  npx ftpair replay ${quoted(kept.file)}`]),
    ],
  }
}

/** What was found is reported even where it cannot be kept. */
const keptIn = (
  folder: string,
  scope: Scope,
  { property, why, states, actions, loop, minimality }: Run & Confirmed,
): { readonly file: string | null; readonly unsaved: string | null } => {
  try {
    const file = keep(folder, {
      property: property.id,
      step: actions.length,
      why,
      config: runConfigOf(scope),
      mutant: scope.mutant,
      actions,
      states,
      found: "explore: breadth first",
      seed: null,
      minimality,
      description: mutantNamed(scope.mutant ?? "")?.story ?? null,
      ...(loop === null ? {} : { loop }),
    })
    return { file, unsaved: null }
  } catch (error) {
    if (error instanceof CannotWrite) return { file: null, unsaved: error.message }
    throw error
  }
}

const lengthWords = ({ actions, loop }: Run): string =>
  loop === null
    ? `after ${counted(actions.length, "step")}`
    : `for ever, by ${counted(loop, "step")} and then a loop of ${actions.length - loop}`

/** The steps; of a lasso first those of the stem, and then those of the loop. */
const runLines = (style: Style, { states, actions, loop }: Run & Confirmed): readonly string[] => {
  const lines = stepLines(style, states, actions)
  if (loop === null) return lines
  const first = lines.findIndex((line) => line.startsWith(`  ${String(loop + 1).padStart(3)}  `))
  return [
    ...lines.slice(0, first),
    style.strong(`  and then for ever, from state ${loop} back to it:`),
    ...lines.slice(first),
  ]
}

/** What makes a loop fair: each weakly fair action is taken somewhere in it, or is disabled somewhere. */
const fairnessLines = (style: Style, fairness: readonly LoopFairness[]): readonly string[] =>
  fairness.length === 0
    ? []
    : [
        "",
        style.strong(
          "  the loop is fair: each weakly fair action is taken in it, or is disabled somewhere in it",
        ),
        ...fairness.map(
          ({ action, enabled, taken }) =>
            `    ${action}  ${enabled} enabled, ${taken ? "taken" : "not taken"}`,
        ),
      ]
