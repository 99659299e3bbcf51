import { createHash } from "node:crypto"

/** Chance that comes from a seed: the same words give the same dice. */
export type Dice = {
  /** A whole number from 0, below `n`. */
  readonly upTo: (n: number) => number
  readonly one: <A>(choices: readonly A[]) => A
}

export const diceOf = (...words: readonly (string | number)[]): Dice => {
  let state = createHash("sha256").update(words.join(":")).digest().readUInt32LE(0)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const upTo = (n: number): number => next() % Math.max(1, n)
  return { upTo, one: (choices) => choices[upTo(choices.length)] as (typeof choices)[number] }
}
