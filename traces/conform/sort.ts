import type { CopyId, PairId } from "../../model/ids.ts"
import { peerOf, primaryOf } from "../../model/pair.ts"
import { ftState } from "../../model/ft-state.ts"
import { running, type State } from "../../model/state.ts"
import { stranger } from "./atlas.ts"
import type { AskedAction } from "./profile.ts"

/**
 * Of which sort it is to ask an action: its kind; whether it is taken, or the guard that refuses it; and in which
 * phase the acting copy is, and the one at the other end of its channel, or how its pair stands.
 */
export const sortOf = (state: State, action: AskedAction, guard: string | null): string => {
  const { kind, copy: id, pair: pairId } = action
  const how = `${kind} ${guard ?? "taken"}`
  if (pairId !== undefined) {
    const pair = state.pairs[pairId as PairId]
    return pair === undefined
      ? how
      : `${how} ${ftState(pair)} ${pair.copies
          .map(({ phase }) => phase)
          .sort()
          .join("+")}`
  }
  if (id === undefined) return how
  const found = running(state, id as CopyId)
  if (found === null) return `${how}${stranger}`
  const { pair, copy } = found
  const end = copy.role === "primary" ? peerOf(pair, copy) : primaryOf(pair, copy)
  const far = end?.phase ?? (copy.channel === null ? "alone" : "gone")
  const age = copy.generation === pair.lock.generation ? "" : " stale"
  return `${how} ${copy.role} ${copy.phase} ${far}${age}`
}
