import type { Config } from "../../model/config.ts"
import type { FieldTypes } from "./fields.ts"

/**
 * A part of the protocol on the engine's side, by the name that it has in the model.
 *
 * Shape  `copyFields` are what it keeps of each copy, by the names of the model's fields.
 */
export type PackedPart = {
  readonly id: string
  readonly isOn: (config: Config) => boolean
  readonly copyFields: FieldTypes
}
