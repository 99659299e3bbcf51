import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hashOf, tableOf, type Table } from "../../../properties/explore/table.ts"

const widths = [1, 2, 3, 4, 5]

describe.each([
  ["that keeps keys", false],
  ["that keeps fingerprints", true],
])("a table %s", (_name, fingerprint) => {
  it.each(widths)("reports each key of %i words once, with the tag of its first offer", (words) => {
    fc.assert(
      fc.property(arbitraryOffers(words), fc.nat(words - 1), (rounds, marker) => {
        const { table, reported } = tableTelling(words, marker, fingerprint)
        const expected = new Map<string, number>()

        for (const round of rounds) {
          for (const { key, tag } of round) {
            const marked = key.with(marker, (key[marker] as number) | 1)
            offer(table, marked, tag)
            if (!expected.has(marked.join())) expected.set(marked.join(), tag)
          }
          table.flush()
          expect(new Set(reported.keys())).toEqual(new Set(expected.keys()))
        }

        expect(reported).toEqual(expected)
        expect(table.size()).toBe(expected.size)
      }),
    )
  })

  it.each(widths)("grows with its keys of %i words, and loses none", (words) => {
    const { table, reported } = tableTelling(words, words - 1, fingerprint)
    const bytesAtFirst = table.bytes()
    const keys = distinctKeys(words, 60_000)

    for (let round = 0; round < 2; round += 1) {
      for (const key of keys) offer(table, key, 1)
      table.flush()
    }

    expect(table.size()).toBe(keys.length)
    expect(reported.size).toBe(keys.length)
    expect(keys.every((key) => reported.has(key.join()))).toBe(true)
    expect(table.bytes()).toBeGreaterThan(bytesAtFirst)
    expect(table.bytes()).toBeLessThan(keys.length * (fingerprint ? 8 : 4 * words) * 2.5)
  })

  it("distinguishes keys of one hash", () => {
    const { table, reported } = tableTelling(2, 1, fingerprint)
    const keys = keysOfOneHash(200)

    for (const key of keys) offer(table, key, 3)
    table.flush()

    expect(new Set(keys.map((key) => hashOf(key, 0, 2))).size).toBe(1)
    expect(table.size()).toBe(keys.length)
    expect(new Set(reported.keys())).toEqual(new Set(keys.map((key) => key.join())))
  })

  it("looks nothing up twice over what was already flushed", () => {
    const { table, reported } = tableTelling(2, 0, fingerprint)

    offer(table, Int32Array.of(1, 2), 7)
    table.flush()
    reported.clear()
    offer(table, Int32Array.of(1, 2), 7)
    table.flush()

    expect(reported.size).toBe(0)
    expect(table.size()).toBe(1)
  })
})

describe("a table", () => {
  it("reads a key from the given place on", () => {
    const { table, reported } = tableTelling(2, 0, false)
    const keys = Int32Array.of(1, 2, 3, 4, 5, 6)

    table.offer(keys, 2, hashOf(keys, 2, 2), 0)
    table.flush()

    expect([...reported.keys()]).toEqual(["3,4"])
  })

  it("reports nothing while all that was offered still waits", () => {
    const { table, reported } = tableTelling(1, 0, false)

    offer(table, Int32Array.of(1), 0)

    expect(reported.size).toBe(0)
    expect(table.size()).toBe(0)
  })

  it("has a hash in which every word counts, and its place", () => {
    const hashes = [
      [1, 2, 3],
      [3, 2, 1],
      [1, 2, 4],
      [0, 2, 3],
      [1, 0, 3],
    ].map((key) => hashOf(Int32Array.from(key), 0, 3))

    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

// Helpers

/** A table, and what it has reported: the keys with their tags. Reporting one key twice is a mistake. */
const tableTelling = (words: number, marker: number, fingerprint: boolean) => {
  const reported = new Map<string, number>()
  const table = tableOf({ words, marker, fingerprint }, (keys, at, tag) => {
    const key = keys.slice(at, at + words).join()
    if (reported.has(key)) throw new Error(`reported ${key} twice`)
    reported.set(key, tag)
  })
  return { table, reported }
}

const offer = (table: Table, key: Int32Array, tag: number): void => {
  table.offer(key, 0, hashOf(key, 0, key.length), tag)
}

/** Rounds of offers, of few words that are often the same, and some that are anything. */
const arbitraryOffers = (words: number) => {
  const word = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -2, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
  )
  const key = fc.array(word, { minLength: words, maxLength: words }).map((all) => Int32Array.from(all))
  const round = fc.array(fc.record({ key, tag: fc.nat(255) }), { maxLength: 300, size: "max" })
  return fc.array(round, { minLength: 1, maxLength: 4 })
}

/** Keys that differ in their first word or, from there on, in any; the last is never 0. */
const distinctKeys = (words: number, count: number): readonly Int32Array[] =>
  Array.from({ length: count }, (_, n) =>
    Int32Array.from({ length: words }, (_each, word) =>
      word === n % words ? n + 1 : word === words - 1 ? -1 - (n % words) : n % words,
    ),
  )

/** Keys of two words whose second takes back what the first has done to the hash. */
const keysOfOneHash = (count: number): readonly Int32Array[] =>
  Array.from({ length: count }, (_, n) => {
    const mixed = Math.imul(n, 0x9e3779b1)
    return Int32Array.of(n, 0x1234567 ^ mixed ^ (mixed >>> 15))
  })
