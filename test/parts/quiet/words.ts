import type { HostId } from "../../../model/ids.ts"
import type { KindEntry } from "../../../model/kind.ts"
import { field, type Fields } from "../../../model/field.ts"

// The words of a part that no product has, with fields of hosts and of the cluster: an operator may hush two hosts, on
// which no copy records any more. A host remembers which one was hushed before it, the cluster which one last.

declare module "../../../model/action.ts" {
  interface Alphabet {
    readonly Hush: { readonly actor: "operator"; readonly over: readonly ["host"] }
  }
}

declare module "../../../model/guard-id.ts" {
  interface Guards {
    readonly quiet: string
    readonly enough: string
  }
}

declare module "../../../model/host.ts" {
  interface Host {
    readonly quiet?: boolean
    readonly hushedAfter?: HostId | null
  }
}

declare module "../../../model/state.ts" {
  interface State {
    readonly hushes?: number
    readonly hushedLast?: HostId | null
  }
}

declare module "../../../model/config.ts" {
  interface Config {
    readonly hushing?: boolean
  }
}

export const partAlphabet: Readonly<Record<string, KindEntry>> = {
  Hush: { actor: "operator", over: ["host"] },
}

export const partGuards: Readonly<Record<string, string>> = {
  quiet: "the host is not hushed",
  enough: "less than two hosts are hushed",
}

export const partRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Record: { quiet: "its host is hushed" },
  Hush: { quiet: "it is hushed", enough: "two hosts are hushed" },
}

export const partSwitches: Fields = { hushing: field({ tag: "flag" }) }

/** A field with this value in the initial state, where the part is on. */
const from = (value: unknown, of: Fields[string]): Fields[string] => ({
  ...of,
  initially: ({ hushing }) => (hushing === true ? value : undefined),
})

const hostOrNull = { ...field({ tag: "host" }), isNullable: true }

export const partFields: Readonly<Record<"state" | "host" | "pair" | "copy", Fields>> = {
  state: { hushes: from(0, field({ tag: "count", min: 0 })), hushedLast: from(null, hostOrNull) },
  host: { quiet: from(false, field({ tag: "flag" })), hushedAfter: from(null, hostOrNull) },
  pair: {},
  copy: {},
}
