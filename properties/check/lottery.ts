import { alphabet, kinds, subjectOf, type Kind } from "../../model/action.ts"
import { rangesOf, secondsOf } from "../../impl/engine/action-code.ts"
import type { Engine } from "../../impl/engine/engine.ts"
import { lots, type Lot, type Swarm } from "../arbitrary/swarm.ts"
import { urgentKinds } from "../time/urgent.ts"

/** An action that was drawn; a suspicion is to be spurious or is not. */
export type Drawn = { kind: number; a: number; b: number; isSpurious: boolean }

/**
 * Draws actions for the state that an engine is at, by the weights of the swarm that it follows.
 *
 * Shape  `draw` draws one into `drawn`, and returns whether there was any to draw.
 */
export const lotteryOf = ({ view, layout }: Engine) => {
  let elsewhere: readonly Int32Array[] = []
  let byPhase: readonly Int32Array[] = []
  let urgentByPhase: readonly Int32Array[] = []
  let ofCopies = 0
  let random = 1
  const isSpurious = lots.map((lot) => lot === "SpuriousSuspect")
  const kindOf = lots.map((lot) => kinds.indexOf(lot === "SpuriousSuspect" ? "Suspect" : lot))
  const ranges = rangesOf(layout)
  const overA = kinds.map((kind) => ranges[subjectOf(kind)])
  const overB = kinds.map((kind) => secondsOf(layout, kind))
  const hasTime = layout.config.time !== undefined
  const drawn: Drawn = { kind: 0, a: 0, b: 0, isSpurious: false }

  /** A pseudo-random number below `n`: xorshift, a multiplication in place of a division. */
  const below = (n: number): number => {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    return ((random >>> 8) * n * 2 ** -24) | 0
  }

  /** The slot of some copy; there is one. */
  const occupied = (): number => {
    let slot = below(view.slots)
    while (view.controlOf(slot) === 0) slot = slot + 1 === view.slots ? 0 : slot + 1
    return slot
  }

  /** First it is drawn whether a copy acts, and which, and then what of all that a copy in its phase might do. */
  const draw = (bits: number): boolean => {
    const others = elsewhere[bits] as Int32Array
    const slot = (bits & hasCopies) !== 0 && below(ofCopies + others.length) < ofCopies ? occupied() : -1
    const ofPhases = (bits & timeStandsStill) === 0 ? byPhase : urgentByPhase
    const table = slot < 0 ? others : (ofPhases[view.phaseIn(view.controlOf(slot))] as Int32Array)
    if (table.length === 0) return false
    const lot = table[below(table.length)] as number
    drawn.kind = kindOf[lot] as number
    drawn.a = slot < 0 ? below(overA[drawn.kind] as number) : slot
    const seconds = overB[drawn.kind] as number
    drawn.b = seconds > 1 ? below(seconds) : 0
    drawn.isSpurious = isSpurious[lot] === true
    return true
  }

  /**
   * Follows a swarm. Most draws are of what has a chance, by the protocol as it is written: one swarm in four draws
   * blindly, for rules that allow more.
   */
  const follow = (swarm: Swarm, seed: number): void => {
    random = seed | 1
    const isBlind = (seed & 3) === 0
    const tableOf = (isAmong: (kind: Kind) => boolean): Int32Array => lotTable(swarm, hasTime, isAmong)
    elsewhere = Array.from({ length: 1 << situations.length }, (_, bits) =>
      tableOf(
        (kind) =>
          (isBlind ? !isOfCopy(kind) : isOpen(kind, bits)) && (overA[kinds.indexOf(kind)] as number) > 0,
      ),
    )
    byPhase = phaseKinds.map((among) => tableOf((kind) => (isBlind ? isOfCopy(kind) : among.includes(kind))))
    urgentByPhase = phaseKinds.map((among) =>
      tableOf((kind) => isOfCopy(kind) && urgentKinds.includes(kind) && (isBlind || among.includes(kind))),
    )
    ofCopies = byPhase.reduce((sum, table) => sum + table.length, 0) / (phaseKinds.length - 1)
  }

  return { follow, draw, drawn }
}

/** What there must be for some kinds to have a chance: each a bit of a situation. */
const situations = [
  "a copy",
  "damage",
  "a pair that is off",
  "a pair that is down",
  "faults left",
  "time stands still",
] as const

const hasCopies = 1

/** The bit of a state in which a tick was refused: what is due comes first, or what nobody has a say in. */
export const timeStandsStill = 32

/** What the state that an engine is at has of the situations, in bits. */
export const situationOf = ({ view, layout }: Engine): (() => number) => {
  const { hosts, pairs, controlOf, hasStorage, isOn, has, faultsSoFar } = view
  const links = (hosts * (hosts - 1)) / 2
  const isDamaged = (): boolean => {
    for (let host = 0; host < hosts; host += 1)
      if (!hasStorage(host) || has(layout.maintenance, host)) return true
    for (let link = 0; link < links; link += 1) if (has(layout.cut, link)) return true
    return false
  }
  return () => {
    let bits = (isDamaged() ? 2 : 0) | (faultsSoFar() < layout.config.bounds.faults ? 16 : 0)
    for (let pair = 0; pair < pairs; pair += 1) {
      let mayRun = false
      for (let host = 0; host < hosts; host += 1) {
        if (controlOf(pair * hosts + host) === 0) continue
        bits |= hasCopies
        if (hasStorage(host)) mayRun = true
      }
      if (!isOn(pair)) bits |= 4
      else if (!mayRun) bits |= 8
    }
    return bits
  }
}

const isOfCopy = (kind: Kind): boolean => subjectOf(kind) === "copy"

/** Whether a kind that names no copy has a chance in a situation. */
const isOpen = (kind: Kind, bits: number): boolean => {
  if (isOfCopy(kind)) return false
  if (kind === "PowerOn") return (bits & 4) !== 0
  if (kind === "HaRestart") return (bits & 8) !== 0
  if (kind === "Tick") return (bits & timeStandsStill) === 0 && (bits & (hasCopies | 8)) !== 0
  if (alphabet[kind].actor === "recovery") return (bits & 2) !== 0
  return alphabet[kind].actor !== "fault" || (bits & 16) !== 0
}

/** What a copy in each phase might do, by the engine's numbers of the phases. What is left out its rules refuse. */
export const phaseKinds: readonly (readonly Kind[])[] = [
  [],
  ["JoinLockstep", "SyncLost", "CrashCopy"],
  ["Deliver", "Suspect", "Migrate", "CrashCopy"],
  ["Record", "Ack", "Release", "Suspect", "TestRestartSecondary", "Migrate", "CrashCopy"],
  ["TryLock", "CrashCopy"],
  ["TryLock", "CrashCopy"],
  ["Record", "Release", "BeginLockstep", "AbandonSync", "SpawnSecondary", "Migrate", "CrashCopy"],
]

/** Whether there may be such a lot: ticks only where time passes, and there no suspicion is a fault. */
const mayComeUp = (lot: Lot, hasTime: boolean): boolean =>
  hasTime ? lot !== "SpuriousSuspect" : lot !== "Tick"

/** The lots of some kinds, by number, each as often as its weight says, so that one draw picks one. */
const lotTable = ({ weights }: Swarm, hasTime: boolean, isAmong: (kind: Kind) => boolean): Int32Array =>
  Int32Array.from(
    lots.flatMap((lot: Lot, n) =>
      mayComeUp(lot, hasTime) && isAmong(lot === "SpuriousSuspect" ? "Suspect" : lot)
        ? Array.from({ length: Math.ceil(weights[lot] * 2) }, () => n)
        : [],
    ),
  )
