import type { Config } from "../model/config.ts"
import type { GhostIn, PartId } from "./ghost.ts"
import type { PairStep } from "./property.ts"

/**
 * A situation that must be reachable, or else a property holds vacuously. Each is counted in every run; one that is
 * never seen makes a verdict vacuous.
 *
 * Shape  `needs` says in which configurations it can be seen at all; left out: in every one with three hosts. `ofEntries`: it shows entries of logs. `part` is the part of
 *        the protocol that it is about, without which it cannot either. `ghost` is what it needs of the past beside.
 */
export type Witness = {
  readonly id: string
  readonly statement: string
  readonly part?: PartId
  readonly ofEntries?: true
  readonly needs?: (config: Config) => boolean
  readonly ghost?: GhostIn
  readonly seen: (step: PairStep) => boolean
}
