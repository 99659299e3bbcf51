import { field, type Field, type Fields } from "../../field.ts"
import type { HostId } from "../../ids.ts"

// What time keeps of copies and pairs: clocks that stop at their deadlines, and no time of day.

declare module "../../copy.ts" {
  interface Copy {
    /** The host whose heartbeats a copy that listens monitors; null for one that does not. */
    readonly watch?: HostId | null
    /** For how many ticks that host has not been heard. */
    readonly heartbeatSilence?: number
    /** For how many ticks the channel has been silent. */
    readonly logSilence?: number
    /** For how many ticks the copy has been able to do what its phase obliges it to. */
    readonly obligation?: number
  }
}

declare module "../../pair.ts" {
  interface Pair {
    /** For how many ticks a restart by HA has been possible. */
    readonly haWait?: number
  }
}

const clock = field({ tag: "count", min: 0 })

/** What each copy has: what begins or changes it sets them (clocks.ts). */
export const copyClocks: Fields = {
  watch: { ...field({ tag: "host" }), isNullable: true },
  heartbeatSilence: clock,
  logSilence: clock,
  obligation: clock,
}

const fromZero: Field = { ...clock, initially: ({ time }) => (time === undefined ? undefined : 0) }

export const pairClocks: Fields = { haWait: fromZero }
