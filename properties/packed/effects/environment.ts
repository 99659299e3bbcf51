import { evidenceOf } from "../evidence.ts"
import { fieldIn } from "../../../impl/engine/field-bits.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { peer } from "../../../impl/engine/machine.ts"
import { noProperty, only, type PropertySet } from "../property-set.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Before } from "./before.ts"
import { isFault, isEnvironments } from "./kinds.ts"

/** S31: what the environment does changes what it names, and nothing else. */
export const environmentEffectsOf = (view: View, of: Before) => {
  const {
    ackedIn,
    controlOf,
    deliveredIn,
    headOf,
    holderOf,
    hostOf,
    hosts,
    isOn,
    layout,
    lockOf,
    logOf,
    machine,
    observedOf,
    pairOf,
    pairs,
    peerIn,
    withChannel,
  } = view
  const { before, holderBefore, isSameLog, lockBefore, placeOf, was } = of
  const { farEnd } = evidenceOf(view)
  const { cells } = machine
  const { power } = layout.head

  /** Hosts, links, and the count of faults: one cell each, or sets of bits of which an action may change one. */
  const isClusterAstray = (kind: number, a: number): boolean => {
    const spent = (cells[layout.faults] as number) - (before[layout.faults] as number)
    if (kind === k.Suspect ? spent !== 0 && spent !== 1 : spent !== (isFault[kind] === true ? 1 : 0))
      return true
    const [first, value] = changedBy(kind)
    // Whatever else differs was written, and with that noted.
    if (first >= 0) machine.reads?.note(first, a)
    for (let cell = layout.up; cell < layout.firstOfParts; cell += 1) {
      const bit = first >= 0 && cell === first + (a >> 5) ? 1 << (a & 31) : 0
      const due = value ? (before[cell] as number) | bit : (before[cell] as number) & ~bit
      if (cells[cell] !== due) return true
    }
    return false
  }

  /** The set in which an action changes the bit of what it names, and to what; -1 if it changes none. */
  const changedBy = (kind: number): readonly [number, boolean] => changes[kind] ?? unchanged
  const unchanged = [-1, false] as const
  const changes: Readonly<Record<number, readonly [number, boolean]>> = {
    [k.FailHost]: [layout.up, false],
    [k.RecoverHost]: [layout.up, true],
    [k.LoseStorage]: [layout.storage, false],
    [k.RestoreStorage]: [layout.storage, true],
    [k.EnterMaintenance]: [layout.maintenance, true],
    [k.ExitMaintenance]: [layout.maintenance, false],
    [k.CutLink]: [layout.cut, true],
    [k.HealLink]: [layout.cut, false],
    [k.ExposeLink]: [layout.exposed, true],
    [k.SecureLink]: [layout.exposed, false],
    [k.ActivateRule]: [layout.rules, true],
    [k.DeactivateRule]: [layout.rules, false],
  }

  const isPairAstray = (pair: number, kind: number, a: number, b: number): boolean => {
    if (fieldIn(before, headOf(pair), power) !== (isOn(pair) ? 1 : 0)) return true
    if (lockOf(pair) !== lockBefore[pair]) return true
    if (!isSameLog(observedOf(pair), observedOf(pair))) return true
    const held = holderBefore[pair] as number
    const heldAt = held < 0 ? -1 : placeOf(pair * hosts + held, kind, a, b)
    if (holderOf(pair) !== (heldAt < 0 || controlOf(heldAt) === 0 ? -1 : hostOf(heldAt))) return true
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (isCopyAstray(slot, kind, a, b)) return true
    return false
  }

  const isCopyAstray = (slot: number, kind: number, a: number, b: number): boolean => {
    const earlier = was(slot)
    const place = placeOf(slot, kind, a, b)
    const later = controlOf(place)
    if (earlier === 0) {
      const isArrival = kind === k.Migrate && slot === placeOf(a, kind, a, b)
      return controlOf(slot) !== 0 && !isArrival
    }
    if (place !== slot && controlOf(slot) !== 0) return true
    if (kind === k.LoseStorage && hostOf(slot) === a) return false
    if ((kind === k.FailHost && hostOf(slot) === a) || (kind === k.CrashCopy && slot === a))
      return later !== 0
    const named = farEnd(pairOf(slot) * hosts, earlier)
    const end = named < 0 ? -1 : placeOf(named, kind, a, b)
    const due = end < 0 ? peerIn(earlier) : controlOf(end) === 0 ? peer.gone : peer.first + hostOf(end)
    return (
      later !== withChannel(earlier, due, deliveredIn(earlier), ackedIn(earlier)) ||
      !isSameLog(logOf(slot), logOf(place))
    )
  }

  const ofEnvironment = (kind: number, a: number, b: number): PropertySet => {
    if (isClusterAstray(kind, a)) return only.S31
    if (isEnvironments[kind] !== true) return noProperty
    for (let pair = 0; pair < pairs; pair += 1) if (isPairAstray(pair, kind, a, b)) return only.S31
    return noProperty
  }

  return { ofEnvironment }
}
