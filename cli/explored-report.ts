import { coreKinds, kinds } from "../model/action.ts"
import type { Exploration, Explored } from "../properties/explore/explore.ts"
import type { Scope } from "../properties/explore/scope.ts"
import { isLiveness, type Property } from "../properties/property.ts"
import { exitCodes, type ExitCode } from "./exit.ts"
import { assuranceOf } from "./explore.ts"
import type { ExploredFindings } from "./explored-finding.ts"
import type { Paper } from "./paper.ts"
import { columns, number } from "./report.ts"

/** A scope in a few words. */
export const scopeWords = ({ config, among, mutant, symmetry, reduction }: Scope): string => {
  const { hosts, pairs, rules, bounds } = config
  const upTo = (bound: number): string => (bound === Infinity ? "any" : bound === 0 ? "none" : `≤ ${bound}`)
  const actions =
    among.length === kinds.length
      ? "all actions"
      : among === coreKinds
        ? "core actions"
        : `${among.length} kinds of action`
  const fences = among.includes("TestFailover") || among.includes("TestRestartSecondary")
  return [
    `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`,
    `${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"}`,
    ...(rules.length === 0 ? [] : [`${rules.length} ${rules.length === 1 ? "rule" : "rules"}`]),
    `log ≤ ${bounds.log}`,
    `generations ≤ ${bounds.generations}`,
    `faults ≤ ${bounds.faults}`,
    `power-off at generation ${upTo(bounds.powerOffUpTo)}`,
    ...(fences ? [`tests at generation ${upTo(bounds.fencesUpTo)}`] : []),
    actions,
    ...(mutant === null ? [] : [`mutant ${mutant}`]),
    ...(symmetry ? ["up to symmetry"] : []),
    ...(reduction ? ["reduced"] : []),
  ].join(", ")
}

/** The whole report of an exploration, but its title. */
export const exploredLines = (
  paper: Paper,
  exploration: Exploration,
  explored: Explored,
  found: ExploredFindings,
  told: {
    readonly asked: readonly Property[]
    readonly notAsked: readonly Property[]
    readonly seconds: number
    readonly code: ExitCode
  },
): readonly string[] => {
  const breached = new Set(found.findings.map(({ property }) => property.id))
  return [
    paper.strong("properties"),
    ...told.asked.map(({ id, name }) => {
      const verdict = breached.has(id) ? paper.bad("breached") : heldWords(paper, explored)
      return `  ${id.padEnd(4)} ${name.padEnd(24)} ${verdict}`
    }),
    ...told.notAsked.map(({ id, name }) => paper.faint(`  ${id.padEnd(4)} ${name.padEnd(24)} not asked`)),
    ...notAskedWords(paper, exploration, told.notAsked),
    ...livenessLines(paper, explored),
    paper.strong("witnesses, first seen at depth"),
    ...columns(witnessLines(paper, explored)),
    paper.strong("actions, states first reached : steps"),
    ...columns(actionLines(paper, explored)),
    ...found.findings.flatMap(({ lines }) => ["", ...lines]),
    ...found.divergences.flatMap((words) => [
      "",
      paper.bad("the engine and the model disagree"),
      `  ${words}`,
    ]),
    "",
    ...closingLines(paper, exploration, explored, told.seconds, told.code, breached),
  ]
}

const heldWords = (paper: Paper, { end }: Explored): string =>
  end === "complete"
    ? paper.good("held")
    : paper.warn(end === "breach" ? "held so far" : "held as far as explored")

const notAskedWords = (
  paper: Paper,
  { scope }: Exploration,
  notAsked: readonly Property[],
): readonly string[] => [
  ...(notAsked.some(isLiveness) && scope.reduction
    ? [paper.faint("  liveness is asked with --liveness or --no-reduction, of all that the protocol owes")]
    : []),
  ...(notAsked.some(({ id }) => id === "S18" || id === "S19")
    ? [
        paper.faint(
          "  S18 and S19 ask about the past, which multiplies the states: name them with --property",
        ),
      ]
    : []),
]

const livenessLines = (paper: Paper, { liveness }: Explored): readonly string[] => {
  if (liveness === null) return []
  if (liveness === "unknown") return [paper.warn("liveness: the graph is too large to ask")]
  return [
    paper.strong("liveness, of every weakly fair run: the kinds whose fairness each needs"),
    ...liveness.map(({ property, breach, needs }) =>
      breach === null
        ? `  ${property}  ${needs.length === 0 ? "no single kind" : needs.join(", ")}`
        : `  ${property}  ${paper.bad(`breached: ${breach.stem.length} steps, then ${breach.loop.length === 0 ? "nothing more" : `a loop of ${breach.loop.length}`}`)}`,
    ),
  ]
}

const witnessLines = (paper: Paper, { sightedAt }: Explored): readonly string[] =>
  Object.entries(sightedAt)
    .sort(([, a], [, b]) => (a ?? -1) - (b ?? -1))
    .map(([id, depth]) => {
      const text = `  ${id.padEnd(30)} ${String(depth ?? "never").padStart(11)}`
      return depth === null ? paper.warn(text) : text
    })

const actionLines = (paper: Paper, explored: Explored): readonly string[] =>
  Object.entries(explored.kinds)
    .sort(([, a], [, b]) => a.generated - b.generated)
    .map(([kind, { distinct, generated }]) => {
      const text = `  ${kind.padEnd(22)} ${`${number(distinct)} : ${number(generated)}`.padStart(19)}`
      return generated === 0 ? paper.warn(text) : text
    })

const closingLines = (
  paper: Paper,
  exploration: Exploration,
  explored: Explored,
  seconds: number,
  code: ExitCode,
  breached: ReadonlySet<string>,
): readonly string[] => {
  const { states, standsFor, transitions, depth, bytes, highestGeneration } = explored
  const many = standsFor === states ? "" : ` standing for ${number(standsFor)}`
  const memory =
    bytes === null
      ? ""
      : `, ${number(Math.round(bytes / 2 ** 20))} MB (${Math.round(bytes / Math.max(1, states))} bytes a state)`
  const bound = exploration.scope.config.bounds.generations
  return [
    `${verdictWords(paper, code, breached)}  ${number(states)} states${many}, ${number(transitions)} transitions, depth ${depth}, at most ${explored.mostSuccessors} ways on; ${seconds.toFixed(1)} s on ${explored.workers} ${explored.workers === 1 ? "worker" : "workers"} (${number(Math.round(states / seconds))} states/s)${memory}`,
    assuranceOf(exploration, explored, code),
    ...(highestGeneration === null
      ? []
      : [
          highestGeneration >= bound
            ? `the generation bound ${bound} was met: what lies beyond it was not explored`
            : `the generation bound ${bound} was never met: the highest is ${highestGeneration}`,
        ]),
    `${number(explored.ends)} states are ends of the scope${explored.deadlocks === 0 ? "" : `, and in ${number(explored.deadlocks)} of them something is still owed`}${explored.waiting === 0 ? "" : `; ${number(explored.waiting)} were found and not looked at`}`,
    ...(exploration.fingerprint ? [collisionWords(explored)] : []),
  ]
}

/** The odds that two states were taken for one: n² / 2⁶⁴ for fingerprints of 63 bits. */
const collisionWords = ({ states }: Explored): string =>
  `states are told apart by 63 bits: two were taken for one with a chance of about ${((states * states) / 2 ** 64).toExponential(1)}`

const verdictWords = (paper: Paper, code: ExitCode, breached: ReadonlySet<string>): string => {
  switch (code) {
    case exitCodes.ok:
      return paper.good("held")
    case exitCodes.inconclusive:
      return paper.warn("inconclusive, what was explored held")
    case exitCodes.divergence:
      return paper.bad("the engine and the model disagree")
    case exitCodes.deadlock:
      return paper.bad(`deadlock${breached.size === 0 ? "" : `, breached: ${[...breached].join(", ")}`}`)
    default:
      return paper.bad(`breached: ${[...breached].join(", ")}`)
  }
}
