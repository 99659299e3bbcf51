import type { Action } from "../../action.ts"
import type { Copy } from "../../copy.ts"
import { primaryOf, type Pair } from "../../pair.ts"
import type { Protocol } from "../../protocol.ts"
import { hostIdsOf, type State } from "../../state.ts"
import { isEnabledButFor } from "../../step.ts"
import { longest, type Time } from "./parameters.ts"

/** What must be done within so many ticks from when it is possible: one of these actions. */
type Obligation = { readonly actions: readonly Action[]; readonly within: number }

/** Whether one of the actions is enabled but for time: by the protocol's own rules, without the guard `early`. */
export const isPossible = (protocol: Protocol, state: State, actions: readonly Action[]): boolean =>
  actions.some((action) => isEnabledButFor(protocol, state, "early", action))

/**
 * What its phase obliges a copy to: to try the lock, a former Secondary after the go-live delay; to come into lockstep; to
 * start a Secondary. Null where nothing.
 */
export const obligationOf = (time: Time, state: State, pair: Pair, copy: Copy): Obligation | null => {
  switch (copy.phase) {
    case "contending":
      return { actions: [{ kind: "TryLock", copy: copy.id }], within: lockDeadline(time, copy) }
    case "syncing":
      return { actions: joinsOf(pair, copy), within: time.syncMax }
    case "live":
      return copy.channel === null
        ? {
            actions: hostIdsOf(state).map((host) => ({ kind: "SpawnSecondary", copy: copy.id, host })),
            within: time.respawnMax,
          }
        : null
    case "lockstep":
      return null
  }
}

/** What obliges HA: to restart the pair somewhere. */
export const restartOf = (time: Time, state: State, pair: Pair): Obligation => ({
  actions: hostIdsOf(state).map((host) => ({ kind: "HaRestart", pair: pair.id, host })),
  within: longest(time, time.haDelay),
})

/** Whoever was the Primary need not wait: nobody executes without the lock except it. */
const lockDeadline = (time: Time, { role }: Copy): number =>
  role === "secondary" ? longest(time, time.goLiveDelay) + time.lockMax : time.lockMax

/** The two steps by which a syncing copy comes into lockstep. */
const joinsOf = (pair: Pair, copy: Copy): readonly Action[] => {
  const primary = primaryOf(pair, copy)
  return [
    ...(primary === null ? [] : [{ kind: "BeginLockstep" as const, copy: primary.id }]),
    { kind: "JoinLockstep", copy: copy.id },
  ]
}
