// The set of visited states. A lookup in a table of gigabytes misses the processor's cache nearly every time, and the
// misses would dominate a sweep. So lookups are not done one by one: keys are gathered in a buffer for each region of
// the table, by the first bits of their hashes, and a full buffer is looked up at once, while its region is in the
// cache. A small direct-mapped cache in front drops the duplicates that follow soon after one another.

/** How many regions a table has: few enough for a buffer each, many enough that one fits in a near cache. */
const regionBits = 10
const regions = 1 << regionBits

/** How full a region may get before it grows, and by how much it then grows. */
const loadMax = 0.8
const growth = 1.5

/** The slots of a region that has just begun. */
const slotsAtFirst = 32

/** How many keys are gathered for a region before they are looked up together. */
const batch = 256

/** How many of the latest keys are remembered by themselves: most duplicates come soon after one another. */
const recentKeys = 1 << 14

/**
 * A set of keys of a few 32-bit words: open addressing over typed arrays. Keys are gathered by region and looked
 * up batch by batch, so that the processor meets the table region by region.
 *
 * Shape  `offer` takes a key with its hash and a tag below 256; `flush` looks up all that were offered. Both
 *        call `onNew` for each key that was not there, in `keys` from `at` on.
 */
export type Table = {
  readonly offer: (keys: Int32Array, at: number, hash: number, tag: number) => void
  readonly flush: () => void
  readonly size: () => number
  readonly bytes: () => number
}

type OnNew = (keys: Int32Array, at: number, tag: number) => void

/**
 * What a table keeps of a key. The key itself, in which the word `marker` is never 0 (0 there is an empty slot);
 * or, with `fingerprint`, 63 bits in its place: two different keys are then taken for one with a chance of about
 * n² / 2⁶⁴ for n keys.
 */
type Keeping = { readonly words: number; readonly marker: number; readonly fingerprint: boolean }

export const tableOf = ({ words, marker, fingerprint }: Keeping, onNew: OnNew): Table => {
  const kept = fingerprint ? 2 : words
  const mark = fingerprint ? 1 : marker
  const slots: Int32Array[] = Array.from({ length: regions }, () => new Int32Array(slotsAtFirst * kept))
  const filled = new Int32Array(regions)
  const waiting = new Int32Array(regions * batch * words)
  const prints = fingerprint ? new Int32Array(regions * batch * kept) : waiting
  const hashes = new Int32Array(regions * batch)
  const tags = new Uint8Array(regions * batch)
  const waits = new Int32Array(regions)
  const isRecent = recentOf(words)
  let size = 0
  let touched = 0

  const offer = (keys: Int32Array, at: number, hash: number, tag: number): void => {
    if (isRecent(keys, at, hash)) return
    const region = hash >>> (32 - regionBits)
    const count = waits[region] as number
    const n = region * batch + count
    for (let word = 0; word < words; word += 1) waiting[n * words + word] = keys[at + word] as number
    if (fingerprint) {
      prints[2 * n] = hash
      prints[2 * n + 1] = secondHashOf(keys, at, words) | 1
    }
    hashes[n] = hash
    tags[n] = tag
    waits[region] = count + 1
    if (count + 1 === batch) look(region)
  }

  /** Looks up the keys that wait for a region. */
  const look = (region: number): void => {
    const first = region * batch
    const end = first + (waits[region] as number)
    waits[region] = 0
    let table = slots[region] as Int32Array
    let room = table.length / kept
    let used = filled[region] as number
    // Reading where each key will be sought, before seeking any, lets the processor fetch many places at once.
    for (let n = first; n < end; n += 1) touched ^= table[slotOf(hashes[n] as number, room) * kept] as number
    for (let n = first; n < end; n += 1) {
      const at = n * kept
      let slot = slotOf(hashes[n] as number, room) * kept
      while (table[slot + mark] !== 0 && !isSame(table, slot, at)) {
        slot += kept
        if (slot === table.length) slot = 0
      }
      if (table[slot + mark] !== 0) continue
      for (let word = 0; word < kept; word += 1) table[slot + word] = prints[at + word] as number
      used += 1
      onNew(waiting, n * words, tags[n] as number)
      if (used <= room * loadMax) continue
      table = grown(table, kept, mark, fingerprint)
      slots[region] = table
      room = table.length / kept
    }
    size += used - (filled[region] as number)
    filled[region] = used
  }

  const isSame = (table: Int32Array, slot: number, at: number): boolean => {
    for (let word = 0; word < kept; word += 1) if (table[slot + word] !== prints[at + word]) return false
    return true
  }

  return {
    offer,
    flush: () => {
      for (let region = 0; region < regions; region += 1) if ((waits[region] as number) > 0) look(region)
    },
    size: () => size + (touched & 0),
    bytes: () => slots.reduce((sum, region) => sum + region.byteLength, 0),
  }
}

/** Whether a key was offered a short while ago; if not, it is remembered for a while. */
const recentOf = (words: number) => {
  const recent = new Int32Array(recentKeys * words)
  return (keys: Int32Array, at: number, hash: number): boolean => {
    const slot = (hash & (recentKeys - 1)) * words
    let differing = 0
    for (let word = 0; word < words; word += 1) {
      differing |= (recent[slot + word] as number) ^ (keys[at + word] as number)
      recent[slot + word] = keys[at + word] as number
    }
    return differing === 0
  }
}

/** A larger region with the same keys. */
const grown = (table: Int32Array, kept: number, mark: number, fingerprint: boolean): Int32Array => {
  const room = Math.ceil((table.length / kept) * growth)
  const larger = new Int32Array(room * kept)
  for (let at = 0; at < table.length; at += kept) {
    if (table[at + mark] === 0) continue
    let slot = slotOf(fingerprint ? (table[at] as number) : hashOf(table, at, kept), room) * kept
    while (larger[slot + mark] !== 0) {
      slot += kept
      if (slot === larger.length) slot = 0
    }
    for (let word = 0; word < kept; word += 1) larger[slot + word] = table[at + word] as number
  }
  return larger
}

const lowBits = 2 ** (32 - regionBits) - 1
const lowRange = 2 ** (32 - regionBits)

/** A slot within a region of any size, from the bits of the hash that the region has not used. */
const slotOf = (hash: number, room: number): number => ((hash & lowBits) * room * (1 / lowRange)) | 0

/** A 32-bit hash of a key, in which every bit depends on every word. */
export const hashOf = (keys: Int32Array, at: number, words: number): number => {
  let hash = 0
  for (let word = 0; word < words; word += 1) {
    hash = Math.imul(hash ^ (keys[at + word] as number), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  return Math.imul(hash, 0xc2b2ae35)
}

/** Another, that has nothing to do with the first. */
const secondHashOf = (keys: Int32Array, at: number, words: number): number => {
  let hash = 0x2545f491
  for (let word = words - 1; word >= 0; word -= 1) {
    hash = Math.imul(hash ^ (keys[at + word] as number), 0x27d4eb2f)
    hash ^= hash >>> 16
  }
  hash = Math.imul(hash, 0x165667b1)
  return hash ^ (hash >>> 14)
}
