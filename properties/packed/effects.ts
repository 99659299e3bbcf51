import { beforeOf } from "./effects/before.ts"
import { bookEffectsOf } from "./effects/books.ts"
import { copyEffectsOf } from "./effects/copies.ts"
import { environmentEffectsOf } from "./effects/environment.ts"
import { isByCopy } from "./effects/kinds.ts"
import { linkEffectsOf } from "./effects/links.ts"
import { operationEffectsOf } from "./effects/operations.ts"
import { placementEffectsOf } from "./effects/placement.ts"
import { reportedEffectsOf } from "./effects/reported.ts"
import { testEffectsOf } from "./effects/tests.ts"
import { kindNumber as k } from "../../impl/engine/layout.ts"
import { noProperty, union, type PropertySet } from "./property-set.ts"
import type { View } from "../../impl/engine/view.ts"

/**
 * S20 to S31 and those of operations on FT over packed states, but for what they say of a state alone: what a step may change, what it must send, and
 * that it does what it is called.
 *
 * Shape  `begin` keeps the state before a step; `ofStep` is called at the state that it leads to. A copy is known by
 *        its place, and by its new one if it is the one that migrates.
 */
export const effectMonitorOf = (view: View) => {
  const { layout, pairs } = view
  const of = beforeOf(view)
  const { ofTestRestart, ofTestFailover } = testEffectsOf(view, of)
  const { ofLinks, ofUnanswered } = linkEffectsOf(view, of)
  const { ofStorageLoss, ofSpawn, ofHearing, ofBoot, ofCopies } = copyEffectsOf(view, of)
  const { ofBooks } = bookEffectsOf(view, of)
  const { ofEnvironment } = environmentEffectsOf(view, of)
  const { ofOperations } = operationEffectsOf(view, of)
  const reports = reportedEffectsOf(view)
  const placement = placementEffectsOf(view)
  const keepsBooks = layout.books.primary.mask !== 0

  const ofKind = (kind: number, a: number, b: number): PropertySet => {
    switch (kind) {
      case k.TestRestartSecondary:
        return ofTestRestart(a)
      case k.TestFailover:
        return ofTestFailover(a)
      case k.LoseStorage:
        return ofStorageLoss(a)
      case k.SpawnSecondary:
        return ofSpawn(a)
      case k.Deliver:
      case k.JoinLockstep:
        return ofHearing(a)
      case k.PowerOn:
      case k.HaRestart:
        return ofBoot(a, b)
      default:
        return noProperty
    }
  }

  const ofStep = (kind: number, a: number, b: number): PropertySet => {
    let found = union(union(ofKind(kind, a, b), ofOperations(kind, a, b)), ofCopies(kind, a, b))
    if (isByCopy[kind] === true) found = union(found, ofUnanswered(a, kind, b))
    found = union(found, union(ofLinks(kind, a, b), ofEnvironment(kind, a, b)))
    found = union(found, union(reports.ofReports(kind, a), placement.ofPlacement(kind, a)))
    if (keepsBooks)
      for (let pair = 0; pair < pairs; pair += 1) found = union(found, ofBooks(pair, kind, a, b))
    return found
  }

  const begin = (): void => {
    of.begin()
    reports.begin()
    placement.begin()
  }

  return { begin, ofStep, lockBefore: of.lockBefore }
}
