import type { Config } from "../../model/config.ts"
import type { ProtocolOf } from "../../model/protocol.ts"
import { catalogue } from "../catalogue.ts"
import { isPromised } from "../property.ts"
import { refinement, unfitForEngine } from "../refinement.ts"
import { mutated, type Mutant } from "../mutants/mutant.ts"
import { canBeSeen, witnesses } from "../witnesses.ts"
import type { JudgeOf } from "./run.ts"

/**
 * What a campaign checks, in words that can be sent to a worker.
 *
 * Shape  `mutant` names a mutant, or null for the protocol itself; `config` is null where clusters are drawn;
 *        `properties` are ids of the catalogue, and `isWhole` whether they are all of it. `side` is what the
 *        mutant breaks: the model, the engine, or both.
 */
export type CampaignSpec = {
  readonly seed: string
  readonly mutant: string | null
  readonly side: Side
  readonly config: Config | null
  readonly properties: readonly string[]
  readonly isWhole: boolean
}

export type Side = "model" | "engine" | "both"

/** The mutant of the model's rules in a campaign, and that of the engine; null where it is the protocol. */
export const mutantsOf = ({ mutant, side }: CampaignSpec) => ({
  model: side === "engine" ? null : mutant,
  engine: side === "model" ? null : mutant,
})

/**
 * What judges the schedules of a campaign: the chosen properties, and, where all are chosen, that the engine goes along
 * with the model, if it can take the cluster.
 */
export const judgeFor = (spec: CampaignSpec, mutantNamed: (name: string) => Mutant | null): JudgeOf => {
  const protocolIn = modelOf(spec, mutantNamed)
  const checked = catalogue.filter(({ id }) => spec.properties.includes(id))
  const isRefined = spec.isWhole && unfitForEngine(spec.config, mutantsOf(spec).engine) === null
  const properties = isRefined ? [...checked, refinement(protocolIn, mutantsOf(spec).engine)] : checked
  return (config) => ({
    protocol: protocolIn(config),
    properties: properties.filter((property) => isPromised(property, config)),
    witnesses: witnesses.filter((witness) => canBeSeen(witness, config)),
  })
}

/** The model's protocol in a campaign. */
export const modelOf = (spec: CampaignSpec, mutantNamed: (name: string) => Mutant | null): ProtocolOf => {
  const { model } = mutantsOf(spec)
  return mutated(model === null ? null : mutantNamed(model))
}
