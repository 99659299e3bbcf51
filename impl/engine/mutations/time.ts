import type { Config } from "../../../model/config.ts"
import { refusal, taken } from "../guards.ts"
import { peer, phase } from "../machine.ts"
import { clocksIn, type Clocks } from "../parts/time/clocks.ts"
import { deadlinesOf, type Time } from "../parts/time/deadlines.ts"
import { timedBy } from "../parts/time/rules.ts"
import type { Sight } from "../parts/time/sight.ts"
import { isSecondary } from "../phase.ts"
import type { EngineMutation, EngineRules } from "../rule.ts"
import type { View } from "../view.ts"
import { altered } from "./mutation.ts"

/** The mutants that take a cluster's times for others, by what they take them for. */
const retimings: Readonly<Record<string, (time: Time) => Time>> = {
  WaitTooShort: delayedBy((time) => deadlinesOf(time).log.must.primary),
  WaitsForHeartbeatTimeout: delayedBy((time) => deadlinesOf(time).heartbeats.must.primary + 1),
  WaitsOutOwnTimeout: delayedBy((time) => deadlinesOf(time).log.must.secondary + 1),
  RolesMixedUp: ({ heartbeatTimeout, silenceTimeout, ...time }) => ({
    ...time,
    heartbeatTimeout: { ...heartbeatTimeout, primary: heartbeatTimeout.secondary },
    silenceTimeout: { ...silenceTimeout, primary: silenceTimeout.secondary },
  }),
  DriftForgotten: delayedBy(({ silenceTimeout, delayMax }) => silenceTimeout.primary + delayMax + 1),
  DelayForgotten: delayedBy(({ silenceTimeout }) => silenceTimeout.primary + 1),
  DelayReachesTimeout: (time) => ({ ...time, delayMax: time.heartbeatTimeout.primary, goLiveDelay: 0 }),
}

function delayedBy(delay: (time: Time) => number): (time: Time) => Time {
  return (time) => ({ ...time, goLiveDelay: delay(time) })
}

/** What a mutant takes a configuration for, where it takes its times for others: clocks need room for both. */
export const retimedBy = (mutant: string): ((config: Config) => Config) | null => {
  const times = retimings[mutant]
  if (times === undefined) return null
  return (config) => (config.time === undefined ? config : { ...config, time: times(config.time) })
}

type Seeing = (sight: Sight, deadlines: ReturnType<typeof deadlinesOf>, view: View) => Sight

/** The rules by which clocks are seen so wherever something is decided by them. */
const decidingBy = (seeing: Seeing): EngineMutation => timedBy({ early: seeing, due: seeing })

const zero = (): number => 0

/** Both silences, where both are long enough for a copy to act; none, where one is not. */
const bothNeeded: Seeing = (sight, { heartbeats, log }) => {
  const isEnough = (slot: number): boolean =>
    sight.heartbeatSilence(slot) >= heartbeats.may[sight.role(slot)] &&
    sight.logSilence(slot) >= log.may[sight.role(slot)]
  return {
    ...sight,
    heartbeatSilence: (slot) => (isEnough(slot) ? sight.heartbeatSilence(slot) : 0),
    logSilence: (slot) => (isEnough(slot) ? sight.logSilence(slot) : 0),
  }
}

/** A contender, seen as if it had been a Secondary. */
const likeSecondary: Seeing = (sight, _deadlines, { controlOf, phaseIn }) => ({
  ...sight,
  role: (slot) => (phaseIn(controlOf(slot)) === phase.contendingPrimary ? "secondary" : sight.role(slot)),
})

/** A contender, seen as if it had only begun to contend. */
const neverWaiting: Seeing = (sight, _deadlines, { controlOf, phaseIn }) => ({
  ...sight,
  obligation: (slot) => {
    const phaseNow = phaseIn(controlOf(slot))
    const contends = phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary
    return contends ? 0 : sight.obligation(slot)
  },
})

/** Clocks that have not come to any deadline. */
const behind: Seeing = ({ role }) => {
  const before = (): number => -1
  return { role, heartbeatSilence: before, logSilence: before, obligation: before, haWait: before }
}

/** The rules without the guard `early` of a kind. */
const neverEarly =
  (kind: "TryLock" | "HaRestart"): EngineMutation =>
  ({ lastGuards }) => ({ lastGuards: { ...lastGuards, [kind]: () => taken } })

/**
 * What a tick has made of the clocks, and what they were before it.
 *
 * Shape  All by the slot of a copy.
 */
type Ticked = {
  readonly view: View
  readonly clocks: Clocks
  readonly time: Time
  readonly heartbeatSilenceBefore: Int32Array
  readonly logSilenceBefore: Int32Array
}

/** The protocol whose ticks leave some clocks otherwise: what is done to those of each copy. */
const ticking =
  (change: (ticked: Ticked) => (slot: number) => void): EngineMutation =>
  ({ Tick }: EngineRules, view) => {
    const { layout, slots, controlOf } = view
    const { time } = layout.config
    if (time === undefined || Tick === undefined) return {}
    const clocks = clocksIn(view)
    const heartbeatSilenceBefore = new Int32Array(slots)
    const logSilenceBefore = new Int32Array(slots)
    const ofCopy = change({ view, clocks, time, heartbeatSilenceBefore, logSilenceBefore })
    return {
      Tick: (a, b) => {
        for (let slot = 0; slot < slots; slot += 1) {
          heartbeatSilenceBefore[slot] = clocks.heartbeatSilence.of(slot)
          logSilenceBefore[slot] = clocks.logSilence.of(slot)
        }
        const answer = Tick(a, b)
        if (answer !== taken) return answer
        for (let slot = 0; slot < slots; slot += 1) if (controlOf(slot) !== 0) ofCopy(slot)
        return taken
      },
    }
  }

/** The silence of a copy's channel goes on, whatever comes over it, up to one tick more than its timeout. */
const goesOn = ({ view, clocks, time, logSilenceBefore }: Ticked, slot: number): void => {
  const isOfSecondary = isSecondary(view.phaseIn(view.controlOf(slot)))
  const timeout = time.silenceTimeout[isOfSecondary ? "secondary" : "primary"]
  clocks.logSilence.put(slot, Math.min((logSilenceBefore[slot] as number) + 1, timeout + 1))
}

/** A Primary in lockstep takes it for a sign of life that its peer is in one of these phases. */
const hearing = (...alive: readonly number[]): EngineMutation =>
  ticking(({ view, clocks }) => {
    const { controlOf, phaseIn, peerSlot, isLinked, hostOf } = view
    return (slot) => {
      const copy = controlOf(slot)
      const other = phaseIn(copy) === phase.lockstepPrimary ? peerSlot(slot, copy) : -1
      if (other < 0 || !alive.includes(phaseIn(controlOf(other)))) return
      if (isLinked(hostOf(slot), hostOf(other))) clocks.logSilence.put(slot, 0)
    }
  })

const isInLockstep = ({ controlOf, phaseIn }: View, slot: number): boolean =>
  phaseIn(controlOf(slot)) === phase.lockstepPrimary || phaseIn(controlOf(slot)) === phase.lockstepSecondary

/** Whether nothing is under way between a copy in lockstep and its partner. */
const isIdle = (view: View, slot: number): boolean => {
  const { controlOf, phaseIn, primaryOf, peerIn, ackedIn, deliveredIn, lengthOf, logOf } = view
  const primary = isSecondary(phaseIn(controlOf(slot))) ? primaryOf(slot) : slot
  const copy = primary < 0 ? 0 : controlOf(primary)
  if (peerIn(copy) === peer.none) return true
  return ackedIn(copy) === deliveredIn(copy) && deliveredIn(copy) === lengthOf(logOf(primary))
}

/** The mutants of time, on the engine's side. */
export const timeMutations: Readonly<Record<string, EngineMutation>> = {
  ...Object.fromEntries(Object.entries(retimings).map(([name, times]) => [name, timedBy({ times })])),
  HeartbeatOnly: decidingBy((sight) => ({ ...sight, logSilence: zero })),
  SilenceOnly: decidingBy((sight) => ({ ...sight, heartbeatSilence: zero })),
  BothDetectorsNeeded: decidingBy(bothNeeded),
  HeartbeatCountsAsLog: ticking(({ clocks: { watch, logSilence, isHostSilent } }) => (slot) => {
    if (watch.of(slot) !== 0 && !isHostSilent(slot)) logSilence.put(slot, 0)
  }),
  NoGoLiveWait: neverEarly("TryLock"),
  ContenderAcks: hearing(phase.contendingPrimary, phase.contendingSecondary),
  MigrateResetsClocks: ({ Migrate }, view) => {
    if (view.layout.config.time === undefined) return {}
    const { heartbeatSilence, logSilence, obligation } = clocksIn(view)
    return {
      Migrate: altered(Migrate, (slot, host) => {
        for (const clock of [heartbeatSilence, logSilence, obligation])
          clock.put(view.pairOf(slot) * view.hosts + host, 0)
      }),
    }
  },
  FooledByFormerSecondary: hearing(phase.lockstepPrimary),
  LockNotUrgent: timedBy({ due: neverWaiting }),
  PrimaryWaitsToo: decidingBy(likeSecondary),
  SyncHasNoTimeout: () => ({ SyncLost: () => refusal.unknown }),
  NoUrgency: timedBy({ due: behind }),
  SyncingIsSilent: ticking((ticked) => {
    const { controlOf, phaseIn, peerSlot } = ticked.view
    return (slot) => {
      const other = isInLockstep(ticked.view, slot) ? peerSlot(slot, controlOf(slot)) : -1
      if (other >= 0 && phaseIn(controlOf(other)) === phase.syncing) goesOn(ticked, slot)
    }
  }),
  IdleGuestSilent: ticking((ticked) => (slot) => {
    if (isInLockstep(ticked.view, slot) && isIdle(ticked.view, slot)) goesOn(ticked, slot)
  }),
  AgesAddUp: ticking(({ clocks, heartbeatSilenceBefore, logSilenceBefore }) => (slot) => {
    const { heartbeatSilence, logSilence } = clocks
    heartbeatSilence.put(slot, Math.max(heartbeatSilence.of(slot), heartbeatSilenceBefore[slot] as number))
    logSilence.put(slot, Math.max(logSilence.of(slot), logSilenceBefore[slot] as number))
  }),
  HaImpatient: neverEarly("HaRestart"),
  DeadlineBeforeDelay: timedBy({ early: likeSecondary }),
}
