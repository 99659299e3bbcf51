import { refusal, taken } from "../../guards.ts"
import { peer, phase } from "../../machine.ts"
import type { EngineRule, EngineRules } from "../../rule.ts"
import { justificationIn } from "../../rules/suspicion.ts"
import type { View } from "../../view.ts"
import type { Clocks } from "./clocks.ts"
import type { Deadlines, Role } from "./deadlines.ts"
import { isSilentFor, roleIn, type Sight } from "./sight.ts"

/** What a tick is made of. What is due is told by `sight`; `unguarded` gives the rules as they are in force, but for the guard `early`. */
type Ticking = {
  readonly view: View
  readonly clocks: Clocks
  readonly deadlines: Deadlines
  readonly sight: Sight
  readonly unguarded: () => EngineRules
}

/**
 * Time passes by one tick, unless something is due. All clocks are read, and what they measure is asked for, before any is set: what is asked
 * for is tried and taken back.
 */
export const tickOf = (ticking: Ticking): EngineRule => {
  const { view, clocks, sight } = ticking
  const { hosts, pairs, slots, controlOf } = view
  const { heartbeatSilence, logSilence, obligation, haWait } = clocks
  const silenceOf = silenceIn(ticking)
  const { obliges, withinOf, roleOf, restarts, restartWithin } = obligationsIn(ticking)
  const heartbeatsNext = new Int32Array(slots)
  const logNext = new Int32Array(slots)
  const obligationNext = new Int32Array(slots)
  const waitNext = new Int32Array(pairs)

  /** Whether a copy has something to do that is due; else its clocks are read. */
  const isCopyDue = (slot: number): boolean => {
    const { isDue, heartbeats, log } = silenceOf
    if (isDue(slot)) return true
    const isObliged = obliges(slot)
    if (isObliged && sight.obligation(slot) >= withinOf(slot, sight.role(slot))) return true
    heartbeatsNext[slot] = heartbeats(slot)
    logNext[slot] = log(slot)
    obligationNext[slot] = after(obligation.of(slot), withinOf(slot, roleOf(slot)), isObliged)
    return false
  }

  const isPairDue = (pair: number): boolean => {
    const isPossible = restarts(pair)
    if (isPossible && sight.haWait(pair) >= restartWithin) return true
    waitNext[pair] = after(haWait.of(pair), restartWithin, isPossible)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (controlOf(slot) !== 0 && isCopyDue(slot)) return true
    return false
  }

  const isAnythingDue = (): boolean => {
    for (let pair = 0; pair < pairs; pair += 1) if (isPairDue(pair)) return true
    return false
  }

  return () => {
    if (isAnythingDue()) return refusal.due

    for (let pair = 0; pair < pairs; pair += 1) haWait.put(pair, waitNext[pair] as number)
    for (let slot = 0; slot < slots; slot += 1) {
      if (controlOf(slot) === 0) continue
      heartbeatSilence.put(slot, heartbeatsNext[slot] as number)
      logSilence.put(slot, logNext[slot] as number)
      obligation.put(slot, obligationNext[slot] as number)
    }
    return taken
  }
}

/** A clock after a tick. One tick beyond its deadline it stops. */
const after = (before: number, deadline: number, lasts: boolean): number =>
  lasts ? Math.min(before + 1, deadline + 1) : 0

/** Whether a rule allows an action; it is taken back. */
const allows = ({ machine }: View, rule: EngineRule, a: number, b: number): boolean => {
  try {
    return rule(a, b) <= taken
  } finally {
    machine.undo()
  }
}

/** How the silence of a copy's detectors goes on, and whether it must act on it. */
const silenceIn = ({ view, clocks, deadlines, sight, unguarded }: Ticking) => {
  const { controlOf, phaseIn } = view
  const { heartbeatSilence, logSilence, listens, isHostSilent } = clocks
  const isJustified = justificationIn(view)
  const mustAct = isSilentFor("must", sight, deadlines)
  const roleOf = roleIn(view)

  /** Whether the copy can do what one in its phase does about silence. */
  const canAct = (slot: number): boolean => {
    const { Suspect, SyncLost, AbandonSync } = unguarded()
    switch (phaseIn(controlOf(slot))) {
      case phase.lockstepPrimary:
      case phase.lockstepSecondary:
        return allows(view, Suspect, slot, 0)
      case phase.syncing:
        return allows(view, SyncLost, slot, 0)
      case phase.live:
        return allows(view, AbandonSync, slot, 0)
      default:
        return false
    }
  }

  /** Whether nothing comes over the channel. In lockstep that is where a suspicion would be justified. */
  const isChannelSilent = (slot: number, copy: number): boolean => {
    if (!listens(copy)) return false
    const phaseNow = phaseIn(copy)
    const isInLockstep = phaseNow === phase.lockstepPrimary || phaseNow === phase.lockstepSecondary
    return isInLockstep ? isJustified(slot, copy) : canAct(slot)
  }

  return {
    isDue: (slot: number): boolean => mustAct(slot) && canAct(slot),
    heartbeats: (slot: number): number => {
      const isSilent = listens(controlOf(slot)) && isHostSilent(slot)
      return after(heartbeatSilence.of(slot), deadlines.heartbeats.must[roleOf(slot)], isSilent)
    },
    log: (slot: number): number => {
      const isSilent = isChannelSilent(slot, controlOf(slot))
      return after(logSilence.of(slot), deadlines.log.must[roleOf(slot)], isSilent)
    },
  }
}

/** What copies are obliged to by their phases, and HA, and within how many ticks; 0 where to nothing. */
const obligationsIn = ({ view, deadlines, unguarded }: Ticking) => {
  const { hosts, controlOf, phaseIn, peerIn, primaryOf } = view
  const { lock, sync, respawn, restart } = deadlines

  const allowsOnSomeHost = (rule: EngineRule, a: number): boolean => {
    for (let host = 0; host < hosts; host += 1) if (allows(view, rule, a, host)) return true
    return false
  }

  const mayJoin = (slot: number): boolean => {
    const { BeginLockstep, JoinLockstep } = unguarded()
    const primary = primaryOf(slot)
    return (primary >= 0 && allows(view, BeginLockstep, primary, 0)) || allows(view, JoinLockstep, slot, 0)
  }

  /** Whether a copy can do what its phase obliges it to. */
  const obliges = (slot: number): boolean => {
    const copy = controlOf(slot)
    switch (phaseIn(copy)) {
      case phase.contendingPrimary:
      case phase.contendingSecondary:
        return allows(view, unguarded().TryLock, slot, 0)
      case phase.syncing:
        return mayJoin(slot)
      case phase.live:
        return peerIn(copy) === peer.none && allowsOnSomeHost(unguarded().SpawnSecondary, slot)
      default:
        return false
    }
  }

  const withinOf = (slot: number, role: Role): number => {
    switch (phaseIn(controlOf(slot))) {
      case phase.contendingPrimary:
      case phase.contendingSecondary:
        return lock.must[role]
      case phase.syncing:
        return sync
      case phase.live:
        return respawn
      default:
        return 0
    }
  }

  return {
    obliges,
    withinOf,
    roleOf: roleIn(view),
    restarts: (pair: number): boolean => allowsOnSomeHost(unguarded().HaRestart, pair),
    restartWithin: restart.must,
  }
}
