import { match } from "ts-pattern"
import { describe } from "../../model/action.ts"
import { counted, number } from "../../properties/amount.ts"
import { readsMore } from "../../properties/distinctions.ts"
import type { Exploration, Explored } from "../../properties/explore/explore.ts"
import type { Scope } from "../../properties/explore/scope.ts"
import { isLiveness, type Property } from "../../properties/property.ts"
import { hasGhost, uncheckedWords } from "./unchecked.ts"
import { assuranceOf, type Conclusion } from "./verdict.ts"
import type { ExploredDivergence } from "./finding.ts"
import type { Style } from "../style.ts"
import { columns, notPromisedWords, paddedId, rates } from "../report.ts"

/** What a report has beside the exploration itself. */
export type Judgement = {
  readonly checked: readonly Property[]
  readonly unchecked: readonly Property[]
  readonly notPromised: readonly Property[]
  readonly seconds: number
  readonly conclusion: Conclusion
  readonly divergences: readonly ExploredDivergence[]
}

/** The whole report of an exploration, but its title. */
export const exploredLines = (
  style: Style,
  exploration: Exploration,
  explored: Explored,
  judged: Judgement,
): readonly string[] => {
  const { conclusion, divergences } = judged
  const listed = [...judged.checked, ...judged.unchecked]
  return [
    style.strong("properties"),
    ...judged.checked.map(
      (property) =>
        `  ${paddedId(property, listed)} ${property.name.padEnd(24)} ${propertyWords(style, explored, judged, property)}`,
    ),
    ...judged.unchecked.map((property) =>
      style.faint(`  ${paddedId(property, listed)} ${property.name.padEnd(24)} not checked`),
    ),
    ...uncheckedWords(exploration, judged.unchecked).map((words) => style.faint(`  ${words}`)),
    ...notPromisedWords(judged.notPromised).map((words) => style.faint(`  ${words}`)),
    ...livenessLines(style, explored),
    style.strong("witnesses, first seen at depth"),
    ...columns(witnessLines(style, explored)),
    style.strong("actions, states first reached : steps"),
    ...columns(actionLines(style, explored)),
    ...(conclusion.tag === "breached" ? conclusion.findings.flatMap(({ lines }) => ["", ...lines]) : []),
    ...(conclusion.tag === "divergence" ? conclusion.divergences : divergences).flatMap(({ words }) => [
      "",
      style.bad("the engine and the model disagree"),
      `  ${words}`,
    ]),
    "",
    ...closingLines(style, exploration, explored, judged),
  ]
}

const propertyWords = (style: Style, explored: Explored, judged: Judgement, property: Property): string => {
  const { end, liveness, suspected } = explored
  const { conclusion, divergences } = judged
  if (conclusion.tag === "breached" && conclusion.findings.some((found) => found.property === property))
    return style.bad("violated")
  if (divergences.some(({ property: id }) => id === property.id))
    return style.bad("violated, says the engine")
  if (suspected.includes(property.id))
    return style.bad(`violated by a longer run: --property ${property.id} shows it`)
  if (isLiveness(property) && liveness === "unknown") return style.warn("not decided on the graph")
  if (divergences.some(({ property: id }) => id === null)) return style.warn("held on the engine alone")
  if (end === "complete") return style.good("held")
  return style.warn(end === "violation" ? "held so far" : "held as far as explored")
}

/** What a mutant is explored with beside what the protocol is. */
const mutantWords = ({ config, among: kindsTaken }: Scope, checked: readonly Property[]): string => {
  const ids = checked.map(({ id }) => id).filter((id) => id === "S19" || readsMore([id]) || hasGhost(id))
  const among =
    config.time === undefined
      ? counted(kindsTaken.length, "kind of action", "kinds of action")
      : "core actions, the passing of time and what it is about"
  const properties =
    ids.length === 0 ? "" : `, and checked ${ids.join(", ").replace(/, (\w+)$/, " and $1")} too`
  return `the mutant is explored with ${among}${properties}; --actions and --property may say otherwise`
}

const livenessLines = (style: Style, { liveness }: Explored): readonly string[] => {
  if (liveness === null) return []
  if (liveness === "unknown")
    return [style.warn("liveness: the graph is too large to check, or nobody waited")]
  return [
    style.strong("liveness, of every weakly fair run: the kinds whose fairness each needs"),
    ...liveness.map(({ property, violation, needs }) =>
      violation === null
        ? `  ${property}  ${needs.length === 0 ? "no single kind" : needs.join(", ")}`
        : `  ${property}  ${style.bad(`violated: ${counted(violation.stem.length, "step")}, then ${violation.loop.length === 0 ? "nothing more" : `a loop of ${violation.loop.length}`}`)}`,
    ),
  ]
}

const witnessLines = (style: Style, { witnessedAt }: Explored): readonly string[] =>
  Object.entries(witnessedAt)
    .sort(([, a], [, b]) => (a ?? -1) - (b ?? -1))
    .map(([id, depth]) => {
      const text = `  ${id.padEnd(30)} ${String(depth ?? "never").padStart(11)}`
      return depth === null ? style.warn(text) : text
    })

const actionLines = (style: Style, explored: Explored): readonly string[] =>
  Object.entries(explored.kinds)
    .sort(([, a], [, b]) => a.generated - b.generated)
    .map(([kind, { distinct, generated }]) => {
      const text = `  ${kind.padEnd(22)} ${`${number(distinct)} : ${number(generated)}`.padStart(19)}`
      return generated === 0 ? style.warn(text) : text
    })

const closingLines = (
  style: Style,
  exploration: Exploration,
  explored: Explored,
  { seconds, conclusion, checked }: Judgement,
): readonly string[] => {
  const { states, standsFor, transitions, depth, bytes, highestGeneration } = explored
  const many = standsFor === states ? "" : ` standing for ${number(standsFor)}`
  const memory =
    bytes === null
      ? ""
      : `, ${number(Math.round(bytes / 2 ** 20))} MB (${counted(Math.round(bytes / Math.max(1, states)), "byte")} a state)`
  const speed = rates(seconds, { states })
  const bound = exploration.scope.config.bounds.generations
  return [
    `${verdictWords(style, conclusion)}  ${counted(states, "state")}${many}, ${counted(transitions, "transition")}, depth ${depth}, at most ${counted(explored.mostSuccessors, "way")} on; ${seconds.toFixed(1)} s on ${counted(explored.workers, "worker")}${speed}${memory}`,
    assuranceOf(exploration, explored, conclusion),
    ...comparedLines(explored),
    ...premiseLines(style, explored),
    ...(explored.isAsymmetric
      ? [style.warn("the rules at hand do not treat hosts and pairs alike: symmetry is off")]
      : []),
    ...(explored.scope.mutant === null ? [] : [style.faint(mutantWords(explored.scope, checked))]),
    ...(highestGeneration === null || explored.scope.quotient !== undefined
      ? []
      : [
          highestGeneration >= bound
            ? `the generation bound ${bound} was met: what lies beyond it was not explored`
            : `the generation bound ${bound} was never met: the highest is ${highestGeneration}`,
        ]),
    `terminal states: ${counted(explored.terminalStates, "state")}${explored.deadlocks === 0 ? "" : `, ${number(explored.deadlocks)} of them deadlocks`}${explored.waiting === 0 ? "" : `; found and not looked at: ${counted(explored.waiting, "state")}`}`,
    ...(exploration.fingerprint ? [collisionWords(explored)] : []),
  ]
}

/** What was seen of what a verdict about every run rests on. */
const premiseLines = (style: Style, { premises }: Explored): readonly string[] => {
  if (premises === null) return []
  const { states, breach } = premises
  return breach === null
    ? [
        `each state stands for all that go on alike: in ${counted(states, "state")} met without bounds, what stands for it leads to the same, by the model and the engine`,
      ]
    : [
        style.bad("what stands for states does not go on as they do: no verdict about every run"),
        `  ${breach.words}, after ${breach.actions.map(describe).join(" ")}`,
      ]
}

/** What the verdict of the engine says of the model. */
const comparedLines = ({ compared }: Explored): readonly string[] =>
  compared === null || compared.difference !== null
    ? []
    : [
        `explored by the packed engine, which answers every action as the model does in the ${counted(compared.states, "state")} where they were compared`,
      ]

/** The odds that two states were taken for one: n² / 2⁶⁴ for fingerprints of 63 bits. */
const collisionWords = ({ states }: Explored): string =>
  `states are distinguished by 63 bits: two were taken for one with a chance of about ${((states * states) / 2 ** 64).toExponential(1)}`

const verdictWords = (style: Style, conclusion: Conclusion): string =>
  match(conclusion)
    .with({ tag: "held" }, () => style.good("held"))
    .with({ tag: "vacuous" }, ({ missing }) => style.bad(`vacuous, never seen: ${missing.join(", ")}`))
    .with({ tag: "breached" }, ({ findings, isDeadlock }) => {
      const ids = findings.map(({ property }) => property.id).join(", ")
      return style.bad(`${isDeadlock ? "deadlock, " : ""}violated: ${ids}`)
    })
    .with({ tag: "divergence" }, () => style.bad("the engine and the model disagree"))
    .with({ tag: "inconclusive" }, () => style.warn("inconclusive, what was explored held"))
    .exhaustive()
