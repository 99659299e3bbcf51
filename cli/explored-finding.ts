import { describe, type Action } from "../model/action.ts"
import { catalogue } from "../properties/catalogue.ts"
import { actionsOf, type Exploration, type Explored } from "../properties/explore/explore.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { rulesOf } from "../properties/mutants/mutant.ts"
import type { Property } from "../properties/property.ts"
import { replay } from "../traces/replay.ts"
import { keep } from "../traces/store.ts"
import type { Counterexample } from "../traces/write.ts"
import type { Paper } from "./paper.ts"
import { quoted, stepLines } from "./report.ts"

/** A property that an exploration found false, with the file that keeps its counterexample. */
export type ExploredFinding = {
  readonly property: Property
  readonly why: string
  readonly steps: number
  readonly file: string
  readonly lines: readonly string[]
}

/** What was found: breaches that the model confirms, and in one sentence each those that it does not. */
export type ExploredFindings = {
  readonly findings: readonly ExploredFinding[]
  readonly divergences: readonly string[]
}

/**
 * Every run that was found, judged by the model. One that the model takes and finds nothing wrong with, or does
 * not take, is a difference between the engine and the model, and no breach.
 */
export const exploredFindings = (
  paper: Paper,
  exploration: Exploration,
  explored: Explored,
  folder: string,
): ExploredFindings => {
  const findings: ExploredFinding[] = []
  const divergences: string[] = []
  for (const { id, actions, loop } of runsIn(exploration, explored)) {
    if (findings.some(({ property }) => property.id === id)) continue
    const judged = judge(exploration, id, actions)
    if (typeof judged === "string") divergences.push(judged)
    else findings.push(findingOf(paper, exploration, { ...judged, actions, loop }, folder))
  }
  return { findings, divergences }
}

type Run = { readonly id: string; readonly actions: readonly Action[]; readonly loop: number | null }

const runsIn = ({ scope }: Exploration, { breaches, liveness }: Explored): readonly Run[] => [
  ...breaches.map(({ property, actions }) => ({ id: property, actions, loop: null })),
  ...(liveness === null || liveness === "unknown" ? [] : liveness).flatMap(({ property, breach }) =>
    breach === null
      ? []
      : [
          {
            id: property,
            actions: actionsOf(scope, [...breach.stem, ...breach.loop]),
            loop: breach.loop.length === 0 ? null : breach.stem.length,
          },
        ],
  ),
]

type Judged = {
  readonly property: Property
  readonly why: string
  readonly states: Counterexample["states"]
}

const judge = ({ scope }: Exploration, id: string, actions: readonly Action[]): Judged | string => {
  const property = catalogue.find((each) => each.id === id)
  if (property === undefined) throw new Error(`defect: ${id} is in no catalogue`)
  const rules = rulesOf(mutantNamed(scope.mutant ?? ""))
  const { states, breaches, refusal } = replay(rules, [property], scope.config, actions)
  const words = actions.map(describe).join(" ")
  if (refusal !== null)
    return `the engine takes ${words}, and the model refuses action ${refusal.step} by ${refusal.guard}`
  const [breach] = breaches
  return breach === undefined
    ? `the engine finds ${id} breached after ${words}, and the model does not`
    : { property, why: breach.why, states }
}

const findingOf = (
  paper: Paper,
  { scope }: Exploration,
  {
    property,
    why,
    states,
    actions,
    loop,
  }: Judged & { readonly actions: readonly Action[]; readonly loop: number | null },
  folder: string,
): ExploredFinding => {
  const steps = actions.length
  const file = keep(folder, {
    property: property.id,
    step: steps,
    why,
    config: scope.config,
    mutant: scope.mutant,
    actions,
    states,
    found: "explore: breadth first",
    seed: null,
    minimality: "shortest",
    description: mutantNamed(scope.mutant ?? "")?.story ?? null,
    ...(loop === null ? {} : { loop }),
  })
  return {
    property,
    why,
    steps,
    file,
    lines: [
      paper.bad(`${property.id} ${property.name} breached after ${steps} steps: shortest`),
      `  ${why}`,
      paper.faint(`  ${property.why}`),
      "",
      ...stepLines(paper, states, actions),
      "",
      `  saved:   ${file}`,
      `  Replay:  npx ftpair replay ${quoted(file)}`,
    ],
  }
}
