import type { KindEntry } from "../../../model/kind.ts"
import { field, type Fields } from "../../../model/field.ts"

// The words of a part that no product has: it shows that a part can be put on the protocol in one place, and then goes
// through every layer. A copy that has recorded twice is weary, and records no more until an operator lets it rest. When
// the copies of a pair have recorded three times together, the pair is worn out, until it is booted anew.

declare module "../../../model/action.ts" {
  interface Alphabet {
    readonly Rest: { readonly actor: "operator"; readonly over: readonly ["copy"] }
  }
}

declare module "../../../model/guard-id.ts" {
  interface Guards {
    readonly weary: string
    readonly "worn-out": string
  }
}

declare module "../../../model/copy.ts" {
  interface Copy {
    readonly recorded?: number
  }
}

declare module "../../../model/pair.ts" {
  interface Pair {
    readonly toil?: number
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
  "worn-out": "the copies of the pair have recorded less than three times together since it was booted",
}

export const partRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Record: {
    weary: "it has recorded twice since it rested",
    "worn-out": "the copies of its pair have recorded three times together since it was booted",
  },
  Rest: { copy: "no such copy runs", nothing: "it has recorded nothing since it rested" },
}

export const partSwitches: Fields = { weariness: field({ tag: "flag" }) }

export const partFields: Readonly<Record<"state" | "host" | "pair" | "copy", Fields>> = {
  state: {},
  host: {},
  pair: {
    toil: {
      ...field({ tag: "count", min: 0 }),
      initially: ({ weariness }) => (weariness === true ? 0 : undefined),
    },
  },
  copy: { recorded: field({ tag: "count", min: 0 }) },
}
