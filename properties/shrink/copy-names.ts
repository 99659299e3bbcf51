import type { Action } from "../../model/action.ts"
import { pairIdOf, type CopyId } from "../../model/ids.ts"
import { nextCopyId, type Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"

/**
 * What the copies of a run are called where some of its actions are left out: copies are numbered as they start, so
 * that the third copy of the original may be the second here.
 *
 * Shape  `renamed` is an action of the original, in the names that the copies have now. `note` is called for each
 *        action of the original, with the state before it, or null if it was not taken this time.
 */
export const copyNames = () => {
  const names = new Map<CopyId, CopyId>()
  const started = new Map<string, number>()
  return {
    renamed: (action: Action): Action =>
      "copy" in action ? { ...action, copy: names.get(action.copy) ?? action.copy } : action,
    note: (original: Action, before: State | null): void => {
      const pairId = startsCopyOf(original)
      if (pairId === null) return
      const n = (started.get(pairId) ?? 0) + 1
      started.set(pairId, n)
      if (before !== null) names.set(`${pairId}.${BigInt(n)}`, nextCopyId(before.pairs[pairId] as Pair))
    },
  }
}

const startsCopyOf = (action: Action): Pair["id"] | null => {
  if (action.kind === "PowerOn" || action.kind === "HaRestart") return action.pair
  return action.kind === "SpawnSecondary" ? pairIdOf(action.copy) : null
}
