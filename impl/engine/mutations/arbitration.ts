import { ftSetting } from "../fields.ts"
import type { EngineMutation, EngineRule } from "../rule.ts"
import { refusal, taken } from "../guards.ts"
import { peer, phase } from "../machine.ts"
import { isSecondary } from "../phase.ts"
import { allowed, altered, effecting } from "./mutation.ts"

/** The mutants of arbitration, on the engine's side. What each one is about is said where the model breaks. */
export const arbitrationMutations: Readonly<Record<string, EngineMutation>> = {
  PrimarySkipsLock: ({ Suspect }, { controlOf, phaseIn, generationIn, goLive }) => ({
    Suspect: altered(Suspect, (slot) => {
      const copy = controlOf(slot)
      if (phaseIn(copy) === phase.contendingPrimary) goLive(slot, generationIn(copy))
    }),
  }),
  SecondarySkipsLock: ({ Suspect }, { controlOf, phaseIn, generationIn, goLive }) => ({
    Suspect: altered(Suspect, (slot) => {
      const copy = controlOf(slot)
      if (phaseIn(copy) === phase.contendingSecondary) goLive(slot, generationIn(copy) + 1)
    }),
  }),
  NonAtomicLock: ({ TryLock }, view) => ({
    TryLock: (slot, b) => {
      const { controlOf, generationIn, lockOf, pairOf, hostOf } = view
      const copy = controlOf(slot)
      const answer = allowed(view, TryLock, slot, b)
      if (answer !== taken && answer !== refusal.bound) return answer
      if (view.peerIn(copy) === peer.none) {
        // A contender has no channel. Here one stands for "has read the lock, and found it free".
        if (lockOf(pairOf(slot)) === generationIn(copy))
          view.write(slot, view.withChannel(copy, peer.gone, 0, 0))
        else view.halt(slot)
        return taken
      }
      if (generationIn(copy) >= view.layout.config.bounds.generations) return refusal.bound
      registerWinner(view, slot)
      view.lockAt(pairOf(slot), generationIn(copy) + 1, hostOf(slot))
      view.goLive(slot, generationIn(copy) + 1)
      return taken
    },
  }),
  LockIgnoresGeneration: ({ TryLock }, view) => ({
    TryLock: (slot, b) => {
      const answer = allowed(view, TryLock, slot, b)
      if (answer !== taken) return answer
      if (view.lockOf(view.pairOf(slot)) >= view.layout.config.bounds.generations) return refusal.bound
      registerWinner(view, slot)
      view.takeLock(slot)
      return taken
    },
  }),
  LoserKeepsRunning: ({ TryLock }, view) => ({
    TryLock: (slot, b) => {
      const { generationIn, controlOf } = view
      const answer = allowed(view, TryLock, slot, b)
      if (answer !== taken || isWinner(view, slot)) return TryLock(slot, b)
      view.goLive(slot, generationIn(controlOf(slot)))
      return taken
    },
  }),
  LoserRetries: ({ TryLock }, view) => ({
    TryLock: (slot, b) => {
      const answer = allowed(view, TryLock, slot, b)
      return answer === taken && isWinner(view, slot) ? TryLock(slot, b) : answer
    },
  }),
  WinWithoutBump: ({ TryLock }, view) => ({
    TryLock: (slot, b) => {
      const answer = allowed(view, TryLock, slot, b)
      if (answer !== taken || !isWinner(view, slot)) return TryLock(slot, b)
      registerWinner(view, slot)
      view.lockAt(view.pairOf(slot), view.lockOf(view.pairOf(slot)), view.hostOf(slot))
      view.goLive(slot, view.generationIn(view.controlOf(slot)))
      return taken
    },
  }),
  SuspectWhileSyncing: ({ Suspect }, { controlOf, phaseIn, peerSlot, contend }) => ({
    Suspect: (slot, b) => {
      const copy = controlOf(slot)
      const other = phaseIn(copy) === phase.lockstepPrimary ? peerSlot(slot, copy) : -1
      if (other < 0 || phaseIn(controlOf(other)) !== phase.syncing) return Suspect(slot, b)
      contend(slot)
      return taken
    },
  }),
  SuspectsForNothing: ({ Suspect }, { machine, layout, faultsSoFar, contend }) => ({
    Suspect: (slot, b) => {
      const faults = faultsSoFar()
      const answer = Suspect(slot, b)
      if (answer !== taken && answer !== refusal.bound) return answer
      // What is no fault is not refused where no fault is left.
      if (answer === refusal.bound) contend(slot)
      machine.set(layout.faults, faults)
      return taken
    },
  }),
  SecondaryNeverSuspects: ({ Suspect }, { controlOf, phaseIn }) => ({
    Suspect: (slot, b) => (isSecondary(phaseIn(controlOf(slot))) ? refusal.phase : Suspect(slot, b)),
  }),
  StaleNeverSuspects: ({ Suspect }, { controlOf, generationIn, lockOf, pairOf }) => ({
    Suspect: (slot, b) => {
      const copy = controlOf(slot)
      return copy !== 0 && generationIn(copy) < lockOf(pairOf(slot)) ? refusal.phase : Suspect(slot, b)
    },
  }),
  GoLiveDiscardsReceived: ({ TryLock }, { controlOf, phaseIn, logOf, copyPrefix }) => ({
    TryLock: (slot, b) => {
      const wasSecondary = isSecondary(phaseIn(controlOf(slot)))
      const answer = TryLock(slot, b)
      if (answer === taken && wasSecondary) copyPrefix(logOf(slot), logOf(slot), 0)
      return answer
    },
  }),
  NoReRelease: ({ TryLock }, { controlOf, phaseIn, logOf, lengthOf, write, withReleased }) => ({
    TryLock: (slot, b) => {
      const wasSecondary = isSecondary(phaseIn(controlOf(slot)))
      const answer = TryLock(slot, b)
      const copy = controlOf(slot)
      if (answer === taken && wasSecondary && copy !== 0)
        write(slot, withReleased(copy, lengthOf(logOf(slot))))
      return answer
    },
  }),
  DropSecondaryWithoutFence: ({ TestRestartSecondary }, view) => ({
    TestRestartSecondary: effecting(view, TestRestartSecondary, (slot) => {
      haltNearPeer(view, slot)
      view.goLive(slot, view.generationIn(view.controlOf(slot)))
    }),
  }),
  FenceNotTestAndSet: ({ TestRestartSecondary, SuspendFT, TurnOffFT }, view) => ({
    TestRestartSecondary: (slot, b) => {
      const answer = allowed(view, TestRestartSecondary, slot, b)
      return answer === taken ? fencedRegardless(view, slot) : answer
    },
    SuspendFT: takenOffRegardless(view, SuspendFT, (pair) => {
      view.setFt(pair, ftSetting.disabled)
    }),
    TurnOffFT: takenOffRegardless(view, TurnOffFT, (pair) => {
      view.setFt(pair, ftSetting.notConfigured)
      view.registerSecondary(pair, -1)
    }),
  }),
  TestFailoverFences: ({ TestFailover }, { lockOf, lockAt }) => ({
    TestFailover: altered(TestFailover, (pair) => {
      lockAt(pair, lockOf(pair) + 1, -1)
    }),
  }),
}

type View = Parameters<EngineMutation>[1]

/** Whether the copy would win the lock. */
const isWinner = ({ lockOf, pairOf, generationIn, controlOf }: View, slot: number): boolean =>
  lockOf(pairOf(slot)) === generationIn(controlOf(slot))

/** A Secondary that takes the lock is registered as the Primary from now on, however it has taken it. */
const registerWinner = (view: View, slot: number): void => {
  const { controlOf, phaseIn, pairOf, hostOf, register, primaryAt } = view
  const pair = pairOf(slot)
  if (isSecondary(phaseIn(controlOf(slot)))) register(pair, hostOf(slot), primaryAt(pair))
}

const haltNearPeer = ({ controlOf, peerSlot, reaches, halt }: View, slot: number): void => {
  const other = peerSlot(slot, controlOf(slot))
  if (other >= 0 && reaches(slot, other)) halt(other)
}

/** A Primary advances the lock, whatever it says, and goes on alone. */
const fencedRegardless = (view: View, slot: number): number => {
  if (view.lockOf(view.pairOf(slot)) >= view.layout.config.bounds.generations) return refusal.bound
  haltNearPeer(view, slot)
  view.takeLock(slot)
  view.intervened(view.pairOf(slot))
  return taken
}

/** An operation on FT for which a Primary in lockstep does so; `set` sets FT. */
const takenOffRegardless =
  (view: View, rule: EngineRule, set: (pair: number) => void): EngineRule =>
  (pair, name) => {
    const { hosts, isOn, controlOf, phaseIn, currentPrimary } = view
    const asked = name === 0 ? currentPrimary(pair) : pair * hosts + name - 1
    const isInLockstep = isOn(pair) && asked >= 0 && phaseIn(controlOf(asked)) === phase.lockstepPrimary
    if (!isInLockstep) return rule(pair, name)
    const answer = allowed(view, rule, pair, name)
    if (answer !== taken) return answer
    if (fencedRegardless(view, asked) !== taken) return refusal.bound
    set(pair)
    return taken
  }
