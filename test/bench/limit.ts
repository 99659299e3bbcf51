import { tableOf, hashOf } from "../../properties/explore/table.ts"

/**
 * The limit of any explorer with this table: as many random keys of the same width put in, and as many looked up
 * again as there were transitions beyond the states. In seconds.
 */
export const limitSeconds = (words: number, states: number, transitions: number): number => {
  const keys = new Int32Array(states * words)
  let random = 12345
  for (let n = 0; n < keys.length; n += 1) {
    random = (Math.imul(random, 1664525) + 1013904223) | 0
    keys[n] = random ^ (random >>> 15)
  }
  for (let n = 0; n < states; n += 1) keys[n * words] = (keys[n * words] as number) | 1
  const table = tableOf({ words, marker: 0, fingerprint: false }, () => {})
  const start = performance.now()
  for (let n = 0; n < states; n += 1) table.offer(keys, n * words, hashOf(keys, n * words, words), 0)
  table.flush()
  for (let n = 0; n < transitions - states; n += 1) {
    random = (Math.imul(random, 1664525) + 1013904223) | 0
    const at = Math.floor(((random >>> 8) / 2 ** 24) * states) * words
    table.offer(keys, at, hashOf(keys, at, words), 0)
  }
  table.flush()
  return (performance.now() - start) / 1000
}
