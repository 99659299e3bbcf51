import {
  initialLock,
  lockKinds,
  lockStep,
  type LockAction,
  type LockGuard,
  type LockState,
} from "./lock-model.ts"
import { fieldsOf, idsTo, value, type Json } from "./observation.ts"
import type { AskedAction, Profile } from "./profile.ts"

/** The arbitration alone. */
export const lockProfile: Profile<LockState> = {
  name: "lock",
  kinds: lockKinds,
  schema: fieldsOf({
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
  enabled: (_config, state, among) =>
    [...among]
      .flatMap((kind) => unaskedOf(state, kind))
      .filter((action) => lockStep(state, action as unknown as LockAction).tag === "next"),
  view: (state) => state,
  key: (state) => JSON.stringify(state),
  changes: (before, after) => differences(before, after, ""),
  mayRefuse: () => true,
  refusal: (kind, guard) => lockRefusal(kind, guard as LockGuard | "bound"),
  background: () => [],
}

/** When an action of a kind is refused by a guard: the sentences of docs/profiles.md. */
const lockRefusal = (kind: string, guard: LockGuard | "bound"): string => {
  switch (guard) {
    case "unknown":
      return "there is no such host or contender"
    case "down":
      return "the host has failed"
    case "paused":
      return "the host stands still"
    case "phase":
      return kind === "Contend" ? "it contends already" : "it does not contend"
    case "storage":
      return kind === "TryLock" ? "the lock cannot be reached" : "the host has lost its storage already"
    case "connected":
      return "the host has not lost its storage"
    case "running":
      return "the host does not stand still"
    case "bound":
      return "the lock's generation would exceed bounds.generations"
  }
}

/**
 * The actions of a kind that may happen unasked. Time alone changes nothing; a contender can have been shown each
 * generation that the lock has had.
 */
const unaskedOf = ({ hosts, copies, lock }: LockState, kind: string): readonly AskedAction[] => {
  if (kind === "Advance") return []
  if (kind === "TryLock") return Object.keys(copies).map((copy) => ({ kind, copy }))
  if (kind !== "Contend") return Object.keys(hosts).map((host) => ({ kind, host }))
  return Object.keys(copies).flatMap((copy) =>
    Array.from({ length: lock.generation }, (_, n) => ({ kind, copy, generation: n + 1 })),
  )
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
