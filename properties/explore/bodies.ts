import { doubled } from "../../impl/engine/growth.ts"
import { hashOf } from "./table.ts"

/**
 * Bodies by number, in the order in which they were found: keys of a few words, by open addressing over typed arrays.
 *
 * Shape  `numberOf` finds a key, or adds it; `keys()` has that of body n from n × words on.
 */
export type Bodies = {
  readonly words: number
  readonly size: () => number
  readonly numberOf: (keys: Int32Array, at: number, hash: number) => number
  readonly keys: () => Int32Array
  readonly bytes: () => number
}

export const bodiesOf = (words: number): Bodies => {
  let keys = new Int32Array(1024 * words)
  let slots = new Int32Array(2048)
  let size = 0

  const isAt = (body: number, other: Int32Array, at: number): boolean => {
    for (let word = 0; word < words; word += 1)
      if (keys[body * words + word] !== other[at + word]) return false
    return true
  }

  const grow = (): void => {
    const wider = new Int32Array(slots.length * 2)
    for (let body = 0; body < size; body += 1) {
      let slot = hashOf(keys, body * words, words) & (wider.length - 1)
      while (wider[slot] !== 0) slot = (slot + 1) & (wider.length - 1)
      wider[slot] = body + 1
    }
    slots = wider
    keys = doubled(keys)
  }

  const numberOf = (other: Int32Array, at: number, hash: number): number => {
    let slot = hash & (slots.length - 1)
    for (;;) {
      const known = slots[slot] as number
      if (known === 0) break
      if (isAt(known - 1, other, at)) return known - 1
      slot = (slot + 1) & (slots.length - 1)
    }
    if ((size + 1) * words > keys.length) {
      grow()
      return numberOf(other, at, hash)
    }
    for (let word = 0; word < words; word += 1) keys[size * words + word] = other[at + word] as number
    size += 1
    slots[slot] = size
    return size - 1
  }

  return {
    words,
    size: () => size,
    numberOf,
    keys: () => keys,
    bytes: () => keys.byteLength + slots.byteLength,
  }
}
