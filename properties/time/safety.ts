import type { Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import type { Pair } from "../../model/pair.ts"
import { copyNamed, leads, place, reportedState, withStorage } from "../evidence.ts"
import type { PairStep, Property } from "../property.ts"
import { boundsIn, ifTimes, promisedToOnePair, promisedWithoutFalseAlarms } from "./promises.ts"
import { ghostIn } from "../property.ts"
import { counted } from "../amount.ts"
import { detectorsOf, type Misfortune } from "./bounds.ts"
import { timedOf } from "./counters.ts"
import { isChannelSilent, isListening } from "./silence.ts"
import { hasBeenTested, restartable, silences } from "./ghosts.ts"
import { dualExecution, staleStays, unrestored, waitingForFailover, type Measure } from "./measures.ts"
import { boundOf, sinceFault } from "./single-fault.ts"

// What is promised where time passes. Each bound is in ticks.

/** How a step exceeds what is bounded; null where it does not. */
const exceeding = <V>(measure: Measure<V>, seen: PairStep, words: string): string | null => {
  const { config, step, after: pair } = seen
  const ticks = measure.reached(ghostIn(measure.ghost, seen).after, config, step.after, pair)
  const bound = measure.bound(boundsIn(config))
  return ticks !== null && ticks > bound
    ? `${words} ${pair.id} for more than ${counted(bound, "tick")}`
    : null
}

const boundedDualExecution: Property = {
  id: "S3a",
  name: "BoundedDualExecution",
  family: "safety",
  statement:
    "A Primary of an older generation executes beside one of a newer for at most the Primary's longest silence less the shortest go-live delay.",
  why: "Nothing but its own timeout stops a Primary that has been replaced and cannot know it.",
  checks: ["FT-04", "FT-05", "FT-11"],
  witness: "dual-execution-in-full",
  part: "time",
  ghost: dualExecution.ghost,
  onStep: (seen) => exceeding(dualExecution, seen, "a stale Primary executes beside a newer one of"),
}

const noDualExecution: Property = {
  id: "S3b",
  name: "NoDualExecution",
  family: "safety",
  statement: "No two copies execute as Primary, not even for an instant.",
  why: "Where the world outside cannot be fenced by the lock, two Primaries at once are one too many.",
  checks: ["FT-04", "FT-05", "FT-11"],
  witness: "waits-out-the-delay",
  part: "time",
  promise: ifTimes(
    "the shortest go-live delay is longer than the Primary's longest silence",
    ({ isSingleExecution }) => isSingleExecution,
  ),
  always: ({ copies }) => {
    const [one, other] = copies.filter(leads)
    return one === undefined || other === undefined
      ? null
      : `${place(one)} and ${place(other)} both execute as Primary`
  },
}

const noTimelock: Property = {
  id: "TIME0",
  name: "NoTimelock",
  family: "safety",
  statement: "Where time stands still, an action of the protocol is enabled.",
  why: "A deadline that nothing can meet would end the run, and whatever is promised of what comes then.",
  checks: ["FT-04"],
  witness: "time-stands-still",
  part: "time",
  // It is about the cluster, and asked with the first pair alone.
  demands: (config, { pairs }, { id }) => {
    if (id !== config.pairs[0]?.id) return []
    const due = Object.values(pairs).flatMap((pair) => obliged(config, pair))
    return [{ among: [{ kind: "Tick" }, ...due], least: 1, now: true }]
  },
}

/** All that time may stand still for, of a pair. */
const obliged = ({ hosts }: Config, { id, copies }: Pair): readonly Action[] => [
  ...copies.flatMap((copy): readonly Action[] => [
    ...timedKinds.map((kind) => ({ kind, copy: copy.id })),
    ...hosts.map((host): Action => ({ kind: "SpawnSecondary", copy: copy.id, host: host.id })),
  ]),
  ...hosts.map((host): Action => ({ kind: "HaRestart", pair: id, host: host.id })),
]

/** What time may stand still for, but for what names a host. */
const timedKinds = ["Suspect", "AbandonSync", "SyncLost", "TryLock", "BeginLockstep", "JoinLockstep"] as const

const noFalseAlarm: Property = {
  id: "TIME1",
  name: "NoFalseAlarm",
  family: "safety",
  statement:
    "Before the first fault, and before an operator takes a copy from its partner, no copy of the lock's generation suspects, gives a Secondary up or gives its Primary up.",
  why: "A timeout shorter than the slowest message turns every busy moment into a failover.",
  checks: ["FT-04"],
  witness: "silent-log-beside-heartbeats",
  part: "time",
  promise: promisedWithoutFalseAlarms,
  ghost: hasBeenTested,
  onStep: (seen) => {
    const { step, before } = seen
    const copy = alarmedIn(seen)
    if (copy === null || step.before.faults > 0 || ghostIn(hasBeenTested, seen).before) return null
    return copy.generation === before.lock.generation
      ? `${place(copy)} takes its partner for lost, and there has been no fault`
      : null
  },
}

const grounded: Property = {
  id: "TIME2",
  name: "Grounded",
  family: "safety",
  statement:
    "Whoever suspects has had as much silence as a detector of its role needs, without a break and until then.",
  why: "Short outages that are added up make a failover out of nothing that was ever long.",
  checks: ["FT-04"],
  witness: "outage-unnoticed",
  part: "time",
  ghost: silences,
  onStep: (seen) => {
    const { action } = seen.step
    const copy = action.kind === "Suspect" ? copyNamed(seen.before, action.copy) : null
    if (copy === null) return null
    const { heartbeats, log } = detectorsOf(timedOf(seen.config).times)[copy.role]
    const silence = ghostIn(silences, seen).before[copy.id]
    const [ofHost, ofLog] = [silence?.heartbeats ?? 0, silence?.log ?? 0]
    return ofHost >= heartbeats.least || ofLog >= log.least
      ? null
      : `${place(copy)} suspects after ${counted(ofHost, "tick")} without heartbeats and ${ofLog} without log, where it takes ${heartbeats.least} or ${log.least}`
  },
}

const haPatient: Property = {
  id: "TIME3",
  name: "HaPatient",
  family: "safety",
  statement:
    "HA restarts a pair only after it could have for as long as it has to wait, without a break and until then.",
  why: "A contender whose storage comes back in that time has what a restart would lose.",
  checks: ["FT-08", "FT-12"],
  witness: "ha-restart-due",
  part: "time",
  ghost: restartable,
  onStep: (seen) => {
    const { step, before, config } = seen
    if (step.action.kind !== "HaRestart" || step.action.pair !== before.id) return null
    const ticks = ghostIn(restartable, seen).before
    const { haLeast } = boundsIn(config)
    return ticks >= haLeast
      ? null
      : `${before.id} is restarted after ${counted(ticks, "tick")} in which it could have been, where HA waits for ${haLeast}`
  },
}

const detected: Property = {
  id: "L5a",
  name: "Detected",
  family: "safety",
  statement:
    "No copy that could act on silence has heard less, by either of its clocks, than it may before it must.",
  why: "What is not detected in time is not replaced in time.",
  checks: ["FT-04"],
  witness: "silent-log-beside-heartbeats",
  part: "time",
  always: (pair, state, config) => {
    const detectors = detectorsOf(timedOf(config).times)
    const late = pair.copies.find((copy) => {
      if (!isListening(copy)) return false
      const { heartbeats, log } = detectors[copy.role]
      const { heartbeatSilence = 0, logSilence = 0 } = copy
      const isOverdue = heartbeatSilence > heartbeats.most || logSilence > log.most
      return isOverdue && (copy.phase === "lockstep" || isChannelSilent(config, state, pair, copy))
    })
    return late === undefined
      ? null
      : `${place(late)} has had ${counted(late.heartbeatSilence ?? 0, "tick")} without heartbeats and ${late.logSilence ?? 0} without log, and has not acted`
  },
}

const failedOverInTime: Property = {
  id: "L5b",
  name: "FailedOverInTime",
  family: "safety",
  statement:
    "That nobody executes at the lock's generation, though a Secondary of it with storage could, lasts at most for the Secondary's longest silence, its go-live delay and the lock's answer.",
  why: "It is how long the service is away, at the worst, where a copy is there to take over.",
  checks: ["FT-05"],
  witness: "failover-at-its-bound",
  part: "time",
  ghost: waitingForFailover.ghost,
  onStep: (seen) => exceeding(waitingForFailover, seen, "nobody executes, though a Secondary could, of"),
}

const staleGone: Property = {
  id: "L5c",
  name: "StaleGone",
  family: "safety",
  statement:
    "A copy of an older generation on a host with storage is gone in time: after the longer of both detections, and the lock's answer.",
  why: "It holds a place that a new copy needs.",
  checks: ["FT-11"],
  witness: "stale-at-its-bound",
  part: "time",
  ghost: staleStays.ghost,
  onStep: (seen) => exceeding(staleStays, seen, "a stale copy that has storage stays of"),
}

const singleFaultBounded: Property = {
  id: "L5d",
  name: "SingleFaultBounded",
  family: "safety",
  statement:
    "After one fault of a pair that was running in a cluster without damage, a copy is live again, and the pair running again, within the bounds for that fault; one elsewhere does not disturb it, and HA restarts nothing.",
  why: "It is what an administrator is told that one failure costs.",
  checks: ["FT-05", "FT-06", "FT-07"],
  witness: "single-fault-hidden",
  part: "time",
  promise: promisedToOnePair,
  ghost: sinceFault,
  onStep: (seen) => {
    const { config, step, after: pair } = seen
    const { before, after: since } = ghostIn(sinceFault, seen)
    if (step.action.kind === "HaRestart" && step.action.pair === pair.id && before !== null)
      return `${pair.id} was running and is restarted after one fault`
    if (since === null) return null
    const { live, running } = boundOf(timedOf(config), since)
    const is = misfortuneWords[since.what]
    if (since.what === "elsewhere")
      return isRunning(seen) ? null : `${pair.id} was running, and is no more after a fault elsewhere`
    if (since.ticks > live && !since.hasLived)
      return `more than ${counted(live, "tick")} after ${is}, no copy of ${pair.id} is live`
    return since.ticks > running
      ? `more than ${counted(running, "tick")} after ${is}, ${pair.id} is not running`
      : null
  },
}

const restoredInTime: Property = {
  id: "L5e",
  name: "Restored",
  family: "safety",
  statement:
    "Some time after the last fault, recovery or work of an operator, and ever after, a powered-on pair with FT on is running, or no host could take the copy that it lacks.",
  why: "Until then the next failure is an outage.",
  checks: ["FT-06", "FT-12"],
  witness: "restored-at-its-bound",
  part: "time",
  promise: promisedToOnePair,
  ghost: unrestored.ghost,
  onStep: (seen) => exceeding(unrestored, seen, "nothing has happened, and there is no running pair"),
}

const answered: Property = {
  id: "L5f",
  name: "Answered",
  family: "safety",
  statement:
    "A contender with storage has tried the lock in time: after the go-live delay, if it was a Secondary, and the lock's answer.",
  why: "Until it has, nobody executes, or nobody knows who may.",
  checks: ["FT-05", "FT-07"],
  witness: "waits-out-the-delay",
  part: "time",
  always: ({ copies }, state, config) => {
    const bounds = boundsIn(config)
    const late = copies.find(
      ({ phase, role, host, obligation = 0 }) =>
        phase === "contending" && withStorage(state, host) && obligation > bounds.answered[role],
    )
    return late === undefined
      ? null
      : `${place(late)} has contended for ${counted(late.obligation ?? 0, "tick")}, and has not tried the lock`
  },
}

/** The copy, as it was before, that takes its partner for lost in this step. */
const alarmedIn = ({ step: { action }, before }: PairStep): Copy | null =>
  action.kind === "Suspect" || action.kind === "AbandonSync" || action.kind === "SyncLost"
    ? copyNamed(before, action.copy)
    : null

const isRunning = ({ after }: PairStep): boolean => reportedState(after) === "running"

const misfortuneWords: Readonly<Record<Misfortune | "elsewhere", string>> = {
  primaryHost: "the failure of its Primary's host",
  primaryCopy: "the loss of its Primary",
  secondaryHost: "the failure of its Secondary's host",
  secondaryCopy: "the loss of its Secondary",
  link: "the loss of the link between its copies",
  elsewhere: "a fault elsewhere",
}

export const timing: readonly Property[] = [
  boundedDualExecution,
  noDualExecution,
  noTimelock,
  noFalseAlarm,
  grounded,
  haPatient,
  detected,
  failedOverInTime,
  staleGone,
  singleFaultBounded,
  restoredInTime,
  answered,
]
