import type { Config } from "../../model/config.ts"
import type { Capacity } from "./capacity.ts"

/**
 * A part of the protocol on the engine's side, by the name that it has in the model.
 *
 * Shape  `copyFields` are the numbers that it keeps of each copy, by the names of the model's fields, with the largest that
 *        each may be.
 */
export type PackedPart = {
  readonly id: string
  readonly isOn: (config: Config) => boolean
  readonly copyFields: (capacity: Capacity) => Readonly<Record<string, number>>
}
