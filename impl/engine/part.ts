import type { Config } from "../../model/config.ts"
import type { FieldTypes } from "./fields.ts"

/** What a field may be of, as in the model: the cluster, each host, each pair, each copy. */
export type Owner = "state" | "host" | "pair" | "copy"

/**
 * A part of the protocol on the engine's side, by the name that it has in the model.
 *
 * Shape  `fields` are what it keeps in a configuration that it is on in, by the names of the model's fields. In the initial state
 *        each is at its number 0.
 */
export type PackedPart = {
  readonly id: string
  readonly isOn: (config: Config) => boolean
  readonly fields: (config: Config) => { readonly [O in Owner]?: FieldTypes }
}
