/**
 * Numbers in numbered places, and the least of them. A tree in which every node holds the least key of the
 * eight below it; a place without a key holds Infinity. Keys differ from each other.
 *
 * Shape  `keys` holds the levels one after the other, the places first and the root last, each padded to whole
 *        nodes; level `n` begins at `offsets[n]`.
 */
export type Tournament = { readonly keys: Float64Array; readonly offsets: readonly number[] }

/** Eight keys fill one cache line. A wider tree is lower, but costs more to go through than it saves in climbing. */
const bits = 3
const fan = 1 << bits

/** A tournament with `size` places, all without a key. */
export const tournament = (size: number): Tournament => {
  const offsets = [0]
  let end = 0
  for (let width = size; width > 1; width = Math.ceil(width / fan)) {
    end += Math.ceil(width / fan) * fan
    offsets.push(end)
  }
  return { keys: new Float64Array(end + 1).fill(Infinity), offsets }
}

/** Gives a place another key; Infinity takes its key away. Climbs only as far as that makes a difference. */
export const setKey = ({ keys, offsets }: Tournament, place: number, key: number): void => {
  let at = place
  let min = key
  for (let level = 0; ; level += 1) {
    const offset = offsets[level] as number
    const was = keys[offset + at] as number
    if (was === min) return
    keys[offset + at] = min
    if (level + 1 === offsets.length) return
    at >>= bits
    const above = keys[(offsets[level + 1] as number) + at] as number
    if (min > above && was > above) return
    if (min > above) min = minOf(keys, offset + (at << bits))
  }
}

/** The least key of all; Infinity if there is none. */
export const rootKey = ({ keys }: Tournament): number => keys[keys.length - 1] as number

/**
 * The least key that is not skipped and is less than `bound`; `bound` if there is none.
 *
 * Looks below a node only where its key is skipped, that is at `levels * fan` keys for each skipped key.
 */
export const minKey = (tree: Tournament, bound: number, isSkipped: (key: number) => boolean): number =>
  minBelow(tree, tree.offsets.length - 1, 0, bound, isSkipped)

const minBelow = (
  tree: Tournament,
  level: number,
  node: number,
  bound: number,
  isSkipped: (key: number) => boolean,
): number => {
  const key = tree.keys[(tree.offsets[level] as number) + node] as number
  if (key >= bound) return bound
  if (!isSkipped(key)) return key
  if (level === 0) return bound
  let min = bound
  for (let child = node << bits; child < (node + 1) << bits; child += 1)
    min = minBelow(tree, level - 1, child, min, isSkipped)
  return min
}

const minOf = (keys: Float64Array, start: number): number => {
  let min = Infinity
  for (let i = start; i < start + fan; i += 1) {
    const key = keys[i] as number
    if (key < min) min = key
  }
  return min
}
