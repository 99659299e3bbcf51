import { evidenceOf } from "../evidence.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { phase } from "../../../impl/engine/machine.ts"
import { noProperty, only, union, type PropertySet } from "../property-set.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { Before } from "./before.ts"
import { isByCopy } from "./kinds.ts"

/** S12, S22 and S23: nothing is sent over a cut link, or where others can read it, and a storage answers only copies that reach it. */
export const linkEffectsOf = (view: View, of: Before) => {
  const { controlOf, hostOf, hosts, layout, linkOf, lockOf, logOf, machine, pairOf, phaseIn, slots } = view
  const { before, hadBit, isSameLog, lockBefore, placeOf, was } = of
  const { farEnd, follows, linked, isReadable, mayBeReadable } = evidenceOf(view)
  const { cells } = machine

  /** Whether to look at links at all; where reads are noted, each is looked at by itself. */
  const isAnyCut = (): boolean => {
    if (machine.reads !== null) return true
    for (let cell = layout.cut; cell < layout.exposed; cell += 1)
      if (cells[cell] !== 0 || before[cell] !== 0) return true
    return false
  }

  const wasLinked = (a: number, b: number): boolean => a === b || !hadBit(layout.cut, linkOf(a, b))
  const hadStorage = (host: number): boolean => hadBit(layout.up, host) && hadBit(layout.storage, host)

  const ofLinks = (kind: number, a: number, b: number): PropertySet => {
    const looksAtCuts = isAnyCut()
    if (!looksAtCuts && !mayBeReadable) return noProperty
    let found = noProperty
    for (let slot = 0; slot < slots; slot += 1) {
      const other = farEnd(pairOf(slot) * hosts, controlOf(slot))
      if (other < 0 || controlOf(other) === 0 || !isTold(slot, other, kind, a, b)) continue
      if (looksAtCuts && isCutBetween(slot, other, kind, a, b)) found = union(found, only.S23)
      if (mayBeReadable && isReadableBetween(slot, other, kind, a, b)) found = union(found, only.S12)
    }
    return looksAtCuts && isByCopy[kind] === true ? union(found, ofHaltedAcross(a, kind, b)) : found
  }

  /** Where the copy of a slot was before the step: elsewhere, if it is the one that has moved. */
  const earlierHost = (slot: number, kind: number, a: number, b: number): number =>
    hostOf(kind === k.Migrate && slot === pairOf(a) * hosts + b ? a : slot)

  /** Whether the link between two copies is cut where they are, or was where they were. */
  const isCutBetween = (one: number, other: number, kind: number, a: number, b: number): boolean =>
    !linked(hostOf(one), hostOf(other)) ||
    !wasLinked(earlierHost(one, kind, a, b), earlierHost(other, kind, a, b))

  const wasExposed = (link: number): boolean => hadBit(layout.exposed, link)

  /** Whether others can read what passes between two copies where they are, or could where they were. */
  const isReadableBetween = (one: number, other: number, kind: number, a: number, b: number): boolean => {
    const pair = pairOf(one)
    return (
      isReadable(pair, hostOf(one), hostOf(other)) ||
      isReadable(pair, earlierHost(one, kind, a, b), earlierHost(other, kind, a, b), wasExposed)
    )
  }

  /** Whether a copy's step has halted another over a cut link. */
  const ofHaltedAcross = (actor: number, kind: number, b: number): PropertySet => {
    const first = pairOf(actor) * hosts
    for (let slot = first; slot < first + hosts; slot += 1) {
      if (slot === actor || was(slot) === 0 || controlOf(placeOf(slot, kind, actor, b)) !== 0) continue
      if (!wasLinked(hostOf(actor), hostOf(slot))) return only.S23
    }
    return noProperty
  }

  /** A copy without storage has no answer from the lock: it is there still, and the lock is where it was. */
  const ofUnanswered = (actor: number, kind: number, b: number): PropertySet => {
    if (hadStorage(hostOf(actor)) || was(actor) === 0) return noProperty
    const isAnswered =
      controlOf(placeOf(actor, kind, actor, b)) === 0 || lockOf(pairOf(actor)) !== lockBefore[pairOf(actor)]
    return isAnswered ? only.S22 : noProperty
  }

  const isTold = (primary: number, secondary: number, kind: number, a: number, b: number): boolean => {
    const moved = kind === k.Migrate ? pairOf(a) * hosts + b : -1
    const earlierPrimary = was(primary === moved ? a : primary)
    const earlierSlot = secondary === moved ? a : secondary
    const earlier = was(earlierSlot)
    if (!follows(phaseIn(controlOf(secondary))) || earlierPrimary === 0) return false
    return (
      earlier === 0 ||
      primary === moved ||
      secondary === moved ||
      !isSameLog(logOf(earlierSlot), logOf(secondary)) ||
      (phaseIn(earlier) === phase.syncing && phaseIn(controlOf(secondary)) === phase.lockstepSecondary) ||
      (phaseIn(earlierPrimary) === phase.live && phaseIn(controlOf(primary)) === phase.lockstepPrimary)
    )
  }

  return { ofLinks, ofUnanswered }
}
