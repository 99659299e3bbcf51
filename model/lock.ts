import type { CopyId, Generation } from "./ids.ts"

/**
 * The lock of one pair, on shared storage. It outlives every host. A copy that wants to go on alone advances it, by one
 * atomic test-and-set, from the generation that it believes in; so it never needs clearing, and a copy of an older
 * generation can never win again (FT-11).
 *
 * Shape   `holder` is the copy that made the latest advance, or null: nobody yet, or that copy is gone.
 * Source  FT-11 in docs/spec/core.md, after Scales et al. 2010, section 2.3.
 */
export type Lock = { readonly generation: Generation; readonly holder: CopyId | null }

export const freshLock: Lock = { generation: 1, holder: null }

/** The lock after `holder` has advanced it. */
export const advanced = (lock: Lock, holder: CopyId | null): Lock => ({
  generation: lock.generation + 1,
  holder,
})
