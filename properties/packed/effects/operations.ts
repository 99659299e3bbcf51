import { evidenceOf } from "../evidence.ts"
import { fieldIn } from "../../../impl/engine/field-bits.ts"
import { ftSetting } from "../../../impl/engine/fields.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { peer, phase } from "../../../impl/engine/machine.ts"
import { noProperty, only, union, type PropertySet } from "../property-set.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Before } from "./before.ts"

/** O3, O4, O7 to O9 and O12: what an administrator's work on FT may do, and what happens while FT is off. */
export const operationEffectsOf = (view: View, of: Before) => {
  const { layout, hosts, controlOf, phaseIn, peerIn, headOf, ftOf, isOn, lockOf, pairOf } = view
  const { primaryAtIn, secondaryAtIn } = view
  const { before, was, hadBit, lockBefore, leaderBefore } = of
  const { farEnd, follows } = evidenceOf(view)

  const ftBefore = (pair: number): number => fieldIn(before, headOf(pair), layout.head.ft)

  const didServe = (host: number): boolean =>
    host < 0 || (hadBit(layout.up, host) && !hadBit(layout.maintenance, host))

  /** The current Primary of before, and the copy that was its peer; 0 where there was none. */
  const leaderOf = (pair: number): number => {
    const slot = leaderBefore[pair] as number
    return slot < 0 ? 0 : was(slot)
  }
  const peerOf = (pair: number): number => {
    const leader = leaderOf(pair)
    const slot = leader === 0 || peerIn(leader) < peer.first ? -1 : farEnd(pair * hosts, leader)
    return slot < 0 ? 0 : was(slot)
  }

  const wasOn = (pair: number): boolean => fieldIn(before, headOf(pair), layout.head.power) === 1
  const wasStarting = (pair: number): boolean =>
    ftBefore(pair) === ftSetting.enabled && wasOn(pair) && phaseIn(peerOf(pair)) === phase.syncing
  const wasRunning = (pair: number): boolean =>
    ftBefore(pair) === ftSetting.enabled &&
    wasOn(pair) &&
    phaseIn(leaderOf(pair)) === phase.lockstepPrimary &&
    phaseIn(peerOf(pair)) === phase.lockstepSecondary

  const ofSpawn = (pair: number): PropertySet => {
    if (ftBefore(pair) === ftSetting.enabled) return noProperty
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (was(slot) === 0 && follows(phaseIn(controlOf(slot)))) return only.O3
    return noProperty
  }

  const ofTryLock = (slot: number): PropertySet => {
    const pair = pairOf(slot)
    const hasWon = follows(phaseIn(was(slot))) && lockOf(pair) > (lockBefore[pair] as number)
    return hasWon && ftBefore(pair) !== ftSetting.enabled ? only.O4 : noProperty
  }

  /** An operation on FT; `named` is the slot of the copy that is asked by name, or -1. */
  const ofSetting = (pair: number, named: number): PropertySet => {
    const now = ftOf(pair)
    if (now === ftBefore(pair)) return noProperty
    const isWrong =
      (now === ftSetting.notConfigured && (wasStarting(pair) || !didServe(secondaryAtIn(before, pair)))) ||
      (named < 0 && !didServe(primaryAtIn(before, pair)))
    const asked = named < 0 ? leaderOf(pair) : was(named)
    const isUnpaid =
      now !== ftSetting.enabled &&
      wasOn(pair) &&
      (phaseIn(asked) === phase.lockstepPrimary || phaseIn(asked) === phase.lockstepSecondary) &&
      lockOf(pair) === lockBefore[pair]
    return union(isWrong ? only.O8 : noProperty, isUnpaid ? only.O9 : noProperty)
  }

  const ofOperations = (kind: number, a: number, b: number): PropertySet => {
    switch (kind) {
      case k.SpawnSecondary:
        return ofSpawn(pairOf(a))
      case k.PowerOn:
        return ofSpawn(a)
      case k.HaRestart:
        return union(ofSpawn(a), view.faultsSoFar() === 0 ? only.O12 : noProperty)
      case k.TryLock:
        return ofTryLock(a)
      case k.TestFailover:
        return wasRunning(a) ? noProperty : only.O8
      case k.Register:
        return isOn(a) ? only.O7 : noProperty
      case k.TurnOnFT:
      case k.ResumeFT:
        return ofSetting(a, -1)
      case k.SuspendFT:
      case k.TurnOffFT:
        return ofSetting(a, b === 0 ? -1 : a * hosts + b - 1)
      default:
        return noProperty
    }
  }

  return { ofOperations }
}
