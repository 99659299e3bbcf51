import type { Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { counted, number } from "../../properties/amount.ts"
import type { Campaign } from "../../properties/check/campaign.ts"
import { mutantsOf, type CampaignSpec } from "../../properties/check/campaign-spec.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated } from "../../properties/mutants/mutant.ts"
import type { Violation, Property } from "../../properties/property.ts"
import { refinement, unfitForEngine } from "../../properties/refinement.ts"
import { CannotWrite } from "../../traces/atomic-file.ts"
import { minimising, type Minimised } from "../../properties/shrink/minimise.ts"
import { printable } from "../../traces/printable.ts"
import { replay, type ViolationAt } from "../../traces/replay.ts"
import { keep } from "../../traces/store.ts"
import type { Counterexample } from "../../traces/write.ts"
import type { Style } from "../style.ts"
import { quoted, stepLines, swarmLine } from "../report.ts"

/**
 * What is said of one property that is false.
 *
 * Shape  `also` are the other properties that the same step violates. `steps` is the length of its counterexample, kept in `file`, or null where it could not be: `unsaved` says why.
 *        `schedule` is the number of the schedule that found it, and `reproduce` the line that finds it again; both are
 *        null for one that was kept before.
 */
export type Finding = {
  readonly property: Property
  readonly why: string
  readonly also: readonly Violation[]
  readonly steps: number
  readonly file: string | null
  readonly unsaved?: string
  readonly shortest: boolean
  readonly schedule: number | null
  readonly reproduce: string | null
  readonly config: Config
  readonly actions: readonly Action[]
  readonly lines: readonly string[]
}

/**
 * Makes the failing schedule of a campaign short, and keeps it; null if it does not fail a second time. Gives way now
 * and then; once `stop` is aborted it is kept as short as it has become.
 */
export function* findingOf(
  style: Style,
  spec: CampaignSpec,
  properties: readonly Property[],
  failure: NonNullable<Campaign["failure"]>,
  folder: string,
  configFile: string | null,
  stop: AbortSignal,
): Generator<void, Finding | null, void> {
  const { model, engine } = mutantsOf(spec)
  const protocolIn = mutated(mutantNamed(model ?? ""))
  const checked =
    unfitForEngine(failure.config, engine) === null
      ? [...properties, refinement(protocolIn, engine)]
      : properties
  const minimal = yield* minimising(protocolIn, checked, failure.config, failure.actions, {
    turns: failure.turns,
    isStopped: () => stop.aborted,
  })
  if (minimal === null) return null
  const { property, why } = minimal.violation
  const { states, violations } = replay(protocolIn(minimal.config), properties, minimal.run.actions)
  const also = besides(minimal.violation, violations)
  const saved = savedIn(folder, counterexampleOf(spec, failure, minimal, states))
  const again = reproduce(spec, failure, configFile)
  const steps = minimal.run.actions.length
  const from = failure.property === property.id ? "" : ` to a violation of ${failure.property}`
  return {
    property,
    why,
    also,
    steps,
    ...saved,
    shortest: minimal.minimality === "shortest",
    schedule: failure.number,
    reproduce: again,
    config: minimal.config,
    actions: minimal.run.actions,
    lines: [
      style.bad(`${property.id} ${property.name} violated at step ${minimal.violation.step} of ${steps}`),
      `  ${why}`,
      style.faint(`  ${property.why}`),
      ...alsoLines(style, also),
      "",
      ...stepLines(style, states, minimal.run.actions),
      "",
      `  drawn:     schedule ${number(failure.number)}${failure.on === "engine" ? " of the engine's" : ""}, by these weights: ${swarmLine(failure.swarm)}`,
      `  shrunk:    ${counted(failure.found, "action")} drawn${from}; ${failure.actions.length} after shrinking by fast-check; ${steps} after minimising: ${minimal.minimality}${minimal.minimality === "found" && stop.aborted ? ", as a signal stopped it" : ""}`,
      `  saved:     ${saved.file ?? style.bad(`not saved: ${printable(saved.unsaved)}`)}`,
      `  Reproduce: ${again}`,
      ...(saved.file === null ? [] : [`  Replay:    npx ftpair replay ${quoted(saved.file)}`]),
    ],
  }
}

/** What else the step violates that violated something. */
export const besides = (
  { property, step }: Pick<ViolationAt, "property" | "step">,
  violations: readonly ViolationAt[],
): readonly Violation[] =>
  violations.filter((other) => other.step === step && other.property.id !== property.id)

/** A line for each other property that the same step violates. */
export const alsoLines = (style: Style, also: readonly Violation[]): readonly string[] =>
  also.map(
    ({ property, why }) => `  ${style.bad(`and by the same step ${property.id} ${property.name}`)}: ${why}`,
  )

/** The file in which it is kept, or why it is in none: a finding is reported all the same. */
const savedIn = (
  folder: string,
  counterexample: Counterexample,
): { readonly file: string } | { readonly file: null; readonly unsaved: string } => {
  try {
    return { file: keep(folder, counterexample) }
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error
    return { file: null, unsaved: error.message }
  }
}

const counterexampleOf = (
  spec: CampaignSpec,
  { number: schedule, on }: NonNullable<Campaign["failure"]>,
  { config, run, violation, minimality }: Minimised,
  states: Counterexample["states"],
): Counterexample => ({
  property: violation.property.id,
  step: violation.step,
  why: violation.why,
  config,
  mutant: spec.mutant,
  ...(spec.side === "both" || spec.mutant === null ? {} : { side: spec.side }),
  actions: run.actions,
  ...(violation.loop === undefined ? {} : { loop: violation.loop }),
  states,
  found: `random: schedule ${schedule} of the seed${on === "engine" ? ", on the engine" : ""}`,
  seed: spec.seed,
  minimality,
  description: mutantNamed(spec.mutant ?? "")?.story ?? null,
})

/** The line that finds this failure again, on another machine as on this. */
const reproduce = (
  spec: CampaignSpec,
  { number: schedule, on }: NonNullable<Campaign["failure"]>,
  configFile: string | null,
): string =>
  [
    "npx ftpair check",
    ...(configFile === null ? [] : [`--config ${quoted(configFile)}`]),
    ...(spec.isWhole ? [] : spec.properties.map((id) => `--property ${id}`)),
    ...(spec.mutant === null ? [] : [`--mutant ${spec.mutant}`]),
    ...(spec.side === "both" ? [] : [`--side ${spec.side}`]),
    `--seed ${spec.seed}`,
    `${on === "engine" ? "--engine-runs" : "--runs"} ${schedule}`,
  ].join(" ")
