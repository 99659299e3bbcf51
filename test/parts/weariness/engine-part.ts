import { count } from "../../../impl/engine/fields.ts"
import { refusal, taken } from "../../../impl/engine/guards.ts"
import type { PackedPart } from "../../../impl/engine/part.ts"
import type { EngineMutation, EngineRule } from "../../../impl/engine/rule.ts"
import "./words.ts"

/** What the part keeps in packed states. */
export const packedWeariness: PackedPart = {
  id: "weariness",
  isOn: (config) => config.weariness === true,
  fields: () => ({ copy: { recorded: count(() => 2) }, pair: { toil: count(() => 3) } }),
}

/** The part again, over packed states. */
export const wearinessRules: EngineMutation = (
  { Record, TryLock, TestRestartSecondary, PowerOn, HaRestart },
  { machine, controlOf, lockOf, pairOf, fieldOf },
) => {
  const recorded = fieldOf("copy", "recorded")
  const toil = fieldOf("pair", "toil")
  const asked: readonly number[] = [refusal.copy, refusal["primary-only"], refusal.phase]

  /** A copy that has won the lock is rested. */
  const rested = (answer: number, slot: number, lockBefore: number): number => {
    if (answer === taken && lockOf(pairOf(slot)) > lockBefore) recorded.put(slot, 0)
    return answer
  }

  /** A pair that is booted is like new. */
  const booting =
    (rule: EngineRule): EngineRule =>
    (pair, host) => {
      const answer = rule(pair, host)
      if (answer === taken) toil.put(pair, 0)
      return answer
    }

  return {
    PowerOn: booting(PowerOn),
    HaRestart: booting(HaRestart),
    Record: (slot, b) => {
      const count = recorded.of(slot)
      const together = toil.of(pairOf(slot))
      const answer = Record(slot, b)
      if (asked.includes(answer)) return answer
      if (count >= 2 || together >= 3) {
        machine.undo()
        return count >= 2 ? refusal.weary : refusal["worn-out"]
      }
      if (answer !== taken) return answer
      recorded.put(slot, count + 1)
      toil.put(pairOf(slot), together + 1)
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
