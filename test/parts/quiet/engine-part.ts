import { count, flag, host } from "../../../impl/engine/fields.ts"
import { refusal, taken } from "../../../impl/engine/guards.ts"
import type { PackedPart } from "../../../impl/engine/part.ts"
import type { EngineMutation } from "../../../impl/engine/rule.ts"
import "./words.ts"

export const packedHushing: PackedPart = {
  id: "hushing",
  isOn: (config) => config.hushing === true,
  fields: () => ({
    state: { hushes: count(() => 2), hushedLast: host("none") },
    host: { quiet: flag, hushedAfter: host("none") },
  }),
}

/** The part again, over packed states. */
export const hushingRules: EngineMutation = ({ Record }, { machine, hostOf, fieldOf }) => {
  const quiet = fieldOf("host", "quiet")
  const hushedAfter = fieldOf("host", "hushedAfter")
  const hushes = fieldOf("state", "hushes")
  const hushedLast = fieldOf("state", "hushedLast")
  const before: readonly number[] = [refusal.copy, refusal["primary-only"], refusal.phase]

  return {
    Record: (slot, b) => {
      const answer = Record(slot, b)
      if (before.includes(answer) || quiet.of(hostOf(slot)) === 0) return answer
      machine.undo()
      return refusal.quiet
    },
    Hush: (place) => {
      if (quiet.of(place) === 1) return refusal.quiet
      if (hushes.of(0) === 2) return refusal.enough
      quiet.put(place, 1)
      hushedAfter.put(place, hushedLast.of(0))
      hushes.put(0, hushes.of(0) + 1)
      hushedLast.put(0, place + 1)
      return taken
    },
  }
}
