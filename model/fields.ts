import type { Copy } from "./copy.ts"
import { field, type Field, type Fields } from "./field.ts"
import { ftState } from "./ft-state.ts"
import type { Host } from "./host.ts"
import type { Pair } from "./pair.ts"
import { partFields } from "./parts/fields.ts"
import type { State } from "./state.ts"

// What a state has, declared once: identity, the formats, what of a state may be observed, and the engine's packing follow.

const flag = field({ tag: "flag" })
const count = field({ tag: "count", min: 0 })
const generation = field({ tag: "count", min: 1 })
const text = field({ tag: "text" })
const host = field({ tag: "host" })
const copy = field({ tag: "copy" })
const peer = field({ tag: "peer" })
const log = field({ tag: "log" })
const links = field({ tag: "links" })
const word = (...words: readonly string[]): Field => field({ tag: "word", words })
const record = (fields: Fields): Field => field({ tag: "record", fields })
const group = (fields: Fields): Field => ({ ...field({ tag: "group", fields }), isNullable: true })
const each = (of: "host" | "pair" | "copy", fields: Fields): Field => field({ tag: "each", of, fields })

const orNull = (of: Field): Field => ({ ...of, isNullable: true })
/** It is not shown while it is empty. */
const orEmpty = (of: Field): Field => ({ ...of, isOptional: true })
/** It distinguishes no states. */
const book = (of: Field): Field => ({ ...of, distinguishes: false })
const hidden = (of: Field): Field => ({ ...of, isShown: false })
const derived = (of: Field, derive: (owner: never) => unknown): Field => ({
  ...of,
  distinguishes: false,
  derived: derive,
})

/** The fields that parts add. */
const ofParts = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, { ...of, isOptional: true }]))

/** A field for each that a value of this type has, and others that are derived. */
type FieldsOf<A> = { readonly [F in keyof A]: Field } & Fields

const hostFields: FieldsOf<Host> = { up: flag, storage: flag, maintenance: flag, ...ofParts(partFields.host) }

const copyFields: FieldsOf<Omit<Copy, "id">> = {
  host,
  role: word("primary", "secondary"),
  phase: word("syncing", "lockstep", "contending", "live"),
  generation,
  log,
  released: count,
  channel: group({ peer, delivered: count, acked: count }),
  ...ofParts(partFields.copy),
}

const pairFields: FieldsOf<Omit<Pair, "id">> = {
  ft: word("notConfigured", "disabled", "enabled"),
  power: word("on", "off"),
  state: derived(
    word("notConfigured", "disabled", "enabled", "needSecondary", "starting", "running"),
    ftState,
  ),
  reason: book(orNull(text)),
  registered: book(record({ primary: host, secondary: orNull(host) })),
  lock: record({ generation, holder: orNull(copy) }),
  copies: each("copy", copyFields),
  observed: log,
  started: hidden(book(count)),
  interventions: hidden(book(count)),
  ...ofParts(partFields.pair),
}

export const stateFields: FieldsOf<State> = {
  hosts: each("host", hostFields),
  cut: links,
  exposed: orEmpty(links),
  rules: orEmpty(field({ tag: "rules" })),
  pairs: each("pair", pairFields),
  faults: hidden(count),
  ...ofParts(partFields.state),
}
