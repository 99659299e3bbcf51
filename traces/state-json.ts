import type { Channel, Copy } from "../model/copy.ts"
import type { Field, Fields } from "../model/field.ts"
import { stateFields } from "../model/fields.ts"
import type { FtState } from "../model/ft-state.ts"
import type { Host } from "../model/host.ts"
import { endsOf, type CopyId, type HostId, type LinkId, type PairId } from "../model/ids.ts"
import type { Log } from "../model/log.ts"
import type { Pair } from "../model/pair.ts"
import type { State } from "../model/state.ts"

type LogJson = readonly (readonly [generation: number, index: number])[]

type CopyJson = Omit<Copy, "id" | "log" | "channel"> & { readonly log: LogJson } & Partial<Channel>

type PairJson = Pick<Pair, "ft" | "power" | "registered" | "lock"> & {
  readonly state: FtState
  readonly reason: string | null
  readonly copies: Readonly<Record<CopyId, CopyJson>>
  readonly observed: LogJson
}

/** A cluster at one moment, as JSON: what a replay reports, and what a foreign implementation answers with. */
export type StateJson = {
  readonly hosts: Readonly<Record<HostId, Pick<Host, keyof Host>>>
  readonly cut: readonly (readonly [HostId, HostId])[]
  readonly exposed?: readonly (readonly [HostId, HostId])[]
  readonly rules?: readonly number[]
  readonly pairs: Readonly<Record<PairId, PairJson>>
}

export const stateJsonOf = (state: State): StateJson => jsonOf(stateFields, state) as unknown as StateJson

// States share what a step did not change, and so do their JSON.
const known = new WeakMap<object, unknown>()

const kept = <A extends object>(value: A, make: (value: A) => unknown): unknown => {
  const before = known.get(value)
  if (before !== undefined) return before
  const made = make(value)
  known.set(value, made)
  return made
}

type Json = Readonly<Record<string, unknown>>

/** The fields of a thing that are shown. */
const jsonOf = (fields: Fields, owner: object): Json => {
  const json: Record<string, unknown> = {}
  for (const name in fields) {
    const field = fields[name] as Field
    if (!field.isShown) continue
    const value =
      field.derived === null ? (owner as Json)[name] : (field.derived as (of: object) => unknown)(owner)
    if (value === undefined) continue
    if (field.tag === "group") {
      if (value !== null) Object.assign(json, jsonOf(field.fields, value))
      continue
    }
    const made = value === null ? null : valueJson(field, value)
    if (field.isOptional && Array.isArray(made) && made.length === 0) continue
    json[name] = made
  }
  return json
}

const valueJson = (field: Field, value: unknown): unknown => {
  switch (field.tag) {
    case "log":
      return kept(value as Log, (log) => log.map(({ generation, index }) => [generation, index] as const))
    case "links":
      return (value as readonly LinkId[]).map(endsOf)
    case "rules":
      return (value as State["rules"]).flatMap((isInForce, n) => (isInForce ? [n + 1] : []))
    case "record":
      return jsonOf(field.fields, value as object)
    case "each":
      return Object.fromEntries(
        (Array.isArray(value)
          ? (value as readonly { readonly id: string }[]).map((one) => [one.id, one] as const)
          : Object.entries(value as Readonly<Record<string, object>>)
        ).map(([id, one]) => [id, kept(one, (owner) => jsonOf(field.fields, owner))]),
      )
    default:
      return value
  }
}
