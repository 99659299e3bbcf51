import type { EngineMutation } from "../rule.ts"
import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import { altered, effecting } from "./mutation.ts"

/** The mutants of logging, on the engine's side. */
export const loggingMutations: Readonly<Record<string, EngineMutation>> = {
  IndexFromZero: ({ Record }, view) => ({
    Record: effecting(view, Record, (slot) => {
      const { append, logOf, lengthOf, entryFor, generationIn, controlOf } = view
      append(logOf(slot), entryFor(generationIn(controlOf(slot)), lengthOf(logOf(slot))))
    }),
  }),
  OutputBeforeAck: ({ Release }, view) => ({
    Release: (slot, b) => {
      const { controlOf, phaseIn, peerIn, deliveredIn, ackedIn, withChannel, write, lengthOf, logOf } = view
      const copy = controlOf(slot)
      if (phaseIn(copy) !== phase.lockstepPrimary) return Release(slot, b)
      write(slot, withChannel(copy, peerIn(copy), deliveredIn(copy), lengthOf(logOf(slot))))
      const answer = Release(slot, b)
      write(slot, withChannel(controlOf(slot), peerIn(copy), deliveredIn(copy), ackedIn(copy)))
      return answer
    },
  }),
  CountSentAsAcked: ({ Ack }, view) => ({
    Ack: (slot, b) => {
      const { controlOf, phaseIn, peerIn, deliveredIn, ackedIn, withChannel, write, lengthOf, logOf } = view
      const copy = controlOf(slot)
      if (phaseIn(copy) !== phase.lockstepPrimary) return Ack(slot, b)
      const sent = lengthOf(logOf(slot))
      if (ackedIn(copy) >= sent) return refusal.nothing
      write(slot, withChannel(copy, peerIn(copy), deliveredIn(copy), sent))
      return taken
    },
  }),
  ReorderChannel: ({ Deliver }, view) => ({
    Deliver: (slot, b) => {
      const { primaryOf, logOf, lengthOf, entryOf, copyPrefix, append } = view
      const primary = primaryOf(slot)
      const received = lengthOf(logOf(slot))
      const answer = Deliver(slot, b)
      if (answer !== taken) return answer
      copyPrefix(logOf(slot), logOf(slot), received)
      append(logOf(slot), entryOf(logOf(primary), lengthOf(logOf(primary)) - 1))
      return taken
    },
  }),
  LiveWithholds: ({ Release }, { controlOf, phaseIn }) => ({
    Release: (slot, b) => (phaseIn(controlOf(slot)) === phase.live ? refusal.nothing : Release(slot, b)),
  }),
  CheckpointForgotten: ({ BeginLockstep }, { controlOf, peerIn, withChannel, write }) => ({
    BeginLockstep: altered(BeginLockstep, (slot) => {
      write(slot, withChannel(controlOf(slot), peerIn(controlOf(slot)), 0, 0))
    }),
  }),
  JoinMarksAllReleased: ({ JoinLockstep }, { controlOf, withReleased, write, lengthOf, logOf }) => ({
    JoinLockstep: altered(JoinLockstep, (slot) => {
      write(slot, withReleased(controlOf(slot), lengthOf(logOf(slot))))
    }),
  }),
  JoinBeforeWithhold: ({ JoinLockstep, BeginLockstep }, view) => {
    const { controlOf, phaseIn, peerIn, releasedIn, peerSlot, primaryOf, reaches } = view
    const { write, withPhase, withReleased, withChannel, lengthOf, logOf } = view
    return {
      JoinLockstep: (slot, b) => {
        const copy = controlOf(slot)
        const primary = primaryOf(slot)
        const isEarly = primary >= 0 && phaseIn(controlOf(primary)) === phase.live
        if (phaseIn(copy) !== phase.syncing || !isEarly) return JoinLockstep(slot, b)
        if (!reaches(primary, slot)) return refusal.unreachable
        write(slot, withPhase(withReleased(copy, releasedIn(controlOf(primary))), phase.lockstepSecondary))
        return taken
      },
      BeginLockstep: (slot, b) => {
        const copy = controlOf(slot)
        const joined = peerSlot(slot, copy)
        const joinedPhase = joined < 0 ? phase.none : phaseIn(controlOf(joined))
        const hasJoined = joinedPhase === phase.lockstepSecondary || joinedPhase === phase.lockstepPrimary
        if (phaseIn(copy) !== phase.live || !hasJoined) return BeginLockstep(slot, b)
        if (!reaches(slot, joined)) return refusal.unreachable
        const length = lengthOf(logOf(slot))
        write(slot, withPhase(withChannel(copy, peerIn(copy), length, length), phase.lockstepPrimary))
        return taken
      },
    }
  },
}

/** The mutants in which an entry's index may not be its position, in a log or in what the world saw. */
export const indexedMutations: readonly string[] = [
  "IndexFromZero",
  "ReorderChannel",
  "NoReRelease",
  "JoinMarksAllReleased",
  "JoinBeforeWithhold",
]
