import type { Campaign } from "../properties/check/campaign.ts"
import { mutantsOf, type CampaignSpec } from "../properties/check/campaign-spec.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { rulesOf } from "../properties/mutants/mutant.ts"
import type { Property } from "../properties/property.ts"
import { refinement } from "../properties/refinement.ts"
import { minimise, type Minimised } from "../traces/minimise.ts"
import { replay } from "../traces/replay.ts"
import { keep } from "../traces/store.ts"
import type { Counterexample } from "../traces/write.ts"
import type { Paper } from "./paper.ts"
import { number, quoted, stepLines, swarmLine } from "./report.ts"

/**
 * What is said of one property that is false.
 *
 * Shape  `steps` is the length of its counterexample, kept in `file`; `schedule` the number of the schedule that
 *        found it, or null for one that was kept before.
 */
export type Finding = {
  readonly property: Property
  readonly why: string
  readonly steps: number
  readonly file: string
  readonly shortest: boolean
  readonly schedule: number | null
  readonly lines: readonly string[]
}

/** Makes the failing schedule of a campaign short, and keeps it; null if it does not fail a second time. */
export const findingOf = (
  paper: Paper,
  spec: CampaignSpec,
  properties: readonly Property[],
  failure: NonNullable<Campaign["failure"]>,
  folder: string,
  configFile: string | null,
): Finding | null => {
  const { model, engine } = mutantsOf(spec)
  const rules = rulesOf(mutantNamed(model ?? ""))
  const asked = [...properties, refinement(rules, engine)]
  const minimal = minimise(rules, asked, failure.config, failure.actions)
  if (minimal === null) return null
  const { property, why } = minimal.breach
  const { states } = replay(rules, [property], minimal.config, minimal.run.actions)
  const file = keep(folder, counterexampleOf(spec, failure, minimal, states))
  const steps = minimal.run.actions.length
  const from = failure.property === property.id ? "" : ` to a breach of ${failure.property}`
  return {
    property,
    why,
    steps,
    file,
    shortest: minimal.minimality === "shortest",
    schedule: failure.number,
    lines: [
      paper.bad(`${property.id} ${property.name} breached at step ${minimal.breach.step} of ${steps}`),
      `  ${why}`,
      paper.faint(`  ${property.why}`),
      "",
      ...stepLines(paper, states, minimal.run.actions),
      "",
      `  drawn:     schedule ${number(failure.number)}${failure.on === "engine" ? " of the engine's" : ""}; ${swarmLine(failure.swarm)}`,
      `  shrunk:    ${failure.found} actions${from}; ${failure.actions.length} by fast-check; ${steps}, ${minimal.minimality}`,
      `  saved:     ${file}`,
      `  Reproduce: ${reproduce(spec, failure, configFile)}`,
      `  Replay:    npx ftpair replay ${quoted(file)}`,
    ],
  }
}

const counterexampleOf = (
  spec: CampaignSpec,
  { number: schedule, on }: NonNullable<Campaign["failure"]>,
  { config, run, breach, minimality }: Minimised,
  states: Counterexample["states"],
): Counterexample => ({
  property: breach.property.id,
  step: breach.step,
  why: breach.why,
  config,
  mutant: spec.mutant,
  ...(spec.side === "both" || spec.mutant === null ? {} : { side: spec.side }),
  actions: run.actions,
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
