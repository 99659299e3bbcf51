import type { HostId } from "../../../model/ids.ts"
import type { KindEntry } from "../../../model/kind.ts"
import { field, type Fields } from "../../../model/field.ts"

// The words of a part that no product has: a copy remembers the host on which it was started, wherever it migrates, and
// the one from which it came last; a pair, the host on which it was booted.

declare module "../../../model/copy.ts" {
  interface Copy {
    readonly origin?: HostId
    readonly movedFrom?: HostId | null
  }
}

declare module "../../../model/pair.ts" {
  interface Pair {
    readonly home?: HostId | null
  }
}

declare module "../../../model/config.ts" {
  interface Config {
    readonly origins?: boolean
  }
}

export const partAlphabet: Readonly<Record<string, KindEntry>> = {}

export const partGuards: Readonly<Record<string, string>> = {}

export const partRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {}

export const partSwitches: Fields = { origins: field({ tag: "flag" }) }

const hostOrNull = { ...field({ tag: "host" }), isNullable: true }

export const partFields: Readonly<Record<"state" | "host" | "pair" | "copy", Fields>> = {
  state: {},
  host: {},
  pair: {
    home: { ...hostOrNull, initially: ({ origins }) => (origins === true ? null : undefined) },
  },
  copy: { origin: field({ tag: "host" }), movedFrom: hostOrNull },
}
