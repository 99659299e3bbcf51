import type { HostId } from "../../model/ids.ts"
import { CapacityExceeded } from "./capacity.ts"
import type { FieldType } from "./fields.ts"

/** What the model has in a field that holds one plain value. */
export type PlainValue = boolean | number | string | null

/**
 * The number that a field has for a value of the model. Null is called "none"; what is absent is 0. Throws CapacityExceeded for
 * a value that the field does not have.
 */
export const numberFor = (
  holds: FieldType,
  value: PlainValue | undefined,
  hosts: readonly HostId[],
): number => {
  if (value === undefined) return 0
  const number =
    holds.tag === "flag" || holds.tag === "count" ? Number(value) : placeOf(holds, value ?? "none", hosts)
  if (number < 0) throw new CapacityExceeded(`the engine has no number for ${String(value)}`)
  return number
}

/** The value of the model for a number. */
export const valueFor = (holds: FieldType, number: number, hosts: readonly HostId[]): PlainValue => {
  if (holds.tag === "flag") return number === 1
  if (holds.tag === "count") return number
  const name = namesIn(holds, hosts)[number]
  return name === undefined || name === "none" ? null : name
}

const placeOf = (holds: Named, value: Exclude<PlainValue, null>, hosts: readonly HostId[]): number =>
  namesIn(holds, hosts).indexOf(String(value))

type Named = Extract<FieldType, { readonly tag: "oneOf" | "host" }>

const namesIn = (holds: Named, hosts: readonly HostId[]): readonly string[] =>
  holds.tag === "oneOf" ? holds.values : [...holds.others, ...hosts]
