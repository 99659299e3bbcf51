import type { Config } from "../model/config.ts"
import { copyIdOf, type CopyId, type Generation, type HostId } from "../model/ids.ts"
import { advanced, freshLock, type Lock } from "../model/lock.ts"

/**
 * The arbitration alone, for implementations of a lock and nothing else: one lock, one contender on each host, hosts
 * that fail, stand still or lose their storage, and time, which entitles nobody. What a contender wins and loses by
 * here is `TryLock` of the whole protocol.
 *
 * Source  FT-11 in docs/spec/core.md.
 */
export type LockState = {
  readonly hosts: Readonly<Record<HostId, LockHost>>
  readonly lock: Lock
  readonly copies: Readonly<Record<CopyId, Contender>>
}

type LockHost = { readonly up: boolean; readonly storage: boolean; readonly paused: boolean }

/**
 * A contender.
 *
 * Shape  `belief` is what it takes for true, which may be so no longer; `generation` is the one that it believes in: a
 *        holder at an older generation than the lock's is stale, and anyone who is shown it can see that.
 */
type Contender = {
  readonly host: HostId
  readonly belief: "none" | "contending" | "holds"
  readonly generation: Generation
}

export type LockAction =
  | { readonly kind: "Contend"; readonly copy: CopyId; readonly generation: Generation }
  | { readonly kind: "TryLock"; readonly copy: CopyId }
  | {
      readonly kind: "FailHost" | "LoseStorage" | "RestoreStorage" | "Pause" | "Resume"
      readonly host: HostId
    }
  | { readonly kind: "Advance"; readonly ms: number }

/** Every kind of action of the profile. */
export const lockKinds = [
  "Contend",
  "TryLock",
  "RestoreStorage",
  "Resume",
  "Advance",
  "Pause",
  "FailHost",
  "LoseStorage",
] as const satisfies readonly LockAction["kind"][]

/** By what an action of the profile is refused. */
export type LockGuard = "unknown" | "down" | "paused" | "phase" | "storage" | "connected" | "running"

type LockOutcome =
  { readonly tag: "next"; readonly state: LockState } | { readonly tag: "refused"; readonly guard: LockGuard }

/** A contender on each host of a cluster, the lock untouched. */
export const initialLock = ({ hosts, pairs }: Config): LockState => ({
  hosts: Object.fromEntries(
    hosts.map(({ id }): [HostId, LockHost] => [id, { up: true, storage: true, paused: false }]),
  ),
  lock: freshLock,
  copies: Object.fromEntries(
    hosts.map(({ id }, n): [CopyId, Contender] => [
      copyIdOf(pairs[0]?.id ?? "p1", n + 1),
      { host: id, belief: "none", generation: freshLock.generation },
    ]),
  ),
})

/** The step relation of the profile: pure and total. */
export const lockStep = (state: LockState, action: LockAction): LockOutcome => {
  if (action.kind === "Advance") return next(state)
  return "copy" in action ? ofContender(state, action) : ofHost(state, action)
}

const ofContender = (
  state: LockState,
  action: Extract<LockAction, { readonly copy: CopyId }>,
): LockOutcome => {
  const copy = state.copies[action.copy]
  const host = copy === undefined ? undefined : state.hosts[copy.host]
  if (copy === undefined || host === undefined) return refused("unknown")
  if (!host.up) return refused("down")
  if (host.paused) return refused("paused")
  if ((action.kind === "Contend") === (copy.belief === "contending")) return refused("phase")
  if (action.kind === "Contend")
    return next(believing(state, action.copy, { belief: "contending", generation: action.generation }))
  if (!host.storage) return refused("storage")

  if (state.lock.generation !== copy.generation)
    return next(believing(state, action.copy, { belief: "none" }))
  const lock = advanced(state.lock, action.copy)
  return next(believing({ ...state, lock }, action.copy, { belief: "holds", generation: lock.generation }))
}

const ofHost = (
  state: LockState,
  { kind, host: id }: Extract<LockAction, { readonly host: HostId }>,
): LockOutcome => {
  const host = state.hosts[id]
  if (host === undefined) return refused("unknown")
  const changed = (change: Partial<LockHost>): LockState => ({
    ...state,
    hosts: { ...state.hosts, [id]: { ...host, ...change } },
  })
  switch (kind) {
    case "FailHost":
      return host.up ? next(withoutContender(changed({ up: false, paused: false }), id)) : refused("down")
    case "LoseStorage":
      if (!host.up) return refused("down")
      return host.storage ? next(noticed(changed({ storage: false }), id)) : refused("storage")
    case "RestoreStorage":
      return host.storage ? refused("connected") : next(changed({ storage: true }))
    case "Pause":
      if (!host.up) return refused("down")
      return host.paused ? refused("paused") : next(changed({ paused: true }))
    case "Resume":
      return host.paused ? next(noticed(changed({ paused: false }), id)) : refused("running")
  }
}

/** A holder without storage is no longer sure, and contends; on a paused host it does not notice yet. */
const noticed = (state: LockState, id: HostId): LockState => {
  const host = state.hosts[id] as LockHost
  const holder = contenderOn(state, id)
  return holder === null || host.storage || host.paused || state.copies[holder]?.belief !== "holds"
    ? state
    : believing(state, holder, { belief: "contending" })
}

/** The contender of a failed host believes nothing any more; the lock that it held is held by nobody. */
const withoutContender = (state: LockState, id: HostId): LockState => {
  const gone = contenderOn(state, id)
  if (gone === null) return state
  const lock = state.lock.holder === gone ? { ...state.lock, holder: null } : state.lock
  return believing({ ...state, lock }, gone, { belief: "none" })
}

const contenderOn = (state: LockState, host: HostId): CopyId | null => {
  const found = Object.entries(state.copies).find(([, copy]) => copy.host === host)
  return found === undefined ? null : (found[0] as CopyId)
}

const believing = (state: LockState, id: CopyId, change: Partial<Contender>): LockState => ({
  ...state,
  copies: { ...state.copies, [id]: { ...(state.copies[id] as Contender), ...change } },
})

const next = (state: LockState): LockOutcome => ({ tag: "next", state })

const refused = (guard: LockGuard): LockOutcome => ({ tag: "refused", guard })
