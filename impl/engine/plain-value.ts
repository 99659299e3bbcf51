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
    holds.tag === "flag" || holds.tag === "count"
      ? Number(value)
      : holds.tag === "oneOf"
        ? holds.values.indexOf(String(value ?? none))
        : hostNumber(holds, value, hosts)
  if (number < 0) throw new CapacityExceeded(`the engine has no number for ${String(value)}`)
  return number
}

/** The value of the model for a number. */
export const valueFor = (holds: FieldType, number: number, hosts: readonly HostId[]): PlainValue => {
  switch (holds.tag) {
    case "flag":
      return number === 1
    case "count":
      return number
    case "oneOf":
      return orNull(holds.values[number])
    case "host":
      return number < holds.others.length
        ? orNull(holds.others[number])
        : (hosts[number - holds.others.length] ?? null)
  }
}

/** A host may be called as one of the others is: null is never a host, and a name is one rather than one of the others. */
const hostNumber = (
  { others }: Extract<FieldType, { readonly tag: "host" }>,
  value: PlainValue,
  hosts: readonly HostId[],
): number => {
  const host = hosts.indexOf(value as HostId)
  return host < 0 ? others.indexOf(String(value ?? none)) : others.length + host
}

/** How null is called where a field has it. */
const none = "none"

const orNull = (name: string | undefined): string | null =>
  name === undefined || name === none ? null : name
