import type { KindEntry } from "../../../model/kind.ts"
import { field, type Fields } from "../../../model/field.ts"

// The words of a part that no product has: it shows that a part can be put on the protocol in one place, and then goes
// through every layer. A copy that has recorded twice is weary, and records no more until an operator lets it rest.

declare module "../../../model/action.ts" {
  interface Alphabet {
    readonly Rest: { readonly actor: "operator"; readonly over: readonly ["copy"] }
  }
}

declare module "../../../model/guard-id.ts" {
  interface Guards {
    readonly weary: string
  }
}

declare module "../../../model/copy.ts" {
  interface Copy {
    readonly recorded?: number
  }
}

declare module "../../../model/config.ts" {
  interface Config {
    readonly weariness?: boolean
  }
}

export const partAlphabet: Readonly<Record<string, KindEntry>> = {
  Rest: { actor: "operator", over: ["copy"] },
}

export const partGuards: Readonly<Record<string, string>> = {
  weary: "the copy has recorded less than twice since it rested",
}

export const partRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Record: { weary: "it has recorded twice since it rested" },
  Rest: { copy: "no such copy runs", nothing: "it has recorded nothing since it rested" },
}

export const partSwitches: Fields = { weariness: field({ tag: "flag" }) }

export const partFields: Readonly<Record<"state" | "host" | "pair" | "copy", Fields>> = {
  state: {},
  host: {},
  pair: {},
  copy: { recorded: field({ tag: "count", min: 0 }) },
}
