import type { Engine } from "../../impl/engine/engine.ts"
import type { Layout } from "../../impl/engine/layout.ts"
import { bodiesOf, type Bodies } from "./bodies.ts"
import { hashOf } from "./table.ts"

/**
 * The bodies of an engine's states, by number.
 *
 * Shape  `enter` puts the machine into a body, and into no environment. `now` is the body that it is in; `after` is the
 *        same, faster where it often is still the body from which a step was taken.
 */
export type BodyLookup = {
  readonly bodies: Bodies
  readonly enter: (body: number) => void
  readonly now: () => number
  readonly after: (body: number) => number
}

export const bodyLookupOf = ({ machine, layout }: Engine): BodyLookup => {
  const { key, load } = machine
  const { words } = layout
  const bodies = bodiesOf(words)
  const mask = bodyMaskOf(layout)
  const own = new Int32Array(words)

  const now = (): number => {
    for (let word = 0; word < words; word += 1) own[word] = (key[word] as number) & (mask[word] as number)
    return bodies.numberOf(own, 0, hashOf(own, 0, words))
  }

  const isStill = (body: number): boolean => {
    const keys = bodies.keys()
    for (let word = 0; word < words; word += 1) {
      const differing = (key[word] as number) ^ (keys[body * words + word] as number)
      if ((differing & (mask[word] as number)) !== 0) return false
    }
    return true
  }

  return {
    bodies,
    enter: (body) => {
      load(bodies.keys(), body * words)
    },
    now,
    after: (body) => (isStill(body) ? body : now()),
  }
}

/** A key without its environment. */
const bodyMaskOf = ({ words, firstPair, wordOf, shiftOf, maskOf }: Layout): Int32Array => {
  const mask = new Int32Array(words).fill(-1)
  for (let cell = 0; cell < firstPair; cell += 1) {
    const word = wordOf[cell] as number
    // A cell that never changes is stored behind the last word.
    if (word < words)
      mask[word] = (mask[word] as number) & ~((maskOf[cell] as number) << (shiftOf[cell] as number))
  }
  return mask
}
