import { count } from "../../../impl/engine/fields.ts"
import { refusal, taken } from "../../../impl/engine/guards.ts"
import type { PackedPart } from "../../../impl/engine/part.ts"
import type { EngineMutation } from "../../../impl/engine/rule.ts"
import "./words.ts"

/** What the part keeps in packed states. */
export const packedWeariness: PackedPart = {
  id: "weariness",
  isOn: (config) => config.weariness === true,
  copyFields: { recorded: count(() => 2) },
}

/** The part again, over packed states. */
export const wearinessRules: EngineMutation = (
  { Record, TryLock, TestRestartSecondary },
  { machine, controlOf, lockOf, pairOf, copyField },
) => {
  const recorded = copyField("recorded")
  const asked: readonly number[] = [refusal.copy, refusal["primary-only"], refusal.phase]

  /** A copy that has won the lock is rested. */
  const rested = (answer: number, slot: number, lockBefore: number): number => {
    if (answer === taken && lockOf(pairOf(slot)) > lockBefore) recorded.put(slot, 0)
    return answer
  }

  return {
    Record: (slot, b) => {
      const count = recorded.of(slot)
      const answer = Record(slot, b)
      if (asked.includes(answer)) return answer
      if (count >= 2) {
        machine.undo()
        return refusal.weary
      }
      if (answer === taken) recorded.put(slot, count + 1)
      return answer
    },
    TryLock: (slot, b) => {
      const before = lockOf(pairOf(slot))
      return rested(TryLock(slot, b), slot, before)
    },
    TestRestartSecondary: (slot, b) => {
      const before = lockOf(pairOf(slot))
      return rested(TestRestartSecondary(slot, b), slot, before)
    },
    Rest: (slot) => {
      if (controlOf(slot) === 0) return refusal.copy
      if (recorded.of(slot) === 0) return refusal.nothing
      recorded.put(slot, 0)
      return taken
    },
  }
}
