import type { Campaign } from "../../properties/check/campaign.ts"
import type { CampaignSpec, Side } from "../../properties/check/campaign-spec.ts"
import { schedulesToAsk } from "../../properties/check/rarity.ts"
import type { Property } from "../../properties/property.ts"
import type { Witness } from "../../properties/witness.ts"
import type { Finding } from "./finding.ts"
import type { Stored } from "./stored.ts"
import type { OutputFlags } from "../output.ts"

/** The flags of `ftpair check`, as commander gives them. */
export type CheckFlags = OutputFlags & {
  readonly config?: string
  readonly property?: readonly string[]
  readonly mutant?: string
  readonly side?: Side
  readonly seed?: string
  readonly runs?: number
  readonly engineRuns?: number
  readonly time?: number
  readonly allowVacuous?: true
  readonly workers?: number
  readonly out?: string
}

/**
 * All that a check has come to.
 *
 * Shape  `notPromised` are properties that hold only on a condition which the cluster does not meet. `campaign` is null where stored runs have decided already, or where it was stopped before. `unseen` are the
 *        witnesses that were looked for and never seen, though so many schedules show them; `rare` those that take
 *        more; `isIdle`, that the protocol took no step in any schedule; `unchecked` the properties that nothing
 *        checked, and `unasked` those of them that would have been, had any cluster that was drawn promised them; `isRepeatable` is false if a schedule failed once, and not again; `drawingSeconds` is the part of
 *        `seconds` in which schedules were run.
 */
export type Checked = {
  readonly spec: CampaignSpec
  readonly properties: readonly Property[]
  readonly notPromised: readonly Property[]
  readonly wanted: readonly Witness[]
  readonly stored: Stored
  readonly campaign: Campaign | null
  readonly findings: readonly Finding[]
  readonly unseen: readonly Witness[]
  readonly rare: readonly Witness[]
  readonly unchecked: readonly Property[]
  readonly unasked: readonly Property[]
  readonly isIdle: boolean
  readonly reproduce: string
  readonly workers: number
  readonly isRepeatable: boolean
  readonly isStopped: boolean
  readonly seconds: number
  readonly drawingSeconds: number
}

/** The properties that no cluster has promised, though so many were drawn that some should have. */
export const neverAsked = ({ unasked, campaign }: Checked): readonly Property[] =>
  (campaign?.schedules ?? 0) >= schedulesToAsk ? unasked : []

/** The properties that one finding violates, the reported one before the others of the same step. */
export const violatedBy = ({ property, also }: Finding): readonly Property[] => [
  property,
  ...also.map((other) => other.property),
]

/** The ids of the properties that a check has seen violated. */
export const violatedIn = ({ findings }: Checked): ReadonlySet<string> =>
  new Set(findings.flatMap(violatedBy).map(({ id }) => id))
