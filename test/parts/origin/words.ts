import type { HostId } from "../../../model/ids.ts"
import type { KindEntry } from "../../../model/kind.ts"
import { field, type Fields } from "../../../model/field.ts"

// The words of a part that no product has: a copy remembers the host on which it was started, wherever it migrates.

declare module "../../../model/copy.ts" {
  interface Copy {
    readonly origin?: HostId
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

export const partFields: Readonly<Record<"state" | "host" | "pair" | "copy", Fields>> = {
  state: {},
  host: {},
  pair: {},
  copy: { origin: field({ tag: "host" }) },
}
