import type { Generation } from "./ids.ts"

/**
 * One non-deterministic event of the guest, recorded by the Primary of `generation` at position `index` (from
 * 1). Entry *i* makes the guest produce output *i*, which depends on entries 1 to *i* only.
 */
export type Entry = { readonly generation: Generation; readonly index: number }

/** What a copy has recorded or received, in order. In a correct log entry *i* has index *i*. */
export type Log = readonly Entry[]

export const append = (log: Log, entry: Entry): Log => [...log, entry]

/** The first `length` entries. */
export const prefix = (log: Log, length: number): Log => log.slice(0, length)

export const isSameEntry = (a: Entry, b: Entry): boolean =>
  a.generation === b.generation && a.index === b.index

/** Whether `log` begins with all of `start`. */
export const beginsWith = (log: Log, start: Log): boolean =>
  start.length <= log.length && start.every((entry, i) => isSameEntry(entry, log[i] as Entry))
