import { host } from "../../../impl/engine/fields.ts"
import { taken } from "../../../impl/engine/guards.ts"
import type { PackedPart } from "../../../impl/engine/part.ts"
import type { EngineMutation, EngineRule } from "../../../impl/engine/rule.ts"
import "./words.ts"

export const packedOrigins: PackedPart = {
  id: "origins",
  isOn: (config) => config.origins === true,
  fields: () => ({ copy: { origin: host(), movedFrom: host("none") }, pair: { home: host("none") } }),
}

/** The number of a host where there may be none. */
const numberOf = (place: number): number => place + 1

/** The part again, over packed states. */
export const originRules: EngineMutation = (
  { PowerOn, HaRestart, SpawnSecondary, Migrate },
  { hosts, pairOf, hostOf, fieldOf },
) => {
  const origin = fieldOf("copy", "origin")
  const movedFrom = fieldOf("copy", "movedFrom")
  const home = fieldOf("pair", "home")

  const settling =
    (rule: EngineRule, pairIn: (a: number) => number): EngineRule =>
    (a, place) => {
      const answer = rule(a, place)
      if (answer === taken) origin.put(pairIn(a) * hosts + place, place)
      return answer
    }
  const booting =
    (rule: EngineRule): EngineRule =>
    (pair, place) => {
      const answer = rule(pair, place)
      if (answer === taken) home.put(pair, numberOf(place))
      return answer
    }

  return {
    PowerOn: settling(booting(PowerOn), (pair) => pair),
    HaRestart: settling(booting(HaRestart), (pair) => pair),
    SpawnSecondary: settling(SpawnSecondary, pairOf),
    Migrate: (slot, place) => {
      const answer = Migrate(slot, place)
      if (answer === taken) movedFrom.put(pairOf(slot) * hosts + place, numberOf(hostOf(slot)))
      return answer
    },
  }
}
