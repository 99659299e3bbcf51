/** How many keys a chunk of a frontier holds. */
const chunkBits = 14
const chunkSize = 1 << chunkBits

/**
 * The keys of one layer, in the order in which they were found.
 *
 * Shape  `each` tells of every key, in `keys` from `at` on; `add` copies one in.
 */
export type Frontier = {
  readonly size: () => number
  readonly bytes: () => number
  readonly add: (keys: Int32Array, at: number) => void
  readonly each: (visit: (keys: Int32Array, at: number) => void) => void
}

export const frontierOf = (words: number): Frontier => {
  const chunks: Int32Array[] = []
  let size = 0
  return {
    size: () => size,
    bytes: () => chunks.length * chunkSize * words * 4,
    add: (keys, at) => {
      const within = size & (chunkSize - 1)
      if (within === 0) chunks.push(new Int32Array(chunkSize * words))
      const chunk = chunks[size >> chunkBits] as Int32Array
      for (let word = 0; word < words; word += 1) chunk[within * words + word] = keys[at + word] as number
      size += 1
    },
    each: (visit) => {
      for (let n = 0; n < size; n += 1)
        visit(chunks[n >> chunkBits] as Int32Array, (n & (chunkSize - 1)) * words)
    },
  }
}
