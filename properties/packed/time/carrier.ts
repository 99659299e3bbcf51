import { alphabet, kinds } from "../../../model/action.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { peer, phase } from "../../../impl/engine/machine.ts"
import type { Follower } from "../../../impl/engine/rule.ts"
import type { View } from "../../../impl/engine/view.ts"
import { beforeOf } from "../effects/before.ts"
import { evidenceOf } from "../evidence.ts"
import { boundsOf, type Bounds } from "./bounds.ts"
import { counted, type Carrier } from "./carried.ts"
import { faultCarrierOf } from "./single-fault.ts"
import { lastingOf, type Lasting } from "./lasting.ts"
import { silenceOf } from "./silence.ts"

/** What an operator does that takes a copy from its partner, by number. */
const takesApart: readonly number[] = [k.TestFailover, k.TestRestartSecondary, k.SuspendFT, k.TurnOffFT]

/** Which kinds disturb by themselves, by number: faults, recoveries and what operators do. */
const disturbs = kinds.map((kind) => ["fault", "recovery", "operator"].includes(alphabet[kind].actor))

/**
 * Carries the ghosts of time along: sets those that the layout has, after each step. A ghost that counts does so at ticks, and
 * stops at the most that its field is for.
 */
export const ghostCarrierOf = (view: View): Follower => {
  const { time } = view.layout.config
  if (time === undefined) throw new Error("defect: ghosts of time are carried where none passes")
  const bounds = boundsOf(time)
  const lasting = lastingOf(view, evidenceOf(view))
  const carriers = [
    pairCarrierOf(view, bounds, lasting),
    copyCarrierOf(view, bounds, lasting),
    silenceCarrierOf(view, bounds),
    faultCarrierOf(view, bounds),
  ].filter((carrier) => carrier !== null)
  return {
    begin: () => {
      for (const { begin } of carriers) begin()
    },
    follow: (kind, a, b) => {
      for (const { after } of carriers) after(kind, a, b)
    },
  }
}

/** What is counted of pairs, and whether an operator has taken a copy from its partner. */
const pairCarrierOf = (view: View, bounds: Bounds, lasting: Lasting): Carrier | null => {
  const { pairs, ghostOf } = view
  const [tested, restartable, waiting, undisturbed] = [
    ghostOf("pair", "tested"),
    ghostOf("pair", "restartable"),
    ghostOf("pair", "waiting"),
    ghostOf("pair", "undisturbed"),
  ]
  if ([tested, restartable, waiting, undisturbed].every((ghost) => ghost === null)) return null
  const mayBeRestarted = new Uint8Array(pairs)
  let faultsBefore = 0

  const begin = (): void => {
    faultsBefore = view.faultsSoFar()
    if (restartable === null) return
    for (let pair = 0; pair < pairs; pair += 1) mayBeRestarted[pair] = lasting.mayBeRestarted(pair) ? 1 : 0
  }

  const restartableAfter = (pair: number, ticks: number, kind: number, a: number): number => {
    if ((kind === k.PowerOff || kind === k.HaRestart) && a === pair) return 0
    if (kind !== k.Tick) return ticks
    return mayBeRestarted[pair] === 1 ? counted(kind, ticks, bounds.haLeast) : 0
  }

  const after = (kind: number, a: number): void => {
    const isDisturbed = disturbs[kind] === true || view.faultsSoFar() > faultsBefore
    for (let pair = 0; pair < pairs; pair += 1) {
      if (tested !== null && takesApart.includes(kind)) tested.put(pair, 1)
      restartable?.put(pair, restartableAfter(pair, restartable.of(pair), kind, a))
      waiting?.put(
        pair,
        lasting.waitsForFailover(pair) ? counted(kind, waiting.of(pair), bounds.failover + 1) : 0,
      )
      undisturbed?.put(pair, isDisturbed ? 0 : counted(kind, undisturbed.of(pair), bounds.restored + 1))
    }
  }

  return { begin, after }
}

/** For how long copies execute beside newer ones, and stale ones stay. */
const copyCarrierOf = (view: View, bounds: Bounds, lasting: Lasting): Carrier | null => {
  const { slots, controlOf, ghostOf } = view
  const [dualExecution, staleStays] = [ghostOf("copy", "dualExecution"), ghostOf("copy", "staleStays")]
  if (dualExecution === null && staleStays === null) return null

  const after = (kind: number): void => {
    for (let slot = 0; slot < slots; slot += 1) {
      if (controlOf(slot) === 0) continue
      dualExecution?.put(
        slot,
        lasting.isOvertaken(slot) ? counted(kind, dualExecution.of(slot), bounds.overlap + 1) : 0,
      )
      staleStays?.put(slot, lasting.isStale(slot) ? counted(kind, staleStays.of(slot), bounds.stale + 1) : 0)
    }
  }

  return { begin: () => {}, after }
}

/** The silence that each copy has had at its source since it listens to whom it does, up to what a detector needs. */
const silenceCarrierOf = (view: View, { detectors }: Bounds): Carrier | null => {
  const { hosts, slots, controlOf, phaseIn, peerIn, hostOf, pairOf, ghostOf } = view
  const [watched, unheard, silent] = [
    ghostOf("copy", "watched"),
    ghostOf("copy", "unheard"),
    ghostOf("copy", "silent"),
  ]
  if (watched === null || unheard === null || silent === null) return null
  const { roleIn, listens, heardBy, isHostSilent, isChannelSilent } = silenceOf(view, evidenceOf(view))
  const before = beforeOf(view)
  const wasChannelSilent = new Uint8Array(slots)
  /** By host and host, whether no heartbeats of the one arrived at the other. */
  const wasHostSilent = new Uint8Array(hosts * hosts)

  const begin = (): void => {
    before.begin()
    for (let slot = 0; slot < slots; slot += 1)
      wasChannelSilent[slot] = listens(controlOf(slot)) && isChannelSilent(slot) ? 1 : 0
    for (let from = 0; from < hosts; from += 1)
      for (let at = 0; at < hosts; at += 1) wasHostSilent[from * hosts + at] = isHostSilent(from, at) ? 1 : 0
  }

  const put = (slot: number, host: number, ofHost: number, ofLog: number): void => {
    watched.put(slot, host)
    unheard.put(slot, ofHost)
    silent.put(slot, ofLog)
  }

  /** Whether a copy is in the same phase and role, with the same peer or with that one gone; `from` and `to`: who has moved. */
  const isAsBefore = (earlier: number, control: number, from: number, to: number): boolean => {
    if (phaseIn(earlier) !== phaseIn(control)) return false
    const [had, has] = [peerIn(earlier), peerIn(control)]
    if ((had === peer.none) !== (has === peer.none)) return false
    return has === peer.gone || had === has || (had === from && has === to)
  }

  const ofCopy = (slot: number, kind: number, a: number, b: number): void => {
    const control = controlOf(slot)
    if (!listens(control)) {
      put(slot, 0, 0, 0)
      return
    }
    const other = heardBy(slot)
    const host = other < 0 ? watched.of(slot) : hostOf(other) + 1
    const isMove = kind === k.Migrate
    const earlier = before.was(isMove && slot === pairOf(a) * hosts + b ? a : slot)
    const isOfMove = isMove && pairOf(slot) === pairOf(a)
    const [from, to] = isOfMove ? [peer.first + hostOf(a), peer.first + b] : [-1, -1]
    if (phaseIn(earlier) === phase.none || !isAsBefore(earlier, control, from, to)) put(slot, host, 0, 0)
    else if (kind !== k.Tick) watched.put(slot, host)
    else {
      const { heartbeats, log } = detectors[roleIn(control)]
      const isUnheard = host > 0 && wasHostSilent[(host - 1) * hosts + hostOf(slot)] === 1
      const isSilent = wasChannelSilent[slot] === 1
      put(
        slot,
        host,
        isUnheard ? counted(kind, unheard.of(slot), heartbeats.early) : 0,
        isSilent ? counted(kind, silent.of(slot), log.early) : 0,
      )
    }
  }

  return {
    begin,
    after: (kind, a, b) => {
      for (let slot = 0; slot < slots; slot += 1) if (controlOf(slot) !== 0) ofCopy(slot, kind, a, b)
    },
  }
}
