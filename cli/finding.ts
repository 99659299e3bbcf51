import type { Campaign } from "../properties/check/campaign.ts"
import type { CampaignSpec } from "../properties/check/campaign-spec.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { rulesOf } from "../properties/mutants/mutant.ts"
import type { Property } from "../properties/property.ts"
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
  const rules = rulesOf(mutantNamed(spec.mutant ?? ""))
  const minimal = minimise(rules, properties, failure.config, failure.actions)
  if (minimal === null) return null
  const { property, why } = minimal.breach
  const { states } = replay(rules, [property], minimal.config, minimal.run.actions)
  const file = keep(folder, counterexampleOf(spec, failure.number, minimal, states))
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
      `  drawn:     schedule ${number(failure.number)}; ${swarmLine(failure.swarm)}`,
      `  shrunk:    ${failure.found} actions${from}; ${failure.actions.length} by fast-check; ${steps}, ${minimal.minimality}`,
      `  saved:     ${file}`,
      `  Reproduce: ${reproduce(spec, failure.number, configFile)}`,
      `  Replay:    npx ftpair replay ${quoted(file)}`,
    ],
  }
}

const counterexampleOf = (
  spec: CampaignSpec,
  schedule: number,
  { config, run, breach, minimality }: Minimised,
  states: Counterexample["states"],
): Counterexample => ({
  property: breach.property.id,
  step: breach.step,
  why: breach.why,
  config,
  mutant: spec.mutant,
  actions: run.actions,
  states,
  found: `random: schedule ${schedule} of the seed`,
  seed: spec.seed,
  minimality,
  description: mutantNamed(spec.mutant ?? "")?.story ?? null,
})

/** The line that finds this failure again, on another machine as on this. */
const reproduce = (spec: CampaignSpec, schedule: number, configFile: string | null): string =>
  [
    "npx ftpair check",
    ...(configFile === null ? [] : [`--config ${quoted(configFile)}`]),
    ...(spec.isWhole ? [] : spec.properties.map((id) => `--property ${id}`)),
    ...(spec.mutant === null ? [] : [`--mutant ${spec.mutant}`]),
    `--seed ${spec.seed}`,
    `--runs ${schedule}`,
  ].join(" ")
