import { kindNumber as k } from "../../../impl/engine/layout.ts"
import type { View } from "../../../impl/engine/view.ts"
import { beforeOf } from "../effects/before.ts"
import type { Evidence } from "../evidence.ts"
import { noProperty, only, union, type PropertySet } from "../property-set.ts"
import { misfortunes, type Bounds } from "./bounds.ts"
import { lastingOf } from "./lasting.ts"
import type { Silence } from "./silence.ts"

const nothing = misfortunes.indexOf("none")
const elsewhere = misfortunes.indexOf("elsewhere")

/**
 * The properties of time that need the past, over packed states: of each that the layout has the ghosts for.
 *
 * Shape  `begin` is called at a state, `ofStep` at one that a step leads to.
 */
export const pastMonitorOf = (view: View, evidence: Evidence, silence: Silence, bounds: Bounds) => {
  const { pair, copy } = view.layout.ghosts
  if (Object.keys({ ...pair, ...copy }).length === 0) return { begin: () => {}, ofStep: () => noProperty }
  const before = beforeOf(view)
  const ofActions = [
    alarmMonitorOf(view, before),
    suspicionMonitorOf(view, before, silence, bounds),
    restartMonitorOf(view, before, bounds),
  ].filter((monitor) => monitor !== null)
  const ofStates = [
    countMonitorOf(view, lastingOf(view, evidence), bounds),
    faultMonitorOf(view, before, lastingOf(view, evidence), bounds),
  ]

  const ofStep = (kind: number, a: number): PropertySet => {
    let found = noProperty
    for (const ofAction of ofActions) found = union(found, ofAction(kind, a))
    for (const ofState of ofStates) found = union(found, ofState(kind, a))
    return found
  }

  return { begin: before.begin, ofStep }
}

type Before = ReturnType<typeof beforeOf>
type OfStep = (kind: number, a: number) => PropertySet

/** TIME1: who takes its partner for lost has a reason. */
const alarmMonitorOf = (view: View, { before, was, lockBefore }: Before): OfStep | null => {
  const { layout, generationIn, pairOf, ghostOf } = view
  const tested = ghostOf("pair", "tested")
  if (tested === null) return null
  return (kind, a) => {
    if (kind !== k.Suspect && kind !== k.AbandonSync && kind !== k.SyncLost) return noProperty
    if ((before[layout.faults] as number) > 0 || tested.ofIn(before, pairOf(a)) === 1) return noProperty
    return generationIn(was(a)) === lockBefore[pairOf(a)] ? only.TIME1 : noProperty
  }
}

/** TIME2: who suspects has had silence for long enough. */
const suspicionMonitorOf = (
  view: View,
  { before, was }: Before,
  { roleIn }: Silence,
  { detectors }: Bounds,
): OfStep | null => {
  const [unheard, silent] = [view.ghostOf("copy", "unheard"), view.ghostOf("copy", "silent")]
  if (unheard === null || silent === null) return null
  return (kind, a) => {
    if (kind !== k.Suspect) return noProperty
    const { heartbeats, log } = detectors[roleIn(was(a))]
    const isGrounded = unheard.ofIn(before, a) >= heartbeats.early || silent.ofIn(before, a) >= log.early
    return isGrounded ? noProperty : only.TIME2
  }
}

/** TIME3: HA has waited. */
const restartMonitorOf = (view: View, { before }: Before, { haLeast }: Bounds): OfStep | null => {
  const restartable = view.ghostOf("pair", "restartable")
  if (restartable === null) return null
  return (kind, a) =>
    kind === k.HaRestart && restartable.ofIn(before, a) < haLeast ? only.TIME3 : noProperty
}

/** S3a, L5b, L5c and L5e: what lasts for longer than it may. */
const countMonitorOf = (
  view: View,
  { isUnrestored }: ReturnType<typeof lastingOf>,
  { overlap, failover, stale, restored }: Bounds,
): OfStep => {
  const { pairs, slots, controlOf, ghostOf } = view
  const [dualExecution, staleStays] = [ghostOf("copy", "dualExecution"), ghostOf("copy", "staleStays")]
  const [waiting, undisturbed] = [ghostOf("pair", "waiting"), ghostOf("pair", "undisturbed")]

  const ofPairs = (): PropertySet => {
    let found = noProperty
    for (let pair = 0; pair < pairs; pair += 1) {
      if (waiting !== null && waiting.of(pair) > failover) found = union(found, only.L5b)
      if (undisturbed !== null && undisturbed.of(pair) > restored && isUnrestored(pair))
        found = union(found, only.L5e)
    }
    return found
  }

  return () => {
    let found = ofPairs()
    for (let slot = 0; slot < slots; slot += 1) {
      if (controlOf(slot) === 0) continue
      if (dualExecution !== null && dualExecution.of(slot) > overlap) found = union(found, only.S3a)
      if (staleStays !== null && staleStays.of(slot) > stale) found = union(found, only.L5c)
    }
    return found
  }
}

/** L5d: what one fault costs. */
const faultMonitorOf = (
  view: View,
  { before }: Before,
  { isRunning }: ReturnType<typeof lastingOf>,
  bounds: Bounds,
): OfStep => {
  const { pairs, ghostOf } = view
  const [misfortune, isPassing, sinceFault, hasLived] = [
    ghostOf("pair", "misfortune"),
    ghostOf("pair", "isPassing"),
    ghostOf("pair", "sinceFault"),
    ghostOf("pair", "hasLived"),
  ]
  if (misfortune === null || isPassing === null || sinceFault === null || hasLived === null)
    return () => noProperty

  const isLate = (pair: number): boolean => {
    const what = misfortune.of(pair)
    if (what === nothing) return false
    if (what === elsewhere) return !isRunning(pair)
    const recovery = (isPassing.of(pair) === 1 ? bounds.afterPassing : bounds.after)[what]
    const { live, running } = recovery as Bounds["after"][number]
    const ticks = sinceFault.of(pair)
    return ticks > running || (ticks > live && hasLived.of(pair) === 0)
  }

  return (kind, a) => {
    for (let pair = 0; pair < pairs; pair += 1) {
      if (kind === k.HaRestart && a === pair && misfortune.ofIn(before, pair) !== nothing) return only.L5d
      if (isLate(pair)) return only.L5d
    }
    return noProperty
  }
}
