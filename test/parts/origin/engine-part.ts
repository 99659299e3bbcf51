import { host } from "../../../impl/engine/fields.ts"
import { taken } from "../../../impl/engine/guards.ts"
import type { PackedPart } from "../../../impl/engine/part.ts"
import type { EngineMutation, EngineRule } from "../../../impl/engine/rule.ts"
import "./words.ts"

export const packedOrigins: PackedPart = {
  id: "origins",
  isOn: (config) => config.origins === true,
  copyFields: { origin: host() },
}

/** The part again, over packed states. */
export const originRules: EngineMutation = (
  { PowerOn, HaRestart, SpawnSecondary },
  { hosts, pairOf, copyField },
) => {
  const origin = copyField("origin")

  const settling =
    (rule: EngineRule, pairIn: (a: number) => number): EngineRule =>
    (a, place) => {
      const answer = rule(a, place)
      if (answer === taken) origin.put(pairIn(a) * hosts + place, place)
      return answer
    }

  return {
    PowerOn: settling(PowerOn, (pair) => pair),
    HaRestart: settling(HaRestart, (pair) => pair),
    SpawnSecondary: settling(SpawnSecondary, pairOf),
  }
}
