import type { Layout } from "./layout.ts"

/**
 * The *environment* of a state: the hosts, the links, the count of faults and what parts keep of the cluster, as one number of 32 bits. What is left of
 * the state, the pairs, is its *body*. A rule reads few bits of the environment, so that one step from a body is often
 * the step from it in many environments: in all that agree in what was read.
 *
 * Shape  `cells` is how many cells it has: the first of the state. `offsetOf` is where each of them begins in the number; `faults` is the mask of the count.
 */
export type EnvironmentLayout = {
  readonly cells: number
  readonly offsetOf: Int32Array
  readonly maskOf: Int32Array
  readonly faults: number
}

/** How environments are packed into one number; null where they take more bits than it has. */
export const environmentLayoutOf = ({ firstPair, maskOf }: Layout): EnvironmentLayout | null => {
  const offsetOf = new Int32Array(firstPair)
  let next = 0
  for (let cell = 0; cell < firstPair; cell += 1) {
    offsetOf[cell] = next
    next += 32 - Math.clz32(maskOf[cell] as number)
  }
  if (next > 32) return null
  return { cells: firstPair, offsetOf, maskOf: maskOf.slice(0, firstPair), faults: maskOf[0] as number }
}

/**
 * What is read of the environment, bit by bit; what is written counts as read.
 *
 * Shape  `note` takes a bit of a set: the set's first cell, and the number of the host or link; `noteCell` takes
 *        a whole cell; `noteControl` the control of a slot's copy, `noteBody` anything else of pairs. `since` are the
 *        bits read since `begin`; `ofBody` says what was of the body: `nothing`, `more`, or the control of one slot
 *        alone, by its number.
 */
export type Reads = {
  readonly note: (first: number, n: number) => void
  readonly noteCell: (cell: number) => void
  readonly noteControl: (slot: number) => void
  readonly noteBody: () => void
  readonly begin: () => void
  readonly since: () => number
  readonly ofBody: () => number
}

/** What was read of a body, where it is not the control of one slot alone. */
export const bodyReads = Object.freeze({ nothing: -1, more: -2 })

export const readsOf = ({ cells, offsetOf, maskOf }: EnvironmentLayout): Reads => {
  let noted = 0
  let body: number = bodyReads.nothing
  return {
    note: (first, n) => {
      const cell = first + (n >> 5)
      // A set that never changes has no bits in the number.
      if (maskOf[cell] !== 0) noted |= 1 << ((offsetOf[cell] as number) + (n & 31))
    },
    noteCell: (cell) => {
      if (cell < cells) noted |= (maskOf[cell] as number) << (offsetOf[cell] as number)
      else body = bodyReads.more
    },
    noteControl: (slot) => {
      if (body !== slot) body = body === bodyReads.nothing ? slot : bodyReads.more
    },
    noteBody: () => {
      body = bodyReads.more
    },
    begin: () => {
      noted = 0
      body = bodyReads.nothing
    },
    since: () => noted,
    ofBody: () => body,
  }
}
