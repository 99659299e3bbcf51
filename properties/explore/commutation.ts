import type { Engine } from "../../impl/engine/engine.ts"
import { unrepresentable } from "../../impl/engine/guards.ts"
import type { Monitor } from "../packed/monitor.ts"
import { intersection, setOf, watched } from "../packed/property-set.ts"
import type { Symmetry } from "../../impl/engine/symmetry.ts"
import { hashOf } from "./table.ts"

/** Up to how many states all are checked, and beyond that, one in how many. */
const allUpTo = 2048
const oneIn = 32

/**
 * Whether an image of the state that is about to be expanded has the same successors. Leaves the engine in another
 * state.
 */
type Commutation = (keys: Int32Array, at: number, expandedSoFar: number) => boolean

/**
 * Symmetry assumes that the rules treat hosts, and pairs, alike: what a state leads to is, but for the names, what its
 * image leads to. This checks it for the rules at hand, on states as they come: of the first ones all, and then of a
 * sample by their hashes. Kinds, what they lead to and what a monitor says of all that must agree.
 */
export const commutationOf = (
  engine: Engine,
  monitor: Monitor,
  { order, canonical, image }: Symmetry,
): Commutation => {
  const { machine, layout } = engine
  const { words } = layout
  const imageKey = new Int32Array(words)
  const own = new Int32Array(3)
  const other = new Int32Array(3)
  let sums: Int32Array = own

  const add = (value: number): void => {
    sums[0] = (sums[0] as number) + value
    sums[1] = (sums[1] as number) ^ Math.imul(value, 0x9e3779b1)
    sums[2] = (sums[2] as number) + 1
  }

  const onSuccessor = (kind: number, a: number, b: number, answer: number): void => {
    const reached = answer === unrepresentable ? answer : hashOf(canonical(), 0, words)
    // Beyond a violation all bets are off: of two Primaries the rules and the monitor take the first.
    const isBroken = answer === unrepresentable || monitor.ofState() !== 0
    const violated = isBroken ? 0 : intersection(monitor.ofStep(kind, a, b), compared)
    add(
      Math.imul(reached ^ Math.imul(violated + 1, 0x85ebca6b), 0xc2b2ae35) ^ Math.imul(kind + 1, 0x27d4eb2f),
    )
  }

  const sum = (into: Int32Array): void => {
    sums = into.fill(0)
    add(monitor.ofState())
    add(monitor.whenQuiescent() ^ (monitor.isJudged() ? 0 : -1))
    monitor.begin()
    engine.expand(onSuccessor)
  }

  /** An image of the state under one of the symmetries; other than the state itself, if a few tries find one. */
  const takeImage = (hash: number): boolean => {
    for (let n = 0; n < 4; n += 1) {
      imageKey.set(image(1 + (((hash >>> 8) + n) % (order - 1))).subarray(0, words))
      for (let word = 0; word < words; word += 1) if (imageKey[word] !== machine.key[word]) return true
    }
    return false
  }

  return (keys, at, expandedSoFar) => {
    const hash = hashOf(keys, at, words)
    if (order < 2 || (expandedSoFar >= allUpTo && hash % oneIn !== 0)) return true
    machine.load(keys, at)
    if (monitor.ofState() !== 0 || !takeImage(hash)) return true
    sum(own)
    machine.load(imageKey, 0)
    sum(other)
    return own[0] === other[0] && own[1] === other[1] && own[2] === other[2]
  }
}

/** S29 reads where copies are registered, which is kept beside the key: an image does not have it. */
const compared = setOf(watched.filter((id) => id !== "S29"))
