import { createHash } from "node:crypto"

/**
 * The seed of a campaign, in its canonical writing: decimal, `0x` and hex digits, or the 40 hex digits of a
 * commit, so that continuous integration can let every commit draw its own schedules. Null if it is none.
 */
export const parseSeed = (text: string): string | null => {
  const isSeed = /^(\d{1,20}|0x[0-9a-f]{1,40}|[0-9a-f]{40})$/i.test(text)
  return isSeed ? text.toLowerCase() : null
}

/** The 32-bit seed of one part of a campaign: the same for the same seed and part, unrelated for another. */
export const seedOf = (seed: string, part: number): number =>
  createHash("sha256")
    .update(`${valueOf(seed)}:${part}`)
    .digest()
    .readInt32BE(0)

/** One number has one meaning, however it is written. */
const valueOf = (seed: string): bigint =>
  BigInt(seed.length === 40 && !seed.startsWith("0x") ? `0x${seed}` : seed)
