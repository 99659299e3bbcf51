import type { Config } from "../../model/config.ts"
import { catalogue } from "../catalogue.ts"
import { rulesOf, type Mutant } from "../mutants/mutant.ts"
import { witnesses } from "../witnesses.ts"
import type { Judge } from "./run.ts"

/**
 * What a campaign checks, in words that can be sent to a worker.
 *
 * Shape  `mutant` names a mutant, or null for the protocol itself; `config` is null where clusters are drawn;
 *        `properties` are ids of the catalogue, and `isWhole` whether they are all of it.
 */
export type CampaignSpec = {
  readonly seed: string
  readonly mutant: string | null
  readonly config: Config | null
  readonly properties: readonly string[]
  readonly isWhole: boolean
}

/** By what the schedules of a campaign are judged. */
export const judgeFor = (
  { mutant, properties }: CampaignSpec,
  mutantNamed: (name: string) => Mutant | null,
): Judge => ({
  rules: rulesOf(mutant === null ? null : mutantNamed(mutant)),
  properties: catalogue.filter(({ id }) => properties.includes(id)),
  witnesses,
})
