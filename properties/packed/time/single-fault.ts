import { alphabet, kinds } from "../../../model/action.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { phase } from "../../../impl/engine/machine.ts"
import type { View } from "../../../impl/engine/view.ts"
import { evidenceOf } from "../evidence.ts"
import { misfortunes, type Bounds, type Misfortune } from "./bounds.ts"
import { counted, type Carrier } from "./carried.ts"
import { lastingOf } from "./lasting.ts"

const numberOf = (what: Misfortune): number => misfortunes.indexOf(what)
const nothing = numberOf("none")
const elsewhere = numberOf("elsewhere")
const ofLink = numberOf("link")

const actors = kinds.map((kind) => alphabet[kind].actor)

/** The one fault after which a pair has not yet recovered, if it was running, of two copies, in a cluster without damage. */
export const faultCarrierOf = (view: View, bounds: Bounds): Carrier | null => {
  const { pairs, ghostOf, faultsSoFar } = view
  const [misfortune, isPassing, sinceFault, hasLived] = [
    ghostOf("pair", "misfortune"),
    ghostOf("pair", "isPassing"),
    ghostOf("pair", "sinceFault"),
    ghostOf("pair", "hasLived"),
  ]
  if (misfortune === null || isPassing === null || sinceFault === null || hasLived === null) return null
  const { isSound, endsOf, whatIsBefallen, isOver, isLive } = soundnessOf(view)
  const wasSound = new Uint8Array(pairs)
  /** The slots of the Primary and the Secondary that each pair had, where it was sound. */
  const primaryBefore = new Int32Array(pairs)
  const secondaryBefore = new Int32Array(pairs)
  let faultsBefore = 0

  const begin = (): void => {
    faultsBefore = faultsSoFar()
    for (let pair = 0; pair < pairs; pair += 1) {
      wasSound[pair] = isSound(pair) ? 1 : 0
      const { primary, secondary } = endsOf(pair)
      primaryBefore[pair] = primary
      secondaryBefore[pair] = secondary
    }
  }

  const put = (pair: number, what: number, passing: boolean, ticks: number, lived: boolean): void => {
    misfortune.put(pair, what)
    isPassing.put(pair, passing ? 1 : 0)
    sinceFault.put(pair, ticks)
    hasLived.put(pair, lived ? 1 : 0)
  }

  /** The same as long as the pair has not recovered, and has where to; else nothing. */
  const settle = (
    pair: number,
    kind: number,
    what: number,
    passing: boolean,
    ticks: number,
    lived: boolean,
  ) => {
    if (what === elsewhere) {
      put(pair, what, passing, ticks, lived)
      return
    }
    const livesNow = lived || isLive(pair)
    if (isOver(pair, kind, livesNow)) put(pair, nothing, false, 0, false)
    else put(pair, what, passing, ticks, livesNow)
  }

  const ofPair = (pair: number, kind: number, a: number): void => {
    if (faultsSoFar() > faultsBefore) {
      const [primary, secondary] = [primaryBefore[pair] as number, secondaryBefore[pair] as number]
      if (wasSound[pair] !== 1) put(pair, nothing, false, 0, false)
      else
        settle(pair, kind, whatIsBefallen(pair, kind, a, primary, secondary), kind === k.ExposeLink, 0, false)
      return
    }
    const what = misfortune.of(pair)
    if (what === nothing || actors[kind] === "operator") {
      put(pair, nothing, false, 0, false)
      return
    }
    const passing = isPassing.of(pair) === 1 || actors[kind] === "recovery"
    const { running } = (passing ? bounds.afterPassing : bounds.after)[what] as Bounds["after"][number]
    settle(
      pair,
      kind,
      what,
      passing,
      counted(kind, sinceFault.of(pair), running + 1),
      hasLived.of(pair) === 1,
    )
  }

  return {
    begin,
    after: (kind, a) => {
      for (let pair = 0; pair < pairs; pair += 1) ofPair(pair, kind, a)
    },
  }
}

/** What is whole before a fault, what that befalls, and when it is over. */
const soundnessOf = (view: View) => {
  const { layout, hosts, has, controlOf, phaseIn, hostOf, isOn, fieldOf } = view
  const evidence = evidenceOf(view)
  const { leaderOf, farEnd, withStorage, linked, isReadable, couldTake } = evidence
  const { isRunning, mayGoOn } = lastingOf(view, evidence)
  const clocks = [fieldOf("copy", "heartbeatSilence"), fieldOf("copy", "logSilence")]
  const links = (hosts * (hosts - 1)) / 2

  /** The slots of a pair's Primary, and of the copy at the other end of its channel; -1 where there is none. */
  const endsOf = (pair: number) => {
    const primary = leaderOf(pair)
    return { primary, secondary: primary < 0 ? -1 : farEnd(pair * hosts, controlOf(primary)) }
  }

  const isUndamaged = (): boolean => {
    for (let host = 0; host < hosts; host += 1) if (!withStorage(host)) return false
    for (let link = 0; link < links; link += 1)
      if (has(layout.cut, link) || has(layout.exposed, link)) return false
    return true
  }

  /** Whether a pair is running, nothing is damaged, and no copy still counts a silence that is over. */
  const isSound = (pair: number): boolean => {
    if (!isRunning(pair)) return false
    let copies = 0
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      if (controlOf(slot) === 0) continue
      copies += 1
      if (clocks.some((clock) => clock.of(slot) > 0)) return false
    }
    return copies === 2 && isUndamaged()
  }

  /** Whether what is logged between the hosts of two copies arrives. */
  const isHearing = (pair: number, one: number, other: number): boolean =>
    linked(hostOf(one), hostOf(other)) && !isReadable(pair, hostOf(one), hostOf(other))

  /** What of a running pair a fault has befallen, by where its copies were. */
  const whatIsBefallen = (
    pair: number,
    kind: number,
    a: number,
    primary: number,
    secondary: number,
  ): number => {
    const at = (place: number, ofPrimary: number, ofSecondary: number, what: "Host" | "Copy"): number =>
      place === ofPrimary
        ? numberOf(`primary${what}`)
        : place === ofSecondary
          ? numberOf(`secondary${what}`)
          : elsewhere
    if (primary < 0 || secondary < 0) return elsewhere
    switch (kind) {
      case k.FailHost:
        return at(a, hostOf(primary), hostOf(secondary), "Host")
      case k.LoseStorage:
        return at(a, hostOf(primary), hostOf(secondary), "Copy")
      case k.CrashCopy:
        return at(a, primary, secondary, "Copy")
      default:
        return isHearing(pair, primary, secondary) ? elsewhere : ofLink
    }
  }

  /** Whether a host without a copy of the pair could take a Secondary, or one is on its way. */
  const hasRoom = (pair: number): boolean => {
    const { primary, secondary } = endsOf(pair)
    if (primary < 0 || secondary >= 0) return true
    for (let host = 0; host < hosts; host += 1)
      if (controlOf(pair * hosts + host) === 0 && couldTake(pair, host, hostOf(primary))) return true
    return false
  }

  /** Whether nothing more is to be waited for: the pair has recovered, or nothing is promised any longer. */
  const isOver = (pair: number, kind: number, lived: boolean): boolean => {
    if (!isOn(pair) || !mayGoOn(pair)) return true
    if (!isRunning(pair)) return lived && !hasRoom(pair)
    const { primary, secondary } = endsOf(pair)
    // Who has been silent may still be suspected until a tick finds that he is heard.
    return primary >= 0 && secondary >= 0 && isHearing(pair, primary, secondary) && (lived || kind === k.Tick)
  }

  const isLive = (pair: number): boolean => {
    const primary = leaderOf(pair)
    return primary >= 0 && phaseIn(controlOf(primary)) === phase.live
  }

  return { isSound, endsOf, whatIsBefallen, isOver, isLive }
}
