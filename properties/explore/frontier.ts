/** How many keys a chunk of a frontier holds. */
const chunkBits = 14
const chunkSize = 1 << chunkBits

/** Keys side by side: the first `count` of the array. */
export type Chunk = { readonly keys: Int32Array; readonly count: number }

/**
 * The keys of one BFS level, in the order in which they were found.
 *
 * Shape  `add` copies a key in, from `keys` at `at` on; `chunks` gives them all back, some thousands at a time.
 */
export type Frontier = {
  readonly size: () => number
  readonly bytes: () => number
  readonly add: (keys: Int32Array, at: number) => void
  readonly chunks: () => readonly Chunk[]
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
    chunks: () => chunks.map((keys, n) => ({ keys, count: Math.min(chunkSize, size - n * chunkSize) })),
  }
}
