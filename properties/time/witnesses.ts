import type { Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import { couldTake } from "../eligibility.ts"
import { copyAt, copyNamed, leads, nearEnd, reportedState, withStorage } from "../evidence.ts"
import type { GhostIn } from "../ghost.ts"
import { ghostIn, type PairStep } from "../property.ts"
import type { Witness } from "../witness.ts"
import { detectorsOf, type TimeBounds } from "./bounds.ts"
import { lasting, timedOf } from "./counters.ts"
import { mayBeRestarted } from "./ghosts.ts"
import { dualExecution, staleStays, unrestored, waitingForFailover, type Measure } from "./measures.ts"
import { heardBy, isChannelSilent, isHostSilent, isListening } from "./silence.ts"

// Situations of time, without which its properties would hold for nothing.

const threeHosts = ({ hosts }: Config): boolean => hosts.length >= 3

/** In clusters of three hosts whose times are such. */
const where =
  (holds: (bounds: TimeBounds) => boolean) =>
  (config: Config): boolean =>
    threeHosts(config) && holds(timedOf(config).bounds)

const mayOverlap = where(({ dualExecution: ticks }) => ticks > 0)

const mustWait = where(({ goLiveLeast }) => goLiveLeast > 0)

/** Whether what is measured has lasted for as long as it may. */
const isInFull = <V>(measure: Measure<V>, seen: PairStep): boolean => {
  const { config, step, after } = seen
  const ticks = measure.reached(ghostIn(measure.ghost, seen).after, config, step.after, after)
  return ticks === measure.bound(timedOf(config).bounds)
}

/** For how many ticks any two copies have executed at once, one stale Primary after the other. */
const overlap: GhostIn<number> = lasting(
  "overlap",
  (bounds) => 2 * bounds.dualExecution,
  (_timed, _state, { copies }) => copies.filter(leads).length > 1,
)

export const timeWitnesses: readonly Witness[] = [
  {
    id: "silent-log-beside-heartbeats",
    statement: "A copy in lockstep may suspect by the silence of its channel alone: the heartbeats are fine.",
    seen: ({ config, step: { after: state }, after: { copies } }) =>
      copies.some(
        ({ phase, role, host, watch = null, heartbeatSilence, logSilence = 0 }) =>
          phase === "lockstep" &&
          heartbeatSilence === 0 &&
          watch !== null &&
          !isHostSilent(state, watch, host) &&
          logSilence > 0 &&
          logSilence >= detectorsOf(timedOf(config).times)[role].log.least,
      ),
  },
  {
    id: "outage-unnoticed",
    statement: "An outage between the copies of a running pair has ended, and nobody has suspected anybody.",
    seen: ({ config, step: { after: state }, after: pair }) =>
      reportedState(pair) === "running" &&
      pair.copies.some((copy) => {
        const other = heardBy(pair, copy)
        const { heartbeatSilence = 0, logSilence = 0 } = copy
        return (
          copy.phase === "lockstep" &&
          other !== null &&
          heartbeatSilence + logSilence > 0 &&
          !isHostSilent(state, other.host, copy.host) &&
          !isChannelSilent(config, state, pair, copy)
        )
      }),
  },
  {
    id: "dual-execution",
    statement: "Two copies of one pair execute as Primary at once.",
    needs: where(({ isSingleExecution }) => !isSingleExecution),
    seen: ({ after: { copies } }) => copies.filter(leads).length > 1,
  },
  {
    id: "dual-execution-in-full",
    statement: "A stale Primary executes beside a newer one for as long as it may.",
    needs: mayOverlap,
    ghost: dualExecution.ghost,
    seen: (seen) => isInFull(dualExecution, seen),
  },
  {
    id: "three-executing",
    statement: "Three copies of one pair execute as Primary at once.",
    needs: mayOverlap,
    seen: ({ after: { copies } }) => copies.filter(leads).length > 2,
  },
  {
    id: "dual-execution-twice",
    statement:
      "Two stale Primaries, one after the other, execute beside newer ones for twice as long as either may.",
    needs: mayOverlap,
    ghost: overlap,
    seen: (seen) => ghostIn(overlap, seen).after >= 2 * timedOf(seen.config).bounds.dualExecution,
  },
  {
    id: "failover-at-its-bound",
    statement: "Nobody executes, though a Secondary could, for as long as that may last.",
    ghost: waitingForFailover.ghost,
    seen: (seen) => isInFull(waitingForFailover, seen),
  },
  {
    id: "stale-at-its-bound",
    statement: "A stale copy with storage stays for as long as it may.",
    ghost: staleStays.ghost,
    seen: (seen) => isInFull(staleStays, seen),
  },
  {
    id: "restored-at-its-bound",
    statement: "A pair is not running that could be, as late after the last disturbance as that may be.",
    ghost: unrestored.ghost,
    seen: (seen) => isInFull(unrestored, seen),
  },
  {
    id: "time-stands-still",
    statement: "Time stands still, since something is due.",
    needs: () => true,
    seen: ({ config, step: { after: state }, after: pair }) =>
      isRestartDue(config, state, pair) ||
      pair.copies.some(
        (copy) =>
          isAlarmDue(config, state, pair, copy) ||
          isLockDue(config, state, pair, copy) ||
          isSyncDue(config, state, pair, copy) ||
          isRespawnDue(config, state, pair, copy),
      ),
  },
  {
    id: "respawn-due",
    statement: "A live Primary must start a Secondary now.",
    seen: ({ config, step: { after: state }, after: pair }) =>
      pair.copies.some((copy) => isRespawnDue(config, state, pair, copy)),
  },
  {
    id: "sync-due",
    statement: "A copy that synchronises must join now.",
    seen: ({ config, step: { after: state }, after: pair }) =>
      pair.copies.some((copy) => isSyncDue(config, state, pair, copy)),
  },
  {
    id: "contender-while-ha-waits",
    statement: "A copy without storage contends while HA waits to restart its pair.",
    seen: ({ step: { after: state }, after: { copies, haWait = 0 } }) =>
      haWait > 0 && copies.some(({ phase, host }) => phase === "contending" && !withStorage(state, host)),
  },
  {
    id: "ha-restart-due",
    statement: "HA must restart a pair now.",
    seen: ({ config, step: { after: state }, after: pair }) => isRestartDue(config, state, pair),
  },
  {
    id: "waits-out-the-delay",
    statement: "A former Secondary waits out its go-live delay, and nobody executes.",
    needs: mustWait,
    seen: ({ step: { after: state }, after: pair }) =>
      pair.copies.some((copy) => isWaiting(state, copy)) && !pair.copies.some(leads),
  },
  {
    id: "primary-wins-meanwhile",
    statement: "A former Primary wins the lock while its former Secondary waits out its go-live delay.",
    needs: mustWait,
    seen: ({ step: { action, after: state }, before, after }) => {
      const winner = action.kind === "TryLock" ? copyNamed(before, action.copy) : null
      return (
        winner?.role === "primary" &&
        after.lock.generation > before.lock.generation &&
        after.copies.some((copy) => copy.generation === before.lock.generation && isWaiting(state, copy))
      )
    },
  },
  {
    id: "false-alarm",
    statement: "A copy of the lock's generation takes its partner for lost, and there has been no fault.",
    needs: where(({ isWithoutFalseAlarms }) => !isWithoutFalseAlarms),
    seen: ({ step: { action, before: state }, before }) =>
      ["Suspect", "AbandonSync", "SyncLost"].includes(action.kind) &&
      state.faults === 0 &&
      "copy" in action &&
      copyNamed(before, action.copy)?.generation === before.lock.generation,
  },
]

/** Whether a former Secondary has waited with storage for a while, to try the lock. */
const isWaiting = (state: State, { phase, role, host, obligation = 0 }: Copy): boolean =>
  phase === "contending" && role === "secondary" && withStorage(state, host) && obligation > 0

const isAlarmDue = (config: Config, state: State, pair: Pair, copy: Copy): boolean => {
  const { heartbeats, log } = detectorsOf(timedOf(config).times)[copy.role]
  const { heartbeatSilence = 0, logSilence = 0 } = copy
  return (
    isListening(copy) &&
    (heartbeatSilence >= heartbeats.most || logSilence >= log.most) &&
    (copy.phase === "lockstep" || isChannelSilent(config, state, pair, copy))
  )
}

const isLockDue = (config: Config, state: State, { lock }: Pair, copy: Copy): boolean =>
  copy.phase === "contending" &&
  withStorage(state, copy.host) &&
  (copy.generation < lock.generation || lock.generation < config.bounds.generations) &&
  (copy.obligation ?? 0) >= timedOf(config).bounds.answered[copy.role]

const isSyncDue = (config: Config, state: State, pair: Pair, copy: Copy): boolean => {
  const primary = copy.phase === "syncing" ? nearEnd(pair, copy) : null
  return (
    primary !== null &&
    !isChannelSilent(config, state, pair, copy) &&
    (copy.obligation ?? 0) >= timedOf(config).times.syncMax
  )
}

const isRespawnDue = (config: Config, state: State, pair: Pair, copy: Copy): boolean =>
  copy.phase === "live" &&
  copy.channel === null &&
  pair.ft === "enabled" &&
  (copy.obligation ?? 0) >= timedOf(config).times.respawnMax &&
  config.hosts.some(({ id }) => copyAt(pair, id) === null && couldTake(config, state, pair.id, id, copy.host))

const isRestartDue = (config: Config, state: State, pair: Pair): boolean =>
  mayBeRestarted(config, state, pair) && (pair.haWait ?? 0) >= timedOf(config).bounds.haMost
