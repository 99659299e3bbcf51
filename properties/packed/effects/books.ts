import { evidenceOf } from "../evidence.ts"
import { ftSetting } from "../../../impl/engine/fields.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { noProperty, only, type PropertySet } from "../property-set.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Before } from "./before.ts"
import { isOfCopy } from "./kinds.ts"

/** S29: where a pair is registered. */
export const bookEffectsOf = (view: View, of: Before) => {
  const {
    ftOf,
    holderOf,
    hostOf,
    hosts,
    pairOf,
    phaseIn,
    primaryAt,
    primaryAtIn,
    secondaryAt,
    secondaryAtIn,
  } = view
  const { before, leaderBefore, was } = of
  const { farEnd, follows } = evidenceOf(view)

  const ofBooks = (pair: number, kind: number, a: number, b: number): PropertySet => {
    let primary = primaryAtIn(before, pair)
    let secondary = secondaryAtIn(before, pair)
    const leader = leaderBefore[pair] as number
    const isBoot = kind === k.PowerOn || kind === k.HaRestart
    const isOurs = a === pair
    if (kind === k.TurnOnFT) secondary = isOurs ? primary : secondary
    else if (kind === k.TurnOffFT)
      secondary = isOurs && ftOf(pair) === ftSetting.notConfigured ? -1 : secondary
    else if (kind === k.Register) {
      primary = isOurs && b < hosts ? b : primary
      secondary = isOurs && b >= hosts ? b - hosts : secondary
    } else if (isBoot) primary = isOurs ? b : primary
    else if (isOfCopy[kind] === true && pairOf(a) === pair) {
      if (kind === k.SpawnSecondary) secondary = b
      else if (kind === k.TryLock && follows(phaseIn(was(a))) && holderOf(pair) === hostOf(a)) {
        secondary = primary
        primary = hostOf(a)
      } else if (kind === k.Migrate && leader === a) primary = b
      else if (kind === k.Migrate && leader >= 0 && farEnd(pair * hosts, was(leader)) === a) secondary = b
    }
    return primaryAt(pair) === primary && secondaryAt(pair) === secondary ? noProperty : only.S29
  }

  return { ofBooks }
}
