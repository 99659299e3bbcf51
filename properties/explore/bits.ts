/** How many bits of a word are set. */
export const bitCount = (word: number): number => {
  const twos = word - ((word >>> 1) & 0x55555555)
  const fours = (twos & 0x33333333) + ((twos >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** The number of the lowest bit of a word that is set; the word is not 0. */
export const lowestBit = (word: number): number => 31 - Math.clz32(word & -word)

/** Whether bit `n` of the set that begins at `at` is set. */
export const hasBit = (sets: Int32Array, at: number, n: number): boolean =>
  (((sets[at + (n >> 5)] as number) >>> (n & 31)) & 1) === 1

/** Sets bit `n` of the set that begins at `at`. */
export const addBit = (sets: Int32Array, at: number, n: number): void => {
  const word = at + (n >> 5)
  sets[word] = (sets[word] as number) | (1 << (n & 31))
}
