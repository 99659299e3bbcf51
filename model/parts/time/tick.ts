import type { Copy } from "../../copy.ts"
import type { Pair } from "../../pair.ts"
import type { Check, Protocol, Reading } from "../../protocol.ts"
import { rule } from "../../rule.ts"
import { pairsOf, withEveryPair, type State } from "../../state.ts"
import { clocksOf, listens } from "./clocks.ts"
import { actionOnSilence, deadlinesOf, isChannelSilent, isHostSilent, mustAct } from "./detectors.ts"
import { isPossible, obligationOf, restartOf } from "./obligations.ts"
import type { Time } from "./parameters.ts"

/** One moment: a state, and what is possible in it. */
type Now = { readonly time: Time; readonly state: State; readonly protocol: Protocol }

/** Time passes for the whole cluster. */
const theCluster: Reading<unknown, null> = { read: () => null }

/**
 * Time passes by one tick, unless something is due: an enabled action that must be taken by now. Each clock counts the ticks for
 * which what it measures has lasted without a break, as it is before the tick; where it does not last, it is at 0.
 */
export const tick = (time: Time) =>
  rule("Tick", ["FT-04", "FT-05", "FT-06", "FT-07"], theCluster)
    .when(nothingDue(time))
    .effect((_cluster, state, protocol) => tickedIn({ time, state, protocol }))

const nothingDue = (time: Time): Check<unknown> => ({
  id: "due",
  holds: (_cluster, state, protocol) =>
    !pairsOf(state).some((pair) => isDue({ time, state, protocol }, pair)),
})

const isDue = (now: Now, pair: Pair): boolean => {
  const { time, state, protocol } = now
  const { actions, within } = restartOf(time, state, pair)
  return (
    ((pair.haWait ?? 0) >= within && isPossible(protocol, state, actions)) ||
    pair.copies.some((copy) => isToActOnSilence(now, copy) || isObliged(now, pair, copy))
  )
}

const isToActOnSilence = ({ time, state, protocol }: Now, copy: Copy): boolean => {
  const action = mustAct(time, copy) ? actionOnSilence(copy) : null
  return action !== null && isPossible(protocol, state, [action])
}

const isObliged = ({ time, state, protocol }: Now, pair: Pair, copy: Copy): boolean => {
  const obligation = obligationOf(time, state, pair, copy)
  return (
    obligation !== null &&
    clocksOf(copy).obligation >= obligation.within &&
    isPossible(protocol, state, obligation.actions)
  )
}

/** The state after the tick: the same one, if that changes nothing. */
const tickedIn = (now: Now): State => {
  const { state } = now
  const after = withEveryPair(state, (pair) => tickedPair(now, pair))
  return pairsOf(after).every((pair) => pair === state.pairs[pair.id]) ? state : after
}

const tickedPair = (now: Now, pair: Pair): Pair => {
  const { time, state, protocol } = now
  const restart = restartOf(time, state, pair)
  const haWait = clock(pair.haWait, restart.within, isPossible(protocol, state, restart.actions))
  const copies = pair.copies.map((copy) => tickedCopy(now, pair, copy))
  const isSame = haWait === pair.haWait && copies.every((copy, n) => copy === pair.copies[n])
  return isSame ? pair : { ...pair, haWait, copies }
}

const tickedCopy = (now: Now, pair: Pair, copy: Copy): Copy => {
  const { time, state, protocol } = now
  const before = clocksOf(copy)
  const deadlines = deadlinesOf(time, copy)
  const obligation = obligationOf(time, state, pair, copy)
  const heartbeatSilence = clock(
    before.heartbeatSilence,
    deadlines.heartbeats,
    listens(copy) && isHostSilent(state, copy),
  )
  const logSilence = clock(before.logSilence, deadlines.log, isChannelSilent(protocol, state, pair, copy))
  const obliged = clock(
    before.obligation,
    obligation?.within ?? 0,
    obligation !== null && isPossible(protocol, state, obligation.actions),
  )
  const isSame =
    heartbeatSilence === before.heartbeatSilence &&
    logSilence === before.logSilence &&
    obliged === before.obligation
  return isSame ? copy : { ...copy, heartbeatSilence, logSilence, obligation: obliged }
}

/** A clock after a tick. One tick beyond its deadline it stops: only a protocol that disregards deadlines comes so far. */
const clock = (before: number | undefined, deadline: number, goesOn: boolean): number =>
  goesOn ? Math.min((before ?? 0) + 1, deadline + 1) : 0
