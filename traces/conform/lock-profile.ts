import {
  initialLock,
  lockKinds,
  lockStep,
  type LockAction,
  type LockState,
} from "../../model/lock-profile.ts"
import { fieldsOf, idsTo, value, type Json } from "./observation.ts"
import type { Profile } from "./profile.ts"

/** The arbitration alone. */
export const lockProfile: Profile<LockState> = {
  name: "lock",
  kinds: lockKinds,
  sight: fieldsOf({
    hosts: idsTo(fieldsOf({ up: value, storage: value, paused: value })),
    lock: fieldsOf({ generation: value, holder: value }),
    copies: idsTo(fieldsOf({ host: value, belief: value, generation: value })),
  }),
  initial: initialLock,
  step: ({ bounds }, state, action) => {
    const outcome = lockStep(state, action as unknown as LockAction)
    return outcome.tag === "next" && outcome.state.lock.generation > bounds.generations
      ? { tag: "refused", guard: "bound" }
      : outcome
  },
  matching: (_config, _state, action) => [action],
  enabled: () => [],
  view: (state) => state,
  key: (state) => JSON.stringify(state),
  changes: (before, after) => differences(before, after, ""),
}

/** Each value that is not as it was, by its path. */
const differences = (before: Json | undefined, after: Json | undefined, at: string): readonly string[] => {
  if (before === after) return []
  if (!isRecord(before) || !isRecord(after))
    return [`${at} ${JSON.stringify(before)} → ${JSON.stringify(after)}`]
  return Object.keys(after).flatMap((name) =>
    differences(before[name], after[name], at === "" ? name : `${at}.${name}`),
  )
}

const isRecord = (json: Json | undefined): json is { readonly [field: string]: Json | undefined } =>
  typeof json === "object" && json !== null && !Array.isArray(json)
